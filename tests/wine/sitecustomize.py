"""What Wine 8 lacks and Windows has; without this much of the project cannot be tried at all."""

import ctypes
import errno
import msvcrt

# Wine 8's xinput lacks ordinal 108; pyglet binds it at import.
_base = ctypes.CDLL.__mro__[-2]  # PyInstaller puts a class of its own above
_get = _base.__getitem__


def _getitem(self, key):
    try:
        return _get(self, key)
    except AttributeError:
        if isinstance(key, int):
            return ctypes.WINFUNCTYPE(ctypes.c_uint32)(lambda *a: 1167)
        raise


_base.__getitem__ = _getitem

# Wine 8's _locking leaves errno at 0 where another holds the lock; the UCRT sets EACCES.
_locking = msvcrt.locking


def _with_errno(descriptor, mode, size):
    try:
        _locking(descriptor, mode, size)
    except OSError as error:
        if error.errno == 0:
            raise PermissionError(errno.EACCES, "Permission denied") from None
        raise


msvcrt.locking = _with_errno
