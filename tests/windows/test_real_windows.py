"""The window hook on real windows, under a real window manager, with the focus really moved."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.desktop import Desktop, Puppet, wait_until

PUPPET = Path(__file__).parents[1] / "support" / "puppet.py"
STEADY = 0.7
"""Seconds that a state must last to count as steady: more than the hook takes to settle."""

GRABBER = """
import ctypes, sys
x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
display = ctypes.c_void_p(x.XOpenDisplay(None))
assert x.XGrabKeyboard(display, x.XDefaultRootWindow(display), 0, 1, 1, 0) == 0
x.XSync(display, 0)
print('"grabbed"', flush=True)
sys.stdin.readline()
"""


class Game(Puppet):
    """A puppet game on a desktop, and what its window hook reports."""

    def reports(self, present: bool) -> dict[str, float]:
        """The next report of this kind."""
        return self.program.wait_for(lambda said: said.get("present") is present)

    def goes_away_and_comes_back(self) -> None:
        self.desktop.focus("game")
        self.desktop.go_elsewhere()
        assert self.reports(False)
        self.desktop.focus("game")
        assert self.reports(True)

    def ends(self, line: str = "") -> None:
        """Passes if the end is noticed, once the line is done."""
        self.program.tell(line)
        assert self.program.wait_for(lambda said: "ended" in said)

    def stays_present(self) -> None:
        """Passes if nothing but presence is reported for long enough, and no end."""
        until = self.ask("time.monotonic()") + STEADY
        first = len(self.program.said)
        self.program.wait_for(lambda said: said.get("at", 0.0) > until)
        said = self.program.said[first:]
        assert {line.get("present", True) for line in said} == {True}
        assert not any("ended" in line for line in said)


@pytest.fixture(scope="module", params=["run"])
def running(desktop: Desktop, request: pytest.FixtureRequest) -> Iterator[Game]:
    with desktop.run(PUPPET, request.param) as program:
        yield Game(desktop, program)


@pytest.fixture
def game(running: Game) -> Iterator[Game]:
    """A game with one attached window, which has the focus."""
    running.do("window = open_window('game')", "hook.attach(window)")
    running.desktop.focus("game")
    running.reports(True)
    yield running
    running.do("hook.close()", "while pyglet.app.windows: next(iter(pyglet.app.windows)).close()")


def test_a_window_that_has_the_focus_is_present_at_once(running):
    running.do("window = open_window('game')")
    running.desktop.focus("game")

    running.do("hook.attach(window)")

    reports = [said for said in running.program.said if "present" in said]
    assert reports[-1]["present"] is True


def test_a_window_without_the_focus_is_away_until_it_gets_it(running):
    running.do("hook.detach(window)")
    running.desktop.go_elsewhere()

    running.do("hook.attach(window)")

    assert running.reports(False)
    running.desktop.focus("game")
    assert running.reports(True)
    running.do("hook.detach(window)", "window.close()")


@pytest.mark.parametrize("running", ["run", "by hand", "step", "asyncio"], indirect=True)
def test_every_kind_of_loop_sees_the_player_leave_and_return(game):
    game.goes_away_and_comes_back()
    game.goes_away_and_comes_back()


def test_leaving_is_stamped_with_the_moment_it_was_first_seen(game):
    before = game.ask("time.monotonic()")
    game.desktop.go_elsewhere()
    after = game.ask("time.monotonic()")

    report = game.reports(False)

    assert before <= report["since"] < after + 0.25
    assert report["at"] - report["since"] >= 0.3


def test_going_from_one_window_of_the_game_to_another_is_no_absence(game):
    game.do("second = open_window('second')", "hook.attach(second)")

    game.desktop.focus("second")
    game.desktop.focus("game")
    game.desktop.focus("second")

    game.stays_present()
    game.desktop.go_elsewhere()
    assert game.reports(False)
    game.desktop.focus("second")
    assert game.reports(True)


def test_a_window_that_was_not_attached_counts_as_the_game(game):
    game.do("dialog = open_window('dialog')")

    game.desktop.focus("dialog")

    game.stays_present()


def test_another_program_with_windows_of_the_same_kind_is_elsewhere(game):
    with game.desktop.run(PUPPET, "run") as program:
        Game(game.desktop, program).do("window = open_window('another game')")

        game.desktop.focus("another game")

        assert game.reports(False)
        game.desktop.focus("game")
        assert game.reports(True)


WITH_ITS_PROCESS = "dialog.wm_client('here')"
"""With this, a dialog of Tk's says whose it is; without, the X server knows its connection."""


@pytest.mark.parametrize("saying", [WITH_ITS_PROCESS, ""], ids=["it says so", "it says nothing"])
def test_a_dialog_of_another_toolkit_counts_as_the_game(game, saying):
    game.do("import tkinter; dialog = tkinter.Tk(); dialog.title('dialog')")
    game.do(f"{saying}; dialog.update()" if saying else "dialog.update()")

    game.desktop.focus("dialog")

    game.stays_present()
    game.desktop.go_elsewhere()
    assert game.reports(False)
    game.do("dialog.destroy()")


def test_closing_one_of_two_windows_is_no_end(game):
    game.do("second = open_window('second')", "hook.attach(second)")

    game.do("second.close()")

    game.desktop.focus("game")
    game.stays_present()


def test_a_minimised_game_is_away(game):
    window = game.desktop.window("game")
    game.do("window.minimize()")
    assert game.reports(False)

    game.desktop.xdotool("windowactivate", window)

    assert game.reports(True)


def test_a_hidden_window_is_away(game):
    game.do("window.set_visible(False)")
    assert game.reports(False)

    game.do("window.set_visible(True)")

    assert game.reports(True)


def test_toggling_fullscreen_is_no_absence(game):
    game.do("window.set_fullscreen(True)")
    game.stays_present()

    game.do("window.set_fullscreen(False)")

    game.stays_present()


def test_another_workspace_is_away(game):
    game.desktop.xdotool("set_desktop", 1)
    assert game.reports(False)

    game.desktop.xdotool("set_desktop", 0)

    assert game.reports(True)


def test_a_short_grab_such_as_alt_tab_is_no_absence(game):
    with game.desktop.run("-c", GRABBER) as grabber:
        grabber.wait_for(lambda said: said == "grabbed")
        wait_until(lambda: game.ask("not window._active"), "the grab to reach the game")

        game.stays_present()

    game.stays_present()


def test_a_long_grab_such_as_a_locked_screen_is_away_since_it_began(game):
    game.do("focus.GRAB = 0.6")

    with game.desktop.run("-c", GRABBER) as grabber:
        grabber.wait_for(lambda said: said == "grabbed")
        grabbed = time.monotonic()
        report = game.reports(False)

    assert report["since"] < grabbed + 0.25
    assert game.reports(True)
    game.do("focus.GRAB = 3.0")


def test_a_close_button_that_is_vetoed_is_no_end(game):
    game.do("window.on_close = lambda: say(vetoed=True)")

    game.desktop.xdotool("key", "alt+F4")

    game.program.wait_for(lambda said: "vetoed" in said)
    game.stays_present()


def test_the_close_button_ends(game):
    game.desktop.xdotool("key", "alt+F4")

    game.ends()


def test_closing_by_code_ends_and_another_window_begins_anew(game):
    game.ends("window.close()")

    game.do("window = open_window('game')", "hook.attach(window)")

    assert game.reports(True)
    game.goes_away_and_comes_back()


def test_leaving_the_event_loop_ends_and_running_it_again_is_presence(game):
    game.ends("pyglet.app.exit()")
    game.program.wait_for(lambda said: "returned" in said)

    game.do("again = True")

    assert game.reports(True)


def test_the_end_of_an_event_loop_the_game_made_itself_is_seen(game):
    game.do("pyglet.app.exit(); pyglet.app.event_loop = pyglet.app.EventLoop()")
    game.program.wait_for(lambda said: "returned" in said)
    game.do("again = True")
    assert game.reports(True)

    game.ends("pyglet.app.exit()")


SWALLOW = "on_activate=lambda: True, on_deactivate=lambda: True"
FILTER = "type('Deaf', (pyglet.window.Window,), {'dispatch_event': lambda *arguments: None})"
EMPTY_CLOCK = "pyglet.clock._default._schedule_interval_items.clear()"
WRAP_UNCHAINED = "window.dispatch_event = lambda *a: type(window).dispatch_event(window, *a)"
HAZARDS = {
    "handlers that swallow": [f"window.push_handlers({SWALLOW})"],
    "decorated handlers that swallow": [
        "deaf = lambda: True",
        "window.event('on_activate')(deaf); window.event('on_deactivate')(deaf)",
    ],
    "replaced handlers": [f"window.set_handlers({SWALLOW})"],
    "overwritten methods": ["window.on_activate = window.on_deactivate = lambda: True"],
    "too many pops": ["while window._event_stack: window.pop_handlers()"],
    "a new stack": ["window._event_stack = []"],
    "removed handlers": [
        "window.push_handlers(on_activate=print)",
        "window.remove_handlers(on_activate=print)",
    ],
    "a subclass that filters": [
        "hook.close(); window.close()",
        f"window = open_window('game', {FILTER})",
        "hook.attach(window)",
    ],
    "another wrap that chains": [
        "earlier = window.dispatch_event",
        "window.dispatch_event = lambda *arguments: earlier(*arguments)",
    ],
    "another wrap that does not chain": [WRAP_UNCHAINED],
    "an emptied clock": [EMPTY_CLOCK],
    "an emptied clock and another wrap": [EMPTY_CLOCK, WRAP_UNCHAINED],
}


@pytest.mark.parametrize("hazard", HAZARDS)
def test_the_player_is_seen_to_leave_and_return_in_spite_of(hazard, game):
    game.do(*HAZARDS[hazard])

    game.goes_away_and_comes_back()


def test_a_handler_that_raises_hides_nothing(game):
    game.do("def fail(): raise OfTheGameError", "window.push_handlers(on_deactivate=fail)")

    game.goes_away_and_comes_back()


def test_two_hundred_thousand_flips_ask_the_server_a_few_times(game):
    game.do("count_questions()", "began = time.monotonic()")

    game.do(
        "for _ in range(100_000): "
        "window.dispatch_event('on_deactivate'); window.dispatch_event('on_activate')"
    )

    seconds, questions = game.ask("time.monotonic() - began"), game.ask("questions")
    assert 0 < questions < 30 * seconds + 5
    game.stays_present()


def test_detaching_leaves_the_instance_as_it_was(game):
    game.do("hook.detach(window)", "before = dict(vars(window))")
    game.do("loop = dict(vars(pyglet.app.event_loop))")

    game.do("hook.attach(window)", "attached = dict(vars(window))", "hook.detach(window)")

    assert game.ask("attached.keys() - before.keys() == {'dispatch_event', 'dispatch_events'}")
    assert game.ask("vars(window) == before")
    assert game.ask("vars(pyglet.app.event_loop).keys() == loop.keys()")


def test_a_closed_window_lives_no_longer_than_one_that_never_was_attached(game):
    game.do("import weakref, gc", "plain = open_window('plain')")
    game.do("references = weakref.ref(plain), weakref.ref(window)")

    game.do("plain.close(); window.close()", "plain = window = None", "gc.collect()")

    plain, attached = game.ask("[reference() is None for reference in references]")
    assert attached == plain


def test_a_loop_that_hangs_is_away_since_the_beat_it_did_not_take(game):
    game.do("hook._hang_after = 0.8")

    began = game.ask("time.monotonic()")
    game.program.tell("time.sleep(1.6)")

    report = game.reports(False)
    assert began - 0.3 < report["since"] < began + 0.8 <= report["at"]
    assert game.reports(True)
    game.do("hook._hang_after = 60.0")


def test_an_arcade_game_that_changes_views_is_seen(desktop):
    with desktop.run(PUPPET, "arcade") as program:
        game = Game(desktop, program)
        game.do("import arcade", "window = open_window('game', arcade.Window)")
        game.do("swallow = lambda self: True")
        game.do("class Deaf(arcade.View): on_activate = on_deactivate = swallow")
        game.do("hook.attach(window)")
        desktop.focus("game")
        assert game.reports(True)

        for _ in range(2):
            game.do("window.show_view(Deaf())")
            game.goes_away_and_comes_back()

        game.ends("window.close()")
