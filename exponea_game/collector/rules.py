"""What the tracking API accepts, and in which words it refuses the rest.

Pure: bytes and the moment of receipt go in, commands or refusals come out. A request that is
no JSON, or a batch with no or too many commands, is a ``BadRequestError`` as a whole. Everything
else is judged command by command, and a ``Refusal`` says why. The wording of the service is
kept where its documentation gives it.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

COMMANDS_PER_BATCH = 50
MESSAGE_BYTES = 800 * 1024
PROPERTY_BYTES = 16 * 1024
BODY_BYTES = COMMANDS_PER_BATCH * MESSAGE_BYTES + 1024 * 1024
LONGEST = 1e15  # seconds; no date is further from 1970
NAME_CHARACTERS = 256  # of an event type or an id's name; the service documents no limit

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
EVENT = "customers/events"
UPDATE = "customers"
TIME = "system/time"


class BadRequestError(ValueError):
    """A request that is refused as a whole, with status 400."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it will be stored."""

    customer_ids: Mapping[str, str]
    event_type: str
    properties: str
    timestamp: float
    digest: bytes
    """Equal for exact copies, which the service stores once."""
    command_id: str | None = None
    comment: str | None = None
    """The game's file and line, where the sender adds it."""


@dataclass(frozen=True, slots=True)
class Update:
    """New values of a customer's properties."""

    customer_ids: Mapping[str, str]
    properties: str
    timestamp: float
    command_id: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Time:
    """The question for the server's time, as part of a batch."""

    command_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that is not stored."""

    errors: tuple[str, ...]
    command: object
    """As it came."""
    command_id: str | None = None


Command = Event | Update | Time | Refusal


def decode(body: bytes) -> dict[str, Any]:
    """Read a request's body.

    Raises:
        BadRequestError: It is not one JSON object, or holds NaN, an infinity or half a character.
    """
    try:
        decoded = json.loads(body.decode(), parse_constant=_no_number, parse_float=_finite)
        if SURROGATE.search(body):
            json.dumps(decoded, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadRequestError("Invalid JSON") from error
    if not isinstance(decoded, dict):
        raise BadRequestError("Invalid JSON")
    return decoded


def commands_of(body: Mapping[str, Any]) -> list[object]:
    """The commands of a batch, not yet judged.

    Raises:
        BadRequestError: There are none, or more than fifty.
    """
    commands = body.get("commands")
    if not isinstance(commands, list) or not commands:
        raise BadRequestError("No commands")
    if len(commands) > COMMANDS_PER_BATCH:
        raise BadRequestError(f"Too many commands: {len(commands)}, at most {COMMANDS_PER_BATCH}")
    return commands


def judge(command: object, project: str, now: float) -> Command:
    """Turn one command into what is to be stored, or into a refusal.

    Args:
        command: As it stands in a batch: ``name``, ``data``, perhaps ``command_id``.
        project: The project's token.
        now: The moment of receipt, in Unix seconds.
    """
    if not isinstance(command, dict):
        return Refusal(("Command must be an object.",), command)
    command_id = command.get("command_id")
    if command_id is not None and not isinstance(command_id, str):
        return Refusal(("Field 'command_id' must be a string.",), command)
    try:
        return _judge(command, command_id, project, now)
    except _RefusedError as refused:
        return Refusal(refused.args, command, command_id)


class _RefusedError(Exception):
    pass


def _judge(command: dict[str, Any], command_id: str | None, project: str, now: float) -> Command:
    name, data = command.get("name"), command.get("data")
    if name == TIME:
        return Time(command_id)
    if name not in (EVENT, UPDATE):
        raise _RefusedError(f"Unknown command: {str(name)[:NAME_CHARACTERS]!r}.")
    if not isinstance(data, dict):
        raise _RefusedError("Field 'data' is required.")
    ids = _customer_ids(data.get("customer_ids"))
    properties = _properties(data.get("properties"))
    comment = command.get("comment")
    comment = comment[:PROPERTY_BYTES] if isinstance(comment, str) else None
    if name == UPDATE:
        given = data.get("update_timestamp")
        moment = _timestamp(given if given is not None else data.get("timestamp"), now)
        return Update(ids, properties, moment, command_id, comment)
    event_type = data.get("event_type")
    if not event_type or not isinstance(event_type, str):
        raise _RefusedError("Field 'event_type' is required.")
    if len(event_type) > NAME_CHARACTERS:
        raise _RefusedError(f"Field 'event_type' is longer than {NAME_CHARACTERS} characters.")
    moment = _timestamp(data.get("timestamp"), now, data.get("age"))
    digest = _digest([project, ids, event_type, data.get("properties")])
    return Event(ids, event_type, properties, moment, digest, command_id, comment)


def _customer_ids(given: object) -> dict[str, str]:
    if not isinstance(given, dict):
        raise _RefusedError("At least one id should be specified.")
    ids = {}
    for name, value in given.items():
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise _RefusedError(f"Customer id '{name[:NAME_CHARACTERS]}' must be a string.")
        if len(name) > NAME_CHARACTERS or len(str(value)) > NAME_CHARACTERS:
            raise _RefusedError(f"A customer id is longer than {NAME_CHARACTERS} characters.")
        ids[name] = str(value)
    if not ids:
        raise _RefusedError("At least one id should be specified.")
    for value in ids.values():
        if value in ("null", "undefined") or not any(map(str.isalnum, value)):
            raise _RefusedError("At least one valid id should be specified")
    return ids


def _properties(given: object) -> str:
    if given is None:
        return "{}"
    if not isinstance(given, dict):
        raise _RefusedError("Field 'properties' must be an object.")
    text = json.dumps(given, ensure_ascii=False)
    size = len(text.encode())
    if size > MESSAGE_BYTES:
        raise _RefusedError(f"Message of {size} bytes is over the limit of {MESSAGE_BYTES}.")
    if size > PROPERTY_BYTES:
        for name, value in given.items():
            length = len(json.dumps(value, ensure_ascii=False).encode())
            if length > PROPERTY_BYTES + len('""'):
                name = name[:NAME_CHARACTERS]
                raise _RefusedError(f"Property '{name}' is over {PROPERTY_BYTES} bytes.")
    return text


def _timestamp(given: object, now: float, age: object = None) -> float:
    if given is None:
        return now if age is None else now - _seconds("age", age)
    if not isinstance(given, str):
        return _seconds("timestamp", given)
    try:
        moment = datetime.fromisoformat(given.replace("Z", "+00:00"))
    except ValueError:
        raise _RefusedError("Field 'timestamp' is no ISO-8601 date.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def _seconds(name: str, given: object) -> float:
    if isinstance(given, int | float) and not isinstance(given, bool) and abs(given) <= LONGEST:
        return float(given)
    raise _RefusedError(f"Field '{name}' must be a number of seconds.")


def _digest(identity: object) -> bytes:
    text = json.dumps(identity, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def _no_number(text: str) -> float:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
