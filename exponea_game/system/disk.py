"""The few operations on files that the journal needs; what differs between systems is here.

Everything raises ``OSError`` and nothing else. A test can put another object with the same methods
in the place of a ``Disk``: one that forgets what was not synced, that is full, or that breaks.

A lock belongs to the process and goes with it, however it dies. ``flock`` and not ``lockf``: the
latter is lost when any descriptor of the file is closed. A forked child shares a ``flock``.
"""

from __future__ import annotations

import contextlib
import os
import sys
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_BINARY = getattr(os, "O_BINARY", 0)
LONGEST = 1 << 26
"""Bytes of a file that are read at once; none of ours comes near it."""
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_LOCKED_BYTE = 1 << 30  # on Windows a locked byte cannot be read: one that is never there


class Disk:
    """The real disk."""

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
        except FileNotFoundError:
            return []

    def create(self, path: Path) -> int:
        """Open a new file for appending; it must not exist."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | _BINARY
        return os.open(path, flags, _PRIVATE_FILE)

    def open(self, path: Path, *, append: bool = False) -> int:
        """Open a file for reading and writing, made if it is not there."""
        flags = os.O_RDWR | os.O_CREAT | _BINARY | (os.O_APPEND if append else 0)
        return os.open(path, flags, _PRIVATE_FILE)

    write = staticmethod(os.write)
    """Append bytes to a descriptor; returns how many were written."""

    def read(self, path: Path, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes of a file from ``offset`` on."""
        with path.open("rb", buffering=0) as file:
            file.seek(offset)
            return file.read(size)

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

    def size(self, path: Path) -> int:
        """Bytes of a file."""
        return path.stat().st_size

    def links(self, descriptor: int) -> tuple[int, int]:
        """How many names an open file has (0: deleted), and its bytes."""
        status = os.fstat(descriptor)
        return status.st_nlink, status.st_size

    def sync(self, descriptor: int) -> None:
        """Wait until an open file's bytes are on the disk itself."""
        if sys.platform == "darwin":  # there fsync stops at the drive's cache
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        elif sys.platform == "win32":
            os.fsync(descriptor)
        else:
            os.fdatasync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """Wait until a folder's names are on the disk itself; Windows has no such call."""
        if sys.platform == "win32":
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def close(self, descriptor: int) -> None:
        """Close a descriptor; whether it succeeds does not matter."""
        with contextlib.suppress(OSError):
            os.close(descriptor)

    def rename(self, path: Path, new: Path) -> None:
        """Give a file another name; what had that name is gone."""
        path.replace(new)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

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
            theirs = path.stat()
        except FileNotFoundError:
            return False
        return (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino)


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
