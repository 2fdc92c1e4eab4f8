"""What waits is kept tidy and within the journal's limit.

What the server has is removed; where all runs together take more room than they may, the oldest
segments are dropped, and the loss is counted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, MutableSequence
from contextlib import suppress

from exponea_game.delivery.set_aside import SetAside
from exponea_game.journal.writer import Journal
from exponea_game.recovery.conclusions import Conclusions
from exponea_game.recovery.runs import Home, Run
from exponea_game.system.clock import Clock
from exponea_game.system.log import WARNING, emit, once


class HouseKeeping:
    """Keeps house for an outbox.

    courier   ``tidy``, for all runs
    keeper    ``shorten``, for all runs, under the outbox's lock: the courier may wait for a server;
              ``keep_own_run_within_limit``, where the courier is in the middle of something

    Args:
        home: The home.
        own: The run that is going on.
        journal: Its journal.
        limit: Bytes that all runs together may take.
        dead: The dead runs that are delivered, as the outbox has them.
        conclusions: What is still to be written into them.
        finish: Called with a dead run of which nothing is left.
        aside: What is kept apart.
        clock: The run's clock; without it no session is spared where events are dropped.
    """

    def __init__(
        self,
        home: Home,
        own: Run,
        journal: Journal,
        limit: int,
        dead: MutableSequence[Run],
        conclusions: Conclusions,
        finish: Callable[[Run], None],
        aside: SetAside,
        clock: Clock | None,
    ) -> None:
        self._aside, self._clock = aside, clock
        self._home, self._own, self._journal, self._limit = home, own, journal, limit
        self._dead, self._conclusions, self._finish = dead, conclusions, finish
        self._copies: set[int] = set()

    def tidy(self) -> None:
        """Remove what the server has, and what is beyond the limit."""
        for run in self._held():
            try:
                run.removal.sweep(self._needed(run))
            except OSError as error:
                once(WARNING, "the run %s cannot be tidied: %s", run.name, error)
        self.shorten()
        if self._home.stale_locks:
            self._sweep_locks()

    def _sweep_locks(self) -> None:
        """Remove more of very many stale locks, a few at a time: starts wait for each few."""
        with suppress(OSError), self._home.alone() as alone:
            if alone:
                self._home.sweep_locks()

    def shorten(self) -> None:
        """Drop the oldest segments until all runs are within the limit; what is spared, last."""
        self._remove_copies()
        try:
            self._shorten()
        except OSError as error:
            once(WARNING, "the journal's limit cannot be kept: %s", error)

    def _shorten(self) -> None:
        runs = [run for run in [*self._dead, self._own] if not self._conclusions.has_one_for(run)]
        runs.sort(key=self._aside.is_spared)
        excess = sum(run.segments.total() for run in runs) - self._limit
        for run in runs:
            if self._aside.is_spared(run):
                excess = min(excess, run.segments.total() - self._limit // 2)
            if excess <= 0:
                return
            own = run is self._own
            if not own and not self._home.hold(run):
                continue
            excess = self._drop_oldest(run, excess)
            if not own and excess > 0:
                self._finish(run)

    def _drop_oldest(self, run: Run, excess: int) -> int:
        """Drop segments of a run until so many bytes are gone; returns what is left of them."""
        alone = self._journal.alone if run is self._own else 0
        for segment in run.segments.numbers():
            if excess > 0 and segment < max(self._needed(run), alone):
                excess -= run.segments.size(segment)
                spare = None if self._aside.is_spared(run) else self._spare
                dropped = dict(run.removal.drop(segment, spare))
                emit(WARNING, "the journal is full: dropped %s", dropped)
        return excess

    def _spare(self, commands: list[bytes]) -> bool:
        """Keep starts and ends of sessions out of what is dropped; False where that fails."""
        if self._clock is None:
            return False
        earlier = (run for run in self._dead if self._aside.is_spared(run) and self._home.hold(run))
        try:
            kept = self._aside.spare(commands, self._clock, next(earlier, None))
        except OSError:  # a full disk gets room by dropping
            return False
        if kept not in self._dead:
            self._dead.append(kept)
        return True

    def keep_own_run_within_limit(self) -> None:
        """Where the own run alone is beyond the limit, drop its oldest: the courier may be busy."""
        with suppress(OSError):  # the courier tries again, and says so
            if self._own.segments.total() > self._limit:
                self._remove_copies()
                self._drop_oldest(self._own, self._own.segments.total() - self._limit)

    def _remove_copies(self) -> None:
        """Remove segments of the own run of which a later one has each line."""
        self._copies.update(self._journal.take_copies())
        for number in sorted(self._copies):
            with suppress(OSError):  # tried again
                self._own.removal.remove_copy(number)
                self._copies.discard(number)

    def _needed(self, run: Run) -> int:
        """The first segment without which nobody could conclude the run."""
        if run is self._own:
            return self._journal.synced
        return 0 if self._conclusions.has_one_for(run) else sys.maxsize

    def _held(self) -> list[Run]:
        """The runs whose files are ours to change."""
        return [*(run for run in self._dead if run.lock is not None), self._own]
