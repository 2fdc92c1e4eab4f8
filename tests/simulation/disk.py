"""A disk in memory that forgets, fails and dies as a real one may.

``Storage`` is the medium: it outlives processes and power cuts. A ``FakeDisk`` is one process's
access to it, with the methods of ``exponea_game.system.disk.Disk``. What a file system promises:

    kill -9     nothing is lost for which a call had returned; locks and descriptors go
    power cut   bytes written since a file's last sync, and names since their folder's last sync,
                may be there or not: as a prefix of what was done, or any sectors and names of it
    a failed sync makes nothing certain, and what it failed for no later sync makes certain
    full        files do not grow, though they may be overwritten in place and made empty
    read-only   nothing changes

Before each operation a ``Trouble`` is asked: it may let the process die there, fail, or cut it.
"""

from __future__ import annotations

import errno
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

SECTOR = 512
"""Bytes that a disk writes as one."""


class Crash(BaseException):
    """The process is no more."""


@dataclass
class File:
    """A file: what programs see, what is on the medium for certain, and what was done since.

    Attributes:
        doomed: How many of the writes a failed sync has left: no later one makes them certain,
            only what is written after it.
    """

    data: bytearray = field(default_factory=bytearray)
    safe: bytes = b""
    writes: list[tuple[int, bytes]] = field(default_factory=list)
    doomed: int = 0
    links: int = 0
    lock: FakeDisk | None = None

    def write(self, offset: int, data: bytes) -> None:
        self.data[offset : offset + len(data)] = data
        self.writes.append((offset, bytes(data)))

    def sync(self) -> None:
        safe = bytearray(self.safe)
        for offset, data in self.writes[self.doomed :]:
            safe.extend(bytes(max(0, offset - len(safe))))
            safe[offset : offset + len(data)] = data
        self.safe, self.doomed = bytes(safe), 0
        self.writes.clear()


@dataclass
class Folder:
    """A folder: the names that programs see, and those that are certain."""

    names: dict[str, File | Folder] = field(default_factory=dict)
    safe: dict[str, File | Folder] = field(default_factory=dict)


class Trouble(Protocol):
    """What goes wrong."""

    def meet(self, disk: FakeDisk, operation: str, path: Path, size: int) -> int | None:
        """Called before an operation.

        Returns:
            How many bytes of a write are done, or None for all; -n-1 for n bytes and then death.

        Raises:
            OSError: The operation fails.
            Crash: The process dies before it.
        """


class Storage:
    """The medium.

    Attributes:
        full: Files do not grow.
        read_only: Nothing changes.
        trouble: What else goes wrong.
        now: The time of the machine, for slow writes.
    """

    def __init__(self) -> None:
        self.root = Folder()
        self.full = self.read_only = False
        self.trouble: Trouble | None = None
        self.descriptors = 2

    def find(self, path: Path) -> File | Folder:
        node: File | Folder = self.root
        try:
            for part in path.parts[1:]:
                node = node.names[part]  # type: ignore[union-attr]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "not there", str(path)) from None
        except AttributeError:
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(path)) from None
        return node

    def folder(self, path: Path) -> Folder:
        node = self.find(path)
        if isinstance(node, File):
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(path))
        return node

    def file(self, path: Path) -> File:
        node = self.find(path)
        if isinstance(node, Folder):
            raise IsADirectoryError(errno.EISDIR, "a folder", str(path))
        return node

    def power_cut(self, chance: random.Random, mode: str) -> None:
        """Forget what is not certain.

        Args:
            chance: Decides what is lost.
            mode: "all" that is not certain is lost, "none" of it, a "suffix", or any "sectors".
        """
        _forget(self.root, chance, mode)


def _forget(folder: Folder, chance: random.Random, mode: str) -> None:
    names = dict(folder.safe)
    known = {**folder.safe, **folder.names}
    changed = [name for name in known if names.get(name) is not folder.names.get(name)]
    kept = {"all": 0, "none": len(changed), "suffix": chance.randint(0, len(changed))}.get(mode)
    for place, name in enumerate(changed):
        if place < kept if kept is not None else chance.random() < 0.5:
            node = folder.names.get(name)
            names.pop(name, None)
            if node is not None:
                names[name] = node
    folder.names, folder.safe = names, dict(names)
    for node in names.values():
        if isinstance(node, Folder):
            _forget(node, chance, mode)
        else:
            _forget_bytes(node, chance, mode)


def _forget_bytes(file: File, chance: random.Random, mode: str) -> None:
    if mode == "sectors":
        file.data = _any_sectors(file, chance)
    elif mode != "none":
        data, writes = bytearray(file.safe), file.writes
        kept = chance.randint(0, len(writes)) if mode == "suffix" else 0
        for place, (offset, written) in enumerate(writes[: kept + 1 if mode == "suffix" else 0]):
            part = written if place < kept else written[: chance.randint(0, len(written))]
            data.extend(bytes(max(0, offset - len(data))))
            data[offset : offset + len(part)] = part
        file.data = data
    file.safe, file.writes, file.doomed, file.lock = bytes(file.data), [], 0, None


def _any_sectors(file: File, chance: random.Random) -> bytearray:
    data = bytearray(file.safe)
    written = {
        sector
        for offset, part in file.writes
        for sector in range(offset // SECTOR, (offset + len(part) + SECTOR - 1) // SECTOR)
    }
    for sector in sorted(written):
        if chance.random() < 0.5:
            start, end = sector * SECTOR, min((sector + 1) * SECTOR, len(file.data))
            data.extend(bytes(max(0, start - len(data))))
            data[start:end] = file.data[start:end]
    return data


@dataclass
class _Handle:
    file: File
    path: Path
    append: bool


class FakeDisk:
    """One process's access to a storage, in place of ``exponea_game.system.disk.Disk``."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.dead = False
        self._handles: dict[int, _Handle] = {}

    def die(self) -> None:
        """The process is killed: its locks and descriptors go."""
        self.dead = True
        for handle in self._handles.values():
            if handle.file.lock is self:
                handle.file.lock = None
        self._handles.clear()

    def open_files(self) -> int:
        """How many descriptors the process holds."""
        return len(self._handles)

    def _meet(self, operation: str, path: Path, size: int = 0) -> int | None:
        if self.dead:
            raise Crash
        trouble = self.storage.trouble
        return None if trouble is None else trouble.meet(self, operation, path, size)

    def _changes(self) -> None:
        if self.storage.read_only:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    def _handle(self, descriptor: int) -> _Handle:
        if descriptor not in self._handles:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._handles[descriptor]

    def _opened(self, file: File, path: Path, append: bool) -> int:
        self.storage.descriptors += 1
        self._handles[self.storage.descriptors] = _Handle(file, path, append)
        return self.storage.descriptors

    def make_folder(self, folder: Path) -> None:
        self._meet("make_folder", folder)
        node = self.storage.root
        for part in folder.parts[1:]:
            if part not in node.names:
                self._changes()
                node.names[part] = Folder()
            child = node.names[part]
            if isinstance(child, File):
                raise FileExistsError(errno.EEXIST, "a file", str(folder))
            node = child

    def names(self, folder: Path) -> list[str]:
        self._meet("names", folder)
        try:
            return sorted(self.storage.folder(folder).names)
        except FileNotFoundError:
            return []

    def folders(self, folder: Path) -> list[str]:
        self._meet("folders", folder)
        try:
            names = self.storage.folder(folder).names
        except FileNotFoundError:
            return []
        return sorted(name for name, found in names.items() if isinstance(found, Folder))

    def create(self, path: Path) -> int:
        self._meet("create", path)
        names = self.storage.folder(path.parent).names
        if path.name in names:
            raise FileExistsError(errno.EEXIST, "there", str(path))
        self._changes()
        names[path.name] = file = File(links=1)
        return self._opened(file, path, append=True)

    def open(self, path: Path, *, append: bool = False) -> int:
        self._meet("open", path)
        self._changes()
        names = self.storage.folder(path.parent).names
        if path.name not in names:
            names[path.name] = File(links=1)
        return self._opened(self.storage.file(path), path, append)

    def _write(self, operation: str, handle: _Handle, offset: int, data: bytes) -> int:
        cut = self._meet(operation, handle.path, len(data))
        self._changes()
        room = len(data)
        if self.storage.full:
            room = max(0, len(handle.file.data) - offset)
        if cut is not None:
            room = min(room, -cut - 1 if cut < 0 else cut)
        if room == 0 < len(data) and (cut is None or cut >= 0):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        handle.file.write(offset, data[:room])
        if cut is not None and cut < 0:
            raise Crash
        return min(room, len(data))

    def write(self, descriptor: int, data: bytes) -> int:
        handle = self._handle(descriptor) if not self.dead else _Handle(File(), Path(), True)
        return self._write("write", handle, len(handle.file.data), data)

    append = write

    def write_at(self, descriptor: int, offset: int, data: bytes) -> None:
        handle = self._handle(descriptor) if not self.dead else _Handle(File(), Path(), False)
        missing = offset - len(handle.file.data)
        if missing > 0 and not self.storage.full and not self.storage.read_only:
            handle.file.data.extend(bytes(missing))  # a hole reads as zeros
        if self._write("write_at", handle, offset, data) != len(data):
            raise OSError("short write")

    def read(self, path: Path, offset: int, size: int) -> bytes:
        self._meet("read", path)
        return bytes(self.storage.file(path).data[offset : offset + size])

    def read_all(self, path: Path) -> bytes:
        return self.read(path, 0, self.size(path))

    def has_folder(self, folder: Path) -> bool:
        self._meet("has_folder", folder)
        try:
            return isinstance(self.storage.find(folder), Folder)
        except FileNotFoundError:
            return False

    def has(self, path: Path) -> bool:
        self._meet("has", path)
        try:
            return path.name in self.storage.folder(path.parent).names
        except FileNotFoundError:
            return False

    def size(self, path: Path) -> int:
        self._meet("size", path)
        return len(self.storage.file(path).data)

    def links(self, descriptor: int) -> tuple[int, int]:
        handle = self._handle(descriptor)
        self._meet("links", handle.path)
        return handle.file.links, len(handle.file.data)

    def sync(self, descriptor: int) -> None:
        handle = self._handle(descriptor)
        try:
            self._meet("sync", handle.path)
        except OSError:
            handle.file.doomed = len(handle.file.writes)
            raise
        handle.file.sync()

    def sync_folder(self, folder: Path) -> None:
        self._meet("sync_folder", folder)
        node = self.storage.folder(folder)
        node.safe = dict(node.names)

    def close(self, descriptor: int) -> None:
        handle = self._handles.pop(descriptor, None)
        if handle is not None and handle.file.lock is self:
            handle.file.lock = None

    def rename(self, path: Path, new: Path) -> None:
        self._meet("rename", path)
        self._changes()
        file = self.storage.file(path)
        del self.storage.folder(path.parent).names[path.name]
        self.storage.folder(new.parent).names[new.name] = file

    def remove(self, path: Path) -> None:
        self._meet("remove", path)
        self._changes()
        try:
            names = self.storage.folder(path.parent).names
        except FileNotFoundError:
            return
        file = names.pop(path.name, None)
        if isinstance(file, File):
            file.links = 0

    def remove_folder(self, folder: Path) -> None:
        self._meet("remove_folder", folder)
        self._changes()
        if self.storage.folder(folder).names:
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(folder))
        del self.storage.folder(folder.parent).names[folder.name]

    def lock(self, path: Path) -> int | None:
        descriptor = self.open(path)
        file = self._handle(descriptor).file
        if file.lock is not None:
            self.close(descriptor)
            return None
        file.lock = self
        return descriptor

    def unlock(self, descriptor: int) -> None:
        self.close(descriptor)
