from __future__ import annotations

import gc
import logging
import subprocess
import sys
import threading
import weakref
from types import SimpleNamespace

import pytest

from exponea_game.windows import focus
from exponea_game.windows import hook as window
from exponea_game.windows.hook import PAUSE, WindowHook, interpose
from exponea_game.windows.presence import GRAB, SETTLE, Focus


class Window:
    """A window of no known window system: its own state counts."""

    _active = True
    context = "open"

    def dispatch_event(self, name, *arguments):
        return name, *arguments

    def dispatch_events(self):
        return "dispatched"


class Loop:
    """pyglet's event loop and its platform's, in one."""

    is_running = True

    def __init__(self):
        self.posted = []

    def post_event(self, dispatcher, name):
        self.posted.append((dispatcher, name))

    def dispatch_posted_events(self):
        while self.posted:
            dispatcher, name = self.posted.pop(0)
            dispatcher.dispatch_event(name)

    def dispatch_event(self, name, *arguments):
        return name, *arguments


class Player:
    """The hook, and all that surrounds it."""

    def __init__(self, app, idle_timeout=None):
        self.now, self.app = 100.0, app
        self.reports, self.errors, self.ends = [], [], 0
        self.hook = WindowHook(
            lambda *report: self.reports.append(report),
            self.end,
            self.errors.append,
            lambda: self.now,
            hang_after=60.0,
            idle_timeout=idle_timeout,
        )

    def end(self):
        self.ends += 1

    def beat(self, seconds=1.0):
        """Time passes, no window sees anything, and pyglet's loop takes the beat."""
        self.now += seconds
        self.hook.beat()
        if not self.app.event_loop.posted:
            self.hook.beat()
        self.app.event_loop.dispatch_posted_events()

    def last(self):
        self.reports, reports = [], self.reports
        return reports[-1] if reports else None


@pytest.fixture
def app(monkeypatch):
    loop = Loop()
    app = SimpleNamespace(event_loop=loop, platform_event_loop=loop, windows=set())
    monkeypatch.setitem(sys.modules, "pyglet.app", app)
    return app


@pytest.fixture
def player(app):
    return Player(app)


@pytest.fixture
def game_window(player):
    """An attached window with the focus."""
    game_window = Window()
    player.hook.attach(game_window)
    assert player.last() == (True, 100.0)
    return game_window


@pytest.fixture
def questions(monkeypatch):
    """Each question to the window system leaves its windows here."""
    questions = []

    def ask(windows):
        questions.append(windows)
        return focus.ask(windows)

    monkeypatch.setattr(window, "ask", ask)
    return questions


def leave(window):
    window._active = False
    window.dispatch_event("on_deactivate")


def test_attaching_reports_the_truth_at_once(player):
    inactive = Window()
    inactive._active = False

    player.hook.attach(inactive)

    assert player.reports == [(False, 100.0)]


def test_attaching_twice_changes_nothing(player, game_window):
    before = dict(vars(game_window))

    player.hook.attach(game_window)

    assert vars(game_window) == before
    assert player.reports == []


def test_a_window_can_be_attached_before_pyglet_has_an_event_loop(player, monkeypatch):
    monkeypatch.delitem(sys.modules, "pyglet.app")

    player.hook.attach(game_window := Window())
    player.hook.beat()
    leave(game_window)

    assert player.reports == [(True, 100.0)]


def test_each_beat_that_is_answered_affirms_presence(player, game_window):
    player.beat()
    player.beat()

    assert player.reports == [(True, 101.0), (True, 102.0)]


def test_a_change_is_reported_once_it_has_settled(player, game_window):
    player.now = 200.0
    leave(game_window)

    assert player.last() is None
    assert player.hook.settling
    player.beat(SETTLE + 0.1)
    assert player.last() == (False, 200.0)
    assert not player.hook.settling


def test_going_and_coming_back_at_once_is_no_change(player, game_window):
    player.now = 200.0
    leave(game_window)
    player.now = 200.1
    game_window._active = True
    game_window.dispatch_event("on_activate")

    player.beat()

    assert {present for present, _ in player.reports} == {True}


def test_a_change_without_any_event_is_seen_by_the_beat(player, game_window):
    game_window._active = False

    player.beat()
    player.beat()

    assert player.last() == (False, 101.0)


@pytest.mark.parametrize(("event", "present"), [("on_mouse_motion", True), ("on_draw", False)])
def test_input_shows_that_no_grab_keeps_the_player_away(
    event, present, player, game_window, monkeypatch
):
    monkeypatch.setattr(window, "ask", lambda windows: Focus.GRABBED)
    player.beat()

    player.now += GRAB
    game_window.dispatch_event(event)
    player.beat()

    assert player.last()[0] is present


def test_one_active_window_is_presence(player, game_window):
    player.hook.attach(second := Window())
    leave(second)
    player.now += 1

    player.beat()

    assert player.last() == (True, player.now)


def test_windows_that_are_not_attached_count_as_well(player, game_window, app):
    app.windows.add(dialog := Window())
    leave(game_window)

    player.beat()
    player.beat()
    assert player.last() == (True, player.now)
    dialog._active = False
    player.beat()
    player.beat()
    assert player.last() == (False, player.now - 1)


def test_at_most_one_beat_waits_to_be_taken(player, game_window, app):
    for _ in range(100):
        player.hook.beat()

    assert len(app.platform_event_loop.posted) == 1


def test_a_beat_that_nothing_took_is_posted_with_the_next_one(player, game_window, app):
    player.hook.beat()
    assert app.platform_event_loop.posted == []

    player.hook.beat()

    assert len(app.platform_event_loop.posted) == 1


def test_a_beat_is_posted_at_once_while_a_change_has_yet_to_settle(player, game_window, app):
    player.now += 1.0
    leave(game_window)

    player.hook.beat()

    assert len(app.platform_event_loop.posted) == 1


@pytest.mark.parametrize("act", ["dispatch_event", "dispatch_events"])
def test_where_no_beat_is_taken_what_the_game_does_asks_once_a_beat(
    act, player, game_window, questions
):
    arguments = ["on_draw"] if act == "dispatch_event" else []

    for _ in range(5):
        player.now += 1
        player.hook.beat()
        for _ in range(60):
            getattr(game_window, act)(*arguments)

    assert len(questions) == 5
    assert player.last() == (True, player.now)


def test_a_storm_of_flips_asks_once_and_once_more_with_the_next_beat(
    player, game_window, questions
):
    player.now += 1

    for _ in range(100_000):
        game_window.dispatch_event("on_deactivate")
        game_window.dispatch_event("on_activate")

    assert len(questions) == 1
    assert player.hook.settling
    player.beat()
    assert len(questions) == 2
    assert not player.hook.settling


def test_a_trigger_just_after_a_question_is_dated_when_it_came_and_wakes_the_keeper(
    player, game_window, questions
):
    wakes = []
    player.hook._wake = lambda: wakes.append(player.now)
    player.now += 1.0
    game_window.dispatch_event("on_show")
    player.now += 0.5 * PAUSE
    leave(game_window)
    left = player.now

    assert (len(questions), wakes) == (1, [left])
    player.beat()
    assert player.last() == (False, left)


def test_a_lasting_storm_asks_no_more_often_than_the_pause_allows(player, game_window, questions):
    for _ in range(10_000):
        player.now += PAUSE / 100
        game_window.dispatch_event("on_activate")

    assert len(questions) <= 100


def test_other_threads_never_ask(player, game_window, questions):
    player.now += 1

    other = threading.Thread(target=leave, args=[game_window])
    other.start()
    other.join()

    assert questions == []


def test_a_window_attached_from_another_thread_is_asked_about_with_the_next_beat(player):
    game_window = Window()
    other = threading.Thread(target=player.hook.attach, args=[game_window])
    other.start()
    other.join()
    game_window.dispatch_event("on_show")
    assert player.reports == []

    player.beat()

    assert player.reports == [(True, player.now)]


def test_the_thread_that_takes_the_beats_is_the_one_that_asks(player, game_window, questions):
    other = threading.Thread(target=player.beat)
    other.start()
    other.join()

    leave(game_window)

    assert len(questions) == 1


def test_a_loop_that_hangs_is_left_since_the_beat_it_did_not_take(player, game_window):
    for _ in range(60):
        player.now += 1
        player.hook.beat()
    assert player.reports == []

    player.now += 1
    player.hook.beat()

    assert player.reports == [(False, 101.0)]


def test_a_hang_ends_with_presence(player, game_window, app):
    for _ in range(70):
        player.now += 1
        player.hook.beat()
    player.reports.clear()

    app.event_loop.dispatch_posted_events()
    player.beat()

    assert player.reports == [(True, 170.0)]


def test_a_hang_after_the_player_left_is_left_since_then(player, game_window):
    player.now = 100.5
    leave(game_window)

    for _ in range(70):
        player.now += 1
        player.hook.beat()

    assert player.reports == [(False, 100.5)]


def test_a_loop_that_lets_windows_see_events_does_not_hang(player, game_window):
    for _ in range(100):
        player.now += 1
        player.hook.beat()
        game_window.dispatch_event("on_draw")

    assert {present for present, _ in player.reports} == {True}


def test_a_loop_that_takes_the_beat_at_the_last_moment_does_not_hang(
    player, game_window, monkeypatch
):
    player.hook.beat()
    player.now += 59
    player.hook.beat()
    takes = property(lambda loop: loop.dispatch_posted_events() or True)
    monkeypatch.setattr(Loop, "is_running", takes)

    player.now += 1
    player.hook.beat()

    assert player.last() == (True, player.now)


def test_a_game_that_loads_before_it_runs_the_loop_does_not_hang(player, game_window, app):
    app.event_loop.is_running = False

    for _ in range(100):
        player.now += 1
        player.hook.beat()

    assert player.reports == []


def test_a_process_that_stood_still_as_a_whole_does_not_hang(player, game_window):
    player.hook.beat()

    player.now += 3600
    player.hook.beat()

    assert player.reports == []


def test_the_event_loops_exit_is_the_end(player, game_window, app):
    assert app.event_loop.dispatch_event("on_exit") == ("on_exit",)

    assert player.ends == 1


def test_the_last_attached_windows_closing_is_the_end(player, game_window, app):
    player.hook.attach(second := Window())
    second.context = None
    app.event_loop.dispatch_event("on_window_close", second)
    assert player.ends == 0

    game_window.context = None
    app.event_loop.dispatch_event("on_window_close", game_window)

    assert player.ends == 1
    assert "dispatch_event" not in {**vars(game_window), **vars(second), **vars(app.event_loop)}


def test_a_window_that_is_gone_without_being_closed_is_the_end(player, app):
    player.hook.attach(Window())
    gc.collect()

    player.beat()

    assert player.ends == 1


def test_what_a_game_shows_in_its_last_moments_is_no_new_presence(player, game_window, app):
    app.event_loop.dispatch_event("on_exit")
    player.now += 1

    game_window.dispatch_event("on_deactivate")

    assert player.reports == []


def test_a_loop_that_runs_again_is_presence_once_it_has_settled(player, game_window, app):
    app.event_loop.dispatch_event("on_exit")

    player.beat()
    player.beat()

    assert player.reports == [(True, 101.0)]


def test_a_window_attached_after_the_end_is_presence_at_once(player, game_window, app):
    game_window.context = None
    app.event_loop.dispatch_event("on_window_close", game_window)

    player.hook.attach(Window())

    assert player.reports == [(True, 100.0)]


def test_an_event_loop_that_replaces_another_is_followed(player, game_window, app):
    app.event_loop = app.platform_event_loop = Loop()
    player.beat()

    app.event_loop.dispatch_event("on_exit")

    assert player.ends == 1


def test_detaching_leaves_everything_as_it_was(player, game_window, app):
    player.hook.detach(game_window)

    assert vars(game_window) == {}
    assert vars(app.event_loop) == {"posted": []}
    player.hook.beat()
    assert app.platform_event_loop.posted == []


def test_nothing_settles_once_all_windows_are_detached(player, game_window):
    leave(game_window)
    assert player.hook.settling

    player.hook.detach(game_window)

    assert not player.hook.settling


def test_detaching_by_the_game_is_no_end(player, game_window):
    player.hook.beat()

    player.hook.detach(game_window)
    player.beat()

    assert player.ends == 0


def test_detaching_gives_back_what_another_tool_had_put_there(player):
    game_window = Window()
    game_window.dispatch_event = theirs = lambda *arguments: ("theirs", *arguments)
    player.hook.attach(game_window)
    assert game_window.dispatch_event("on_draw") == ("theirs", "on_draw")

    player.hook.detach(game_window)

    assert vars(game_window) == {"dispatch_event": theirs}


def test_detaching_beneath_another_tool_leaves_the_other_in_place(player, game_window, questions):
    player.hook.attach(second := Window())
    questions.clear()
    player.now += 1
    ours = game_window.dispatch_event
    game_window.dispatch_event = theirs = lambda *arguments: ours(*arguments)

    player.hook.detach(game_window)

    assert vars(game_window) == {"dispatch_event": theirs}
    assert game_window.dispatch_event("on_activate") == ("on_activate",)
    assert questions == []
    second.dispatch_event("on_activate")
    assert len(questions) == 1


def test_several_interposed_methods_go_in_any_order():
    heard: list[str] = []
    other = Window()
    names = ("first", "second", "third")
    removals = [
        interpose(other, "dispatch_event", lambda *_, name=name: heard.append(name))
        for name in names
    ]

    removals[1]()
    other.dispatch_event("on_draw")
    removals[0]()
    other.dispatch_event("on_draw")
    removals[2]()

    assert heard == ["first", "third", "third"]
    assert vars(other) == {}


def test_closing_the_hook_leaves_every_window_as_it_was(player, game_window):
    player.hook.attach(second := Window())

    player.hook.close()

    assert vars(game_window) == vars(second) == {}


def test_the_game_gets_what_its_own_methods_return_and_raise(player, app):
    class Game(Window):
        def dispatch_event(self, name, *arguments):
            if name == "on_fault":
                raise ZeroDivisionError
            return super().dispatch_event(name, *arguments)

    player.hook.attach(game := Game())

    assert game.dispatch_event("on_key_press", 1, 2) == ("on_key_press", 1, 2)
    assert game.dispatch_events() == "dispatched"
    with pytest.raises(ZeroDivisionError):
        game.dispatch_event("on_fault")


def test_an_attached_window_is_freed_as_soon_as_the_game_drops_it(player):
    reference = weakref.ref(game_window := Window())
    player.hook.attach(game_window)
    kept = game_window.dispatch_event
    gc.disable()

    del game_window

    gc.enable()
    assert reference() is None
    assert kept("on_draw") is None


def test_what_fails_within_never_reaches_the_game(app, caplog):
    def fail(*_):
        raise ZeroDivisionError("on purpose")

    hook = WindowHook(fail, fail, fail, lambda: 0.0)

    hook.attach(game_window := Window())
    hook.beat()
    app.platform_event_loop.dispatch_posted_events()
    app.event_loop.dispatch_event("on_exit")

    assert game_window.dispatch_event("on_draw") == ("on_draw",)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_importing_the_hook_imports_no_pyglet():
    code = "import sys, exponea_game.windows.hook; sys.exit('pyglet' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("input_comes", ["to a window", "from a controller"])
def test_rule_17_input_after_the_idle_timeout_tells_of_the_absence_at_once(app, input_comes):
    player = Player(app, idle_timeout=20.0)
    player.hook.attach(game_window := Window())
    player.last()

    player.now = 150.0  # the machine has slept, and nobody has asked since
    if input_comes == "to a window":
        game_window.dispatch_event("on_key_press", 97, 0)
    else:
        player.hook.note_input()

    assert player.last() == (False, 100.0)
    assert player.hook.returning == 150.0
    player.beat()
    assert player.last() == (True, 150.0)


def test_rule_17_a_loop_that_ends_tells_of_an_idle_player_first(app):
    player = Player(app, idle_timeout=20.0)
    player.hook.attach(game_window := Window())
    game_window.dispatch_event("on_key_press", 97, 0)
    player.beat()

    player.now = 121.0
    app.event_loop.dispatch_event("on_exit")

    assert player.last() == (False, 100.0)
    assert player.ends == 1


def test_rule_17_who_tells_of_an_idle_player_waits_for_no_lock_of_the_hooks(app):
    player = Player(app, idle_timeout=20.0)
    player.hook.attach(_game_window := Window())
    told = []
    keeper = threading.Thread(target=lambda: told.append(player.hook.lapse(121.0)), daemon=True)

    with player.hook._lock:
        keeper.start()
        keeper.join(10.0)

    assert told == [100.0]
