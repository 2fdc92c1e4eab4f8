"""Plain numbers for the rules of sessions: moments, the sessions of a run, and what was told."""

from __future__ import annotations

from exponea_game.sessions.rules import Sessions
from exponea_game.sessions.session import Ended, Session, Started
from exponea_game.system.clock import Reading

WALL = 1_700_000_000.0
EXACT = 1e-5
"""Seconds: two starts or ends are a few microseconds apart, which no analyst sees."""


def at(elapsed: float, ahead: float = 0.0, slept: float = 0.0) -> Reading:
    """A moment on a clock: somebody may have set the wall clock, the machine may have slept."""
    return Reading(WALL + elapsed, elapsed - slept, elapsed, ahead)


def automatic(timeout: float = 60.0) -> Sessions:
    return Sessions("run", timeout, automatic=True, auto_close=True)


def manual(*, auto_close: bool = True) -> Sessions:
    return Sessions("run", 60.0, automatic=False, auto_close=auto_close)


def told(transitions: list[Started | Ended]) -> list[tuple[object, ...]]:
    """What happened: when, and of an end the duration and the reason."""
    return [
        (round(t.timestamp - WALL, 4), round(t.duration, 4), t.reason)
        if isinstance(t, Ended)
        else (round(t.session.start - WALL, 4),)
        for t in transitions
    ]


def play(sessions: Sessions, begin: float, end: float, slept: float = 0.0) -> list[Started | Ended]:
    """The player is there, and the keeper looks once a second."""
    moments = range(int(end - begin) + 1)
    return [t for second in moments for t in sessions.present(at(begin + second, slept=slept))]


def open_session(sessions: Sessions) -> Session:
    """The session that is open."""
    assert sessions.open is not None
    return sessions.open
