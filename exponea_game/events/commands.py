"""An event or a customer update becomes one command of the batch request, as JSON text.

    {"name":"customers/events","data":{"customer_ids":{"cookie":"..."},"event_type":"level_complete",
     "timestamp":1700000000.000001,"properties":{"level":3}}}

Limits of the service (Bloomreach documentation, "Add event"): a command is smaller than 800 KB; an
id holds at least one letter or digit and is none of the words by which programs say "nothing";
times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from exponea_game.errors import EventError
from exponea_game.events.cleaning import members
from exponea_game.events.limits import NAME_LIMIT
from exponea_game.system.json_text import JSON, encode, printable, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

IDS_LIMIT = 4_000
"""Bytes of all customer ids, as JSON: they are part of every command."""
LATEST = 1e11
"""Unix seconds far in the future: a larger number means milliseconds."""


def check_event_type(event_type: object) -> str:
    """The event type, if it is one.

    Raises:
        EventError: It is not a text, or empty, or too long.
    """
    right = "it must be a text such as 'level_complete'"
    if not isinstance(event_type, str):
        raise EventError(f"event_type is of type {type(event_type).__name__}; {right}")
    if len(event_type) > NAME_LIMIT:
        size = f"{len(event_type)} characters; it must have at most {NAME_LIMIT}"
        raise EventError(f"event_type has {size}")
    if not event_type.strip():
        raise EventError(f"event_type is empty; {right}")
    return printable(event_type)


def check_timestamp(timestamp: object) -> float:
    """A time given by the caller, in Unix seconds.

    Raises:
        EventError: It is no time in Unix seconds.
    """
    right = "it must be Unix seconds, such as time.time() gives"
    if isinstance(timestamp, bool) or not isinstance(timestamp, (int, float)):
        raise EventError(f"timestamp is of type {type(timestamp).__name__}; {right}")
    if not 0 < timestamp < LATEST:
        raise EventError(f"timestamp is {shown(timestamp):.40}; {right}, not milliseconds")
    return float(timestamp)


def check_customer_ids(customer_ids: object) -> dict[str, str]:
    """Customer ids given by the caller.

    Raises:
        EventError: One of them is no id; the text names it.
    """
    if not isinstance(customer_ids, Mapping) or not customer_ids:
        kind = type(customer_ids).__name__
        raise EventError(f"customer_ids is an empty or wrong {kind}; give {{'registered': '...'}}")
    checked = {}
    too_long = f"customer_ids are too long; together at most {IDS_LIMIT} bytes as JSON"
    if len(customer_ids) > IDS_LIMIT:
        raise EventError(too_long)
    for name, value in members(customer_ids):
        if any(isinstance(text, str) and len(text) > IDS_LIMIT for text in (name, value)):
            raise EventError(too_long)
        if not isinstance(name, str) or not name.strip():
            raise EventError(f"customer_ids has the name {shown(name):.80}; it must be a text")
        if name == "cookie":
            raise EventError("customer_ids has 'cookie'; the library makes it: leave it out")
        checked[printable(name)] = _check_id(name, value)
    if len(encode(checked).encode()) > IDS_LIMIT:
        raise EventError(too_long)
    return checked


def _check_id(name: str, value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 64:
        value = str(value)
    nothing = {"null", "undefined", "none"}
    if not isinstance(value, str) or value.strip().lower() in nothing:
        right = "it must be a text that names the customer"
        raise EventError(f"customer_ids[{shown(name):.80}] is {value!r:.80}; {right}")
    if not any(character.isalnum() for character in value):
        right = "it must have at least one letter or digit"
        raise EventError(f"customer_ids[{shown(name):.80}] is {value!r:.80}; {right}")
    return printable(value)


class Base:
    """Properties that many events share, encoded once; an event's own win over them.

    Args:
        properties: Names and values that JSON can express.
    """

    def __init__(self, properties: Mapping[str, Any]) -> None:
        self._members = {name: f"{encode(name)}:{encode(v)}" for name, v in properties.items()}
        joined = ",".join(self._members.values())
        self._alone = f"{{{joined}}}"
        self._opening = f"{{{joined}," if joined else "{"
        self._are_others = frozenset(self._members).isdisjoint

    def under(self, properties: Any, text: JSON) -> JSON:
        """The event's ``properties``, whose JSON is ``text``, with the shared ones before them."""
        if text == "{}":
            return self._alone
        if self._are_others(properties):
            return self._opening + text[1:]
        return self._without(properties, text)

    def _without(self, properties: Any, text: JSON) -> JSON:
        joined = ",".join(m for name, m in self._members.items() if name not in properties)
        return f"{{{joined},{text[1:]}" if joined else text


def event(
    ids: JSON, event_type: JSON, timestamp: float, properties: JSON, comment: JSON = ""
) -> JSON:
    """The command that adds an event."""
    return event_at(ids, event_type, f"{timestamp:.6f}", properties, comment)


def event_at(
    ids: JSON, event_type: JSON, timestamp: JSON, properties: JSON, comment: JSON = ""
) -> JSON:
    """The same with a timestamp that is JSON already."""
    return (
        f'{{"name":"customers/events",{comment}"data":{{"customer_ids":{ids},'
        f'"event_type":{event_type},"timestamp":{timestamp},"properties":{properties}}}}}'
    )


def customer(ids: JSON, timestamp: float, properties: JSON, comment: JSON = "") -> JSON:
    """The command that updates a customer's properties."""
    return (
        f'{{"name":"customers",{comment}"data":{{"customer_ids":{ids},'
        f'"update_timestamp":{timestamp:.6f},"properties":{properties}}}}}'
    )
