"""Where files live: one folder and one lock per run; a run whose process died is adopted.

    <home>/home.lock            held for the milliseconds in which runs are adopted
    <home>/identity.json        who plays (see identity)
    <home>/consent.json         whether the player lets the game track (see consent)
    <home>/rejected.jsonl       commands that the server refused, with its words
    <home>/sent.jsonl           commands that the server accepted, for the player to see
    <home>/runs/000007-3fa9c1/  the journal of a run, and its lock beside it (see journal)

A run's lock is taken before its folder is made and given up after the folder is gone. A folder
whose lock is free belongs to a dead run: whoever starts next holds the lock from then on, pays what
the run owed, delivers what it left, and removes it.

Of several runs that had the same session open only the last counts: each of them carried it on.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from exponea_game.journal.reader import Reader
from exponea_game.journal.writer import Journal
from exponea_game.recovery.dead_run import DeadRun, conclude, examine, sync_again
from exponea_game.sessions.rules import Ended, Session, recover
from exponea_game.sessions.will import Context, parse_will
from exponea_game.system.clock import Clock, pause
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import JSON

PATIENCE = 0.5
"""Seconds a start waits for another one that is adopting runs."""

_Holder = tuple["Run", DeadRun, Session, Context]
"""A run that left a session open."""
_RUN = re.compile(r"(\d{6,})-[0-9a-f]{6}")


@dataclass
class Run:
    """A run, and its lock if this process holds it."""

    name: str
    folder: Path
    lock: int | None
    reader: Reader


@dataclass
class Conclusion:
    """What a dead run owed: a ``session_end``, or just its conclusion."""

    run: Run
    dead_run: DeadRun
    command: JSON | None = None
    synced: bool = False

    def sync_again(self, disk: Disk) -> None:
        """Make certain what the run wrote itself: before any debt of its session is paid.

        Raises:
            OSError: The disk does not confirm it.
        """
        if not self.synced:
            sync_again(self.run.reader, disk, self.dead_run)
        self.synced = True

    def conclude(self, disk: Disk) -> None:
        """Write what is owed into the dead run's journal.

        Raises:
            OSError: It is not certain to be on the disk.
        """
        conclude(self.run.reader, disk, self.dead_run, self.command)


@dataclass
class Adopted:
    """What a start found.

    Attributes:
        runs: Dead runs to deliver, oldest first; locked as long as they owe something.
        conclusions: To be paid in this order, before the runs are delivered.
        session: A session to carry on, its moments on the new run's clock; its run is the last
            debt, to be paid once the new run's will is on the disk.
    """

    runs: list[Run]
    conclusions: list[Conclusion]
    session: Session | None = None


class Home:
    """The folder of one game on one player's machine.

    Args:
        folder: Where it is.
        disk: The disk it is on.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder, self.disk = folder, disk
        self.runs = folder / "runs"

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the home's lock; says whether it was to be had in time.

        Raises:
            OSError: The home cannot be written.
        """
        self.disk.make_folder(self.runs)
        path = self.folder / "home.lock"
        lock = self.disk.lock(path)
        for _ in range(int(PATIENCE / 0.005)):
            if lock is not None:
                break
            pause(0.005)
            lock = self.disk.lock(path)
        try:
            yield lock is not None
        finally:
            if lock is not None:
                self.disk.unlock(lock)

    def names(self) -> list[str]:
        """The names of all runs, oldest first.

        Raises:
            OSError: The home cannot be read.
        """
        names = [name for name in self.disk.names(self.runs) if _RUN.fullmatch(name)]
        return sorted(names, key=lambda name: int(name.split("-")[0]))

    def begin(self, clock: Clock) -> tuple[Run, Journal]:
        """Make a new run and lock it.

        Raises:
            OSError: The home cannot be written.
        """
        last = max((int(name.split("-")[0]) for name in self.names()), default=0)
        run, journal = self._run(f"{last + 1:06}-{os.urandom(3).hex()}", clock)
        if not self.occupy(run):
            self.let_go(run)
            raise OSError(f"the new run {run.name} has no place")
        journal.begin()
        return run, journal

    def begin_in_memory(self, clock: Clock, fault: OSError) -> tuple[Run, Journal]:
        """Make a new run that waits in memory until the disk lets it ``occupy`` its folder."""
        run, journal = self._run(f"000000-{os.urandom(3).hex()}", clock)
        journal.fault = fault
        return run, journal

    def _run(self, name: str, clock: Clock) -> tuple[Run, Journal]:
        folder = self.runs / name
        about = {"boot": clock.boot, "elapsed": clock.boot_elapsed, "wall": clock.began}
        journal = Journal(folder, self.disk, about)
        return Run(name, folder, None, Reader(folder, self.disk, live=True)), journal

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

    def dead_runs(self) -> list[Run]:
        """Lock all dead runs, oldest first.

        Raises:
            OSError: The home cannot be read.
        """
        return list(self._dead_runs())

    def _dead_runs(self, but: str = "") -> Iterator[Run]:
        for name in self.names():
            lock = None if name == but else self._lock(name)
            if lock is not None:
                folder = self.runs / name
                yield Run(name, folder, lock, Reader(folder, self.disk, live=False))

    def hold(self, run: Run) -> bool:
        """Lock a dead run to deliver it, if that is not so; says whether it is so."""
        if run.lock is not None:
            return True
        run.lock = self._lock(run.name)
        if run.lock is None:
            return False
        try:
            run.reader.load()
        except OSError:
            self.let_go(run)
        return run.lock is not None

    def let_go(self, run: Run) -> None:
        """Give up a run's lock."""
        if run.lock is not None:
            self.disk.unlock(run.lock)
            run.lock = None

    def _lock(self, name: str) -> int | None:
        try:
            return self.disk.lock(self.runs / f"{name}.lock")
        except OSError:
            return None

    def _sweep_locks(self) -> None:
        """Remove the locks of runs without a folder: of processes that died between the two."""
        names = set(self.disk.names(self.runs))
        for run in (name.removesuffix(".lock") for name in names if name.endswith(".lock")):
            lock = self._lock(run) if run not in names and _RUN.fullmatch(run) else None
            if lock is None:
                continue
            path = self.runs / f"{run}.lock"
            try:
                if run not in self.disk.names(self.runs):
                    self.disk.remove(path)  # while it is locked: nobody takes it for theirs
                self.disk.unlock(lock)
            except OSError:  # Windows removes no file that is open
                self.disk.unlock(lock)
                with suppress(OSError):
                    self.disk.remove(path)

    def adopt(self, clock: Clock, timeout: float, but: str = "") -> Adopted:
        """Take over all dead runs; call it alone.

        Args:
            clock: The new run's clock.
            timeout: Seconds of absence that end a session.
            but: The new run's name.

        Raises:
            OSError: The home cannot be read.
        """
        self._sweep_locks()
        adopted = Adopted([], [])
        holders: dict[str, list[_Holder]] = {}
        told: dict[str, set[str]] = {}
        for run in self._dead_runs(but):
            try:
                run.reader.load()
                found = None if run.reader.closed else examine(run.reader, self.disk, told)
            except OSError:
                self.release(run)
                self._leave(adopted, holders)
                continue
            adopted.runs.append(run)
            if found is None:
                self.let_go(run)  # descriptors are few, and a year without a network is long
                continue
            told[run.name] = found.sessions
            will = parse_will(found.will)
            name = will[0].name if will else ""
            for ended in (found.sessions & holders.keys()) - {name}:
                adopted.conclusions += [Conclusion(*holder[:2]) for holder in holders.pop(ended)]
            if will:
                holders.setdefault(name, []).append((run, found, *will))
            else:
                adopted.conclusions.append(Conclusion(run, found))
        return _decide(adopted, list(holders.values()), clock, timeout)

    def leave_conclusions(self, adopted: Adopted) -> None:
        """Leave the runs that owe something to a launch that has a folder, and so can pay."""
        for conclusion in adopted.conclusions:
            adopted.runs.remove(conclusion.run)
            self.release(conclusion.run)
        adopted.conclusions.clear()
        adopted.session = None

    def _leave(self, adopted: Adopted, left: dict[str, list[_Holder]]) -> None:
        """Leave open sessions to the next launch: a run that cannot be read may have ended them."""
        for run, *_ in itertools.chain(*left.values()):
            adopted.runs.remove(run)
            self.release(run)
        left.clear()

    def wipe(self) -> None:
        """Delete everything in this home but runs that another process lives in.

        Raises:
            OSError: Something cannot be removed.
        """
        for run in self.dead_runs():
            self.release(run, remove=True)
        for name in self.disk.names(self.folder):
            if name.startswith(("identity.", "rejected.", "sent.")):
                self.disk.remove(self.folder / name)

    def release(self, run: Run, *, remove: bool = False) -> None:
        """Give a run up; with ``remove`` delete it, for the server has all of it.

        Raises:
            OSError: It cannot be removed.
        """
        try:
            if remove:
                run.reader.remove()
        finally:
            run.reader.close()
            self.let_go(run)
        if remove:  # after unlocking, for Windows; without the folder nobody looks for it
            self.disk.remove(self.runs / f"{run.name}.lock")


def gap(began: dict[str, Any], proof: float, clock: Clock) -> float | None:
    """Seconds from a dead run's sign of life to this moment; None where no clock can tell.

    Args:
        began: The clocks when the dead run began.
        proof: The sign of life, on its clock.
        clock: This run's clock.
    """
    now = clock.read()
    try:
        if began["boot"] and began["boot"] == clock.boot:
            seconds = clock.boot_elapsed + now.elapsed - (began["elapsed"] + proof)
        else:
            seconds = now.wall - (began["wall"] + proof)
    except (KeyError, TypeError):
        return None
    return float(seconds) if seconds >= 0 else None


def _decide(
    adopted: Adopted,
    sessions: list[list[_Holder]],
    clock: Clock,
    timeout: float,
) -> Adopted:
    sessions.sort(key=lambda holders: holders[-1][0].name)
    for holders in sessions:
        adopted.conclusions += [Conclusion(run, found) for run, found, _, _ in holders[:-1]]
        run, found, session, context = holders[-1]
        verdict = recover(session, found.elapsed, gap(found.clock, found.elapsed, clock), timeout)
        if isinstance(verdict, Session) and holders is not sessions[-1]:
            verdict = recover(session, found.elapsed, None, timeout)
        if isinstance(verdict, Ended):
            adopted.conclusions.append(Conclusion(run, found, context.end(verdict)))
            continue
        now = clock.elapsed()
        away_since = None if verdict.away_since is None else verdict.away_since + now
        adopted.session = replace(verdict, since=verdict.since + now, away_since=away_since)
        adopted.conclusions.append(Conclusion(run, found))
    return adopted
