"""Pairs each ``session_start`` with its ``session_end``.

Pure. A start and an end belong together by their ``session_id``, for two games of one player may
run at once. Without one, as other SDKs send them, a session belongs to a cookie (to a customer
where an event has none), since one person may play on two machines at once. Events come in the
order of their timestamps; an end closes the open session that it belongs to. A start that finds
one open leaves it without an end, and an end that finds none makes a session whose start is known
from its ``duration`` alone: both are what a judge has to show.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

START = "session_start"
END = "session_end"


def pair(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Make sessions of session events.

    Args:
        events: As ``queries.events`` gives them, ordered by timestamp.

    Returns:
        Sessions in the order of their starts, each with ``start`` and ``end`` (Unix seconds or
        None), ``duration`` (seconds or None), ``start_id`` and ``end_id`` (the events' ids or
        None), ``reason``, ``recovered``, ``uncertainty``, ``customer``, ``cookie``, ``project``,
        and ``game``, what one game at a time has sessions of: a run where sessions have names.
    """
    sessions: list[dict[str, Any]] = []
    running: dict[tuple[Any, Any], dict[str, Any]] = {}
    for event in events:
        cookie = event["customer_ids"].get("cookie")
        name = event["properties"].get("session_id")
        named = isinstance(name, str) and name
        key = (event["project"], name if named else cookie or event["customer"])
        if event["event_type"] == START:
            running[key] = _begun(event, cookie)
            sessions.append(running[key])
        else:
            session = running.pop(key, None)
            if session is None:
                session = _begun(event, cookie) | {"start": None, "start_id": None}
                sessions.append(session)
            _finish(session, event)
    return sessions


def _begun(event: dict[str, Any], cookie: str | None) -> dict[str, Any]:
    return {
        "project": event["project"],
        "customer": event["customer"],
        "cookie": cookie,
        "game": _game(event, cookie),
        "start": event["timestamp"],
        "start_id": event["id"],
        "end": None,
        "end_id": None,
        "duration": None,
        "reason": None,
        "recovered": False,
        "uncertainty": None,
    }


def _game(event: dict[str, Any], cookie: str | None) -> str:
    """Two sessions of one of these cannot be at once: a run, else a cookie or a customer."""
    name = event["properties"].get("session_id")
    return name.rpartition("-")[0] if isinstance(name, str) else str(cookie or event["customer"])


def _finish(session: dict[str, Any], event: dict[str, Any]) -> None:
    properties = event["properties"]
    session["end"], session["end_id"] = event["timestamp"], event["id"]
    duration = properties.get("duration")
    if isinstance(duration, int | float):
        session["duration"] = duration
        if session["start"] is None:
            session["start"] = event["timestamp"] - duration
    session["reason"] = properties.get("reason")
    session["recovered"] = bool(properties.get("recovered"))
    session["uncertainty"] = properties.get("uncertainty")
