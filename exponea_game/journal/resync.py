"""When a disk that has failed to sync is asked again: with the next look, then ever more rarely.

After each failure all that is in doubt is written once more, into a new segment. A disk that takes
everything and syncs nothing would be filled by that, second by second; what is written there
survives the process all the same.
"""

from __future__ import annotations

FIRST = 1.0
"""Seconds after a second failure; twice as many after each further one."""
LONGEST = 30.0
"""Seconds at the most."""


class UnsyncedError(OSError):
    """The disk takes what is written, and does not confirm it."""


class Resync:
    """What is known of a disk's syncs; the journal's ``work`` guards it, times are a stopwatch's.

    Attributes:
        error: Why the last one failed; None once one has succeeded.
    """

    def __init__(self) -> None:
        self.error: UnsyncedError | None = None
        self._pause, self._after = 0.0, float("-inf")

    def is_due(self, now: float) -> bool:
        """Whether the disk may be asked at this moment."""
        return now >= self._after

    def ask_now(self) -> None:
        """There is no later: the disk may be asked, however lately it has failed."""
        self._after = float("-inf")

    def failed(self, error: OSError, now: float) -> UnsyncedError:
        """It has failed; returns what to say of that."""
        self.error, self._after = UnsyncedError(*error.args), now + self._pause
        self._pause = min(max(FIRST, 2 * self._pause), LONGEST)
        return self.error

    def succeeded(self) -> None:
        """It has not."""
        self.error, self._pause, self._after = None, 0.0, float("-inf")
