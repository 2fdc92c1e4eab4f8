from __future__ import annotations

import ctypes
import os
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from exponea_game.windows import focus
from exponea_game.windows.focus import ask
from exponea_game.windows.presence import Focus

HERE, ELSEWHERE, GRABBED = Focus.HERE, Focus.ELSEWHERE, Focus.GRABBED


def window(kind: str = "Window", **state: object) -> object:
    """A window whose class descends from pyglet's of that name, as arcade's and the game's do."""
    base = type(kind, (), {"__module__": "pyglet.window.fake"})
    return type("GameWindow", (base,), state)()


@pytest.fixture
def platform(monkeypatch):
    """What pyglet's window module knows of the platform."""
    platform = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "pyglet.window.fake", platform)
    return platform


@pytest.fixture
def x11(platform):
    """An X server; ``focused`` is the id of the window that has the focus."""
    server = SimpleNamespace(focused=0)

    def answer(display, focused, revert):
        assert display == "display"
        focused._obj.value = server.focused

    platform.xlib = SimpleNamespace(XGetInputFocus=answer)
    return server


@pytest.mark.parametrize(
    ("focused", "answer"), [(7, HERE), (8, HERE), (9, HERE), (6, ELSEWHERE), (0, ELSEWHERE)]
)
def test_x11_says_which_window_has_the_focus(x11, focused, answer):
    first = window("XlibWindow", _x_display="display", _window=7, _view=8)
    pyglet_3 = window("XlibWindow", _x_display="display", _window=5, _x_window=9)
    x11.focused = focused

    assert ask([first, pyglet_3]) is answer


@pytest.mark.parametrize(
    ("parents", "processes", "connections", "answer"),
    [
        ({}, {6: os.getpid()}, {}, HERE),
        ({6: 5, 5: 4}, {4: os.getpid()}, {}, HERE),
        ({6: 5}, {5: os.getpid() + 1}, {}, ELSEWHERE),
        ({6: 5, 5: 6}, {}, {}, ELSEWHERE),
        ({6: 5}, {}, {6: os.getpid()}, HERE),
        ({6: 5}, {}, {6: os.getpid() + 1, 5: os.getpid()}, ELSEWHERE),
        ({}, {6: os.getpid() + 1}, {6: os.getpid()}, ELSEWHERE),
    ],
)
def test_x11_counts_a_window_of_another_toolkit_by_its_process(
    monkeypatch, parents, processes, connections, answer
):
    display = ctypes.pointer(ctypes.c_int())
    platform = SimpleNamespace(
        XGetInputFocus=lambda _, focused, __: setattr(focused._obj, "value", 6)
    )
    monkeypatch.setitem(sys.modules, "pyglet.window.fake", SimpleNamespace(xlib=platform))
    monkeypatch.setattr(focus, "_errors_ignored", nullcontext)
    monkeypatch.setattr(focus, "_parent_of", lambda _, window: parents.get(window, 0))
    monkeypatch.setattr(focus, "_process_of", lambda _, window: processes.get(window, 0))
    monkeypatch.setattr(focus, "_connected_process", lambda _, window: connections.get(window, 0))

    assert ask([window("XlibWindow", _x_display=display, _window=7)]) is answer


def test_x11_without_its_record_of_clients_knows_no_process(monkeypatch):
    monkeypatch.setattr(focus, "_xres", lambda: None)

    assert focus._connected_process("display", 6) == 0


def test_x11_says_that_a_grab_keeps_the_keyboard_from_pyglet(x11):
    x11.focused = 7

    assert ask([window("XlibWindow", _x_display="display", _window=7, _active=False)]) is GRABBED


def test_x11_counts_one_active_window_as_enough(x11):
    active = window("XlibWindow", _x_display="display", _window=7, _active=True)
    inactive = window("XlibWindow", _x_display="display", _window=8, _active=False)
    x11.focused = 8

    assert ask([inactive, active]) is HERE


@pytest.mark.parametrize(("active", "answer"), [(True, HERE), (False, ELSEWHERE)])
def test_x11_leaves_it_to_pyglet_where_the_focus_follows_the_pointer(x11, active, answer):
    x11.focused = 1

    assert ask([window("XlibWindow", _x_display="display", _active=active)]) is answer


@pytest.mark.parametrize(
    ("foreground", "iconic", "ours", "answer"),
    [
        (50, False, True, HERE),
        (50, True, True, ELSEWHERE),
        (50, False, False, ELSEWHERE),
        (None, False, True, ELSEWHERE),
    ],
)
def test_windows_says_whose_the_foreground_window_is(
    platform, monkeypatch, foreground, iconic, ours, answer
):
    process = os.getpid() if ours else os.getpid() + 1
    user32 = SimpleNamespace(
        GetForegroundWindow=lambda: foreground,
        IsIconic=lambda window: iconic,
        GetWindowThreadProcessId=lambda window, owner: setattr(owner._obj, "value", process),
    )
    monkeypatch.setattr(focus, "_user32", lambda: user32)

    assert ask([window("Win32Window", _has_focus=False)]) is answer


@pytest.mark.parametrize(
    ("active", "hidden", "answer"),
    [(True, False, HERE), (True, True, ELSEWHERE), (False, False, ELSEWHERE)],
)
def test_macos_says_whether_the_application_is_active_and_shown(platform, active, hidden, answer):
    application = SimpleNamespace(isActive=lambda: active, isHidden=lambda: hidden)
    platform.NSApplication = SimpleNamespace(sharedApplication=lambda: application)

    assert ask([window("CocoaWindow")]) is answer


@pytest.mark.parametrize("kind", ["XlibWindow", "Win32Window", "CocoaWindow"])
@pytest.mark.parametrize(("active", "answer"), [(True, HERE), (False, ELSEWHERE)])
def test_a_pyglet_that_nobody_knows_leaves_it_to_the_windows_own_state(
    platform, monkeypatch, kind, active, answer
):
    monkeypatch.setattr(focus, "_user32", lambda: None)

    assert ask([window(kind, _active=active)]) is answer


def test_wayland_has_only_the_windows_own_state():
    assert ask([window(_has_keyboard_focus=False)]) is ELSEWHERE
    assert ask([window(_has_keyboard_focus=False), window(_has_keyboard_focus=True)]) is HERE


def test_a_window_that_knows_nothing_is_taken_to_be_active():
    assert ask([window("HeadlessWindow")]) is HERE
