from __future__ import annotations

import enum
import json
import sys
import tracemalloc
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exponea_game.errors import EventError
from exponea_game.events import cleaning
from exponea_game.events import properties as properties_module
from exponea_game.events.cleaning import (
    DEPTH_LIMIT,
    LEFT_OUT_LIMIT,
    LOOKS_LIMIT,
    NODES_LIMIT,
    SENTENCES,
    STEPS_LIMIT,
)
from exponea_game.events.limits import VALUE_LIMIT
from exponea_game.events.properties import encode_properties
from exponea_game.system.json_text import encode, printable

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=6))
def test_what_json_can_express_is_expressed_on_one_line(properties):
    text, mistakes = encode_properties(properties)

    assert json.loads(text) == properties
    assert mistakes == []
    assert "\n" not in text
    assert text.encode()


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=9), st.text(max_size=9) | st.floats(), max_size=6))
def test_whatever_a_game_gives_becomes_strict_json(properties):
    text, _ = encode_properties(properties)

    json.loads(text.encode(), parse_constant=pytest.fail)


class Colour(str, enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    THIRD = 3


class Changing(dict):
    """Seems to be changed by another thread each time it is read, for so many times."""

    def __init__(self, times, **members):
        super().__init__(**members)
        self.times = times

    def items(self):
        self.times -= 1
        if self.times >= 0:
            raise RuntimeError("dictionary changed size during iteration")
        return super().items()


def loop():
    circle = []
    circle.append(circle)
    return circle


@pytest.mark.parametrize(
    ("value", "expressed"),
    [
        ((1, 2), [1, 2]),
        (Colour.RED, "red"),
        (Level.THIRD, 3),
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({"a": (1,)}), {"a": [1]}),
        ({1: "a", False: "b", None: "c"}, {"1": "a", "false": "b", "null": "c"}),
        ("line\nbreak\u2028\0", "line\nbreak\u2028\0"),
        ("\ud800 torn", "? torn"),
        (["\udfff"], ["?"]),
    ],
)
def test_values_that_are_nearly_json_are_taken_as_such(value, expressed):
    text, mistakes = encode_properties({"x": value})

    assert (json.loads(text), mistakes) == ({"x": expressed}, [])


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (object(), "properties['x'] is of type object; it must be a text, a number, a boolean"),
        (b"bytes", "properties['x'] is of type bytes"),
        (b"bytes", "a text, such as bytes.decode() or bytes.hex() gives"),
        (PurePath("home/anna"), "a whole path may name the player"),
        (Decimal("NaN"), "properties['x'] is not to be expressed as a number in JSON"),
        (10**400, "an integer of at most 1024 bits"),
        (1 + 2j, "properties['x'] is of type complex"),
        (float("nan"), "properties['x'] is not to be expressed as a number in JSON"),
        (float("inf"), "properties['x'] is not to be expressed as a number in JSON"),
        ("x" * VALUE_LIMIT, "at most 16000 bytes as JSON, this has 16002"),
        ("\ud800" * (VALUE_LIMIT + 1), "at most 16000 bytes as JSON, this has 16003"),
        ("é" * (VALUE_LIMIT // 2), "at most 16000 bytes as JSON, this has 16002"),
    ],
)
def test_a_value_that_json_cannot_express_is_left_out_and_told(value, sentence):
    text, mistakes = encode_properties({"before": 1, "x": value, "after": 2})

    assert json.loads(text) == {"before": 1, "after": 2}
    (mistake,) = mistakes
    assert sentence in mistake


def test_a_mistake_deep_inside_is_named_by_its_way_and_the_rest_is_kept():
    text, mistakes = encode_properties({"a": [1, {"b": object()}, 3]})

    assert json.loads(text) == {"a": [1, {}, 3]}
    assert mistakes[0].startswith("properties['a'][1]['b'] is of type object")


def failing(kind, *methods):
    """A kind of Python's whose methods raise."""

    def fail(*_):
        raise OSError("it is gone")

    return type(f"Failing{kind.__name__.title()}", (kind,), dict.fromkeys(methods, fail))


def dead():
    """What is left of a sprite that was known by a weak reference."""
    return weakref.proxy(set())


class Config(Mapping):
    """Reads a file that is gone."""

    def __len__(self):
        return 1

    def __iter__(self):
        return iter(["volume"])

    def __getitem__(self, name):
        raise KeyError(name)


def unknown():
    """A value whose kind nobody may ask for."""
    return type("Unknown", (), {"__class__": property(lambda _: 1 // 0)})()


FAILING = {
    "a dead proxy": dead(),
    "a value of an unknown kind": unknown(),
    "a mapping whose values fail": Config(),
    "a mapping whose pairs fail": failing(Config, "items")(),
    "a list that is not counted": failing(list, "__len__")([1]),
    "a list that is not read": failing(list, "__iter__")([1]),
    "a text": failing(str, "__len__")("x"),
    "an integer": failing(int, "__int__", "__repr__")(3),
    "a fraction": failing(float, "__float__")(3.0),
    "a number": failing(object, "__float__")(),
    "an error that cannot be shown": failing(Exception, "__float__", "__str__", "__repr__")(),
}


@pytest.mark.parametrize("value", [*map(pytest.param, FAILING.values())], ids=FAILING)
def test_a_value_whose_own_code_raises_is_left_out_and_told(value):
    properties = {"before": 1, "x": value, "in": [1, value, {"x": value, "y": 2}], "after": {2}}

    text, mistakes = encode_properties(properties)

    assert json.loads(text) == {"before": 1, "in": [1, {"y": 2}], "after": [2]}
    assert [mistake.partition(" cannot be read: ")[0] for mistake in mistakes] == [
        "properties['x']",
        "properties['in'][1]",
        "properties['in'][2]['x']",
    ]


def test_an_error_that_cannot_be_shown_is_told_by_its_kind():
    class SilentError(Exception):
        def __repr__(self):
            raise self

    class Number:
        def __float__(self):
            raise SilentError

    _, mistakes = encode_properties({"x": Number()})

    assert mistakes == ["properties['x'] cannot be read: a SilentError"]


class Named(Mapping):
    """Has members of any names, also of those that a dict cannot have."""

    def __init__(self, *names):
        self.names = names

    def __len__(self):
        return len(self.names)

    def __iter__(self):
        return iter(self.names)

    def __getitem__(self, name):
        return 1

    def items(self):
        return [(name, 1) for name in self.names]


NAMES = {
    "a dead proxy": dead(),
    "a value of an unknown kind": unknown(),
    "an integer of too many digits": 1 << 20_000,
    "a text": failing(str, "__len__", "encode", "__repr__")("x"),
}


@pytest.mark.parametrize("name", [*map(pytest.param, NAMES.values())], ids=NAMES)
@pytest.mark.parametrize("inside", [False, True])
def test_a_name_whose_own_code_raises_is_left_out_and_told(inside, name):
    named = Named("before", name, "after")

    text, mistakes = encode_properties({"x": named} if inside else named)

    kept = json.loads(text)
    assert (kept["x"] if inside else kept) == {"before": 1, "after": 1}
    (mistake,) = mistakes
    assert " cannot be read: " in mistake


class Plain(enum.Enum):
    EASY = "easy"
    AT = datetime(2026, 7, 1, tzinfo=timezone.utc)


class Like:
    """A number of a library that nobody here has heard of."""

    def __init__(self, **methods):
        vars(self).update(methods)

    def __repr__(self):
        return type(self).__name__


class LikeInteger(Like):
    def __index__(self):
        return 7


class LikeFloat(Like):
    def __float__(self):
        return 0.25


class LikeItself(LikeFloat):
    """As numpy's ``longdouble``, which no kind of Python's is wide enough for."""

    def tolist(self):
        return self


class LikeMoment:
    """As numpy's times and arrays of them: what is finer than a microsecond is an integer."""

    def __init__(self, unit, listed):
        self.dtype = Like(kind="M", str=f"<M8[{unit}]")
        self.listed = listed

    def __repr__(self):
        return f"{type(self).__name__} of {self.listed!r} {self.dtype.str}"

    def astype(self, unit):
        assert unit == "M8[us]"
        return Like(tolist=lambda: self.listed)

    def tolist(self):
        return 1782864000_000000000


DAWN = datetime(2026, 7, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("value", "expressed"),
    [
        (Decimal("4.99"), "4.99"),
        (Decimal("0.1234567890123456789012345"), "0.1234567890123456789012345"),
        (Decimal("1E+3"), "1E+3"),
        (Plain.EASY, '"easy"'),
        (Plain.AT, "1782864000.0"),
        (datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2))), "1782900000.0"),
        (datetime(2026, 7, 1), str(datetime(2026, 7, 1).timestamp())),
        (date(2026, 7, 1), str(datetime(2026, 7, 1).timestamp())),
        (timedelta(minutes=1.5), "90.0"),
        (UUID(int=5), '"00000000-0000-0000-0000-000000000005"'),
        ({2, 1}, "[1,2]"),
        pytest.param(frozenset({"b", "a"}), '["a","b"]', id="a frozenset of texts"),
        (Fraction(1, 4), "0.25"),
        (LikeInteger(), "7"),
        (LikeFloat(), "0.25"),
        (Like(tolist=lambda: [1, 2]), "[1,2]"),
        (LikeItself(), "0.25"),
        (LikeMoment("ns", DAWN), "1782864000.0"),
        (LikeMoment("ns", [DAWN]), "[1782864000.0]"),
        ([Decimal("0.10"), {"x": {1}}], '[0.10,{"x":[1]}]'),
    ],
    ids=repr,
)
def test_everyday_values_are_taken(value, expressed):
    assert encode_properties({"x": value}) == (f'{{"x":{expressed}}}', [])


def counted(properties):
    """Properties as JSON, the mistakes in them, and how many calls of Python's that took."""
    calls = []
    sys.setprofile(lambda *event: calls.append(event))
    try:
        text, mistakes = encode_properties(properties)
    finally:
        sys.setprofile(None)
    return text, mistakes, len(calls)


def shared(levels):
    """A list that would be 2 ** levels long if it were written out."""
    nested = [1]
    for _ in range(levels):
        nested = [nested, nested]
    return nested


@pytest.mark.parametrize(
    "value",
    [
        list(range(1_000_000)),
        [10**4000] * 1000,
        shared(30),
        {"a": list(range(9_000))},
        set(range(100_000)),
        Like(size=1_000_000, tolist=lambda: pytest.fail("it is looked through")),
        "x" * 10_000_000,
        [[[n] * 3 for n in range(30)]] * 100,
    ],
    ids=["numbers", "huge integers", "shared lists", "nested", "set", "array", "text", "rows"],
)
def test_what_is_too_large_is_refused_before_it_is_looked_through(value):
    text, mistakes, calls = counted({"x": value, "y": 1})

    assert (json.loads(text).get("y"), calls < 40 * NODES_LIMIT) == (1, True)
    assert mistakes
    assert "properties['x']" in mistakes[0]


@pytest.mark.parametrize("place", [dict, lambda named: {"x": named}, lambda named: {"x": [named]}])
def test_a_name_of_megabytes_is_refused_before_it_is_encoded(place):
    properties = place({"n" * 10_000_000: 1, "y": 2})
    tracemalloc.start()
    try:
        text, mistakes = encode_properties(properties)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 1_000_000
    assert json.loads(text) == place({"y": 2})
    assert "at most 16000 characters long" in mistakes[0]


@pytest.mark.parametrize("levels", [15, 30])
def test_what_is_shared_is_looked_at_once(levels):
    nested, seen = shared(levels), []

    class Counted(dict):
        """Knows how often it was asked."""

        def get(self, key):
            seen.append(key)
            return super().get(key)

    assert cleaning._count(nested, DEPTH_LIMIT, NODES_LIMIT, Counted()) > NODES_LIMIT
    assert len(seen) < 2 * levels


def test_ten_thousand_properties_are_refused_before_they_are_encoded(monkeypatch):
    for module in (properties_module, cleaning):
        monkeypatch.setattr(module, "encode", lambda _: pytest.fail("they are encoded"))

    text, mistakes = encode_properties({f"p{n}": 1 for n in range(10_000)})

    assert (text, len(mistakes)) == ("{}", 1)


def each(number, value):
    """So many properties, each of a right size."""
    return {f"property {index}": value for index in range(number)}


@pytest.mark.parametrize(
    "properties",
    [
        each(60, "x" * 15_000),
        each(100, ["x" * 75] * 200),
        each(6_000, 1 << 1_000),
        {"n" * 15_000 + str(index): None for index in range(60)},
    ],
    ids=["texts", "lists", "integers", "names"],
)
def test_what_is_too_large_together_is_refused_by_lengths_alone(monkeypatch, properties):
    for module in (properties_module, cleaning):
        monkeypatch.setattr(module, "encode", lambda _: pytest.fail("it is encoded"))

    with pytest.raises(EventError, match="more than 800000 bytes as JSON"):
        encode_properties(properties)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (40, [1] * 7_900),
        (40, [[1]] * 3_900),
        (40, [0.1234567890123456] * 800),
        (40, [[0.5]] * 7_000),
        (40, {"a": ["b"] * 2_000}),
        (200, [1] * 240),
        (200, (1,) * 240),
    ],
    ids=["numbers", "nested", "fractions", "too many", "dicts", "many", "tuples"],
)
def test_of_very_many_values_in_many_properties_the_first_are_looked_at(encoded, number, value):
    properties = {**each(number, value), "y": 1, "short": [], "text": "x"}

    text, mistakes = encode_properties(properties)

    kept = json.loads(text)
    assert (kept.get("y"), kept.get("short"), kept.get("text")) == (1, [], "x")
    assert sum(text.count(",") for text in encoded) < 1.1 * LOOKS_LIMIT
    assert f"{LOOKS_LIMIT} in all properties" in mistakes[-1]


def test_one_property_of_too_many_values_takes_no_other_with_it():
    text, mistakes = encode_properties({"path": [[1, 2]] * 5_000, "tags": ["a"] * 3_000})

    assert json.loads(text) == {"tags": ["a"] * 3_000}
    assert len(mistakes) == 1


def test_what_is_left_out_anyway_makes_nothing_too_large():
    text, mistakes = encode_properties({**each(60, "x" * 17_000), "y": 1})

    assert json.loads(text) == {"y": 1}
    assert "at most 16000 bytes as JSON, this has 17002" in mistakes[0]


@pytest.fixture
def encoded(monkeypatch):
    """The texts that were encoded, one after the other."""
    texts = []
    for module in (properties_module, cleaning):
        monkeypatch.setattr(
            module, "encode", lambda value: texts.append(encode(value)) or texts[-1]
        )
    return texts


@pytest.mark.parametrize(
    "value",
    [
        ["x" * 15_000] * 200,
        ["x" * 100] * 7_900,
        [1 << 1_000] * 7_900,
        [0.1234567890123456] * 7_900,
        {"in": {"it": ["x" * 9_000] * 9}},
    ],
    ids=["texts", "short texts", "integers", "fractions", "nested"],
)
def test_a_list_that_is_too_long_is_not_encoded_to_its_end(encoded, value):
    text, mistakes = encode_properties({"x": value, "y": 1})

    assert json.loads(text) == {"y": 1}
    assert "properties['x']" in mistakes[0]
    assert "at most 16000 bytes as JSON" in mistakes[0]
    assert sum(map(len, encoded)) < 3 * VALUE_LIMIT


@pytest.mark.parametrize(
    "properties", [each(6, list(range(2_500))), each(7_000, 1), each(45, "é" * 7_000)],
    ids=["lists", "numbers", "texts"],
)  # fmt: skip
def test_what_is_large_and_right_is_not_encoded_value_by_value(encoded, properties):
    text, mistakes = encode_properties(properties)

    assert json.loads(text) == properties
    assert mistakes == []
    assert len(encoded) <= 1 + 2 * min(len(properties), 50)


def named(number, length, **others):
    """So many values under names of a length, beside others."""
    return {**{f"{index:x>{length}}": 1 for index in range(number)}, **others}


@pytest.mark.parametrize(
    "value",
    [
        named(200, 15_000, odd=object()),
        named(7_000, 200, odd=object()),
        named(7_000, 6, day=date(2026, 7, 1)),
        [1, named(7_000, 6, odd=object())],
        OrderedDict(named(7_000, 200)),
        MappingProxyType(named(7_000, 6)),
        {**named(7_000, 200), 1: 1},
    ],
    ids=["long", "short", "tiles", "in a list", "ordered", "a mapping", "numbers among them"],
)
def test_a_dict_that_is_too_long_by_its_names_is_not_encoded_to_its_end(encoded, value):
    tracemalloc.start()
    try:
        text, mistakes = encode_properties({"x": value, "y": 1})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert json.loads(text) == {"y": 1}
    assert "properties['x']" in mistakes[0]
    assert "at most 16000 bytes as JSON, this has more" in mistakes[0]
    assert sum(map(len, encoded)) < 2 * VALUE_LIMIT
    assert peak < 2_500_000


@pytest.mark.parametrize(
    "value",
    [
        named(3_900, 5),
        dict.fromkeys(named(3_000, 5)),
        named(7_000, 200, odd=object()),
        [1 << 20] * 6_000,
    ],
    ids=["tiles", "texts", "an object among them", "integers"],
)
def test_what_lengths_tell_to_be_too_long_is_refused_before_it_is_looked_through(encoded, value):
    text, mistakes, calls = counted({"x": value, "y": 1})

    assert json.loads(text) == {"y": 1}
    assert len(mistakes) == 1
    assert calls < 15_000
    assert sum(map(len, encoded)) < 100


@pytest.mark.parametrize(
    "value",
    [
        [object()] * 8_000,
        [[float("nan")] * 100] * 70,
        {(index, 0): "grass" for index in range(4_000)},
        {"in": [dead()] * 5_000},
    ],
    ids=["objects", "no numbers", "names", "dead proxies"],
)
def test_of_very_many_mistakes_in_one_property_the_first_are_looked_at(value):
    text, mistakes, calls = counted({"x": value, "y": 1, "z": object()})

    assert json.loads(text) == {"y": 1}
    first, limit, other = mistakes
    assert "properties['x'][" in first
    assert f"of which at most {LEFT_OUT_LIMIT} values are left out" in limit
    assert "properties['z']" in other
    assert calls < 40_000


class Row(list):
    """A game's own kind of list."""


@pytest.mark.parametrize(
    "properties",
    [
        each(6, Like(tolist=lambda: [1.5] * 2_500)),
        each(5, set(range(2_500))),
        each(5, Row([1] * 2_500)),
        each(5, [Row([1] * 2_500)]),
        each(100, MappingProxyType(named(100, 3))),
        each(700, Row([1] * 10)),
    ],
    ids=["arrays", "sets", "lists", "lists in lists", "mappings", "short lists"],
)
def test_what_becomes_lists_and_dicts_of_pythons_own_is_encoded_at_once(encoded, properties):
    text, mistakes = encode_properties(properties)

    assert (len(json.loads(text)), mistakes) == (len(properties), [])
    assert len(encoded) < 1 + 3 * len(properties)


def deep(levels):
    nested = []
    for _ in range(levels):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    "properties",
    [
        each(7_000, Decimal("1.5")),
        each(3, [1] * 5_000 + [object()]),
        each(30, {**named(500, 3), "odd": object()}),
        each(500, deep(40)),
        each(700, [object()] * 20),
        each(16, [DAWN] * 1_000),
    ],
    ids=["numbers", "lists", "dicts", "deep", "short lists", "times"],
)
def test_of_what_is_looked_at_one_by_one_the_first_values_are(properties):
    text, mistakes, calls = counted({**properties, "y": 1, "text": "x", "short": [2]})

    kept = json.loads(text)
    assert (kept["y"], kept["text"], kept["short"]) == (1, "x", [2])
    assert 0 < len(mistakes) <= SENTENCES
    assert calls < 62 * STEPS_LIMIT


def test_a_value_behind_those_that_are_looked_at_one_by_one_is_told():
    most = STEPS_LIMIT // 2  # each is a value, and becomes another

    text, mistakes = encode_properties(each(most + 1, Decimal("1.5")))

    assert len(json.loads(text)) == most
    assert f"'property {most}'" in mistakes[0]
    assert f"the {STEPS_LIMIT} values of all properties that are looked at one by" in mistakes[0]


def test_names_that_are_left_out_make_nothing_too_long():
    names = {f"{index:x>2000}": object() for index in range(LEFT_OUT_LIMIT)}

    text, mistakes = encode_properties({"x": {**names, "a": 1}})

    assert json.loads(text) == {"x": {"a": 1}}
    assert len(mistakes) == SENTENCES


def test_a_name_without_an_end_is_left_out():
    text, mistakes = encode_properties({"x" * 1_000_000: 1, "a": 2})

    assert json.loads(text) == {"a": 2}
    assert len(mistakes[0]) < 200


def test_a_name_that_is_no_text_is_told():
    text, mistakes = encode_properties({(1, 2): "x", "a": 1})

    assert json.loads(text) == {"a": 1}
    assert mistakes[0].startswith("the name of properties[(1, 2)] is of type tuple")


@pytest.mark.parametrize("properties", [[1], "text", 3, {1, 2}])
def test_what_is_no_mapping_is_no_properties(properties):
    text, mistakes = encode_properties(properties)

    assert text == "{}"
    assert "it must be a dict of names and values" in mistakes[0]


def test_a_value_that_holds_itself_is_not_followed_to_its_end():
    endless, looks = [], []
    endless.append(endless)
    sys.setprofile(lambda *event: looks.append(event))
    try:
        _, mistakes = encode_properties({"x": endless})
    finally:
        sys.setprofile(None)

    assert mistakes
    assert len(looks) < NODES_LIMIT


def test_a_value_that_holds_itself_is_cut_at_the_limit():
    text, mistakes = encode_properties({"x": loop()})

    assert text.count("[") == DEPTH_LIMIT
    assert f"in {DEPTH_LIMIT} levels at most" in mistakes[0]


def test_a_value_too_large_to_be_cleaned_is_cut_at_the_limit():
    wide = [[] for _ in range(NODES_LIMIT + 10)] + [object()]

    text, mistakes = encode_properties({"x": wide})

    assert json.loads(text) == {}
    assert mistakes


def test_a_long_event_of_short_values_is_kept_whole():
    properties = {f"name{n}": "x" * 1000 for n in range(100)}

    text, mistakes = encode_properties(properties)

    assert (json.loads(text), mistakes) == (properties, [])


def test_a_mapping_that_another_thread_changes_is_read_again():
    assert encode_properties(Changing(3, a=1)) == ('{"a":1}', [])


def test_a_mapping_that_cannot_be_read_is_told_and_hangs_nothing():
    text, mistakes = encode_properties(Changing(1_000_000, a=1))

    assert text == "{}"
    assert "properties cannot be read: RuntimeError" in mistakes[0]


class Triples(Config):
    def items(self):
        return [(1, 2, 3)]


@pytest.mark.parametrize(
    ("properties", "error"),
    [(dead(), "ReferenceError"), (Config(), "KeyError"), (Triples(), "ValueError")],
    ids=["a dead proxy", "a mapping that fails", "no pairs"],
)
def test_properties_whose_own_code_raises_are_told(properties, error):
    text, mistakes = encode_properties(properties)

    assert text == "{}"
    assert mistakes[0].startswith(f"properties cannot be read: {error}")


def test_nothing_is_no_properties():
    assert encode_properties(None) == ("{}", [])


def test_encoding_refuses_what_json_has_not():
    with pytest.raises(TypeError):
        encode({1, 2})
    with pytest.raises(ValueError, match="JSON compliant"):
        encode(float("nan"))


def test_text_that_utf_8_cannot_express_is_replaced():
    assert printable("a\ud800b") == "a?b"
    assert printable("ä") == "ä"


def test_names_without_end_are_forgotten_and_not_those_that_are_always_used():
    for number in range(3 * properties_module.NAMES_LIMIT):
        encode_properties({f"level_{number}": number, "score": 1})

    assert len(properties_module._fitting) <= properties_module.NAMES_LIMIT
    assert "score" in properties_module._fitting
