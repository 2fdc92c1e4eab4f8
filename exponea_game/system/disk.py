"""The few operations on files that the journal needs; what differs between systems is here.

Everything raises ``OSError`` and nothing else. A test can put another object with the same methods
in the place of a ``Disk``: one that forgets what was not synced, that is full, or that breaks.

Nothing is followed: where a link, a pipe, a device or a folder stands in the place of a file, it is
somebody else's (``ForeignFileError``), and it is opened without waiting for its other end.

On Windows a file that another program holds for a moment, such as a virus scanner, is asked for
again for up to half a second; on threads of the library alone, as no frame may wait for that.

A lock belongs to the process and goes with it, however it dies. ``flock`` and not ``lockf``: the
latter is lost when any descriptor of the file is closed. A forked child shares a ``flock``.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import stat
import sys
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_BINARY = getattr(os, "O_BINARY", 0)
LONGEST = 1 << 26
"""Bytes of a file that are read at once; none of ours comes near it."""
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o777 if sys.platform == "win32" else 0o700
"""On Windows the user's data folder is private as it is. A mode there is a list of who may enter:
it names the administrators alone where an installer with their rights starts the game first."""
_LOCKED_BYTE = 1 << 30  # on Windows a locked byte cannot be read: one that is never there

_GUARDS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"))
_FOREIGN = {errno.ELOOP, errno.EMLINK, errno.EISDIR, errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP}
"""What systems say of a link that is not followed, a folder, a pipe without a reader, a socket."""
_UNKNOWN = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOTTY}
"""What file systems say of a sync that they do not have, such as CIFS of a folder's."""
_UNKNOWN_TO_WINDOWS = {1, 50}
"""The same there: ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED. Python calls most others EINVAL."""

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


if sys.platform == "win32":

    def _patiently(operation: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        """Let a thread of the library wait for a file that another program holds."""

        @functools.wraps(operation)
        def patient(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
            from exponea_game.system.threads import is_ours

            if not is_ours():
                return operation(*args, **kwargs)
            from exponea_game.system.windows_files import insist  # with ctypes: not at the start

            return insist(functools.partial(operation, *args, **kwargs))

        return patient

else:

    def _patiently(operation: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        """Elsewhere no program keeps another from a file."""
        return operation


class ForeignFileError(OSError):
    """What stands in the place of a file is none: nothing in it is read, changed or removed."""


class Disk:
    """The real disk.

    Attributes:
        shared_memory: A folder of files in memory, which outlive a process and wait for no disk;
            None where the system has none.
    """

    shared_memory: str | None = "/dev/shm" if sys.platform == "linux" else None  # noqa: S108 - no secret

    def make_folder(self, folder: Path) -> None:
        """Make the folder and those above it, readable by the user alone."""
        missing = takewhile(lambda path: not path.exists(), folder.parents)
        for parent in reversed(list(missing)):
            parent.mkdir(_PRIVATE_FOLDER, exist_ok=True)
        folder.mkdir(_PRIVATE_FOLDER, exist_ok=True)

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, sorted; none if the folder is not there."""
        try:
            return sorted(os.listdir(folder))  # noqa: PTH208 - asked for each batch: no object for each
        except OSError as error:
            return _nothing(error)

    def folders(self, folder: Path) -> list[str]:
        """The names of folders in a folder, sorted; a link to one is none.

        The system tells them with the names: nothing is asked for each.
        """
        try:
            with os.scandir(folder) as entries:
                return sorted(e.name for e in entries if e.is_dir(follow_symlinks=False))
        except OSError as error:
            return _nothing(error)

    @_patiently
    def create(self, path: Path) -> int:
        """Open a new file for appending; it must not exist."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | _BINARY
        return os.open(path, flags | _GUARDS, _PRIVATE_FILE)

    @_patiently
    def open(self, path: Path, *, append: bool = False) -> int:
        """Open a file for reading and writing, made if it is not there."""
        flags = os.O_RDWR | os.O_CREAT | _BINARY | (os.O_APPEND if append else 0)
        return _open_file(path, flags)

    write = staticmethod(os.write)
    """Append bytes to a descriptor; returns how many were written."""

    def append(self, descriptor: int, data: bytes) -> int:
        """Append bytes to a file that other processes append to; returns how many were written."""
        if sys.platform == "win32":
            from exponea_game.system.windows_files import alone

            with alone(descriptor):
                return self.write(descriptor, data)
        return self.write(descriptor, data)

    @_patiently
    def read(self, path: Path, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes of a file from ``offset`` on."""
        descriptor = _open_file(path, os.O_RDONLY | _BINARY)
        try:
            if offset:
                os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, size)
        finally:
            os.close(descriptor)

    def read_all(self, path: Path) -> bytes:
        """A whole file, as far as it is no longer than ``LONGEST``.

        Room is made for what is there and no more: Windows touches all of the room it is given.
        """
        return self.read(path, 0, min(self.size(path), LONGEST))

    def write_at(self, descriptor: int, offset: int, data: bytes) -> None:
        """Overwrite bytes of an open file in place."""
        os.lseek(descriptor, offset, os.SEEK_SET)
        if os.write(descriptor, data) != len(data):
            raise OSError("short write")

    def has(self, path: Path) -> bool:
        """Whether there is such a file."""
        return path.exists()

    def has_folder(self, folder: Path) -> bool:
        """Whether there is such a folder; a link to one is none."""
        try:
            return stat.S_ISDIR(folder.lstat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False

    def size(self, path: Path) -> int:
        """Bytes of a file."""
        return path.lstat().st_size

    def links(self, descriptor: int) -> tuple[int, int]:
        """How many names an open file has (0: deleted), and its bytes."""
        status = os.fstat(descriptor)
        return status.st_nlink, status.st_size

    def sync(self, descriptor: int) -> None:
        """Wait until an open file's bytes are on the disk itself, where that can be known."""
        with _as_far_as_known():
            if sys.platform == "darwin":
                try:  # fsync stops at the drive's cache
                    fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
                except OSError as error:
                    if error.errno not in _UNKNOWN:  # on SMB, WebDAV, NTFS and ZFS it is
                        raise
                    os.fsync(descriptor)
            elif sys.platform == "win32":
                from exponea_game.system.windows_files import flush

                flush(descriptor)
            else:
                os.fdatasync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """Wait until a folder's names are on the disk itself; Windows has no such call."""
        if sys.platform == "win32":
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            with _as_far_as_known():
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self, descriptor: int) -> None:
        """Close a descriptor; whether it succeeds does not matter."""
        with contextlib.suppress(OSError):
            os.close(descriptor)

    @_patiently
    def rename(self, path: Path, new: Path) -> None:
        """Give a file another name; what had that name is gone."""
        path.replace(new)

    @_patiently
    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

    def discard(self, path: Path) -> None:
        """Remove a file; where the system lets nobody, as one that is open elsewhere, its bytes."""
        try:
            self.remove(path)
        except PermissionError:
            descriptor = _open_file(path, os.O_RDWR | _BINARY)
            try:
                os.ftruncate(descriptor, 0)
            finally:
                os.close(descriptor)

    @_patiently
    def remove_folder(self, folder: Path) -> None:
        """Remove an empty folder."""
        folder.rmdir()

    def lock(self, path: Path) -> int | None:
        """Lock a file, made if it is not there, for this process; None if another holds it."""
        descriptor = self.open(path)
        try:
            if _try_lock(descriptor) and self._is(descriptor, path):
                return descriptor
        except OSError:
            self.close(descriptor)
            raise
        self.close(descriptor)
        return None

    def unlock(self, descriptor: int) -> None:
        """Give up a lock."""
        with contextlib.suppress(OSError):
            _unlock(descriptor)
        self.close(descriptor)

    def _is(self, descriptor: int, path: Path) -> bool:
        """Whether the path still leads to the open file: somebody may have removed it."""
        ours = os.fstat(descriptor)
        try:
            theirs = path.lstat()
        except FileNotFoundError:
            return False
        return (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino)


def _nothing(error: OSError) -> list[str]:
    """What is in a folder that is not there, or cannot be."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return []
    if error.errno == errno.ENAMETOOLONG:
        return []
    raise error


def _open_file(path: Path, flags: int) -> int:
    """Open what must be a file and no link."""
    try:
        descriptor = os.open(path, flags | _GUARDS, _PRIVATE_FILE)
    except OSError as error:
        # Windows says of a folder what it says of a file that nobody may open.
        denied = error.errno == errno.EACCES
        if error.errno in _FOREIGN or (denied and os.path.isdir(path)):  # noqa: PTH112 - never raises
            raise _foreign(path) from error
        raise
    whole = stat.S_ISREG(os.fstat(descriptor).st_mode)
    if whole and (hasattr(os, "O_NOFOLLOW") or not path.is_symlink()):
        return descriptor
    os.close(descriptor)
    raise _foreign(path)


@contextlib.contextmanager
def _as_far_as_known() -> Iterator[None]:
    """A file system that knows no syncing is asked for no more: what is written there is written.

    On a player's network drive everything else works.
    """
    try:
        yield
    except OSError as error:
        code = getattr(error, "winerror", None)
        known = error.errno not in _UNKNOWN if code is None else code not in _UNKNOWN_TO_WINDOWS
        if known:
            raise


def _foreign(path: Path) -> ForeignFileError:
    return ForeignFileError(errno.EINVAL, "a link, a pipe or a folder stands there", str(path))


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _unlock(descriptor: int) -> None:
    if sys.platform == "win32":
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
