"""Presence and absence become ``session_start`` and ``session_end``.

A session is a run of presence with no gap of ``timeout`` seconds or more. Losing the focus,
sleep, a frozen process, a crash and a kill are all gaps:

    seen      the player is there: opens a session, or takes back a leaving that was too short
    away      the player left; remembered, nothing is sent
    tick      time passes: a leaving, or a silence of the whole process, that has lasted for
              ``timeout`` ends the session at the moment at which it began. A return that has yet
              to prove itself halts the leaving's time
    leave     the game ends: the session ends at once, or is held for the next launch
    recover   what an earlier run left open is carried on, or ended at its last sign of life

Nothing here reads a clock or a file: ``now`` is an argument, all moments are seconds on the run's
clock that counts sleep (``Reading.elapsed``), and every method returns what happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from exponea_game.system.clock import Reading

PROOF_INTERVAL = 5.0
"""Seconds between two signs of life while the player is there: as much as a crash may hide."""


class Reason(str, Enum):
    """Why a session ended, as sent in ``session_end``."""

    LEFT = "left"
    QUIT = "quit"
    ASLEEP = "asleep"
    CRASHED = "crashed"
    MANUAL = "manual"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is open.

    Attributes:
        name: Tells it from every other session of this home, also when a later run carries it on.
        start: Unix time of its start.
        since: The start on this run's clock; negative if an earlier run started it.
        away_since: When the player went away, on this run's clock; None while present.
        reason: The reason it will end for if nobody returns.
        manual: Started by a call of the game.
    """

    name: str
    start: float
    since: float
    away_since: float | None = None
    reason: Reason = Reason.LEFT
    manual: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """A session began."""

    session: Session


@dataclass(frozen=True, slots=True)
class Ended:
    """A session ended ``duration`` seconds after its start."""

    session: Session
    duration: float
    reason: Reason

    @property
    def timestamp(self) -> float:
        """Unix time of the end."""
        return self.session.start + self.duration


Transition = Started | Ended


class Sessions:
    """The sessions of one run: at most one is open at a time.

    Args:
        run: The run's name; the sessions are named after it.
        timeout: Seconds of absence that end a session.
        automatic: Whether presence opens sessions; otherwise the game's calls do.
        auto_close: Whether a manual start closes the session that is open.
    """

    def __init__(self, run: str, timeout: float, *, automatic: bool, auto_close: bool) -> None:
        self._run, self._count = run, 0
        self._timeout, self._automatic, self._auto_close = timeout, automatic, auto_close
        self._last: Reading | None = None
        self._over = float("-inf")
        self.open: Session | None = None

    @property
    def deadline(self) -> float:
        """The moment from which on silence would end the session; infinite if none could."""
        if self.open is None or self.open.away_since is not None or self._last is None:
            return float("inf")
        return self._last.elapsed + self._timeout

    def present(self, now: Reading, since: float | None = None) -> list[Transition]:
        """The player is there, and has been since the moment ``since``; without one, since now."""
        transitions = self.tick(now, since)
        if not self._automatic:
            return transitions
        if self.open is None:
            at = min(now.elapsed, max(self._back(now, since), self._over))
            wall = now.wall - (now.elapsed - at)
            transitions.append(self._start(wall, at, manual=False))
        elif self.open.away_since is not None:
            self.open = replace(self.open, away_since=None, reason=Reason.LEFT)
        self._last = now
        return transitions

    def away(self, since: float, now: Reading) -> list[Transition]:
        """The player has been away since the moment ``since``."""
        transitions = self.tick(now)
        if self._automatic and self.open is not None and self.open.away_since is None:
            away_since = min(max(since, self.open.since), now.elapsed)
            self.open = replace(self.open, away_since=away_since)
            transitions += self.tick(now)
        return transitions

    def tick(self, now: Reading, returning: float | None = None) -> list[Transition]:
        """Time has passed; at most the player seems to be back since the moment ``returning``."""
        if self.open is None:
            return []
        if self.open.away_since is not None:
            expired = self._back(now, returning) - self.open.away_since >= self._timeout
            return [self._end(self.open.away_since, self.open.reason)] if expired else []
        last, self._last = self._last or now, now
        silence = now.elapsed - last.elapsed
        if silence < self._timeout:
            return []
        self._last = None
        slept = silence - (now.awake - last.awake)
        return [self._end(last.elapsed, Reason.ASLEEP if slept > silence / 2 else Reason.LEFT)]

    def quit(self, now: Reading, *, hold: bool) -> list[Transition]:
        """The game ends; with ``hold`` the session waits for a relaunch within the timeout."""
        transitions = self.tick(now)
        if self.open is None:
            return transitions
        away_since = now.elapsed if self.open.away_since is None else self.open.away_since
        reason = self._reason(Reason.QUIT)
        if hold:
            self.open = replace(self.open, away_since=away_since, reason=reason)
            return transitions
        return [*transitions, self._end(away_since, reason)]

    def start(self, timestamp: float, now: Reading) -> list[Transition]:
        """The game starts a session by hand at ``timestamp`` (Unix seconds).

        Without ``auto_close`` a start while a session is open starts nothing: each session has
        one start and one end.
        """
        transitions = self.tick(now)
        at = now.elapsed + timestamp - now.wall
        if self.open is not None:
            if not self._auto_close:
                return transitions
            transitions.append(self._end(at, Reason.MANUAL))
        self._last = now
        return [*transitions, self._start(timestamp, at, manual=True)]

    def end(self, timestamp: float, now: Reading) -> list[Transition]:
        """The game ends its session by hand at ``timestamp`` (Unix seconds)."""
        transitions = self.tick(now)
        if self.open is not None:
            transitions.append(self._end(now.elapsed + timestamp - now.wall, Reason.MANUAL))
        return transitions

    def part(self, now: Reading) -> tuple[list[Transition], bool]:
        """The player becomes another one: ends the session; also says whether to start anew."""
        transitions, self._over = self.tick(now), now.elapsed
        if self.open is None:
            return transitions, False
        present = self.open.away_since is None
        away_since = now.elapsed if self.open.away_since is None else self.open.away_since
        transitions.append(self._end(away_since, self._reason(Reason.IDENTITY)))
        return transitions, present and self._automatic

    def carry_on(self, session: Session, now: Reading) -> None:
        """Make a session of an earlier run, as ``recover`` returned it, the open one."""
        self.open, self._last = session, now

    def _back(self, now: Reading, since: float | None) -> float:
        """When the player came back: ``since`` then, unless a gap has followed that ends it."""
        gone = since is None or now.elapsed - since >= self._timeout
        return now.elapsed if since is None or gone else since

    def _start(self, timestamp: float, since: float, *, manual: bool) -> Started:
        self._count += 1
        self.open = Session(f"{self._run}/{self._count}", timestamp, since, manual=manual)
        return Started(self.open)

    def _reason(self, reason: Reason) -> Reason:
        """Why the open session ends; a crash that nobody came back from stays one."""
        assert self.open is not None  # noqa: S101 - every caller has looked
        return Reason.CRASHED if self.open.reason is Reason.CRASHED else reason

    def _end(self, at: float, reason: Reason) -> Ended:
        assert self.open is not None  # noqa: S101 - every caller has looked
        session, self.open = self.open, None
        self._over = max(self._over, at, session.since)
        return Ended(session, max(0.0, at - session.since), reason)


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
    last, leaving = session.away_since, session.reason
    if last is None:
        last, leaving = proof, Reason.CRASHED
    if gap is not None and gap >= 0 and not session.manual:
        silence = gap + proof - last
        if silence < timeout:
            since = session.since - last - silence
            return replace(session, since=since, away_since=-silence, reason=leaving)
    return Ended(session, max(0.0, last - session.since), leaving)
