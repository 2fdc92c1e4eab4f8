"""How many commands a run has given out while some of them waited in memory.

    /dev/shm/exponea_game-<run>-<home>    the last ``seq``, in digits

A process that is killed takes its memory along, and what the disk has tells nothing of it. Linux
has files of memory that outlive the process and wait for no disk: the last ``seq`` that had to wait
is noted in one of them, so that the next launch counts what was lost. It holds nothing of the
player, and is there only once a disk has stalled or failed. Other systems have no such place: there
nobody counts these.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from exponea_game.system.disk import Disk

DIGITS = 16
"""Characters of a ``seq``: as many as a line of a journal can have, and one more."""
LARGEST = 10**14
"""Numbers beyond are damage: behind them there must be room for what a launch adds."""


class Tally:
    """The last ``seq`` of a run that waited in memory.

    Args:
        folder: The run's folder.
        disk: Opens and writes it; a made-up one has no such memory.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder, self._disk = folder, disk
        self._descriptor: int | None = None

    @cached_property
    def _path(self) -> Path | None:
        """Where it lies; None where there is no such memory. A launch asks it of few runs."""
        memory: str | None = getattr(self._disk, "shared_memory", None)
        text = str(self._folder).encode("utf-8", "surrogateescape")
        name = f"exponea_game-{self._folder.name}-{hashlib.sha256(text).hexdigest()[:12]}"
        return Path(memory, name) if memory else None

    def note(self, seq: int) -> None:
        """A command waits in memory."""
        if self._path is None:
            return
        try:
            if self._descriptor is None:
                self._descriptor = self._disk.open(self._path)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, b"%016d" % seq)  # by no disk, which may stall
        except OSError:
            self._path = None  # no such memory here

    def read(self) -> int:
        """The last command that waited; 0 if none did, or nobody knows."""
        if self._path is not None:
            with suppress(OSError, ValueError):
                seq = int(self._disk.read(self._path, 0, DIGITS))
                return seq if seq <= LARGEST else 0
        return 0

    def remove(self) -> None:
        """Nobody has to count any more."""
        self.close()
        if self._path is not None:
            with suppress(OSError):
                self._disk.remove(self._path)

    def close(self) -> None:
        """Give the file up."""
        if self._descriptor is not None:
            self._disk.close(self._descriptor)
            self._descriptor = None
