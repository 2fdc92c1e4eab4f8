"""What a game tracked, as its tests read it: commands become events, sessions, and lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from exponea_game.events.names import ADDED


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is sent.

    Attributes:
        type: Its type.
        timestamp: Unix seconds.
        properties: All of them, the library's too.
        customer_ids: Whose it is.
        place: The game's file and line; empty for what the library tracks by itself.
    """

    type: str
    timestamp: float
    properties: Mapping[str, Any]
    customer_ids: Mapping[str, str]
    place: str = ""

    def has(self, properties: Mapping[str, Any]) -> bool:
        """Whether these are among its properties."""
        own = self.properties
        return all(name in own and own[name] == value for name, value in properties.items())


@dataclass(frozen=True, slots=True)
class Session:
    """A session; ``duration`` in seconds and ``reason`` are None while it is open."""

    start: float
    duration: float | None = None
    reason: str | None = None


class Act(NamedTuple):
    """What the player did at a Unix time, after so many events."""

    timestamp: float
    events: int
    words: str


def events(commands: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The events among commands."""
    return [_event(command) for command in commands if command["name"] == "customers/events"]


def sessions(events: Iterable[Event]) -> list[Session]:
    """The sessions that events tell of, oldest first; the last may be open."""
    found: list[Session] = []
    for event in events:
        if event.type == "session_start":
            found.append(Session(event.timestamp))
        elif event.type == "session_end":
            duration = event.properties["duration"]
            start = found.pop().start if found and found[-1].reason is None else event.timestamp
            found.append(Session(start, duration, event.properties["reason"]))
    return found


def draw(acts: Iterable[Act], events: Iterable[Event], beginning: float) -> str:
    """A line for each act and event, with the seconds since the beginning.

    Args:
        acts: What the player did.
        events: What was tracked.
        beginning: Unix time.
    """
    lines = [(act.timestamp, act.events, 0, f"-- {act.words}") for act in acts]
    lines += [(event.timestamp, place, 1, _row(event)) for place, event in enumerate(events)]
    shown = [(f"{at - beginning:11.3f}", *rest) for at, *rest in lines]
    return "\n".join(f"{at}  {words}" for at, _, _, words in sorted(shown))


def _event(command: Mapping[str, Any]) -> Event:
    data = command["data"]
    return Event(
        data["event_type"],
        data["timestamp"],
        data["properties"],
        data["customer_ids"],
        command.get("comment", ""),
    )


def _row(event: Event) -> str:
    own = {n: value for n, value in event.properties.items() if n not in ADDED}
    properties = " ".join(f"{name}={value!r}" for name, value in own.items())
    return f"{event.type:20} {properties:40} {event.place}".rstrip()
