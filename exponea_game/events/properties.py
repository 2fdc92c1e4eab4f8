"""A caller's values become JSON text; what JSON cannot express is left out and reported.

A value that JSON cannot express is the caller's mistake. Nothing raises because of it here: it is
left out, the rest is kept, and what was wrong comes back as a list of sentences. The same goes for
a value of 16 KB or more, which the service refuses (Bloomreach documentation, "Add event").

A mistake must not cost the game a frame: what is too large is refused before it is looked through,
by lengths that are known without looking. What is right is encoded at once, here; the rest, value
by value, in ``cleaning``.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from exponea_game.errors import EventError
from exponea_game.events.cleaning import (
    CONTAINERS,
    HIGHEST,
    INTEGER_LIMIT,
    LOOKS_LIMIT,
    LOWEST,
    NODES_LIMIT,
    SCALARS,
    encode_cleaned,
    is_small,
    members,
)
from exponea_game.events.limits import COMMAND_LIMIT, NAME_LIMIT, VALUE_LIMIT
from exponea_game.system.json_text import JSON, chunks, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LONGER = slice(VALUE_LIMIT, VALUE_LIMIT + 1)
"""What there is of a text only where it is longer than a value or a name may be: it is asked for
without a call and without a copy."""
FEW = 250
"""Values in a property that is encoded without counting what else there is."""
FEW_PROPERTIES = COMMAND_LIMIT // (VALUE_LIMIT + NAME_LIMIT)
"""Properties of right sizes that cannot be too many characters for an event together."""
LONGEST_CHARACTER = 6
"""Bytes that a character may take as JSON."""
SHORT = 64
"""Characters of a name that is remembered as fitting, as nearly all of a game's are."""
NAMES_LIMIT = 1_000
"""Names that are remembered."""

_fitting: set[str] = set()


def encode_properties(properties: object) -> tuple[JSON, list[str]]:
    """Properties as a JSON object, and what had to be left out of it.

    Args:
        properties: A mapping from names to texts, numbers, booleans, None, lists and mappings, and
            to everyday values (see everyday).

    Returns:
        The JSON, and a sentence for each mistake in the properties.

    Raises:
        EventError: They cannot be less than an event may be.
    """
    if properties is None:
        return "{}", []
    if type(properties) is dict and (len(properties) <= FEW_PROPERTIES or _may_fit(properties)):
        few = FEW if len(properties) <= FEW_PROPERTIES else min(FEW, LOOKS_LIMIT // len(properties))
        try:  # the way of nearly every event: each step in here is made for each value of it
            if not _fitting.issuperset(properties) and not _do_fit(properties):
                return encode_cleaned(properties)
            for value in properties.values():
                kind = type(value)
                if kind is str:
                    if value[LONGER]:
                        return encode_cleaned(properties)
                elif kind is int:
                    if value >> INTEGER_LIMIT and not LOWEST < value < HIGHEST:
                        return encode_cleaned(properties)
                elif kind not in SCALARS and not is_small(value, few):
                    return encode_cleaned(properties)
            text = "".join(chunks(properties, 0))
            if (text.isascii() and not text[LONGER]) or len(text.encode()) < VALUE_LIMIT:
                return text, []
            if all(map(_fits, properties.values())):
                return text, []
        except Exception:  # noqa: BLE001, S110 - whatever a caller's object raises, cleaning tells
            pass
    return encode_cleaned(properties)


def _may_fit(properties: dict[Any, Any]) -> bool:
    """Whether so many properties may be looked at.

    Raises:
        EventError: They have more characters than an event may, of those that are not left out.
    """
    if len(properties) > NODES_LIMIT:
        return False
    size = 0
    for name, value in members(properties):
        size += (len(name) if type(name) is str else 0) + _least(value)
        if size > COMMAND_LIMIT:
            limit = f"{COMMAND_LIMIT} bytes as JSON"
            raise EventError(f"the properties have more than {limit}; an event has at most that")
    return True


def _least(value: Any) -> int:
    """What a value has as JSON at the least, seen at once; nothing where it is left out."""
    kind = type(value)
    size = 1
    if kind is str:
        size = len(value)
    elif kind is int:
        size = value.bit_length() >> 2
    elif kind in CONTAINERS:
        size = 2 * len(value)
        if size <= VALUE_LIMIT:
            with suppress(Exception):  # numbers have no length, and others' may be anything
                size = max(size, sum(map(len, value)))
    return size if size <= VALUE_LIMIT else 0


def _fits(value: Any) -> bool:
    """Whether the JSON of a value that can be encoded is short enough."""
    kind = type(value)
    if kind is str and len(value) < VALUE_LIMIT // LONGEST_CHARACTER:
        return True
    known = kind is not str and kind in SCALARS
    return known or len(encode(value).encode()) <= VALUE_LIMIT


def _do_fit(names: Iterable[Any]) -> bool:
    """Whether names are short enough; those of a usual length are asked for it once.

    Where there are too many, all are forgotten: those that a game always uses are soon back.
    """
    for name in names:
        if name[LONGER]:
            return False
        if type(name) is str and not name[SHORT:]:
            if len(_fitting) >= NAMES_LIMIT:
                _fitting.clear()
            _fitting.add(name)
    return True
