"""The will of a run: the session that is open, and the ``session_end`` that is owed for it.

    {"session":{"name":"000007-3fa9c1/1","start":1700000000.5,"since":0.2,"left":null,
                "leaving":"left","manual":false},
     "owed":{"customer_ids":{"cookie":"..."},"properties":{"os_name":"Linux",...}}}

    {"ended":"000007-3fa9c1/1","start":1700000000.5}

Whoever finds the will of a dead run can pay what is owed without knowing the player or the game.
The second form is left once it is paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from exponea_game.events.commands import Base, event
from exponea_game.sessions.rules import PROOF_INTERVAL, Ended, Reason, Session
from exponea_game.system.json_text import JSON, encode

OF_AN_END = ("duration", "reason", "recovered", "uncertainty")
"""The properties that a ``session_end`` has of its own."""


@dataclass(frozen=True, slots=True)
class Owed:
    """The customer ids and the properties of the ``session_end`` to come."""

    customer_ids: Mapping[str, str]
    properties: Mapping[str, Any]

    def start(self, session: Session) -> JSON:
        """The ``session_start``, once more."""
        properties = encode(self.properties)
        return event(encode(self.customer_ids), '"session_start"', session.start, properties)

    def end(self, ended: Ended) -> JSON:
        """The command that pays it."""
        own: dict[str, Any] = {"duration": round(ended.duration, 6), "reason": ended.reason.value}
        if ended.reason is Reason.CRASHED:
            own |= {"recovered": True, "uncertainty": PROOF_INTERVAL}
        properties = Base(self.properties).under(own, encode(own))
        return event(encode(self.customer_ids), '"session_end"', ended.timestamp, properties)


def write(session: Session | None, owed: Owed) -> JSON:
    """The will as JSON."""
    if session is None:
        return "null"
    return encode({"session": asdict(session), "owed": asdict(owed)})


def over(session: Session) -> JSON:
    """The will once a session is over."""
    return encode({"ended": session.name, "start": session.start})


def about(will: Any) -> tuple[str, bool]:
    """The name of the session that a will is about, and whether it is over."""
    if not isinstance(will, dict):
        return "", False
    if "ended" in will:
        return str(will["ended"]), True
    session = will.get("session")
    return (str(session.get("name", "")) if isinstance(session, dict) else ""), False


def read(will: Mapping[str, Any] | None) -> tuple[Session, Owed] | None:
    """The session and what is owed for it; None if nothing is, or it cannot be understood.

    A newer version may have written more members.
    """
    if will is None:
        return None
    try:
        members = will["session"].items()
        session = Session(**{name: v for name, v in members if name in Session.__slots__})
        owed = Owed(dict(will["owed"]["customer_ids"]), dict(will["owed"]["properties"]))
        numbers = [session.start, session.since, session.left or 0.0]
        if not all(isinstance(number, (int, float)) for number in numbers):
            return None
        return replace(session, leaving=Reason(session.leaving)), owed
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
