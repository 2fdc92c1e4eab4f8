"""When the next request leaves, and how much it may hold: pure; times are on the run's clock.

- Events gather for a moment, unless a full batch waits.
- Full batches leave slowly at first: one, then rows that come closer and closer. What a game tracks
  in a single frame is not chased in the next ones, and a backlog loses half a second.
- A row is made without a pause: the first of its requests finds the processor's caches cold, and
  costs as much as the other three. Where several are in flight, each has its pause, lest a later
  one arrives first.
- The service takes 100 requests a second from one address (Bloomreach documentation, "Tracking API
  overview"). That holds whatever cuts a pause short, such as a flush.
- A request that was not through in its time is made smaller, down to a single command, and larger
  again with each one that is.
"""

from __future__ import annotations

from collections import deque

from exponea_game.events.limits import BATCH_LIMIT, RATE_LIMIT

GATHER = 0.25
"""Seconds in which events gather; also the first pause between full batches."""
ROW = 4
"""Requests in a row."""


class Pace:
    """The pace of one run.

    Attributes:
        limited: Whether the service's rate holds: not for a local collector.
        limit: Commands that a request may hold.
    """

    def __init__(self) -> None:
        self.limited, self.limit = True, BATCH_LIMIT
        self._departures: deque[float] = deque(maxlen=int(RATE_LIMIT))
        self._in_a_row, self._rest = 0, GATHER
        self._quitting = False

    @property
    def not_before(self) -> float:
        """The moment before which the service takes no further request."""
        exhausted = self.limited and len(self._departures) == self._departures.maxlen
        return self._departures[0] + 1.0 if exhausted else float("-inf")

    def quit(self) -> None:
        """The game quits: from here on there are no pauses but the service's."""
        self._quitting = True

    def narrow(self, count: int) -> None:
        """A request of so many commands was not through in its time."""
        self.limit = max(1, count // 2)

    def widen(self) -> None:
        """A request was answered by the service."""
        self.limit = min(BATCH_LIMIT, 2 * self.limit)

    def depart(self, now: float, *, full: bool, flush: bool, row: int = ROW) -> float:
        """A request leaves; returns the seconds until the next one.

        Args:
            now: This moment.
            full: Whether a full batch, or more than the request holds, waits.
            flush: Whether somebody waits for all of it: nothing gathers, and no start is slow.
            row: Requests in a row; 1 where several are in flight.
        """
        self._departures.append(now)
        if not full and not flush:
            self._in_a_row, self._rest = 0, GATHER
            return GATHER
        if self._quitting or not self.limited:
            return 0.0
        self._in_a_row += 1
        if self._in_a_row < (row if flush or self._rest < GATHER else 1):
            return 0.0
        self._in_a_row, shortest = 0, row / RATE_LIMIT
        if flush:
            return shortest
        rest = max(self._rest, shortest)
        self._rest = max(rest / 2, shortest)
        return rest
