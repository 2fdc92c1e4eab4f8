"""What waits to be delivered: dead runs first, oldest first, then the run that is going on.

Nothing leaves the outbox before the server has answered for it; the answer is noted (see receipts).
A dead run is concluded first (see recovery.conclusions), and removed once it is empty.

    courier                          keeper              game                  who ends the run
    tend, next, settle: it alone     idle, is_due, lost, waiting,              close
    locks, writes and removes        has_gone; forget_   waiting_commands:
    dead runs, but for what is       lost (the own       read files, no more
    beyond the limit                 run's); keep_
                                     within_limit

The cursor of the own run has a lock of its own; of all else here only the courier makes changes,
and the keeper where it drops what is beyond the limit, under the lock ``_at_work``. ``close`` may
come while it is in the middle of one, where a player has everything deleted: it waits for that, so
that nothing is written into what was wiped.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from exponea_game.delivery.house_keeping import HouseKeeping
from exponea_game.delivery.receipts import Receipts
from exponea_game.delivery.set_aside import SetAside
from exponea_game.events.limits import BATCH_LIMIT
from exponea_game.journal.batch import Batch, Position
from exponea_game.journal.reader import Reader
from exponea_game.journal.writer import Journal
from exponea_game.recovery.adoption import Adopted
from exponea_game.recovery.conclusions import Conclusions
from exponea_game.recovery.dead_run import examine
from exponea_game.recovery.runs import Home, Run
from exponea_game.system.clock import Clock
from exponea_game.system.disk import Disk
from exponea_game.system.log import WARNING, once, quiet

STREAM = "stream"
"""A file of a home that has told an event stream."""
TIDY = 10.0
"""Seconds between two tidyings of the journal."""
TRY_AGAIN = 1.0
"""Seconds after which a disk is asked again that did not let dead runs be concluded."""
LAST_WORK = 0.25
"""Seconds that a closing outbox waits for a courier in the middle of something: a disk that takes
longer is not waited for."""


class Outbox:
    """The runs of a home that this process delivers.

    Args:
        home: The home.
        own: The run that is going on.
        journal: Its journal, for lines that the disk does not take.
        limit: Bytes that all runs together may take.
        sync: Waits until the own run up to a command is on the disk itself; called before the
            server is told that a session began or ended. Raises OSError where that is not certain.
        clock: The run's clock; without it no session is spared where events are dropped.

    Attributes:
        receipts: What the server answered.
        aside: What is kept apart.
        house: Keeps all that tidy and within the limit.
        ready: Whether what has a marker may go.
    """

    def __init__(
        self,
        home: Home,
        own: Run,
        journal: Journal,
        limit: int,
        sync: Callable[[int], None] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        self._home, self._own, self._journal = home, own, journal
        self._sync = sync
        self.receipts = Receipts(home.folder, home.disk)
        self.aside = SetAside(home)
        self.ready: Callable[[bytes], bool] = lambda _marker: True
        self._dead: list[Run] = []
        self.conclusions = Conclusions()
        self.house = HouseKeeping(
            home, own, journal, limit, self._dead, self.conclusions, self._finish, self.aside, clock
        )
        self._closed, self._at_work = False, threading.RLock()
        self._concluded = self._tidied = float("-inf")

    @property
    def disk(self) -> Disk:
        """The disk everything lies on."""
        return self._home.disk

    def adopt(self, adopted: Adopted) -> None:
        """Take over what an earlier run left."""
        self.conclusions.add(adopted.conclusions)
        self._dead += adopted.runs

    def tend(self, now: float) -> None:
        """Conclude dead runs, and now and then remove what nobody needs.

        Args:
            now: Seconds on the run's clock.
        """
        with quiet, self._at_work:
            if not self._closed:
                self._tend(now)

    def is_due(self, now: float) -> bool:
        """Whether there is something to tend.

        Args:
            now: Seconds on the run's clock.
        """
        return self._may_conclude(now) or now - self._tidied >= TIDY

    def _may_conclude(self, now: float) -> bool:
        due = now - self._concluded >= TRY_AGAIN
        # A session that goes on in this run is on its disk before another run gives it up.
        return due and bool(self.conclusions) and self._journal.complete

    def _tend(self, now: float) -> None:
        if self._may_conclude(now):
            self._concluded = now
            with suppress(OSError):  # the journal notes its fault, and says so
                self._journal.sync()
                self.conclusions.write()
        if now - self._tidied >= TIDY:
            self._tidied = now
            self.house.tidy()

    def keep_within_limit(self) -> None:
        """Drop what is beyond the limit at once: the courier may wait for a server for long.

        Where it is in the middle of something else, the own run alone keeps within the limit.
        """
        with quiet:
            if not self._at_work.acquire(blocking=False):
                self.house.keep_own_run_within_limit()
                return
            try:
                if not self._closed:
                    self.house.shorten()
            finally:
                self._at_work.release()

    @property
    def blocked(self) -> bool:
        """Whether nothing may go yet, until dead runs are concluded."""
        return (
            bool(self.conclusions) and not self.conclusions.unable and self._journal.fault is None
        )

    def next(self, limit: int, after: Batch | None = None) -> Batch | None:
        """The oldest commands that wait; None if none may go yet.

        What dead runs left goes first, once they are concluded. A disk that does not let us
        conclude them does not keep the own run back.

        Args:
            limit: Commands, at the most.
            after: The last batch that was sent and is not settled: the next one of its run.
        """
        with quiet, self._at_work:
            return None if self._closed else self._next(limit, after)

    def _next(self, limit: int, after: Batch | None) -> Batch | None:
        if after is not None:
            run, end = self._run(after), after.end
            return self._from(run, limit, max(end, run.cursor.position or end)) if run else None
        if self.blocked:
            return None
        for run in [run for run in self._dead if not self.conclusions.has_one_for(run)]:
            if not self._may_go(run):
                continue
            batch = self._from(run, limit) if self._home.hold(run) else None
            if batch is not None:
                return batch
            self._finish(run)
        return self._from(self._own, limit)

    def _from(self, run: Run, limit: int, behind: Position | None = None) -> Batch | None:
        reader = run.reader
        place = behind or run.cursor.position
        own = run is self._own
        known = place.seq if place else 0
        # Asked before the disk is read, so that nothing on the disk is taken for missing.
        memory = self._journal.waiting(known, limit, bound=bool(self.conclusions)) if own else []
        try:
            batch = reader.read(place, limit)
            # A session that this run carried on may be open in another yet.
            if own and batch.binding and (self.conclusions or not self._is_synced(batch.end.seq)):
                return None
            if not batch.commands and batch.end != place and behind is None:
                run.cursor.settle(batch.end, batch.missing)  # lines without commands
        except OSError as error:
            once(WARNING, "the run %s cannot be read: %s", run.name, error)
            return None
        if not batch.commands:
            _add(batch, memory)
        batch.run = run.name
        return batch if batch.commands else None

    def _is_synced(self, seq: int) -> bool:
        """Whether who plays and what happened is on the disk; where not, the keeper says so.

        Args:
            seq: Of the last command that happened.
        """
        try:
            self._sync(seq)
        except OSError:
            return False
        return True

    def _may_go(self, run: Run) -> bool:
        try:
            marker = self.aside.marker(run)
        except OSError:
            return True  # reading it says what is wrong
        return not marker or self.ready(marker)

    def marker(self, batch: Batch) -> bytes:
        """Why a batch was kept apart before; empty if it was not."""
        run = self._run(batch)
        return self.aside.marker(run) if run is not None and self.aside.known(run) else b""

    def note_stream(self) -> bool:
        """Note that this home tells an event stream; whether what waits here was for a project."""
        with self._at_work:
            if self._closed:
                return False
            path = self._home.folder / STREAM
            try:
                if self.disk.has(path):
                    return False
                self.disk.close(self.disk.create(path))
            except OSError:  # said again, or not at all
                return False
            return bool(self._dead)

    def set_aside(self, batch: Batch, clock: Clock) -> None:
        """Keep apart what of a batch is not to go, out of the way of the others.

        Raises:
            OSError: It is not certain that it is kept.
        """
        with quiet, self._at_work:
            if not self._closed and self._run(batch) is not None:  # else wiped meanwhile
                self._set_aside(batch, clock)

    def _set_aside(self, batch: Batch, clock: Clock) -> None:
        for marker in dict.fromkeys(filter(None, batch.apart.values())):
            commands = [batch.commands[i] for i, own in batch.apart.items() if own == marker]
            kept = self.aside.keep(marker, commands, clock)
            if kept not in self._dead:
                self._dead.append(kept)

    def all_that_waits(self, most: int) -> Iterator[bytes]:
        """The oldest so many commands of each run that may go, read as they are asked for."""
        for run in [*self._dead, self._own]:
            reader, place, left = (
                Reader(run.segments, live=run is self._own),
                run.cursor.position,
                most,
            )
            while left > 0 and (batch := self._ahead(run, reader, place)).commands:
                yield from batch.commands
                place, left = batch.end, left - len(batch.commands)

    def _ahead(self, run: Run, reader: Reader, place: Position | None) -> Batch:
        nothing = Batch(place or Position(0, 0, 0))
        with quiet, self._at_work, suppress(OSError):
            own = run is self._own
            if not self._closed and (own or (self._may_go(run) and self._home.hold(run))):
                return reader.read(place)
        return nothing

    def _run(self, batch: Batch) -> Run | None:
        """The run that a batch comes from."""
        runs = (run for run in [self._own, *self._dead] if run.name == batch.run)
        return next(runs, None)

    def has_dropped(self, batch: Batch) -> bool:
        """Whether a batch that failed was dropped meanwhile, beyond the limit, and is counted."""
        run = self._run(batch)
        return run is None or batch.end.seq <= run.cursor.seq

    def settle(self, batch: Batch, refused: Mapping[int, str], now: float) -> None:
        """The server has answered for each command.

        Args:
            batch: What was sent.
            refused: The server's message for each command it refused, by index.
            now: Unix seconds.
        """
        with quiet, self._at_work:
            run = None if self._closed else self._run(batch)
            if run is not None:  # else wiped while the request was in flight
                self._settle(run, batch, refused, now)

    def _settle(self, run: Run, batch: Batch, refused: Mapping[int, str], now: float) -> None:
        for index, message in refused.items():
            self.receipts.reject(run.name, batch.commands[index], message, now)
        kept = {index for index, marker in batch.apart.items() if marker}
        gone = batch.commands
        if kept or refused:
            gone = [c for i, c in enumerate(gone) if i not in refused and i not in kept]
        self.receipts.accept(gone)
        try:
            run.cursor.settle(batch.end, batch.missing)
        except OSError as error:  # sent again after the next launch, and stored once
            once(WARNING, "the cursor of the run %s cannot be written: %s", run.name, error)
        if kept and run in self._dead and not self._from(run, 1):
            self._finish(run)  # all of it waits in another run, and nobody asks for this one

    def waiting_commands(self) -> Iterator[bytes]:
        """What waits, oldest first; read as it is asked for.

        Raises:
            OSError: It cannot be read.
        """
        for run in [*self._dead, self._own]:
            reader = Reader(run.segments, live=run is self._own)
            place = run.cursor.position
            with suppress(FileNotFoundError):  # delivered and removed meanwhile
                while (batch := reader.read(place)).commands:
                    yield from batch.commands
                    place = batch.end
        known = self._own.cursor.seq
        yield from (command for _, command in self._journal.waiting(known, 1 << 30))

    def lost(self) -> Counter[str]:
        """What the own run, and those delivered in it, lost and did not report, by event type."""
        return self._own.cursor.unreported()

    def forget_lost(self, reported: Counter[str]) -> None:
        """So much of what was lost is reported."""
        with suppress(OSError):  # reported again after the next launch, at worst
            self._own.cursor.forget_lost(reported)

    def has_gone(self, seq: int) -> bool:
        """Whether a command of the own run waits no more."""
        return seq <= self._own.cursor.seq

    def waiting(self) -> int:
        """How many commands wait. Reads the dead runs' last segments: not for every second."""
        return self.fresh() + sum(map(self._left, tuple(self._dead)))

    def _left(self, run: Run) -> int:
        try:
            found = examine(run)
        except OSError:
            return 0
        return max(0, found.seq - run.cursor.seq) if found else 0

    def fresh(self) -> int:
        """How many commands of the own run wait."""
        return self._journal.seq - self._own.cursor.seq

    def idle(self) -> bool:
        """Whether nothing waits, as far as can be told at once."""
        return all(map(self.aside.known, tuple(self._dead))) and self.fresh() <= 0

    def _finish(self, run: Run) -> None:
        """All of a dead run is delivered, or it is not ours or cannot be read: left for later."""
        self._dead.remove(run)
        self.aside.close(run)
        if run.lock is None:
            return
        try:
            empty = not run.reader.read(run.cursor.position, BATCH_LIMIT).commands
            if empty:
                self._inherit(run)
            self._home.release(run, remove=empty)
        except OSError as error:
            once(WARNING, "the run %s cannot be removed: %s", run.name, error)
            self._home.let_go(run)

    def _inherit(self, run: Run) -> None:
        """Report what a dead run lost as ours, and once, though it cannot be removed.

        Raises:
            OSError: The disk does not confirm it.
        """
        cursor, lost = run.cursor, run.cursor.unreported()
        if not lost and not cursor.heir_of:
            return
        heirs = (heir for heir in self._dead if run.name in heir.cursor.heir_of)
        heir = next(filter(self._home.hold, heirs), self._own)
        heir.cursor.inherit(run.name, lost, cursor.heir_of.intersection(self._home.names()))
        cursor.forget_lost(lost)
        heir.cursor.outlive(run.name)

    def close_in_child(self) -> None:
        """Close the runs' locks in a forked child; they stay locked by the parent."""
        for run in [*self._dead, self._own]:
            if run.lock is not None:
                self.disk.close(run.lock)

    def close(self, *, unfinished: bool = True) -> None:
        """Give up all runs; the own one is removed if nothing of it waits.

        Args:
            unfinished: Whether the own run has an open session, or lines beside its journal.
        """
        self._closed = True
        with quiet:
            free = self._at_work.acquire(timeout=LAST_WORK)
            try:
                self._give_up(unfinished=unfinished)
            finally:
                if free:
                    self._at_work.release()

    def _give_up(self, *, unfinished: bool) -> None:
        self.aside.close()
        for run in self._dead:
            self._home.release(run)
        self._dead.clear()
        cursor = self._own.cursor
        try:
            if not unfinished and not self.conclusions and self._own.lock is not None:
                cursor.close_run()
            done = cursor.closed and self.fresh() <= 0 and not cursor.lost
            self._home.release(self._own, remove=done)
        except OSError as error:
            once(WARNING, "the run %s cannot be removed: %s", self._own.name, error)


def _add(batch: Batch, memory: list[tuple[int, bytes]]) -> None:
    """Add commands that the disk does not take; settled, they are skipped if it does later."""
    for seq, command in memory:
        if seq <= batch.end.seq:
            continue
        if not batch.has_room(len(command)):
            batch.limit = len(batch.commands)
            return
        batch.missing += seq - batch.end.seq - 1
        batch.add(command, batch.end._replace(seq=seq))
