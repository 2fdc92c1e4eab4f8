"""Is the player there? What the focus and the input say becomes what is worth reporting.

Pure: time is an argument.

    settled     a change counts once it has held for ``SETTLE``, from the moment it was first seen
    grabbed     a keyboard grab hides the game from pyglet but not from X11. A short one is the
                window manager's (Alt+Tab); one longer than ``GRAB``, with no input meanwhile, is
                a screen locker's: the player has been away since it began
    idle        with an ``idle_timeout``, a player who has given no input for so long has been away
                since the last one; seconds in which the machine sleeps or the process stands still
                are such as well. Input ends that at once: whoever looks at the time before the
                focus is asked again knows of the return
"""

from __future__ import annotations

from enum import Enum

SETTLE = 0.3
"""Seconds: Alt+Tab that is cancelled and a fullscreen toggle are over by then."""
GRAB = 3.0
"""Seconds: nobody holds Alt+Tab that long."""


class Focus(Enum):
    """Where the keyboard goes."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    GRABBED = "grabbed"
    """The window system says here, but something keeps the keyboard from pyglet."""


class Presence:
    """What has been seen of the player and what has been reported.

    Args:
        idle_timeout: Seconds without input that are absence; None where input does not matter.

    Attributes:
        grabbed: When a grab began that keeps the keyboard from the game; None without one.
        last_input: When the player last did something; minus infinity before the first time.
    """

    def __init__(self, idle_timeout: float | None = None) -> None:
        self._idle_timeout = float("inf") if idle_timeout is None else idle_timeout
        self._reported: bool | None = None
        self._here, self._since = True, 0.0
        self._active = float("-inf")  # the last input, or the coming of the focus
        self.grabbed: float | None = None
        self.last_input = float("-inf")

    @property
    def settling(self) -> bool:
        """Whether a change has been seen that is not reported yet."""
        return self._reported is not None and self._here is not self._reported

    @property
    def returning(self) -> float | None:
        """Since when the player seems to be back, while that is not reported yet."""
        return self._since if self._here and self._reported is False else None

    def weigh(
        self, focus: Focus, now: float, hinted_at: float | None = None
    ) -> tuple[bool, float] | None:
        """Take an answer; what to report: present or not, since when; None while unsettled.

        The first answer is reported at once. A state that was reported before is affirmed, since
        ``now``.

        Args:
            focus: The answer.
            now: When it was given.
            hinted_at: When something first hinted at a change; ``now`` by default.
        """
        began = now if self.grabbed is None else self.grabbed
        self.grabbed = began if focus is Focus.GRABBED else None
        focused = focus is Focus.HERE or (focus is Focus.GRABBED and now - began < GRAB)
        moment = began if focus is Focus.GRABBED else now if hinted_at is None else hinted_at
        present, since = self._unless_idle(focused, moment, now)
        if present is not self._here or self._reported is None:
            self._here, self._since = present, since
        if present is self._reported:
            return present, now
        if self._reported is None or now - self._since >= SETTLE:
            self._reported = present
            return present, self._since
        return None

    def _unless_idle(self, focused: bool, moment: float, now: float) -> tuple[bool, float]:
        """Whether the player is there, and since when that would be so."""
        idle, last = self._lapsed(moment if not focused else now), self._active
        if not focused:
            self._active = float("-inf")
            return False, last if idle else moment
        if last == float("-inf"):
            self._active = moment  # who takes the focus is there
        return not idle, self._active

    def _lapsed(self, now: float) -> bool:
        """Whether there has been no input for the idle timeout, in a game that has the focus."""
        return self._active > float("-inf") and now - self._active >= self._idle_timeout

    def lapse(self, now: float) -> float | None:
        """Notice that there has been no input for the idle timeout.

        Returns:
            Since when the player has been away, where that has gone unreported; None otherwise.
        """
        last = self._active  # input may come meanwhile, on another thread
        if not (self._here and self._lapsed(now)):
            return None
        unreported = self._reported is True
        self._here, self._since, self._reported = False, last, False
        return last if unreported else None

    def touch(self, now: float) -> float | None:
        """Input has reached the game, so that nothing can have grabbed the keyboard.

        Returns:
            Since when the player had been away until then, as ``lapse`` has it.
        """
        left = self.lapse(now)
        self.grabbed, self.last_input = None, now
        if self._active == float("-inf"):
            return None  # the focus is elsewhere
        self._active = now
        if not self._here:
            self._here, self._since = True, now
        return left

    def away(self, since: float) -> float | None:
        """The player cannot be there any more; since when, unless that was reported before."""
        if self._reported is False:
            return None
        if self._here or self._reported is None:
            self._since = since
        self._reported = self._here = False
        self._active = float("-inf")
        return self._since
