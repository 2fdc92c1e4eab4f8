"""A session: what is known of it while it is open, when it ends, and when a dead run left it open.

All moments are seconds on the clock of a run that counts sleep (``Reading.elapsed``), but for
``start`` and ``timestamp``, which are Unix seconds.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

PROOF_INTERVAL = 5.0
"""Seconds between two signs of life while the player is there: as much as a crash may hide."""
APART = 2e-6
"""Seconds between any two starts and ends of a run: as Unix time in a float, one would be lost."""


class Reason(str, Enum):
    """Why a session ended, as sent in ``session_end``."""

    LEFT = "left"
    QUIT = "quit"
    ERROR = "error"
    ASLEEP = "asleep"
    CRASHED = "crashed"
    MANUAL = "manual"
    IDENTITY = "identity"


class Session(NamedTuple):
    """A session that is open.

    Attributes:
        name: Tells it from every other session of this home, also when a later run carries it on.
        start: Unix time of its start.
        since: The start on this run's clock; negative if an earlier run started it.
        away_since: When the player went away, on this run's clock; None while present.
        reason: The reason it will end for if nobody returns.
        manual: Started by a call of the game.
        id: Tells it from every other session of all players: its ``session_id``.
        resumed: How often a later launch carried it on.
        exit_status: The status that the game was told to exit with, where that was seen.
    """

    name: str
    start: float
    since: float
    away_since: float | None = None
    reason: Reason = Reason.LEFT
    manual: bool = False
    id: str = ""
    resumed: int = 0
    exit_status: int | None = None

    def ended(self, moment: float, reason: Reason) -> Ended:
        """Its end at a moment, which is never before its start."""
        return Ended(self, max(APART, moment - self.since), reason)


class Started(NamedTuple):
    """A session began."""

    session: Session


class Ended(NamedTuple):
    """A session ended ``duration`` seconds after its start."""

    session: Session
    duration: float
    reason: Reason

    @property
    def timestamp(self) -> float:
        """Unix time of the end."""
        return self.session.start + self.duration


Transition = Started | Ended


def recover(session: Session, proof: float, gap: float | None, timeout: float) -> Session | Ended:
    """Decide about a session that a run left open when it died.

    Args:
        session: The session as the dead run last wrote it, its moments on that run's clock.
        proof: The dead run's last sign of life, on its clock.
        gap: Seconds from ``proof`` to this moment, or None where no clock can tell.
        timeout: Seconds of absence that end a session.

    Returns:
        The session to carry on, its moments as seconds relative to this moment, or its end.
    """
    last, reason = session.away_since, session.reason
    if last is None:
        last, reason = proof, Reason.CRASHED
    if gap is not None and gap >= 0 and not session.manual:
        silence = gap + proof - last
        if silence < timeout:
            return session._replace(
                since=session.since - last - silence,
                away_since=-silence,
                reason=reason,
                resumed=session.resumed + 1,
            )
    return session.ended(last, reason)
