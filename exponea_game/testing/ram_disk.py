"""A disk in memory: nothing of it outlives the test that made it.

It keeps what it is given and holds its locks like the real one, so that whatever is true of a home
on it is true of a home on a disk. A subclass may break it, or forget what was not synced.
"""

from __future__ import annotations

import errno
import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path

from exponea_game.system.disk import Disk


@dataclass(eq=False, slots=True)
class File:
    """A file's bytes; a descriptor goes on with them when the name is gone."""

    data: bytearray = field(default_factory=bytearray)


class RamDisk(Disk):
    """A disk in memory.

    Attributes:
        files: The files by their names.
    """

    shared_memory = None

    def __init__(self) -> None:
        self.files: dict[Path, File] = {}
        self._folders: set[Path] = set()
        self._open: dict[int, File] = {}
        self._locked: dict[int, File] = {}
        self._numbers = itertools.count(3)

    def kill(self) -> None:
        """What the system does when a process dies: descriptors are closed, locks are free."""
        self._open.clear()
        self._locked.clear()

    def make_folder(self, folder: Path) -> None:
        """Make the folder and those above it."""
        self._folders |= {folder, *folder.parents}

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, sorted."""
        head = os.path.join(folder, "")  # noqa: PTH118 - paths are slow to compare
        within = (str(path) for path in (*self.files, *self._folders))
        names = {path[len(head) :] for path in within if path.startswith(head)}
        return sorted(name for name in names if name and os.sep not in name)

    def folders(self, folder: Path) -> list[str]:
        """The names of folders in a folder, sorted."""
        return sorted(path.name for path in self._folders if path.parent == folder)

    def create(self, path: Path) -> int:
        """Open a new file for appending."""
        if path in self.files:
            raise FileExistsError(errno.EEXIST, "File exists", str(path))
        return self.open(path)

    def open(self, path: Path, *, append: bool = False) -> int:  # noqa: ARG002 - as the real one
        """Open a file, made if it is not there."""
        if path.parent not in self._folders:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        number = next(self._numbers)
        self._open[number] = self.files.setdefault(path, File())
        return number

    def write(self, descriptor: int, data: bytes) -> int:  # type: ignore[override]
        """Append bytes to a descriptor; returns how many were written."""
        self._file(descriptor).data += data
        return len(data)

    def read(self, path: Path, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes of a file from ``offset`` on."""
        return bytes(self._named(path).data[offset : offset + size])

    def write_at(self, descriptor: int, offset: int, data: bytes) -> None:
        """Overwrite bytes of an open file in place."""
        file = self._file(descriptor)
        file.data.extend(bytes(max(0, offset - len(file.data))))
        file.data[offset : offset + len(data)] = data

    def has(self, path: Path) -> bool:
        """Whether there is such a file."""
        return path in self.files

    def has_folder(self, folder: Path) -> bool:
        """Whether there is such a folder."""
        return folder in self._folders

    def size(self, path: Path) -> int:
        """Bytes of a file."""
        return len(self._named(path).data)

    def links(self, descriptor: int) -> tuple[int, int]:
        """How many names an open file has, and its bytes."""
        file = self._file(descriptor)
        return sum(named is file for named in self.files.values()), len(file.data)

    def sync(self, descriptor: int) -> None:
        """Nothing is kept from being lost here."""
        self._file(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """As ``sync``."""

    def close(self, descriptor: int) -> None:
        """Close a descriptor."""
        self._open.pop(descriptor, None)
        self._locked.pop(descriptor, None)

    def rename(self, path: Path, new: Path) -> None:
        """Give a file another name."""
        self.files[new] = self._named(path)
        del self.files[path]

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        self.files.pop(path, None)

    def remove_folder(self, folder: Path) -> None:
        """Remove an empty folder."""
        if self.names(folder):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(folder))
        self._folders.discard(folder)

    def lock(self, path: Path) -> int | None:
        """Lock a file, made if it is not there; None if it is locked."""
        descriptor = self.open(path)
        file = self._open[descriptor]
        if file in self._locked.values():
            self.close(descriptor)
            return None
        self._locked[descriptor] = file
        return descriptor

    def unlock(self, descriptor: int) -> None:
        """Give up a lock."""
        self.close(descriptor)

    def _named(self, path: Path) -> File:
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from None

    def _file(self, descriptor: int) -> File:
        try:
            return self._open[descriptor]
        except KeyError:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF)) from None
