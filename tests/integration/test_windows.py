"""The rules of sessions on real windows, the focus moved by a real window manager.

The game is the puppet of ``support.puppet``: it does what a line tells it, in any kind of loop.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.desktop import Desktop, wait_until
from windowed import PUPPET, Game

from exponea_game.collector import Collector

TIMEOUT = 1.5
"""Seconds of absence that end a session here."""
MANNERS = 0.5
"""Seconds by which a focus that was moved may be seen late."""


@pytest.fixture
def play(desktop: Desktop, collector: Collector, tmp_path: Path) -> Any:
    """Runs a game with one window, which has the focus, in a kind of loop and with settings."""

    @contextmanager
    def play(loop: str = "run", **settings: Any) -> Iterator[Game]:
        settings = {"session_timeout": TIMEOUT, "home": str(tmp_path), **settings}
        kind = ", arcade.Window" if loop == "arcade" else ""
        environment = {"EXPONEA_COLLECTOR": collector.url}
        with desktop.run(PUPPET, loop, **environment) as program:
            game = Game(desktop, program, collector, tmp_path)
            game.do("import exponea_game", f"exponea_game.configure(**{settings!r})")
            if kind:
                game.do("import arcade")
            game.do(f"window = open_window('game'{kind})")
            desktop.focus("game")
            game.do("exponea_game.attach(window)")
            yield game

    return play


LOOPS = ["run", "by hand", "step", "asyncio", "arcade"]


@pytest.mark.parametrize("loop", LOOPS)
def test_in_every_kind_of_loop_a_player_comes_leaves_returns_and_quits(play, loop):
    with play(loop) as game:
        start = game.is_present()
        game.desktop.go_elsewhere()
        left = game.is_away()
        _, end = game.arrives("session_start", "session_end")
        game.desktop.focus("game")
        game.is_present()
        game.program.tell("import os, signal; window.close(); exponea_game.stop(); os._exit(0)")
        game.program.wait()

        both = ["session_start", "session_end"] * 2
        assert end["timestamp"] == pytest.approx(left, abs=1e-3)
        assert end["properties"]["duration"] == pytest.approx(left - start, abs=1e-3)
        assert game.arrives(*both)[-1]["properties"]["reason"] == "quit"


def test_rule_1_a_window_without_the_focus_is_no_presence_until_it_gets_it(play):
    with play() as game:
        game.is_present()
        game.do("other = open_window('other')")
        game.desktop.focus("other")  # a window that comes up takes it, sooner or later
        game.desktop.go_elsewhere()
        game.is_away()  # its system, too, knows of the other program
        game.do("exponea_game.stop()")
        game.do("exponea_game.configure()")  # which attaches to the windows anew
        game.do("exponea_game.attach(other)", "exponea_game.attach(other)")
        game.passes(game.state()[0] + MANNERS)
        absent = game.state()[1]

        game.desktop.focus("other")

        game.is_present()
        assert absent is None
        game.arrives("session_start", "session_end", "session_start")


def test_rule_2_going_between_the_games_windows_is_presence(play):
    with play() as game:
        game.do("second = open_window('second')", "exponea_game.attach(second)")
        start = game.is_present()

        for title in ("second", "game", "second"):
            game.desktop.focus(title)
        game.passes(game.state()[0] + TIMEOUT + MANNERS)

        assert game.is_present() == start
        assert game.types() == ["session_start"]
        game.desktop.go_elsewhere()
        game.arrives("session_start", "session_end")


def test_rule_3_back_within_the_timeout_it_is_the_same_session(play):
    with play(session_timeout=3.0) as game:
        start = game.is_present()

        game.desktop.go_elsewhere()
        left = game.is_away()
        game.desktop.focus("game")

        assert game.is_present() == start
        game.passes(left + 3.0 + MANNERS)
        assert game.is_present() == start
        assert game.types() == ["session_start"]


def test_rule_4_the_end_is_written_when_the_timeout_has_passed_stamped_with_the_leaving(play):
    with play() as game:
        start = game.is_present()
        before = game.state()[0]
        game.desktop.go_elsewhere()

        _, end = game.arrives("session_start", "session_end")

        assert before <= end["timestamp"] <= end["received"] - TIMEOUT
        assert end["properties"]["reason"] == "left"
        assert end["properties"]["duration"] == pytest.approx(end["timestamp"] - start, abs=1e-3)


def test_rule_4_even_while_the_games_loop_stands_still(play):
    with play() as game:
        game.is_present()
        game.desktop.go_elsewhere()
        game.is_away()
        game.program.tell("time.sleep(30)")

        _, end = game.arrives("session_start", "session_end")

        assert end["properties"]["reason"] == "left"


@pytest.mark.parametrize("ending", ["pyglet.app.exit()", "window.close()", "raise SystemExit"])
def test_rule_5_quitting_ends_the_session_at_once(play, ending):
    with play() as game:
        game.is_present()

        game.program.tell(ending)

        _, end = game.arrives("session_start", "session_end")
        assert end["properties"]["reason"] == "quit"


def test_rule_5_with_the_end_held_a_relaunch_carries_the_session_on(play):
    with play(end_session_on_exit=False, session_timeout=20.0) as game:
        start = game.is_present()
        game.program.tell("raise SystemExit")
        game.program.wait()

    with play(end_session_on_exit=False, session_timeout=20.0) as game:
        assert game.is_present() == pytest.approx(start, abs=1e-6)
        assert game.types() == ["session_start"]
        game.do("exponea_game.configure(end_session_on_exit=True)")
        game.program.tell("raise SystemExit")
        _, end = game.arrives("session_start", "session_end")

    duration = end["timestamp"] - start
    assert end["properties"]["duration"] == pytest.approx(duration, abs=1e-3)
    assert end["properties"]["resumed"] == 1


def test_rule_6_a_killed_game_gets_its_end_at_the_next_launch(play):
    with play() as game:
        start = game.is_present()
        game.do("exponea_game.track_event('last')")
        killed = game.state()[0]
        game.program.process.kill()
        game.program.wait()
    wait_until(lambda: time.time() > killed + TIMEOUT, "the timeout's end")

    with play() as game:
        game.is_present()
        first, end, _ = game.arrives("session_start", "session_end", "session_start")

    assert first["timestamp"] == pytest.approx(start, abs=1e-3)
    assert end["properties"]["reason"] == "crashed"
    assert start <= end["timestamp"] <= killed


def test_rule_9_in_manual_mode_windows_start_and_end_nothing(play):
    with play(automatic_session_tracking=False) as game:
        game.desktop.go_elsewhere()
        game.desktop.focus("game")
        game.passes(game.state()[0] + MANNERS)
        assert game.types() == []

        game.do("exponea_game.track_session_start()")
        game.desktop.go_elsewhere()
        game.passes(game.state()[0] + TIMEOUT + 1.0 + MANNERS)
        assert game.arrives("session_start")
        game.do("exponea_game.track_session_end()")

        _, end = game.arrives("session_start", "session_end")
        assert end["properties"]["reason"] == "manual"


def test_rule_11_a_vetoed_close_is_no_end_and_all_ends_together_are_one(play):
    with play() as game:
        start = game.is_present()
        game.do("window.on_close = lambda: say(vetoed=True)")
        game.desktop.xdotool("key", "alt+F4")
        game.program.wait_for(lambda said: "vetoed" in said)
        assert game.is_present() == start
        game.do("del window.on_close")

        game.program.tell("window.close(); pyglet.app.exit(); exponea_game.stop(); sys.exit()")

        game.program.wait()
        _, end = game.arrives("session_start", "session_end")
        assert end["properties"]["reason"] == "quit"


def test_rule_12_two_hundred_thousand_flips_are_one_session(play):
    with play() as game:
        start = game.is_present()

        game.do(
            "for _ in range(100_000): "
            "window.dispatch_event('on_deactivate'); window.dispatch_event('on_activate')"
        )

        assert game.is_present() == start
        game.do("exponea_game.flush(10.0)")
        assert game.types() == ["session_start"]


SECOND_LOOP = 20.0
"""Seconds of absence that end a session where a second loop or window is to come in time."""


def test_rule_11_a_second_loop_goes_on_with_the_session(play):
    with play(session_timeout=SECOND_LOOP) as game:
        start = game.is_present()

        game.do("pyglet.app.exit()")
        game.program.wait_for(lambda said: "returned" in said)

        assert game.is_present() == start
        assert game.types() == ["session_start"]


def test_rule_11_another_window_goes_on_with_the_session(play):
    with play(session_timeout=SECOND_LOOP) as game:
        start = game.is_present()

        game.do("window.close()")
        game.program.wait_for(lambda said: "returned" in said)
        game.do("window = open_window('again')", "exponea_game.attach(window)")
        game.desktop.focus("again")

        assert game.is_present() == start
        assert game.types() == ["session_start"]


def test_rule_11_what_is_tracked_after_the_last_loop_lies_inside_the_session(play):
    with play() as game:
        game.is_present()
        game.program.tell("window.close()")
        game.program.wait_for(lambda said: "returned" in said)
        game.program.tell("exponea_game.track_event('saved'); sys.exit()")
        game.program.wait()

        _, end = game.arrives("session_start", "session_end")
        (saved,) = game.collector.events(type="saved")
        assert end["properties"]["reason"] == "quit"
        assert saved["timestamp"] <= end["timestamp"]
        assert saved["properties"]["session_id"] == end["properties"]["session_id"]


@pytest.mark.parametrize("loop", ["run", "arcade"])
def test_rule_13_an_error_that_leaves_the_loop_ends_the_session(play, loop):
    with play(loop) as game:
        game.is_present()

        game.program.tell("raise KeyError('anna')")
        assert game.program.wait() == 1

        _, end = game.arrives("session_start", "session_end")
        (error,) = game.collector.events(type="error")
        assert end["properties"]["reason"] == "error"
        assert error["properties"]["error_type"] == "KeyError"


def test_rule_13_the_status_that_leaves_the_loop_is_part_of_the_quit(play):
    with play() as game:
        game.is_present()

        game.do("pyglet.app.exit()")  # a loop that runs when the window comes cannot be looked into
        game.is_present()
        game.program.tell("sys.exit(3)")
        assert game.program.wait() == 3

        _, end = game.arrives("session_start", "session_end")
        assert (end["properties"]["reason"], end["properties"]["exit_status"]) == ("quit", 3)


def test_rule_17_without_input_the_player_has_left_and_a_key_brings_another_session(play):
    with play(idle_timeout=2.0) as game:
        start = game.is_present()
        first, end = game.arrives("session_start", "session_end")
        game.desktop.xdotool("key", "a")

        game.arrives("session_start", "session_end", "session_start")

    assert first["timestamp"] == pytest.approx(start, abs=1e-3)
    assert end["properties"]["reason"] == "left"
    assert end["properties"]["duration"] < 2.0


def test_a_window_that_is_detached_has_been_left(play):
    with play() as game:
        game.is_present()
        before = game.state()[0]

        game.do("exponea_game.detach(window)")

        _, end = game.arrives("session_start", "session_end")
        assert end["properties"]["reason"] == "left"
        assert abs(end["timestamp"] - before) < MANNERS + 1.0
