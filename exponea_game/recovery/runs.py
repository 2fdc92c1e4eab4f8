"""Where runs live: one folder and one lock each, in the home of a game.

    <home>/home.lock            held for the milliseconds in which dead runs are adopted
    <home>/identity.json        who plays (see identity)
    <home>/consent.json         whether the player lets the game track (see consent)
    <home>/rejected.jsonl       commands that the server refused, with its words
    <home>/sent.jsonl           commands that the server accepted, for the player to see
    <home>/stream               there once the home has told an event stream: it is empty
    <home>/runs/000007-3fa9c1/  the journal of a run, and its lock beside it (see journal)

A run's lock is taken before its folder is made and given up after the folder is gone. A folder
whose lock is free belongs to a dead run: whoever starts next adopts it (see adoption).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from exponea_game.journal.batch import Position
from exponea_game.journal.cursor import Cursor
from exponea_game.journal.reader import Reader
from exponea_game.journal.removal import Removal
from exponea_game.journal.segments import Segments
from exponea_game.journal.tally import Tally
from exponea_game.journal.writer import Journal
from exponea_game.system.clock import Clock, Seconds, pause, stopwatch
from exponea_game.system.disk import Disk, ForeignFileError
from exponea_game.system.two_slot_file import ASIDE

LOCKS_AT_ONCE = 100
"""Stale locks that are removed at once: a start waits for that."""
PATIENCE = 0.5
"""Seconds a start waits for another one that is adopting runs."""
LOOK = 0.005
"""Seconds between two looks whether it is done."""

OF_THE_PLAYER = (
    *("rejected.jsonl", "rejected.old", "sent.jsonl", "sent.old"),
    *("identity.json.aside", "consent.json.aside", "identity.json"),
)
"""Files of a home that tell of the player: a wipe takes them, and no other. Who it was goes last,
so that a launch can see that a wipe was not finished."""
_RUN = re.compile(r"(\d{6,})-[0-9a-f]{6}")


class Run:
    """A run as it lies on the disk, and its lock if this process holds it.

    Args:
        folder: Its folder.
        disk: Where it lies.
        live: Whether it is this process's own, or another living one's.

    Attributes:
        name: Its name.
        folder: Its folder.
        lock: The descriptor of its lock, or None. The own run's is the keeper's, a dead run's the
            courier's.
        segments: Its segments.
        cursor: How far the server has them.
    """

    def __init__(self, folder: Path, disk: Disk, *, live: bool) -> None:
        self.name, self.folder = folder.name, folder
        self._live = live
        self.lock: int | None = None
        self.segments = Segments(folder, disk)
        self.cursor = Cursor(folder, disk, Position(1, 0, 0) if live else None)

    def last_segment(self) -> int:
        """The number of the last segment that was begun: what has a higher one comes after it.

        The cursor may stand in one that is gone: its name was not synced, or it was not to stay.

        Raises:
            OSError: The folder cannot be read.
        """
        passed = self.cursor.position.segment if self.cursor.position else 0
        return max([passed, *self.segments.numbers()])

    # A launch may find thousands of runs, whose turn comes much later.

    @cached_property
    def reader(self) -> Reader:
        """Reads its segments."""
        return Reader(self.segments, live=self._live)

    @cached_property
    def removal(self) -> Removal:
        """Removes them."""
        return Removal(self.segments, self.cursor)

    @cached_property
    def tally(self) -> Tally:
        """Knows what waited in memory."""
        return Tally(self.folder, self.segments.disk)


class Home:
    """The runs of one game on one player's machine: their folders and their locks.

    game      at a launch ``alone``, ``begin``, ``names``, ``lock``; then ``release``, ``wipe``
    keeper    ``occupy``, for the own run; ``permit`` of the game does too, never at once with it
    courier   ``hold``, ``release``, ``let_go``, for dead runs; ``begin``, for what is set aside
    No lock of threads: each run is one thread's at a time. Processes keep each other out by files.

    Args:
        folder: Where the home is.
        disk: The disk it is on.
        chance: Gives so many random bytes, for names.
        pause: Waits so many seconds, or until the system's clock ticks.
        stopwatch: Tells how long that has been.
        journal: Makes the journal of a run, from its folder, the disk and its clocks.

    Attributes:
        stale_locks: Whether there are more locks without a folder than went at once.
    """

    def __init__(
        self,
        folder: Path,
        disk: Disk,
        chance: Callable[[int], bytes] = os.urandom,
        pause: Callable[[float], None] = pause,
        stopwatch: Seconds = stopwatch,
        journal: Callable[[Path, Disk, Mapping[str, object]], Journal] = Journal,
    ) -> None:
        self.folder, self.disk, self._chance = folder, disk, chance
        self._pause, self._stopwatch, self._journal = pause, stopwatch, journal
        self.runs, self.stale_locks = folder / "runs", False

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the home's lock; says whether it was to be had in time.

        Raises:
            OSError: The home cannot be written.
        """
        self.disk.make_folder(self.runs)
        path = self.folder / "home.lock"
        try:
            lock = self.disk.lock(path)
        except ForeignFileError:
            self.disk.rename(path, path.with_name(path.name + ASIDE))
            lock = self.disk.lock(path)
        deadline = self._stopwatch() + PATIENCE
        while lock is None and self._stopwatch() < deadline:
            self._pause(LOOK)
            lock = self.disk.lock(path)
        try:
            yield lock is not None
        finally:
            if lock is not None:
                self.disk.unlock(lock)

    def names(self) -> list[str]:
        """The names of all runs, oldest first; a link among them is nobody's run.

        Raises:
            OSError: The home cannot be read.
        """
        names = filter(_RUN.fullmatch, self.disk.folders(self.runs))
        return sorted(names, key=lambda name: int(name.split("-")[0]))

    def run(self, name: str, *, live: bool = False) -> Run:
        """A run of this home, whether or not it is there."""
        return Run(self.runs / name, self.disk, live=live)

    def begin(self, clock: Clock) -> tuple[Run, Journal]:
        """Make a new run and lock it.

        Raises:
            OSError: The home cannot be written.
        """
        last = max((int(name.split("-")[0]) for name in self.names()), default=0)
        run, journal = self._begin(f"{last + 1:06}-{self._chance(3).hex()}", clock)
        if not self.occupy(run):
            self.let_go(run)
            raise OSError(f"the new run {run.name} has no place")
        journal.begin()
        return run, journal

    def begin_in_memory(self, clock: Clock, fault: OSError) -> tuple[Run, Journal]:
        """Make a new run that waits in memory until the disk lets it ``occupy`` its folder."""
        run, journal = self._begin(f"000000-{self._chance(3).hex()}", clock)
        journal.fault = fault
        return run, journal

    def _begin(self, name: str, clock: Clock) -> tuple[Run, Journal]:
        run = self.run(name, live=True)
        clocks = {"boot": clock.boot, "elapsed": clock.boot_elapsed, "wall": clock.began}
        return run, self._journal(run.folder, self.disk, clocks)

    def occupy(self, run: Run) -> bool:
        """Lock the own run and make its folder, where that is not so; says whether it is so.

        A lock file that was removed keeps nobody out: the run is locked anew.
        """
        try:
            if run.lock is not None and self.disk.links(run.lock)[0]:
                return True
        except OSError:
            return True  # nothing is known against it
        self.let_go(run)
        try:
            self.disk.make_folder(self.runs)
            run.lock = self.disk.lock(self.runs / f"{run.name}.lock")
            self.disk.make_folder(run.folder)
        except OSError:
            return False
        return run.lock is not None

    def hold(self, run: Run) -> bool:
        """Lock a dead run to deliver it, if that is not so; says whether it is so."""
        if run.lock is not None:
            return True
        try:
            if self.lock(run):
                run.cursor.load()
        except OSError:
            self.let_go(run)
        return run.lock is not None

    def let_go(self, run: Run) -> None:
        """Give up a run's lock."""
        if run.lock is not None:
            self.disk.unlock(run.lock)
            run.lock = None

    def lock(self, run: Run) -> bool:
        """Lock a dead run; whether it is one, which nobody else has locked.

        Raises:
            OSError: The disk does not say.
        """
        run.lock = self.disk.lock(self.runs / f"{run.name}.lock")
        return run.lock is not None

    def sweep_locks(self) -> None:
        """Remove locks of runs without a folder: of processes that died between the two.

        Call it while the home is held alone. ``LOCKS_AT_ONCE`` go at the most; ``stale_locks`` says
        whether there were more.

        Raises:
            OSError: The home cannot be read.
        """
        names = set(self.disk.names(self.runs))
        locks = (name.removesuffix(".lock") for name in names if name.endswith(".lock"))
        stale = [name for name in locks if name not in names and _RUN.fullmatch(name)]
        self.stale_locks = len(stale) > LOCKS_AT_ONCE
        for name in stale[:LOCKS_AT_ONCE]:
            run = self.run(name)
            with suppress(OSError):
                self.lock(run)
            if run.lock is None:
                continue
            path = self.runs / f"{name}.lock"
            try:
                if not self.disk.has_folder(self.runs / name):
                    self.disk.remove(path)  # while it is locked: nobody takes it for theirs
                self.let_go(run)
            except OSError:  # Windows removes no file that is open
                self.let_go(run)
                with suppress(OSError):
                    self.disk.remove(path)

    def release(self, run: Run, *, remove: bool = False) -> None:
        """Give a run up; with ``remove`` delete it, for the server has all of it.

        Raises:
            OSError: It cannot be removed.
        """
        try:
            if remove:
                run.removal.remove()
                run.tally.remove()
        finally:
            run.cursor.close()
            self.let_go(run)
        if remove:  # after unlocking, for Windows; without the folder nobody looks for it
            self.disk.remove(self.runs / f"{run.name}.lock")

    def vacate(self, run: Run) -> None:
        """Remove the own run, and what stands around it if nobody else is in this home.

        Raises:
            OSError: The disk does not let us.
        """
        self.release(run, remove=True)
        lock = self.folder / "home.lock"
        with self.alone() as alone:
            empty = alone and not self.disk.names(self.runs)
            with suppress(OSError):
                if empty and sys.platform != "win32":  # which removes no file that is open
                    self.disk.remove(lock)
                    empty = False
        with suppress(OSError):  # what else is in there stays
            if empty:
                self.disk.remove(lock)
            self.disk.remove_folder(self.runs)
            self.disk.remove_folder(self.folder)

    def wipe(self) -> None:
        """Delete everything in this home but runs that another process lives in.

        A file that another game has open may stay where the system keeps it; nothing is in it.

        Raises:
            OSError: Something cannot be removed or emptied; all else is.
        """
        troubles = []
        for run in map(self.run, self.names()):
            try:
                if self.lock(run):
                    self.release(run, remove=True)
            except OSError as error:
                troubles.append(error)
        there = set(self.disk.names(self.folder))
        for name in filter(there.__contains__, OF_THE_PLAYER):
            try:
                self.disk.read(self.folder / name, 0, 0)
                self.disk.discard(self.folder / name)
            except ForeignFileError:  # a link that was set aside is nobody's
                pass
            except OSError as error:
                troubles.append(error)
        if troubles:
            raise troubles[0]
