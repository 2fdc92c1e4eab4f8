"""A whole evening: real windows and processes, and at the collector exactly its sessions."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.desktop import LAUNCHER, Desktop, wait_until
from support.leftovers import send_leftovers
from windowed import PUPPET, Game

from exponea_game.collector import Collector

TIMEOUT = 4.0
"""Seconds of absence that end a session: a busy machine does not stand still for so long."""
EXACT = 0.016 if LAUNCHER or sys.platform == "win32" else 0.001
"""Seconds: Windows without precise clocks, and Wine, goes forward in such steps."""
NOBODY = "http://127.0.0.1:9"
LAST_LOOK = "exponea_game.api.tracker._life.engine.recorder._sessions._last.elapsed"
DELIVERED = "exponea_game.flush(10.0)"
"""Who is killed between a request and its answer sends it again."""
HOLD_THE_INTERPRETER = (
    "import ctypes, sys; ctypes.PyDLL('kernel32').Sleep(2000) if sys.platform == 'win32'"
    " else ctypes.PyDLL(None).sleep(2)"
)
"""For half the timeout no thread of the game runs, the library's own no more than the others."""
ANNA = "{'registered': 'anna@example.com'}"


class Evening:
    """One player's games, and between which moments each of their sessions began and ended."""

    def __init__(self, desktop: Desktop, collector: Collector, home: Path, stack: ExitStack):
        self.desktop, self.collector, self._home, self._stack = desktop, collector, home, stack
        self.expected: list[dict[str, Any]] = []

    def launch(self, name: str, collector: str = "", **settings: Any) -> Game:
        """Start a game; its window has the focus."""
        address = {"EXPONEA_COLLECTOR": collector or self.collector.url}
        program = self._stack.enter_context(self.desktop.run(PUPPET, "run", **address))
        game = Game(self.desktop, program, self.collector, self._home)
        settings = {"session_timeout": TIMEOUT, "home": str(self._home), **settings}
        game.do("import exponea_game", f"exponea_game.configure(**{settings!r})")
        game.do(f"window = open_window({name!r})")
        self.desktop.focus(name)
        game.do("exponea_game.attach(window)")
        return game

    @contextmanager
    def begins(self) -> Iterator[None]:
        """A session begins meanwhile."""
        self.expected.append({"start": [time.time()]})
        place = len(self.expected) - 1
        yield
        self.expected[place]["start"].append(time.time())

    @contextmanager
    def ends(self, reason: str, place: int = -1, **more: Any) -> Iterator[None]:
        """The last session, or the one at that place, ends meanwhile for that reason."""
        session = self.expected[place]
        earliest = session["start"][0] if reason == "crashed" else time.time()  # a proof of life
        session |= {"reason": reason, "more": more, "end": [earliest]}
        yield
        session["end"].append(time.time())

    def arrives(self, ends: int, *, after_a_quit: bool = False) -> None:
        """Wait until so many sessions have ended at the collector."""
        if after_a_quit:
            send_leftovers(self._home, {"EXPONEA_COLLECTOR": self.collector.url})
        found = wait_until(lambda: self.ended()[ends - 1 :], f"end {ends}")
        assert len(found) == 1

    def passes(self, seconds: float) -> None:
        """Wait until so much time has passed."""
        over = time.time() + seconds
        wait_until(lambda: time.time() > over, "the time to pass")

    def ended(self) -> list[dict[str, Any]]:
        """The ends of sessions that have arrived, in their order."""
        return self._of("session_end")

    def _of(self, event_type: str) -> list[dict[str, Any]]:
        found = self.collector.events(type=event_type)
        return sorted(found, key=lambda event: event["timestamp"])

    def check(self) -> None:
        """The sessions at the collector are those that were expected, and no other."""
        starts = self._of("session_start")
        ends = {end["properties"]["session_id"]: end for end in self.ended()}
        assert len(starts) == len(ends) == len(self.expected)
        for start, session in zip(starts, self.expected, strict=True):
            end = ends[start["properties"]["session_id"]]
            told = end["properties"]
            assert told["reason"] == session["reason"]
            assert {name: told[name] for name in MORE & told.keys()} == session["more"]
            for event, (begin, over) in ((start, session["start"]), (end, session["end"])):
                assert begin - EXACT <= event["timestamp"] <= over + EXACT, (session, event)
            lasted = end["timestamp"] - start["timestamp"]
            assert told["duration"] == pytest.approx(lasted, abs=1e-5)


MORE = {"exit_status", "recovered", "resumed"}
"""Properties that only some ends have."""


@pytest.fixture
def evening(desktop: Desktop, collector: Collector, tmp_path: Path) -> Iterator[Evening]:
    with ExitStack() as stack:
        yield Evening(desktop, collector, tmp_path, stack)


def play_on_without_a_break(evening: Evening, game: Game) -> None:
    """What interrupts no session: all of it is shorter than the timeout."""
    start = game.is_present()
    evening.desktop.go_elsewhere()
    game.is_away()
    evening.desktop.focus("one")
    game.do("other = open_window('other')", "exponea_game.attach(other)")
    evening.desktop.focus("other")
    game.do("dialog = open_window('dialog')")
    evening.desktop.focus("dialog")
    game.do("dialog.close()", "other.close()")
    evening.desktop.focus("one")
    game.do(f"exponea_game.identify_customer({ANNA})")
    game.do("window.on_close = lambda: say(vetoed=True)")
    evening.desktop.xdotool("key", "alt+F4")
    game.program.wait_for(lambda said: "vetoed" in said)
    game.do("window.close()")
    game.program.wait_for(lambda said: "returned" in said)
    game.do("window = open_window('one')", "exponea_game.attach(window)")
    evening.desktop.focus("one")
    game.do("pyglet.app.exit()")
    game.program.wait_for(lambda said: "returned" in said)
    game.is_present()
    game.do("exponea_game.detach(window)")
    game.is_away()
    game.do("exponea_game.attach(window)")
    game.do("import threading; threading.Thread(target=lambda: {}['bob']).start()")
    game.do(HOLD_THE_INTERPRETER)
    assert game.is_present() == start


def leave_and_become_somebody_else(evening: Evening, game: Game) -> None:
    with evening.ends("left"):
        evening.desktop.go_elsewhere()
        game.is_away()
    evening.arrives(1)
    game.do("exponea_game.track_event('outside')")
    with evening.begins():
        evening.desktop.focus("one")
        game.is_present()
    with evening.ends("identity"), evening.begins():
        game.do("exponea_game.anonymize()")
    evening.arrives(2)


def play_another_game_that_fails(evening: Evening, game: Game) -> None:
    with evening.ends("left"), evening.begins():
        other = evening.launch("two")
        other.is_present()
    evening.arrives(3)
    with evening.begins():
        with evening.ends("error", place=3):
            other.program.tell("raise KeyError('bert')")
            assert other.program.wait() == 1
        evening.arrives(4, after_a_quit=True)
        evening.desktop.focus("one")
        game.is_present()


def stand_still_and_be_killed(evening: Evening, game: Game) -> None:
    with evening.ends("left"):
        looked = game.ask(LAST_LOOK)
        wait_until(lambda: game.ask(LAST_LOOK) > looked, "a look of the keeper")
        os.kill(game.program.process.pid, signal.SIGSTOP)
    evening.passes(1.05 * TIMEOUT)
    with evening.begins():
        os.kill(game.program.process.pid, signal.SIGCONT)
        evening.arrives(5)
        evening.desktop.focus("one")
        game.is_present()
    game.do(DELIVERED)
    with evening.ends("crashed", recovered=True):
        game.program.process.kill()
        game.program.wait()


def come_back_late_and_then_in_time(evening: Evening) -> None:
    evening.passes(TIMEOUT)
    with evening.begins():
        game = evening.launch("three")
        start = game.is_present()
    evening.arrives(6)
    game.do(DELIVERED)
    game.program.process.kill()
    game.program.wait()
    game = evening.launch("four", session_timeout=60.0)
    assert game.is_present() == pytest.approx(start, abs=EXACT)
    game.do(DELIVERED)
    # Windows ends a program without a word to it: the next launch tells of that.
    told = {"reason": "crashed", "recovered": True} if LAUNCHER else {"reason": "quit"}
    with evening.ends(**told, resumed=1):
        game.program.process.terminate()
        assert game.program.wait() == -signal.SIGTERM
    if LAUNCHER:
        evening.passes(TIMEOUT)  # else the next launch would carry it on


def play_by_hand_without_a_network(evening: Evening) -> None:
    game = evening.launch("five", NOBODY, automatic_session_tracking=False)
    with evening.begins():
        game.do("exponea_game.track_session_start()")
    evening.desktop.go_elsewhere()
    game.do("pyglet.app.exit()")
    game.program.wait_for(lambda said: "returned" in said)
    with evening.ends("manual"):
        game.do("exponea_game.track_session_end()")
    with evening.begins():
        game.do("exponea_game.track_session_start()")
    with evening.ends("quit"):
        game.program.tell("sys.exit(3)")
        assert game.program.wait() == 3


def exit_with_a_status(evening: Evening) -> None:
    with evening.begins():
        game = evening.launch("six")
        game.is_present()
    game.do("pyglet.app.exit()")  # a loop that runs when the window comes cannot be looked into
    game.is_present()
    with evening.ends("quit", exit_status=3):
        game.program.tell("sys.exit(3)")
        assert game.program.wait() == 3
    evening.arrives(10, after_a_quit=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no signal that stops a process")
def test_an_evening_is_at_the_collector_as_the_sessions_it_was(evening):
    with evening.begins():
        game = evening.launch("one")
        game.is_present()
    play_on_without_a_break(evening, game)
    leave_and_become_somebody_else(evening, game)
    play_another_game_that_fails(evening, game)
    stand_still_and_be_killed(evening, game)
    come_back_late_and_then_in_time(evening)
    play_by_hand_without_a_network(evening)
    exit_with_a_status(evening)

    evening.check()
    (outside,) = evening.collector.events(type="outside")
    ends = [end["properties"]["session_id"] for end in evening.ended()]
    errors = [error["properties"] for error in evening._of("error")]
    assert "session_id" not in outside["properties"]
    assert [(error["session_id"], error["thread"] == "MainThread") for error in errors] == [
        (ends[0], False),
        (ends[3], True),
    ]
    assert evening.collector.summary()["duplicates"] == 0
