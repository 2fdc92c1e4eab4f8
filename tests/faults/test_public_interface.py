"""Any value for any argument of the public functions: nothing raises, and nothing else suffers.

The functions and settings are those that the package has. Around each bad call good events are
tracked, and a real server gets each of them once.
"""

from __future__ import annotations

import inspect
import os
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.desktop import wait_until

import exponea_game
from exponea_game import EventError, Settings, SettingsError, Tracker
from exponea_game.collector import Collector
from exponea_game.journal.line import parse
from exponea_game.player.consent import CHOICES
from exponea_game.recovery import opening
from exponea_game.testing import FakeWindow

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
    FakeWindow(), {"number": -1}, *CHOICES, "immediate", "periodic",
    "http://127.0.0.1:9", "Token other", 5 << 20,
]  # fmt: skip
"""What games have passed to functions, and worse; and what some of them take."""
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

FUNCTIONS = {
    name: list(inspect.signature(function).parameters.values())[1:]
    for name, function in inspect.getmembers(Tracker, inspect.isfunction)
    if not name.startswith("_")
}
"""The public functions and their parameters."""
SETTINGS = [field.name for field in fields(Settings)]
ENDING = ("stop", "set_consent", "forget_me")
"""What may end the tracking, and destroy what waits."""
PROJECT = {"project_token": "abc", "authorization": "Token key", "environment": "test"}


@st.composite
def calls(draw, name):
    """A function's arguments, by place or by name; what has a default may be left out."""
    places, names = [], {}
    for parameter in FUNCTIONS[name]:
        if parameter.kind is parameter.VAR_KEYWORD:
            names[draw(st.sampled_from([*SETTINGS, "colour"]))] = draw(anything)
        elif names or draw(st.booleans()):
            if parameter.default is parameter.empty or draw(st.booleans()):
                names[parameter.name] = draw(anything)
        else:
            places.append(draw(anything))
    return places, names


def real(value):
    """What a value stands for."""
    return STRANGE[value.number] if isinstance(value, Strange) else value


def perform(function, places, names, *, strict):
    """Call a function with what the values stand for: it may raise our errors, where strict."""
    ours = (EventError, SettingsError) if strict else ()
    try:
        return function(*map(real, places), **{name: real(v) for name, v in names.items()})
    except ours:
        return None
    except Exception as error:  # noqa: BLE001 - which may be one that cannot even be shown
        place = "".join(traceback.format_tb(error.__traceback__)[-3:])
        kind = type(error).__name__
    raise AssertionError(f"{kind} was raised\n{place}")


@pytest.fixture(scope="module", autouse=True)
def apart(tmp_path_factory):
    """Nothing is set, and what is named relative to here, or to the user's data, is in a test's."""
    folder = tmp_path_factory.mktemp("apart")
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith("EXPONEA_") or name == "DO_NOT_TRACK":
                patch.delenv(name)
        patch.setattr(opening.appdirs, "user_data_dir", lambda *_, **__: str(folder / "data"))
        patch.chdir(folder)
        yield folder


@pytest.fixture(scope="module")
def server():
    with Collector() as collector:
        yield Server(collector)


class Server:
    """The collector, and which of the good events it has been sent."""

    def __init__(self, collector: Collector) -> None:
        self._collector, self._last, self._number = collector, 0, 0
        self._expected: list[int] = []
        self.good = {
            "base_url": collector.url, "collector": None, "flush_mode": "manual", "strict": False,
            "consent": "granted", "default_properties": {}, "application_id": "game", **PROJECT,
        }  # fmt: skip

    def track_good(self, tracker: Tracker) -> None:
        """Track an event that is to arrive."""
        self._number += 1
        self._expected.append(self._number)
        tracker.track_event("good", {"number": self._number})

    def has_all(self, tracker: Tracker) -> None:
        """All good events arrive, each of them once."""
        wait_until(lambda: tracker.flush(1.0), "the delivery of all that waits")
        events = self._collector.events(type="good", after=self._last)
        numbers = [event["properties"]["number"] for event in events]
        assert sorted(numbers) == self._expected
        assert self._collector.summary()["duplicates"] == 0
        self._last, self._expected = max(event["id"] for event in events), []


class Tail:
    """The lines that a home's journals have got since it was asked last."""

    def __init__(self, home: Path) -> None:
        self.home, self.read = home, dict[Path, int]()
        self.lines()

    def lines(self) -> Iterator[bytes]:
        for path in sorted(self.home.glob("runs/*/*.jsonl")):
            data = path.read_bytes()[self.read.get(path, 0) :]
            self.read[path] = self.read.get(path, 0) + len(data)
            yield from data.splitlines()

    def is_sound(self) -> None:
        """Each of them is whole, and none longer than the service takes."""
        lines = [parse(line) for line in self.lines()]
        assert None not in lines
        assert all(len(line.command or b"") < LIMIT for line in lines)


many = settings(
    max_examples=8,
    phases=[Phase.generate],  # what fails leaves its events behind: nothing to begin again with
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", params=["automatic", "manual"])
def tracker(request, tmp_path_factory, server):
    """A tracker that lives through all calls, and its home."""
    home = tmp_path_factory.mktemp("public")
    automatic = request.param == "automatic"
    tracker = Tracker(home=home, automatic_session_tracking=automatic, **server.good)
    yield tracker, home
    tracker.stop()


def test_the_functions_of_the_package_are_those_of_a_tracker():
    public = {name: getattr(exponea_game, name) for name in exponea_game.__all__}
    functions = {name: value for name, value in public.items() if inspect.ismethod(value)}

    assert {*functions} == FUNCTIONS.keys()
    assert all(value.__func__ is getattr(Tracker, name) for name, value in functions.items())


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
@many
def test_no_argument_raises_or_harms_anything_else(tracker, server, name, strict, data):
    tracker, home = tracker
    tracker.configure(strict=strict)
    tail = Tail(home)

    for _ in range(data.draw(st.integers(1, 3))):
        places, names = data.draw(calls(name))
        server.track_good(tracker)
        if name in ENDING:
            server.has_all(tracker)
        perform(getattr(tracker, name), places, names, strict=strict or "strict" in names)
        tracker.configure(**{**server.good, "strict": strict})
        tracker.set_consent("granted")
        server.track_good(tracker)
        tail.is_sound()

    tracker.configure(**server.good)
    server.has_all(tracker)


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
@pytest.mark.parametrize("name", [*SETTINGS, "colour"])
@given(data=st.data())
@many
def test_no_setting_raises_or_harms_anything_else(server, tmp_path, apart, name, strict, data):
    value = data.draw(anything)
    if name == "home" and isinstance(value, str):
        value = f"{apart}/{value}"  # and not anywhere on this machine
    home = {"home": tmp_path} if name != "app_name" else {}
    given = {**server.good, **home, "strict": strict, name: value}
    undecided = name == "consent" and any(real(value) is choice for choice in CHOICES)

    tracker = perform(Tracker, [], given, strict=given["strict"] is True)
    if tracker is None:
        tracker = Tracker(**{**server.good, **home})
    elif not undecided:
        server.track_good(tracker)
    tracker.configure(**server.good)
    tracker.set_consent("granted")
    server.track_good(tracker)

    server.has_all(tracker)
    tracker.stop()


def test_what_held_before_a_wrong_setting_holds_on(server, tmp_path):
    tracker = Tracker(home=tmp_path, **server.good)

    tracker.configure(**dict.fromkeys([*SETTINGS, "colour"], object()))

    server.track_good(tracker)
    server.has_all(tracker)
    tracker.stop()


@pytest.mark.parametrize("wipe", ["no", 1, object(), STRANGE[0]], ids=["text", "1", "any", "spite"])
def test_only_true_wipes(server, tmp_path, wipe):
    tracker = Tracker(home=tmp_path, **server.good)
    server.track_good(tracker)

    tracker.stop(wipe=wipe)

    tracker.track_event("stopped")
    tracker.configure(**server.good)
    server.has_all(tracker)
    tracker.stop()
    assert (tmp_path / "identity.json").exists()
