"""The requests in flight: sent and not settled, in the order in which they left.

Where a full batch waits, the next request does not wait for a slow answer: as many are in flight as
the round trip lasts at the rate allowed, up to ``FLIGHTS_LIMIT``. They are settled in the order in
which they left, so nothing is passed over that has no answer. Where one fails, those behind it keep
their answers, and those that failed as well are sent again, one at a time.

    courier   calls every method; alone changes the queue
    flight    a thread for each request: carries one batch, and sets its ``verdict`` at last
    inspector reads ``last_in_flight`` from a copy of the queue, and may read it late
    No lock: a batch goes with its ``wait`` and comes back with its ``verdict``, and each of the two
    is set by a single assignment.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from threading import Thread

from exponea_game.delivery.splitting import pieces
from exponea_game.events.limits import RATE_LIMIT
from exponea_game.events.verdict import Outcome, Verdict
from exponea_game.journal.batch import Batch
from exponea_game.system.clock import stopwatch
from exponea_game.system.log import error_inside

SHORT_TRIP = 0.005
"""Seconds for an answer that are not worth a second request in flight. A longer trip counts at
most twice the one before: one slow answer starts no threads."""
FLIGHTS_LIMIT = 10
"""Requests in flight: with a server that takes 200 ms for each, 100,000 commands in 40 s."""


class Flights:
    """The batches that are sent and not settled.

    Args:
        send: Sends a batch and judges the answer.
        stopwatch: Measures how long that takes, in seconds.
    """

    def __init__(
        self,
        send: Callable[[Batch], Verdict],
        stopwatch: Callable[[], float] = stopwatch,
    ) -> None:
        self._send, self._stopwatch = send, stopwatch
        self._batches: deque[Batch] = deque()
        self._most, self._round_trip = FLIGHTS_LIMIT, SHORT_TRIP

    @property
    def first(self) -> Batch | None:
        """The batch that is settled next."""
        return self._batches[0] if self._batches else None

    @property
    def last(self) -> Batch | None:
        """The batch that left last."""
        return self._batches[-1] if self._batches else None

    @property
    def in_flight(self) -> int:
        """How many answers are still to come."""
        return sum(batch.in_flight for batch in self._batches)

    @property
    def last_in_flight(self) -> Batch | None:
        """The last that the server has been sent and has not answered."""
        flying = [batch for batch in list(self._batches) if batch.in_flight]
        return flying[-1] if flying else None

    @property
    def unsent(self) -> Batch | None:
        """The first that is to be sent again."""
        waiting = (batch for batch in self._batches if batch.wait is None)
        return next(waiting, None)

    @property
    def room(self) -> int:
        """How many may be in flight: what leaves until an answer comes, and one more."""
        room = math.ceil(self._round_trip * RATE_LIMIT)
        return min(self._most, room + 1 if room > 1 else 1)

    def one_at_a_time(self) -> None:
        """From here on one request follows another."""
        self._most = 1

    def add(self, batch: Batch) -> None:
        """Another batch, to be sent next."""
        self._batches.append(batch)

    def launch(self, batch: Batch) -> bool:
        """Send a batch on a thread of its own; says whether the system had one to give."""
        thread = Thread(target=self.carry, args=(batch,), name="exponea_game flight", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # one request after another, then
            self.one_at_a_time()
            return False
        batch.wait = thread.join
        return True

    def carry(self, batch: Batch) -> None:
        """Send a batch and keep the verdict on it."""
        begun = self._stopwatch()
        try:
            verdict = self._send(batch)
        except Exception as error:  # noqa: BLE001 - on a thread of its own nobody would see it
            error_inside(error)
            verdict = Verdict(Outcome.WAIT, "an error inside the library")
        self._round_trip = max(SHORT_TRIP, min(2 * self._round_trip, self._stopwatch() - begun))
        batch.verdict = verdict

    def wait(self) -> None:
        """Wait for the answer to the first one."""
        _wait(self._batches[0])

    def pop(self) -> Batch:
        """The first one is done with."""
        return self._batches.popleft()

    def forget(self, batch: Batch) -> None:
        """One that is to be sent again is not."""
        self._batches.remove(batch)

    def put_back(self, batches: Iterable[Batch]) -> None:
        """Put batches in front, to be sent next."""
        self._batches.extendleft(reversed(list(batches)))

    def recall(self, limit: int) -> None:
        """Wait for all answers, and have what failed sent again.

        Args:
            limit: Commands that each request may hold from here on.
        """
        batches: deque[Batch] = deque()
        for batch in self._batches:
            _wait(batch)
            verdict = batch.verdict
            if verdict is None or verdict.outcome not in (Outcome.SETTLED, Outcome.SPLIT):
                batch.to_be_sent_again()
                batches.extend(pieces(batch, limit))
            else:
                batches.append(batch)
        self._batches = batches


def _wait(batch: Batch) -> None:
    if batch.in_flight and batch.wait is not None:
        batch.wait()
