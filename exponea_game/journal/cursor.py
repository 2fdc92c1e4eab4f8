"""How far the server has everything of one run, in a small file beside its segments.

    acked.json   {"segment":3,"offset":81234,"seq":9120,"closed":false,"lost":{"shot":12}}

The server has the commands up to ``seq``, which end at ``offset`` of ``segment``. The cursor is
moved only after the server's answer, so that each command is sent at least once. ``lost`` counts
commands by event type that were lost and nobody was told of yet; those whose type nobody knows
stand under "". ``closed`` says that the run is concluded: nothing is to come but what its journal
holds. ``heir_of`` names the runs whose losses are among these, and may stand in their cursors yet.

A cursor that is lost or cannot be understood is none: reading begins at the oldest segment that is
there, and the server stores a repeated event once.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from exponea_game.journal.batch import Position
from exponea_game.journal.losses import counts, number
from exponea_game.system.disk import Disk
from exponea_game.system.two_slot_file import TwoSlotFile

CURSOR = "acked.json"
CURSOR_SIZE = 4096
"""Bytes of a cursor's slot."""
LOST_TYPES = 40
"""Event types counted apart among the lost; the rest go under no type."""
HEIR_OF = 40
"""Runs whose losses are known to be counted; there are any only on a disk at fault."""
NAME_LENGTH = 20
"""Characters of their names: those of a million runs have 13."""


class Cursor:
    """How far the server has everything of one run.

    The courier moves and syncs it, the keeper reports the losses, the game's thread reads. A lock
    is held around each change and its write; ``position`` is replaced as one.

    Args:
        folder: The run's folder.
        disk: Where it lies.
        position: Where it stands before it is loaded; None: the oldest segment will do.

    Attributes:
        position: How far the server has everything; None while the oldest segment will do.
        closed: Whether the run is concluded.
        lost: Commands that were lost and not reported yet, by event type.
        heir_of: The runs whose losses are among them, or were before they were reported.
    """

    def __init__(self, folder: Path, disk: Disk, position: Position | None = None) -> None:
        self._file = TwoSlotFile(folder / CURSOR, CURSOR_SIZE, disk)
        self._lock = threading.Lock()
        self.position = position
        self.closed = False
        self.lost: Counter[str] = Counter()
        self.heir_of: frozenset[str] = frozenset()

    @property
    def seq(self) -> int:
        """The last command that the server has."""
        position = self.position
        return position.seq if position else 0

    def load(self) -> None:
        """Read the cursor of an earlier run.

        Raises:
            OSError: It cannot be read.
        """
        read = self._file.read()
        if not self._take(read):
            self._file.set_aside("it says nothing that a cursor says")

    def peek(self) -> bool:
        """Read the cursor of a run that may be another process's; whether the run is concluded.

        Nothing on the disk is touched, and it stays concluded. Whoever delivers the run locks it,
        and loads the cursor again.
        """
        try:
            return self._take(self._file.peek()) and self.closed
        except OSError:
            return False

    def _take(self, read: Any) -> bool:
        """Stand where a cursor says; whether it says what a cursor does, or nothing."""
        value = read if isinstance(read, dict) else {}
        place = [number(value.get(name)) for name in Position._fields]
        whole = None not in place
        self.position = Position(*place) if whole else None  # type: ignore[arg-type]
        self.closed, self.lost = value.get("closed") is True, counts(value.get("lost"))
        self.heir_of = _names(value.get("heir_of"))
        return read is None or (bool(value) and (whole or place == [None] * len(place)))

    def settle(self, end: Position, missing: int = 0) -> None:
        """The server has everything before a place: move there.

        Args:
            end: The place; one before the cursor moves nothing.
            missing: Commands before it that are missing: lost.

        Raises:
            OSError: The cursor cannot be written.
        """
        with self._lock:
            self.position = max(self.position or end, end)
            if missing:
                self.lost[""] += missing
            self._save()

    def lose(
        self, lost: Counter[str], end: Position | None = None, *, must_sync: bool = True
    ) -> None:
        """Count losses, pass over them, and sync that.

        Args:
            lost: How many, by event type.
            end: The place behind what was lost; None where that is in another run.
            must_sync: Whether a disk that does not confirm it is a fault.

        Raises:
            OSError: The cursor cannot be written, or is not certain to be.
        """
        with self._lock:
            if end is not None:
                self.position = max(self.position or end, end)
            self.lost += lost
            self._save()
        try:
            self._file.sync()
        except OSError:
            if must_sync:
                raise

    def inherit(self, run: str, lost: Counter[str], heir_of: Iterable[str] = ()) -> None:
        """Count what another run has lost, if that is not counted yet, and sync that.

        Args:
            run: The other run's name.
            lost: How many, by event type.
            heir_of: The runs whose losses are among those.

        Raises:
            OSError: It is not certain. What another launch finds tells whether it is counted.
        """
        with self._lock:
            if run not in self.heir_of:
                self.lost += lost
                self.heir_of |= {run, *heir_of}
            self._save()
        self._file.sync()

    def outlive(self, run: str) -> None:
        """The losses of another run stand here alone."""
        with self._lock:
            self.heir_of -= {run}

    def unreported(self) -> Counter[str]:
        """A copy of ``lost`` at this moment."""
        with self._lock:
            return Counter(self.lost)

    def forget_lost(self, reported: Counter[str]) -> None:
        """So much of what was lost is reported; what another thread has counted since is not.

        Raises:
            OSError: The cursor cannot be written.
        """
        with self._lock:
            self.lost -= reported
            self._save()

    def close_run(self) -> None:
        """The run is concluded.

        Raises:
            OSError: The cursor cannot be written.
        """
        with self._lock:
            self.closed = True
            self._save()

    def sync(self) -> None:
        """Sync what the cursor says, also where it could not be written before.

        Raises:
            OSError: The disk does not confirm it.
        """
        with self._lock:
            self._save()
        self._file.sync()

    def _save(self) -> None:
        common = dict(self.lost.most_common(LOST_TYPES))
        rest = self.lost.total() - sum(common.values())
        lost = {**common, "": common.get("", 0) + rest} if rest else common
        place = self.position._asdict() if self.position else {}
        heir_of = {"heir_of": sorted(self.heir_of)[-HEIR_OF:]} if self.heir_of else {}
        self._file.write({**place, "closed": self.closed, "lost": lost, **heir_of})

    def close(self) -> None:
        """Give the file up."""
        self._file.close()


def _names(value: Any) -> frozenset[str]:
    """Names of runs, as far as they can be understood."""
    names = value if isinstance(value, list) else []
    names = [name for name in names if isinstance(name, str) and name.isascii()]
    return frozenset(name for name in names if len(name) <= NAME_LENGTH)
