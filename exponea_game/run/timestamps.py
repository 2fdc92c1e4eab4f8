"""The times that events bear: Unix seconds in whole microseconds, none of them twice in a run.

So two events are never taken for copies of one.
"""

from __future__ import annotations

from exponea_game.system.json_text import JSON

MICROSECONDS = 1_000_000
"""In a second: the resolution of the times we send."""
WHOLE, FRACTION = slice(None, -6), slice(-6, None)
"""Of a time's digits in microseconds: its seconds, and what is behind the point."""
GIVEN = 100
"""Times given by the caller that are remembered."""


class Timestamps:
    """The times that one run gives out."""

    def __init__(self) -> None:
        self._last = MICROSECONDS  # in microseconds: all later times have a digit for the seconds
        self._given: dict[float, int] = {}

    def stamp(self, wall: float) -> float:
        """A moment's time, later than any given out before."""
        return float(self.stamp_text(wall))

    def stamp_text(self, wall: float) -> JSON:
        """The same as JSON: made of an integer, which is much quicker than to format a float."""
        moment = int(wall * MICROSECONDS)
        if moment <= self._last:
            moment = self._last + 1
        self._last = moment
        digits = str(moment)
        return f"{digits[WHOLE]}.{digits[FRACTION]}"

    def distinct(self, timestamp: float) -> float:
        """A caller's time; one given again and again differs by microseconds."""
        times = self._given.pop(timestamp, 0)
        self._given[timestamp] = times + 1
        if len(self._given) > GIVEN:
            del self._given[next(iter(self._given))]
        return timestamp + times / MICROSECONDS

    def begin_anew(self) -> None:
        """The wall clock is believed anew, and may have been set back."""
        self._last = MICROSECONDS
