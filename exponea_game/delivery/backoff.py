"""Until when no request is made, and why: pure, times are seconds on the run's clock.

    CREDENTIALS  five minutes: somebody has to set another token, and that is asked at once
    OFFLINE      some seconds, however often: it costs nobody anything, and events leave within five
                 seconds of the network's return
    the others   as long as all the waits before it together, at the most, and at least half of
                 that, by lot: a server that comes back meets no herd, and what waits for it
                 arrives within the time that it was away

Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, there "equal
jitter". Lengths that differ less leave a shorter rest, on average, at any moment.
"""

from __future__ import annotations

from collections.abc import Callable

from exponea_game.events.verdict import Outcome, Verdict

FIRST_BACKOFF = 4.0
"""Seconds that the first wait takes at the most."""
LONGEST_BACKOFF = 200.0
"""Seconds: after a long outage, the last player is back within so many."""
CREDENTIALS_PAUSE = 300.0
"""Seconds without a request after the server refused the project or its token."""
OFFLINE_PAUSE = 2.0
"""Seconds, and at most as much again, between two tries to reach any server."""


class Backoff:
    """The patience with one destination.

    Args:
        chance: Gives random numbers from 0 to 1.

    Attributes:
        failures: Requests in a row that failed at a server.
        last_error: Why nothing is delivered; empty while all is well.
        not_before: The moment before which no request is made.
    """

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance, self._waited = chance, 0.0
        self.failures, self.last_error, self.not_before = 0, "", float("-inf")

    def fail(self, verdict: Verdict, now: float) -> float:
        """A request has failed; returns the seconds until the next one."""
        if verdict.outcome is Outcome.CREDENTIALS:
            wait = CREDENTIALS_PAUSE * (1 + self._chance() / 4)
        elif verdict.outcome is Outcome.OFFLINE:
            wait = OFFLINE_PAUSE * (1 + self._chance())
        else:
            self.failures += 1
            wait = seconds(self._waited, self._chance(), verdict.retry_after)
            self._waited += wait
        self.last_error, self.not_before = verdict.message or "no answer", now + wait
        return wait

    def recover(self) -> None:
        """A request was answered by the service."""
        self.failures, self.last_error, self._waited = 0, "", 0.0


def seconds(waited: float, chance: float, retry_after: float | None = None) -> float:
    """Seconds to wait after another failure in a row.

    Args:
        waited: Seconds, all the waits before it: what is known of how long the server is away.
            The time itself does not tell, for a machine may have slept.
        chance: A random number from 0 to 1.
        retry_after: What the server asked for: the least, with up to half of it added, so that
            not everybody is back at the same moment.
    """
    if retry_after is not None:
        return retry_after + chance * min(retry_after / 2, LONGEST_BACKOFF)
    longest = min(LONGEST_BACKOFF, max(FIRST_BACKOFF, waited))
    return longest * (1 + chance) / 2
