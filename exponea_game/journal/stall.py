"""Whether callers may write to the disk, judged by how long writes take.

    calm      callers write
    stalled   a write took longer than ``STALL``: lines wait in memory, and the library's thread
              writes them out at once, again and again. Its first quick write makes the disk calm.
              After a relapse it has to be quick for longer: twice as long each time, up to ``CALM``

A busy disk, or a processor that is wanted elsewhere, so costs the game one frame; and what waits
in memory waits no longer than the library's thread takes to wake up and the disk to answer.
"""

from __future__ import annotations

STALL = 0.010
"""Seconds a write on the caller's thread may take before the next ones are kept from the disk."""
RELAPSE = 0.050
"""Seconds for which a disk that has stalled a second time has to be quick."""
CALM = 3.0
"""Seconds after which a stall is forgotten, and the longest for which a disk has to be quick."""


class Stall:
    """What is known of the disk's pace; the journal's lock guards it.

    Attributes:
        calm: Whether callers may write.
    """

    def __init__(self) -> None:
        self.calm = False
        self._last, self._pause = float("-inf"), 0.0

    def slow(self, begun: float, ended: float) -> bool:
        """Take note of a write, on the stopwatch; says whether it was a stall."""
        if ended - begun <= STALL:
            return False
        relapsed = begun - self._last < CALM + self._pause
        self._pause = min(max(RELAPSE, 2 * self._pause), CALM) if relapsed else 0.0
        self._last, self.calm = ended, False
        return True

    def over(self, now: float) -> bool:
        """Whether a quick write at this moment makes the disk calm."""
        return now - self._last >= self._pause

    def fail(self) -> None:
        """The disk takes nothing."""
        self.calm = False
