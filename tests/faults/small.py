"""A disk that is really full: a small one in memory where it may be mounted, else files that may
not grow.

    with small_disk(folder) as disk:       # mounted there, by this user or with sudo
        ...                                # what is written to folder is soon too much
        disk.make_room()

Files that may not grow (``RLIMIT_FSIZE``) need no rights and are there on every POSIX system.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SIZE = 1 << 20
"""Bytes that the disk takes."""
LONGEST = 900_000
"""Bytes that a file may have where the disk itself is not small."""
WAYS = ["a small disk", "files that may not grow"]
VERSION, OVERRIDE = 0x20080522, 0b110
"""Of capset(2), and its CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


def run(*command: str | os.PathLike[str]) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


class Mounted:
    """A small disk in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sudo = ["sudo", "--non-interactive"] if os.geteuid() else []
        own = f"uid={os.geteuid()},gid={os.getegid()}"
        run(*self._sudo, "mount", "-t", "tmpfs", "-o", f"size={SIZE},{own}", "tmpfs", folder)

    def fill(self) -> None:
        """Leave no room for another byte."""
        with suppress(OSError), (self.folder / "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))

    def make_room(self) -> None:
        """Let the disk take as much as anybody writes."""
        run(*self._sudo, "mount", "-o", f"remount,size={64 * SIZE}", self.folder)

    def freeze(self, *, thaw: bool = False) -> None:
        """Make the disk read-only, or writable again."""
        run(*self._sudo, "mount", "-o", f"remount,{'rw' if thaw else 'ro'}", self.folder)

    def close(self) -> None:
        """Take it away."""
        run(*self._sudo, "umount", "--lazy", self.folder)


class Limited:
    """A folder whose files may not grow, nor may any other of this process."""

    def __init__(self, folder: Path) -> None:
        import resource

        self.folder, self._limits = folder, resource
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST, self._before[1]))

    def fill(self) -> None:
        """Let no file take another byte."""
        self._limits.setrlimit(self._limits.RLIMIT_FSIZE, (0, self._before[1]))

    def make_room(self) -> None:
        """Let files grow as before."""
        self._limits.setrlimit(self._limits.RLIMIT_FSIZE, self._before)

    def freeze(self, *, thaw: bool = False) -> None:
        """Make the folder and all in it read-only, or writable again."""
        freeze(self.folder, thaw=thaw)

    def close(self) -> None:
        """Leave all as it was."""
        self.make_room()
        self.freeze(thaw=True)


def freeze(folder: Path, *, thaw: bool = False) -> None:
    """Make a folder and all in it read-only, or writable again; open files too where we may."""
    immutable = _is_done("chattr", "-R", "-i" if thaw else "+i", folder)
    if thaw or not immutable:
        run("chmod", "-R", "u+w" if thaw else "u-w", folder)
        if sys.platform == "linux":
            _be_bound(bound=not thaw)


def _be_bound(*, bound: bool) -> None:
    """Let permissions keep this thread out even where it is root's; see capset(2)."""
    library = ctypes.CDLL(None, use_errno=True)
    header, sets = (ctypes.c_uint32 * 2)(VERSION, 0), (ctypes.c_uint32 * 6)()
    library.capget(header, sets)
    effective, permitted = sets[:2]
    sets[0] = effective & ~OVERRIDE if bound else effective | permitted & OVERRIDE
    if library.capset(header, sets):
        raise OSError(ctypes.get_errno(), "permissions cannot be made to hold for this user")


def _is_done(*command: str | os.PathLike[str]) -> bool:
    try:
        run(*command)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@contextmanager
def small_disk(folder: Path, way: str = WAYS[0]) -> Iterator[Mounted | Limited]:
    """A disk at a folder; files that may not grow where none may be mounted."""
    folder.mkdir()
    disk = _mounted(folder) if way == WAYS[0] else None
    disk = disk or Limited(folder)
    try:
        yield disk
    finally:
        disk.close()


def _mounted(folder: Path) -> Mounted | None:
    if sys.platform != "linux":
        return None
    try:
        return Mounted(folder)
    except (OSError, subprocess.CalledProcessError):
        return None
