"""The times that events bear: Unix seconds in whole microseconds, none of them twice in a run.

So two events are never taken for copies of one.
"""

from __future__ import annotations

MICROSECONDS = 1_000_000
"""In a second: the resolution of the times we send."""
GIVEN = 100
"""Times given by the caller that are remembered."""


class Timestamps:
    """The times that one run gives out."""

    def __init__(self) -> None:
        self._last = 0  # in microseconds
        self._given: dict[float, int] = {}

    def stamp(self, wall: float) -> float:
        """A moment's time, later than any given out before."""
        moment = int(wall * MICROSECONDS)
        if moment <= self._last:
            moment = self._last + 1
        self._last = moment
        return moment / MICROSECONDS

    def distinct(self, timestamp: float) -> float:
        """A caller's time; one given again and again differs by microseconds."""
        times = self._given.pop(timestamp, 0)
        self._given[timestamp] = times + 1
        if len(self._given) > GIVEN:
            del self._given[next(iter(self._given))]
        return timestamp + times / MICROSECONDS

    def begin_anew(self) -> None:
        """The wall clock is believed anew, and may have been set back."""
        self._last = 0
