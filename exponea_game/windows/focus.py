"""Has this process the focus?

``ask`` puts the question to the window system that the game's windows belong to. Events are no
substitute: pyglet's first ``on_activate`` is missing on X11 more often than not, and closing,
hiding and fullscreen toggles send false ones or none. Where nobody can say (headless, unknown
platforms) the windows' own state counts, and without one the player is taken to be there.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Collection
from functools import cache
from types import ModuleType
from typing import Any

from exponea_game.system.log import error_inside
from exponea_game.windows.presence import Focus

_POINTER_ROOT = 1  # X11: the focus follows the pointer, and so belongs to no window


def ask(windows: Collection[Any]) -> Focus:
    """Ask the window system; to be called on the thread that runs the windows.

    Args:
        windows: The open windows of this process, at least one.
    """
    for window in windows:
        for base in type(window).__mro__:
            if question := _QUESTIONS.get(base.__name__):
                try:
                    return question(sys.modules[base.__module__], windows)
                except Exception as error:  # noqa: BLE001 - a pyglet that nobody knows yet
                    error_inside(error)
    return _own_state(windows)


def _x11(module: ModuleType, windows: Collection[Any]) -> Focus:
    focused, revert = ctypes.c_ulong(), ctypes.c_int()
    displays = (getattr(window, "_x_display", None) for window in windows)
    display = next(filter(None, displays))
    module.xlib.XGetInputFocus(display, ctypes.byref(focused), ctypes.byref(revert))
    # The inner window is _view in pyglet 2 and _x_window in pyglet 3.
    names = ("_window", "_view", "_x_window")
    known = [getattr(window, name, None) for window in windows for name in names]
    if focused.value == _POINTER_ROOT or not any(isinstance(number, int) for number in known):
        return _own_state(windows)
    if focused.value not in known:
        return Focus.ELSEWHERE
    return Focus.HERE if _own_state(windows) is Focus.HERE else Focus.GRABBED


@cache
def _user32() -> Any:
    user32 = ctypes.WinDLL("user32")  # type: ignore[attr-defined]
    user32.GetForegroundWindow.restype = ctypes.c_void_p
    return user32


def _windows(_module: ModuleType, _windows: Collection[Any]) -> Focus:
    foreground = ctypes.c_void_p(_user32().GetForegroundWindow())
    if not foreground or _user32().IsIconic(foreground):
        return Focus.ELSEWHERE
    process = ctypes.c_ulong()
    _user32().GetWindowThreadProcessId(foreground, ctypes.byref(process))
    return Focus.HERE if process.value == os.getpid() else Focus.ELSEWHERE


def _macos(module: ModuleType, _windows: Collection[Any]) -> Focus:
    application = module.NSApplication.sharedApplication()
    shown = application.isActive() and not application.isHidden()
    return Focus.HERE if shown else Focus.ELSEWHERE


def _own_state(windows: Collection[Any]) -> Focus:
    names = ("_active", "_has_focus", "_has_keyboard_focus")  # X11, Windows, Wayland
    states = [getattr(window, name, None) for window in windows for name in names]
    states = [state for state in states if state is not None]
    return Focus.HERE if any(states) or not states else Focus.ELSEWHERE


_QUESTIONS: dict[str, Callable[[ModuleType, Collection[Any]], Focus]] = {
    "XlibWindow": _x11,
    "Win32Window": _windows,
    "CocoaWindow": _macos,
}
"""By the name of pyglet's window class; its module holds pyglet's access to the window system."""
