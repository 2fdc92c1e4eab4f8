"""When the flush mode lets something leave: pure, times are seconds on the run's clock.

immediate  at any time
periodic   all that waits, once an interval
manual     when somebody asks for it
"""

from __future__ import annotations


class Schedule:
    """The flush mode of a run.

    Attributes:
        mode: ``immediate``, ``periodic`` or ``manual``.
        interval: Seconds between two deliveries in periodic mode.
    """

    def __init__(self) -> None:
        self.mode, self.interval = "immediate", 0.0
        self._emptied = float("-inf")

    @property
    def automatic(self) -> bool:
        """Whether anything leaves without being asked for."""
        return self.mode != "manual"

    def not_before(self, *, flush: bool) -> float:
        """The moment before which nothing leaves; infinite where it does not by itself.

        Args:
            flush: Whether somebody asks for it.
        """
        if flush or self.mode == "immediate":
            return float("-inf")
        return self._emptied + self.interval if self.automatic else float("inf")

    def emptied(self, now: float) -> None:
        """Nothing waits any more."""
        self._emptied = now
