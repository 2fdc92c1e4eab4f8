"""What a game's call gives becomes JSON and times; what cannot be tracked is reported."""

from __future__ import annotations

from collections.abc import Mapping

from exponea_game.errors import EventError
from exponea_game.events.commands import check_event_type, check_timestamp
from exponea_game.events.names import ADDED, EVENTS
from exponea_game.events.properties import encode_properties
from exponea_game.mistakes import Mistakes, caller
from exponea_game.system.json_text import JSON, encode, printable

TAKEN = "a name that the library uses itself; choose another one"
TYPES_LIMIT = 500
"""Event types whose JSON is remembered."""


def check_window(window: object) -> None:
    """Refuse what is no window.

    Raises:
        EventError: It is none.
    """
    if not hasattr(window, "dispatch_event"):
        kind = type(window).__name__
        raise EventError(f"window is of type {kind}; it must be a pyglet.window.Window")


def check_seconds(name: str, value: object) -> float:
    """A span of time given by the game.

    Raises:
        EventError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        kind = type(value).__name__
        raise EventError(f"{name} is of type {kind}; it must be a number of seconds")
    return float(value)


class Arguments:
    """Checks the arguments of a tracker's calls.

    Args:
        mistakes: Where the game's mistakes are reported.

    Attributes:
        types: The JSON of event types that are known to be right.
    """

    def __init__(self, mistakes: Mistakes) -> None:
        self._mistakes = mistakes
        self.types: dict[str, JSON] = {}

    def event_type(self, event_type: object) -> JSON:
        """An event's type.

        Raises:
            EventError: It is none.
        """
        text = encode(check_event_type(event_type))
        if event_type in EVENTS:
            self._mistakes.report(f"event_type is {event_type!r}, {TAKEN}")
        elif len(self.types) < TYPES_LIMIT:
            self.types[str(event_type)] = text
        return text

    def properties(self, properties: object) -> JSON:
        """Properties, without what cannot be tracked."""
        text, wrong = encode_properties(properties)
        self._report(wrong)
        return text

    def default_properties(self, properties: object) -> JSON:
        """Properties of every event; those that the library adds itself are replaced by them."""
        text = self.properties(properties)
        for name in sorted(ADDED & set(properties if isinstance(properties, Mapping) else ())):
            self._mistakes.report(f"default properties have {name!r}, {TAKEN}")
        return text

    def timestamp(self, timestamp: object) -> float | None:
        """A time given by the game; None for this moment."""
        if timestamp is None:
            return None
        try:
            return check_timestamp(timestamp)
        except EventError as error:
            self._mistakes.report(f"{error}; this moment is taken")
            return None

    def with_care(
        self, about: object, wrong: list[str], timestamp: object, commented: bool
    ) -> tuple[float | None, JSON]:
        """What an event has besides its type and properties: its time, and a comment.

        Args:
            about: The event's type.
            wrong: What was wrong with its properties.
            timestamp: As given by the game.
            commented: Whether the event says which line of the game has tracked it.
        """
        self._report(wrong, about)
        comment = f'"comment":{encode(printable(caller()))},' if commented else ""
        return self.timestamp(timestamp), comment

    def _report(self, wrong: list[str], about: object = None) -> None:
        event = "" if about is None else f"event {about!r:.80}: "
        for sentence in wrong:
            self._mistakes.report(event + sentence)
