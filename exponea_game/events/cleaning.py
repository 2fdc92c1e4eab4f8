"""A caller's values one by one: what JSON can express of them, and a sentence for what it cannot.

The way of what is wrong, or so large that it may be. What is too large is refused before it is
looked through, by lengths that are known without looking; a list that is right is encoded at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress

from exponea_game.events.everyday import Number, simplify, way_out
from exponea_game.events.limits import COMMAND_LIMIT, NAME_LIMIT, VALUE_LIMIT
from exponea_game.system.json_text import JSON, encode, printable, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Place = tuple["Place", object] | None
    """Where a value is: the place of what it is in, and its name or index; None: the properties."""

DEPTH_LIMIT = 32
"""Levels of nesting; deeper data is a mistake, such as a list that holds itself."""
INTEGER_LIMIT = 1_024
"""Bits of an integer, as of the largest float; what is longer takes a time that grows."""
NODES_LIMIT = 8_000
"""Values in one property, and properties: more of them cannot be shorter than a value may be."""
LOOKS_LIMIT = 2 * NODES_LIMIT
"""Values in the lists and dicts of all properties that are looked at, also of what is left out: one
that has too many leaves as many to the others."""
STEPS_LIMIT = NODES_LIMIT
"""Values of all properties that are looked at one by one, for they, or others in their list or
dict, are of no kind of Python's own that JSON has. Each takes a microsecond or two; what is no text
and no number takes more and counts twice, and so does what has a name."""
FIRST = VALUE_LIMIT // 16
"""Fractions of a list that are encoded to see whether it is too long: most have 16 digits."""
SENTENCES = 20
"""Mistakes of one event that are worth reading."""
LEFT_OUT_LIMIT = 500
"""Values and names that are left out of one property, before it is left out as a whole."""
AROUND = len('"":0,')
"""Characters around each name of a dict, at the least."""
READS = 100
"""Times a mapping is read that other threads keep changing."""
MANY = f"at most {NODES_LIMIT} values in it, and {LOOKS_LIMIT} in all properties"
LONG = f"at most {VALUE_LIMIT} bytes as JSON, this has more"
ONE_BY_ONE = f"within the {STEPS_LIMIT} values of all properties that are looked at one by one"
SCALARS = frozenset({str, int, float, bool, type(None)})
"""What takes no longer than its size, which is seen at once."""
CONTAINERS = frozenset({list, tuple, dict, set, frozenset})
SIMPLE = SCALARS | CONTAINERS
HIGHEST, LOWEST = 1 << INTEGER_LIMIT, -(1 << INTEGER_LIMIT)


def encode_cleaned(properties: object) -> tuple[JSON, list[str]]:
    """Properties as a JSON object, each looked at; what had to be left out of it."""
    cleaning = _Cleaning()
    try:
        if not isinstance(properties, Mapping):
            cleaning.say(None, properties, "a dict of names and values")
            return "{}", cleaning.mistakes
        if len(properties) > NODES_LIMIT:
            cleaning.say(None, properties, f"at most {NODES_LIMIT} names and values")
            return "{}", cleaning.mistakes
        pairs = [((None, name), value) for name, value in members(properties)]
    except Exception as error:  # noqa: BLE001 - whatever a caller's object raises
        cleaning.tell(None, _unread(error))
        return "{}", cleaning.mistakes
    encoded: dict[str, JSON] = {}
    size = 0
    for place, value in pairs:
        if size > COMMAND_LIMIT:  # the event is refused: the rest need not be looked at
            break
        text = cleaning.property(value, place)
        known = None if text is None else cleaning.name(place)
        if known is not None and text is not None:
            encoded[known] = text
            size += len(known) + len(text)
    return "{" + ",".join(f"{n}:{text}" for n, text in encoded.items()) + "}", cleaning.mistakes


class _Cleaning:
    """Keeps the JSON of what it can express of a value, and a sentence for what it cannot."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self._nodes = self._size = self._left_out = self._looks = self._steps = 0
        self._most = NODES_LIMIT

    def say(self, place: Place, value: object, right: str, what: str = "") -> None:
        """Tell what would be right instead of a value."""
        if len(self.mistakes) < SENTENCES:
            kind = type(value).__name__
            self.mistakes.append(f"{what}{_path(place)} is of type {kind}; it must be {right}")

    def tell(self, place: Place, wrong: str, what: str = "") -> None:
        """Tell a mistake; the way to its place is put together for those alone that are kept."""
        if len(self.mistakes) < SENTENCES:
            self.mistakes.append(f"{what}{_path(place)} {wrong}")

    def property(self, value: Any, place: Place) -> JSON | None:
        """The JSON of one property's value; None where it is left out."""
        if self._steps >= STEPS_LIMIT and type(value) not in SIMPLE:
            self.say(place, value, ONE_BY_ONE)
            return None
        before = len(self.mistakes)
        self._most = min(NODES_LIMIT, LOOKS_LIMIT - self._looks)
        self._nodes = self._size = self._left_out = 0
        try:
            text = self._whole(value, place)
        except _TooLargeError as error:
            del self.mistakes[before + error.kept :]
            self.say(place, value, str(error))
            return None
        finally:
            self._looks += min(max(self._nodes, 0), self._most)
        size = 0 if text is None else len(text.encode())
        if size > VALUE_LIMIT:
            limit = f"at most {VALUE_LIMIT} bytes as JSON, this has {size}"
            self.say(place, value, limit)
            return None
        return text

    def name(self, place: tuple[Place, object]) -> JSON | None:
        """The JSON of the name at the end of a place; None where it is none."""
        return self._read(self._name, place[1], place)

    def _value(self, value: object, place: Place, depth: int) -> JSON | None:
        """The JSON of a value in a property, or of its whole; None where it is left out."""
        self._nodes += 1
        if self._nodes > self._most:
            raise _TooLargeError(MANY)
        self._steps += 1
        if self._steps > STEPS_LIMIT:
            raise _TooLargeError(ONE_BY_ONE)
        text = self._read(self._kind, value, place, depth)
        return self._counted(text) if text is None else text

    def _counted(self, text: JSON | None) -> JSON | None:
        """Refuse a property of which too much is left out."""
        if text is None:
            self._left_out += 1
            if self._left_out > LEFT_OUT_LIMIT:
                limit = f"one of which at most {LEFT_OUT_LIMIT} values are left out"
                raise _TooLargeError(limit, kept=1)
        return text

    def _read(
        self, look: Callable[..., JSON | None], thing: object, place: Place, *depth: int
    ) -> JSON | None:
        """What a look at a caller's object gives; None where its own code raises, which is told.

        Each name and each value is looked at by this: it takes nothing else with it.
        """
        try:
            return look(thing, place, *depth)
        except _TooLargeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a caller's object raises
            self.tell(place, _unread(error))
            return None

    def _whole(self, value: object, place: Place) -> JSON | None:
        """The JSON of one property's value: at once, else value by value."""
        if type(value) in SCALARS:
            return self._read(self._scalar, value, place)
        text = None
        if type(value) in CONTAINERS:
            with suppress(RuntimeError):  # changed meanwhile by another thread
                text = self._own(value, DEPTH_LIMIT)
        if text is None:
            self._nodes = -1  # the value itself is none in it
            text = self._value(value, place, DEPTH_LIMIT)
        return text

    def _kind(self, value: Any, place: Place, depth: int) -> JSON | None:
        if value is None or isinstance(value, (str, int, float, Number)):
            text = self._scalar(value, place)
            self._count_characters(text, depth)
            return text
        self._steps += 1
        if isinstance(value, (list, tuple, dict, Mapping)):  # the abstract one takes its time
            return self._container(value, place, depth)
        return self._everyday(value, place, depth)

    def _count_characters(self, text: JSON | None, depth: int) -> None:
        """Refuse a list or dict before all of it is encoded that is too long."""
        if depth < DEPTH_LIMIT and text is not None:  # inside of another value
            self._size += len(text) + 1
            if self._size > VALUE_LIMIT:
                raise _TooLargeError(LONG)

    def _scalar(self, value: Any, place: Place) -> JSON | None:
        if value is None or isinstance(value, bool):
            return encode(value)
        if isinstance(value, str):
            return self._text(value, place)
        if isinstance(value, int):
            return self._number(int(value), place, fits=LOWEST < value < HIGHEST)
        if isinstance(value, float):
            return self._number(float(value), place, fits=math.isfinite(value))
        text: JSON = value.text
        return text

    def _text(self, value: str, place: Place) -> JSON | None:
        if len(value) > VALUE_LIMIT:
            size = len(value)
            if size <= COMMAND_LIMIT:
                size = len(encode(printable(value)).encode())
            self.say(place, value, f"at most {VALUE_LIMIT} bytes as JSON, this has {size}")
            return None
        return encode(printable(value))

    def _everyday(self, value: Any, place: Place, depth: int) -> JSON | None:
        self._count(value)
        simple = simplify(value)
        if simple is value or depth == 0:
            self.say(place, value, way_out(value))
            return None
        text = self._own(simple, depth - 1) if type(simple) is list and depth > 1 else None
        return self._kind(simple, place, depth - 1) if text is None else text

    def _container(self, value: Any, place: Place, depth: int) -> JSON | None:
        if depth == 0:
            self.say(place, value, f"values in {DEPTH_LIMIT} levels at most")
            return None
        self._count(value)
        if _is_surely_too_long(value):
            raise _TooLargeError(LONG)
        if isinstance(value, (dict, Mapping)):
            return self._mapping(value, place, depth)
        values = value if type(value) is tuple else list(value)
        text = None if type(value) in CONTAINERS else self._own(values, depth)
        if text is not None:
            return text
        texts = [self._value(v, (place, i), depth - 1) for i, v in enumerate(values)]
        return "[" + ",".join(text for text in texts if text is not None) + "]"

    def _mapping(self, value: Mapping[Any, Any], place: Place, depth: int) -> JSON:
        pairs, encoded = members(value), {}
        if type(value) is not dict:
            with suppress(TypeError):  # a name that a dict cannot have
                text = self._own(dict(pairs), depth)
                if text is not None:
                    return text
        for name, inner in pairs:
            inside = (place, name)
            self._steps += 1
            text = self._value(inner, inside, depth - 1)
            known = None if text is None else self._counted(self.name(inside))
            if known is not None and text is not None:
                self._count_characters(known, depth - 1)
                encoded[known] = text
        return "{" + ",".join(f"{name}:{text}" for name, text in encoded.items()) + "}"

    def _own(self, value: Any, depth: int) -> JSON | None:
        """The JSON of a list or dict of Python's own, at once; None where that cannot be."""
        most = self._most - self._nodes
        if len(value) > most:
            raise _TooLargeError(MANY)  # seen without a look
        nodes = _count(value, depth, most, {})
        self._nodes += nodes
        if nodes > most:
            raise _TooLargeError(MANY)
        if _is_surely_too_long(value):
            raise _TooLargeError(LONG)
        text = _at_once(value, nodes)
        if text is None:
            self._nodes -= nodes  # each is still to be looked at
        self._count_characters(text, depth)
        return text

    def _count(self, value: Any) -> None:
        """Refuse what has too many values before they are looked at."""
        size = None if type(value) in CONTAINERS else getattr(value, "size", None)
        if not isinstance(size, int):
            size = len(value) if hasattr(value, "__len__") else 0
        if self._nodes + size > self._most:
            raise _TooLargeError(MANY)

    def _name(self, name: object, place: tuple[Place, object]) -> JSON | None:
        if isinstance(name, str):
            if len(name) > NAME_LIMIT:
                self.say(place[0], name, f"at most {NAME_LIMIT} characters long", "a name in ")
                return None
            return encode(printable(name))
        if name is None or isinstance(name, (bool, int)):
            return encode(str(encode(name)))
        self.say(place, name, "a text", "the name of ")
        return None

    def _number(self, value: float, place: Place, *, fits: bool) -> JSON | None:
        if fits:
            return encode(value)
        right = f"a finite number, an integer of at most {INTEGER_LIMIT} bits"
        self.tell(place, f"is not to be expressed as a number in JSON; it must be {right}")
        return None


class _TooLargeError(Exception):
    """A property holds more than it may.

    Args:
        right: What would be right.
        kept: Mistakes in it that are worth reading nevertheless.
    """

    def __init__(self, right: str, kept: int = 0) -> None:
        super().__init__(right)
        self.kept = kept


def _unread(error: Exception) -> str:
    return f"cannot be read: {shown(error)}"


def _path(place: Place) -> str:
    return f"{_path(place[0])}[{shown(place[1])}]" if place else "properties"


def _at_once(value: Any, nodes: int) -> JSON | None:
    """The JSON of a list or dict of Python's own kinds; None where it has to be looked through.

    Args:
        value: The list or dict.
        nodes: How many values are in its first levels: with more it has too many levels.
    """
    with suppress(Exception):  # whatever a caller's object raises, cleaning tells
        if _are_right_numbers(value) or is_small(value, nodes):
            text = encode(value)
            text.encode()  # raises where there are lone surrogates
            return text
    return None


def _are_right_numbers(value: Any) -> bool:
    """Whether this is a list of integers alone, or of fractions, none of them long."""
    if type(value) is not list:
        return False
    kinds = set(map(type, value))
    if kinds == {int}:
        right = min(value) > LOWEST and max(value) < HIGHEST
        return right and sum(map(int.bit_length, value)) >> 2 <= VALUE_LIMIT
    return kinds == {float}


def _is_surely_too_long(value: Any) -> bool:
    """Whether lengths alone, or the first of very many fractions, tell that a value is too long."""
    if type(value) is dict:
        return set(map(type, value)) == {str} and _are_too_long(value)
    if type(value) is not list or len(value) <= FIRST:
        return False
    kinds = set(map(type, value))
    if kinds == {int}:
        right = min(value) > LOWEST and max(value) < HIGHEST
        return right and (sum(map(int.bit_length, value)) >> 2) + len(value) > VALUE_LIMIT
    first = value[:FIRST]
    right = kinds == {float} and all(map(math.isfinite, first))
    return right and len(encode(first)) > VALUE_LIMIT


def _are_too_long(names: dict[str, Any]) -> bool:
    """Whether names are too long together, whichever of them are left out with their values."""
    kept = sorted(map(len, names))[:-LEFT_OUT_LIMIT]
    return sum(kept) + AROUND * len(kept) > VALUE_LIMIT


def is_small(value: Any, most: int) -> bool:
    """Whether a list or dict has few values, all of them of Python's own kinds, none of them long.

    So are the names in it, and all together. Values are counted as often as they are reached, for
    that is how often they are encoded.
    """
    rest, nodes, size = [value], 0, 0
    while rest:
        inner = rest.pop()
        kind = type(inner)
        if kind is dict or kind is list or kind is tuple:
            nodes += len(inner)
            if nodes > most:
                return False
            rest.extend(inner)
            if kind is dict:  # its names are above
                rest.extend(inner.values())
        elif kind is str:
            size += len(inner)
        elif kind is int:
            if not LOWEST < inner < HIGHEST:
                return False
            size += inner.bit_length() >> 2
        elif kind not in SCALARS:
            return False
        if size > VALUE_LIMIT:
            return False
    return True


def _count(outer: Any, depth: int, most: int, known: dict[int, int]) -> int:
    """How many values are reached, counted no further than they may be; what is shared, once.

    Args:
        outer: A list, a dict or the like.
        depth: Levels below it that are looked at.
        most: How many there may be.
        known: What is counted already, by identity.
    """
    nodes = len(outer)
    values = outer.values() if type(outer) is dict else outer
    if depth and nodes <= most and not CONTAINERS.isdisjoint(map(type, values)):
        for inner in values:
            if type(inner) in CONTAINERS:
                counted = known.get(id(inner))
                nodes += _count(inner, depth - 1, most, known) if counted is None else counted
                if nodes > most:
                    break
    known[id(outer)] = nodes
    return nodes


def members(mapping: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """The names and values of a mapping that other threads may be changing."""
    for _ in range(READS):
        with suppress(RuntimeError):  # changed while it was read
            return list(mapping.items())
    return list(mapping.items())
