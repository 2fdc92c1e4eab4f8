"""A caller's values become JSON text; what JSON cannot express is left out and told.

A value that JSON cannot express is the caller's mistake. Nothing raises because of it here: it is
left out, the rest is kept, and what was wrong comes back as a list of sentences. The same goes for
a value of 16 KB or more, which the service refuses (Bloomreach documentation, "Add event").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from exponea_game.events.limits import VALUE_LIMIT
from exponea_game.system.json_text import JSON, encode, printable, shown

DEPTH_LIMIT = 32
"""Levels of nesting; deeper data is a mistake, such as a list that holds itself."""
INTEGER_LIMIT = 14_000
"""Bits of an integer: longer ones Python itself does not turn into text."""
NODES_LIMIT = 20_000
"""Values in one event, where it has to be cleaned."""

READS = 100
"""Times a mapping is read that other threads keep changing."""


def encode_properties(properties: object) -> tuple[JSON, list[str]]:
    """Properties as a JSON object, and what had to be left out of it.

    Args:
        properties: A mapping from names to texts, numbers, booleans, None, lists and mappings.

    Returns:
        The JSON, and a sentence for each mistake in the properties.
    """
    if properties is None:
        return "{}", []
    if type(properties) is dict:
        try:
            text = encode(properties)
            if (len(text) if text.isascii() else len(text.encode())) < VALUE_LIMIT:
                return text, []
        except Exception:  # noqa: BLE001, S110 - whatever a caller's object raises, cleaning tells
            pass
    return _encode_cleaned(properties)


def _encode_cleaned(properties: object) -> tuple[JSON, list[str]]:
    cleaning = _Cleaning()
    if not isinstance(properties, Mapping):
        cleaning.say("properties", properties, "a dict of names and values")
        return "{}", cleaning.mistakes
    try:
        content = cleaning.container(properties, "properties", DEPTH_LIMIT)
    except Exception as error:  # noqa: BLE001 - whatever a caller's object raises
        cleaning.mistakes.append(f"properties cannot be read: {shown(error)}")
        return "{}", cleaning.mistakes
    encoded = []
    for name, value in content.items():
        text = encode(value)
        size = len(text.encode())
        if size > VALUE_LIMIT:
            limit = f"at most {VALUE_LIMIT} bytes as JSON, this has {size}"
            cleaning.say(_inside("properties", name), value, limit)
            continue
        encoded.append(f"{encode(name)}:{text}")
    return "{" + ",".join(encoded) + "}", cleaning.mistakes


_NOTHING = object()


class _Cleaning:
    """Keeps what JSON can express of a value and a sentence for what it cannot."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self.nodes = 0

    def say(self, where: str, value: object, right: str) -> None:
        self.mistakes.append(f"{where} is of type {type(value).__name__}; it must be {right}")

    def value(self, value: Any, where: str, depth: int) -> Any:
        self.nodes += 1
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return printable(value)
        if isinstance(value, int):
            return self._number(int(value), where, value.bit_length() < INTEGER_LIMIT)
        if isinstance(value, float):
            return self._number(float(value), where, math.isfinite(value))
        if not isinstance(value, (Mapping, list, tuple)):
            self.say(where, value, "a text, a number, a boolean, None, a list or a dict")
        elif depth == 0 or self.nodes > NODES_LIMIT:
            self.say(where, value, f"{NODES_LIMIT} values in {DEPTH_LIMIT} levels at most")
        else:
            return self.container(value, where, depth - 1)
        return _NOTHING

    def container(self, value: Any, where: str, depth: int) -> Any:
        if isinstance(value, Mapping):
            pairs = [
                (self._name(k, where), self.value(v, _inside(where, k), depth))
                for k, v in members(value)
            ]
            return {k: v for k, v in pairs if k is not _NOTHING and v is not _NOTHING}
        values = [self.value(v, f"{where}[{i}]", depth) for i, v in enumerate(tuple(value))]
        return [v for v in values if v is not _NOTHING]

    def _name(self, name: object, where: str) -> Any:
        if isinstance(name, str):
            return printable(name)
        if name is None or isinstance(name, (bool, int)):
            return encode(name)
        self.say(f"the name of {_inside(where, name)}", name, "a text")
        return _NOTHING

    def _number(self, value: float, where: str, fits: bool) -> Any:
        if fits:
            return value
        right = f"a finite number, an integer of at most {INTEGER_LIMIT} bits"
        self.mistakes.append(
            f"{where} is not to be expressed as a number in JSON; it must be {right}"
        )
        return _NOTHING


def _inside(where: str, name: object) -> str:
    return f"{where}[{shown(name)}]"


def members(mapping: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """The names and values of a mapping that other threads may be changing."""
    for _ in range(READS):
        with suppress(RuntimeError):  # changed while it was read
            return list(mapping.items())
    return list(mapping.items())
