"""The will of a run: the session that is open, and what its ``session_end`` needs.

    {"session":{"name":"000007-3fa9c1/1","start":1700000000.5,"since":0.2,"away_since":null,
                "reason":"left","manual":false,"id":"9d1c0f6a2b47-1","resumed":0,
                "exit_status":null},
     "context":{"customer_ids":{"cookie":"..."},"properties":{"os_name":"Linux",...}}}

    {"ended":"000007-3fa9c1/1","start":1700000000.5}

Whoever finds the will of a dead run can conclude it without knowing the player or the game.
The second form stands once the session is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from exponea_game.events.commands import Base, event
from exponea_game.sessions.session import PROOF_INTERVAL, Ended, Reason, Session
from exponea_game.system.json_text import JSON, encode

LARGEST = 1e12
"""Seconds; no moment of a session is as far away."""


class Context(NamedTuple):
    """The customer ids and the properties of a session's start and end, but for its own."""

    customer_ids: Mapping[str, str]
    properties: Mapping[str, Any]

    def start(self, session: Session) -> JSON:
        """The ``session_start``; given again it is an exact copy."""
        properties = encode({**of_session(session), **self.properties})
        return event(encode(self.customer_ids), '"session_start"', session.start, properties)

    def end(self, ended: Ended) -> JSON:
        """The ``session_end``."""
        session = ended.session
        own: dict[str, Any] = {"duration": round(ended.duration, 6), "reason": ended.reason.value}
        if ended.reason is Reason.CRASHED:
            own |= {"recovered": True, "uncertainty": PROOF_INTERVAL}
        if session.resumed:
            own["resumed"] = session.resumed
        if session.exit_status:
            own["exit_status"] = session.exit_status
        properties = {**of_session(session), **self.properties}
        whole = Base(properties).under(own, encode(own))
        return event(encode(self.customer_ids), '"session_end"', ended.timestamp, whole)


def of_session(session: Session | None) -> dict[str, str]:
    """The properties by which what a session holds is found; the game's own win over them."""
    return {} if session is None else {"session_id": session.id}


def render_will(session: Session | None, context: Context) -> JSON:
    """The will as JSON."""
    if session is None:
        return "null"
    return encode({"session": session._asdict(), "context": context._asdict()})


def render_ended(session: Session) -> JSON:
    """The will once a session is over."""
    return encode({"ended": session.name, "start": session.start})


def session_of(will: Any) -> tuple[str, bool]:
    """The name of the session that a will is about, and whether it is over."""
    if not isinstance(will, dict):
        return "", False
    if "ended" in will:
        return str(will["ended"]), True
    session = will.get("session")
    return (str(session.get("name", "")) if isinstance(session, dict) else ""), False


def parse_will(will: Mapping[str, Any] | None) -> tuple[Session, Context] | None:
    """The session and its context; None if none is open, or it cannot be understood.

    A newer version may have written more members.
    """
    if will is None:
        return None
    try:
        members = will["session"].items()
        session = Session(**{name: v for name, v in members if name in Session._fields})
        context = Context(
            dict(will["context"]["customer_ids"]), dict(will["context"]["properties"])
        )
        numbers = [session.start, session.since, session.away_since or 0.0]
        if not all(abs(number) < LARGEST for number in numbers):
            return None
        if not all(isinstance(value, str) for value in context.customer_ids.values()):
            return None
        counts = [session.resumed, session.exit_status or 0]
        if not all(isinstance(number, (int, float)) for number in numbers):
            return None
        if not all(isinstance(count, int) for count in counts) or not isinstance(session.id, str):
            return None
        known = isinstance(session.name, str) and isinstance(session.manual, bool)
        return (session._replace(reason=Reason(session.reason)), context) if known else None
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
