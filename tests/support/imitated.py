"""A pytest plugin that lets Linux's disk behave as another system's.

    PYTHONPATH=tests IMITATED=win32 pytest -p support.imitated tests/recovery/test_runs.py

``win32``: a lock is that of one byte far behind the end; a file that this process has open can be
neither removed nor renamed, nor its name be taken; folders are not synced. ``darwin``: a file is
synced by ``F_FULLFSYNC`` alone.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from exponea_game.system import disk

FULL_SYNC = 51
"""What macOS calls ``F_FULLFSYNC``."""
LK_UNLCK, LK_NBLCK = 0, 2


def locking(descriptor: int, mode: int, size: int) -> None:
    """Lock, or unlock, bytes from where the file stands, as the module ``msvcrt`` does."""
    place = os.lseek(descriptor, 0, os.SEEK_CUR)
    assert (mode, place, size) in [(LK_NBLCK, 1 << 30, 1), (LK_UNLCK, 1 << 30, 1)]
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if mode else fcntl.LOCK_UN)
    except BlockingIOError:
        raise PermissionError(errno.EACCES, "Permission denied") from None


def is_open(path: Path) -> bool:
    """Whether this process has the file open."""
    if not path.exists():
        return False
    files = Path("/proc/self/fd").iterdir()
    return str(path.resolve()) in [os.path.realpath(file) for file in files]


def unless_open(change: Callable[..., None]) -> Callable[..., None]:
    """A method of a disk that is refused where one of its files is open."""

    def refused(self: disk.Disk, *paths: Path) -> None:
        for path in filter(is_open, paths):
            raise PermissionError(errno.EACCES, "in use by a process", str(path))
        change(self, *paths)

    return refused


def full_sync(descriptor: int, command: int) -> None:
    """Sync as macOS does when it is asked to."""
    assert command == FULL_SYNC
    os.fsync(descriptor)


def nothing(*_: object) -> None:
    """What there is elsewhere, and must not be called."""
    raise AssertionError("there is no such call on this system")


def pytest_configure() -> None:
    """Be the other system from here on."""
    system = os.environ["IMITATED"]
    disk.sys = SimpleNamespace(platform=system)
    disk.os = SimpleNamespace(**vars(os) | {"fdatasync": nothing})
    if system == "win32":
        disk.msvcrt = SimpleNamespace(locking=locking, LK_UNLCK=LK_UNLCK, LK_NBLCK=LK_NBLCK)
        disk.fcntl = None
        disk.Disk.sync = staticmethod(os.fsync)
        disk.Disk.append = lambda self, descriptor, data: self.write(descriptor, data)
        disk.Disk.rename = unless_open(disk.Disk.rename)
        disk.Disk.remove = unless_open(disk.Disk.remove)
    else:
        names = {name: getattr(fcntl, name) for name in ("flock", "LOCK_EX", "LOCK_NB", "LOCK_UN")}
        disk.fcntl = SimpleNamespace(fcntl=full_sync, F_FULLFSYNC=FULL_SYNC, **names)
