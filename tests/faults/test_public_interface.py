"""Any value for any argument of the public functions: nothing raises, and nothing else suffers."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import pytest
from fakes import FakeServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exponea_game import EventError, SettingsError, Tracker
from exponea_game import engine as engine_module
from exponea_game.line import parse

LIMIT = 800_000
"""Bytes of one command, as the service takes it."""


class SpiteError(Exception):
    """An error that cannot even be told."""

    def __repr__(self) -> str:
        raise SpiteError

    __str__ = __repr__


class Hostile:
    """Raises whatever is asked of it."""

    def _spite(self, *_):
        raise SpiteError

    __repr__ = __str__ = __len__ = __bool__ = __eq__ = __iter__ = __float__ = __index__ = _spite
    __fspath__ = __lt__ = __gt__ = __getattr__ = _spite
    __hash__ = object.__hash__


class HostileMapping(Mapping):
    """A mapping that cannot be read."""

    def __getitem__(self, name):
        raise SpiteError

    __iter__ = __len__ = __getitem__


class HostileText(str):
    """A text that cannot be handled."""

    __slots__ = ()

    def __hash__(self):
        raise SpiteError

    def strip(self, *_):
        raise SpiteError


def endless() -> list:
    endless: list = []
    endless.append(endless)
    return endless


STRANGE = [
    Hostile(), HostileMapping(), HostileText("text"), Hostile, object(), endless(), 10**5000,
    -(10**5000), float("nan"), float("inf"), -float("inf"), 1e308, b"bytes", bytearray(b"b"), "",
    " ", "\ud800", "\0", "\u2028\n", "x" * 20_000, {"x": "y" * 20_000}, {1: 2}, {Hostile(): 1},
    {"a": Hostile()}, {("t",): 1}, {"registered": "null"}, {"registered": "x"}, {"cookie": "x"},
    {"a": {"b": [1, (2, {3})]}}, [["x"] * 100] * 300, range(3), iter([1]), print, Exception("e"),
]  # fmt: skip
"""What games have passed to functions, and worse."""
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
plain = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@dataclass(frozen=True)
class Strange:
    """Stands for a strange value, which even the report of a failure could not show."""

    number: int


anything = plain | st.builds(Strange, st.integers(0, len(STRANGE) - 1))

CALLS = {
    "track_event": 3,
    "track_payment": 2,
    "track_virtual_payment": 4,
    "set_default_properties": 1,
    "identify_customer": 3,
    "track_session_start": 1,
    "track_session_end": 1,
    "attach": 2,
    "detach": 1,
    "flush": 1,
    "set_consent": 1,
    "stop": 0,
}
"""The functions, with how many arguments they take."""
SETTINGS = [
    "project_token", "base_url", "app_name", "application_id", "session_timeout", "home",
    "default_properties", "flush_mode", "journal_limit", "automatic_session_tracking", "colour",
]  # fmt: skip


@st.composite
def calls(draw):
    """A function's name, its arguments, and its settings."""
    name = draw(st.sampled_from([*CALLS, "configure"]))
    if name == "configure":
        return name, [], {draw(st.sampled_from(SETTINGS)): draw(anything)}
    return name, [draw(anything) for _ in range(CALLS[name])], {}


@pytest.fixture(scope="module", autouse=True)
def nothing_set():
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith("EXPONEA_") or name == "DO_NOT_TRACK":
                patch.delenv(name)
        patch.setattr(engine_module, "RequestsPost", lambda *_: FakeServer())
        yield


@pytest.fixture(scope="module", params=["automatic", "manual"])
def home_and_trackers(request, tmp_path_factory):
    """A home with two trackers that live through all examples: one lenient, one strict."""
    home = tmp_path_factory.mktemp("public")
    given = {"automatic_session_tracking": request.param == "automatic", "flush_mode": "manual"}
    lenient = Tracker(home=home / "lenient", **given)
    strict = Tracker(home=home / "strict", strict=True, **given)
    yield home, lenient, strict
    lenient.stop()
    strict.stop()


class Tail:
    """The lines that a home's journals have got since it was asked last."""

    def __init__(self, home):
        self.home, self.read = home, {}
        self.lines()

    def lines(self):
        lines = []
        for path in sorted(self.home.glob("runs/*/*.jsonl")):
            data = path.read_bytes()[self.read.get(path, 0) :]
            self.read[path] = self.read.get(path, 0) + len(data)
            lines += data.splitlines()
        return lines


many = settings(
    max_examples=400, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)


def perform(tracker, name, arguments, keywords):
    """Call a function with what the values stand for."""

    def real(value):
        return STRANGE[value.number] if isinstance(value, Strange) else value

    named = {name: real(value) for name, value in keywords.items()}
    getattr(tracker, name)(*map(real, arguments), **named)


@given(call=calls())
@many
def test_no_argument_raises_or_harms_anything_else(home_and_trackers, call):
    home, tracker, _ = home_and_trackers
    name, arguments, keywords = call
    tail = Tail(home / "lenient")

    tracker.track_event("before", {"good": 1})
    perform(tracker, name, arguments, keywords)
    if name == "stop":
        tracker.configure()
    tracker.track_event("after", {"good": 2})
    tracker._engine.journal.catch_up()  # where the machine is busy

    lines = [parse(line) for line in tail.lines()]
    assert None not in lines
    commands = [json.loads(line.command) for line in lines if line.command]
    assert max(len(line.command or b"") for line in lines) < LIMIT
    told = [(c["data"].get("event_type"), c["data"]["properties"].get("good")) for c in commands]
    assert told.count(("before", 1)) == told.count(("after", 2)) == 1


@given(call=calls())
@many
def test_in_strict_mode_nothing_but_our_own_errors_is_raised(home_and_trackers, call):
    home, _, tracker = home_and_trackers
    name, arguments, keywords = call
    tail = Tail(home / "strict")

    with suppress(EventError, SettingsError):
        perform(tracker, name, arguments, keywords)
    if name == "stop":
        tracker.configure()
    tracker.track_event("after", {"good": 2})
    tracker._engine.journal.catch_up()  # where the machine is busy

    lines = [parse(line) for line in tail.lines()]
    assert None not in lines
    assert sum(b'"after"' in (line.command or b"") for line in lines) == 1
