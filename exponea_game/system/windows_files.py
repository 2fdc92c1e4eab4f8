"""What Windows does to files that no other system does; to be imported there alone.

The C runtime locks a descriptor for the whole of a flush, and the system takes one operation at a
time on what a descriptor stands for: a write on the same one would wait as long as the disk does.
So a flush goes through another handle of the same file, which flushes all that is cached of it.

A virus scanner, a backup or a search index opens a file for a moment and shares it with nobody.
The C runtime says "permission denied" to that as to so much else; what the system said lies
beside it.

It appends by going to the end and writing there, which are two operations: of two processes that
do so at once, one writes over the other. So each locks the file meanwhile.

Sources: Microsoft Learn, "ReOpenFile function", "FlushFileBuffers function", "_doserrno", "System
error codes".
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # noqa: S101 - so the type checkers know where this runs

import ctypes
import msvcrt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import wintypes
from typing import TypeVar

from exponea_game.system.clock import pause, stopwatch

HOLD_PATIENCE = 0.5
"""Seconds for which a file that another program holds is asked for again."""
HOLD_PAUSE = 0.02
"""Seconds between two such attempts."""
APPENDER_PAUSE = 0.001
"""Seconds between two attempts to append where another process does: its write is short."""
APPENDERS_BYTE = (1 << 30) + 1
"""What is locked by who appends; a locked byte cannot be read: one that is never there."""
ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION = 5, 32, 33
_GENERIC_WRITE = 0x40000000
_SHARED = 1 | 2 | 4  # with those that read, write and delete
_NO_HANDLE = wintypes.HANDLE(-1).value

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.ReOpenFile.argtypes = [wintypes.HANDLE, wintypes.DWORD, wintypes.DWORD, wintypes.DWORD]
_kernel32.ReOpenFile.restype = wintypes.HANDLE
_kernel32.FlushFileBuffers.argtypes = [wintypes.HANDLE]
_kernel32.CloseHandle.argtypes = [wintypes.HANDLE]
_runtime = ctypes.CDLL("ucrtbase")


def flush(descriptor: int) -> None:
    """Wait until an open file's bytes are on the disk; writes on the descriptor do not wait.

    Raises:
        OSError: The disk does not confirm it.
    """
    ours = msvcrt.get_osfhandle(descriptor)
    other = _kernel32.ReOpenFile(ours, _GENERIC_WRITE, _SHARED, 0)
    if other == _NO_HANDLE:  # as on a network drive that knows no such call
        os.fsync(descriptor)
        return
    try:
        if not _kernel32.FlushFileBuffers(other):
            raise ctypes.WinError(ctypes.get_last_error())
    finally:
        _kernel32.CloseHandle(other)


_Result = TypeVar("_Result")


def insist(operation: Callable[[], _Result]) -> _Result:
    """Try an operation on a file again while another program holds that; not on a game's thread.

    Raises:
        OSError: It is forbidden, has failed, or the file was held for half a second.
    """
    begun = stopwatch()
    while True:
        try:
            return operation()
        except PermissionError as error:
            if not is_held(error) or stopwatch() - begun >= HOLD_PATIENCE:
                raise
        pause(HOLD_PAUSE)


@contextmanager
def alone(descriptor: int) -> Iterator[None]:
    """Keep other processes from appending to an open file meanwhile.

    One that holds the file for half a second has been stopped in the middle: nobody waits longer.
    """
    begun = stopwatch()
    while not (locked := _lock(descriptor, msvcrt.LK_NBLCK)):
        if stopwatch() - begun >= HOLD_PATIENCE:
            break
        pause(APPENDER_PAUSE)
    try:
        yield
    finally:
        if locked:
            _lock(descriptor, msvcrt.LK_UNLCK)


def _lock(descriptor: int, mode: int) -> bool:
    """Lock or unlock the appenders' byte; returns whether it has succeeded."""
    with suppress(OSError):
        os.lseek(descriptor, APPENDERS_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, mode, 1)
        return True
    return False


def is_held(error: OSError) -> bool:
    """Whether this error of the last operation on a file comes of another program's hold on it.

    A new name that belongs to a file which is held is denied like one that nobody may have.
    """
    code = _last_error() if error.winerror is None else error.winerror
    is_rename = error.filename2 is not None
    return code in (SHARING_VIOLATION, LOCK_VIOLATION) or (is_rename and code == ACCESS_DENIED)


def _last_error() -> int:
    """What the system said to the C runtime's last call on this thread that failed."""
    code = ctypes.c_ulong()
    _runtime._get_doserrno(ctypes.byref(code))  # noqa: SLF001 - its name
    return code.value
