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
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from exponea_game.system.log import error_inside
from exponea_game.windows.presence import Focus

WINDOWS_DEEP = 16
"""Windows within windows that are looked at: toolkits give the focus to a small inner one."""
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
    if focused.value in known:
        return Focus.HERE if _own_state(windows) is Focus.HERE else Focus.GRABBED
    return Focus.HERE if _is_ours(display, focused.value) else Focus.ELSEWHERE


@cache
def _xlib() -> ctypes.CDLL:
    """What pyglet's own access to the X server leaves out, or declares in another way."""
    xlib = ctypes.CDLL("libX11.so.6")
    display, window, pointer = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p
    xlib.XInternAtom.argtypes = [display, ctypes.c_char_p, ctypes.c_int]
    xlib.XInternAtom.restype = window
    xlib.XGetWindowProperty.argtypes = [
        display, window, window, ctypes.c_long, ctypes.c_long, ctypes.c_int, window,
        *[pointer] * 5,
    ]  # fmt: skip
    xlib.XQueryTree.argtypes = [display, window, *[pointer] * 4]
    xlib.XFree.argtypes = [pointer]
    return xlib


def _is_ours(display: Any, window: int) -> bool:
    """Whether a window that pyglet does not know, such as a dialog of Tk's, is of this process.

    That is what ``_NET_WM_PID`` says, of it or of the windows around it; where none says it, as
    with Tk, the X server, which knows to whose connection the window belongs.
    """
    if not isinstance(display, ctypes._Pointer):  # noqa: SLF001 - there is no other name
        return False  # a pyglet that nobody knows yet
    display = ctypes.cast(display, ctypes.c_void_p)
    with _errors_ignored():
        around = window
        for _ in range(WINDOWS_DEEP):
            process = _process_of(display, around)
            if process:
                return process == os.getpid()
            around = _parent_of(display, around)
            if not around:
                break
        return _connected_process(display, window) == os.getpid()


def _process_of(display: Any, window: int) -> int:
    """What ``_NET_WM_PID`` says of a window; 0 where it says nothing."""
    xlib, reference = _xlib(), ctypes.byref
    name = xlib.XInternAtom(display, b"_NET_WM_PID", 1)
    kind, form = ctypes.c_ulong(), ctypes.c_int()
    count, rest, data = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.POINTER(ctypes.c_ulong)()
    out = (reference(kind), reference(form), reference(count), reference(rest), reference(data))
    failed = not name or xlib.XGetWindowProperty(display, window, name, 0, 1, 0, 0, *out)
    if failed or not data:
        return 0
    process = int(data[0]) if count.value == 1 and form.value == 32 else 0
    xlib.XFree(data)
    return process


class _ClientSpec(ctypes.Structure):
    """``XResClientIdSpec``: of whom, and which of their ids."""

    _fields_ = (("client", ctypes.c_ulong), ("mask", ctypes.c_uint))


_CLIENT_PID = 2  # XRES_CLIENT_ID_PID_MASK


@cache
def _xres() -> ctypes.CDLL | None:
    """The X server's record of its clients; None on a system without that library."""
    try:
        xres = ctypes.CDLL("libXRes.so.1")
    except OSError:
        return None
    pointer = ctypes.c_void_p
    xres.XResQueryExtension.argtypes = [pointer] * 3
    xres.XResQueryClientIds.argtypes = [pointer, ctypes.c_long, *[pointer] * 3]
    xres.XResGetClientPid.argtypes = [pointer]
    xres.XResClientIdsDestroy.argtypes = [ctypes.c_long, pointer]
    return xres


def _connected_process(display: Any, window: int) -> int:
    """The process at the other end of a window's connection; 0 where the server cannot tell.

    Source: https://www.x.org/releases/X11R7.7/doc/resourceproto/resproto.txt
    """
    xres, reference, codes = _xres(), ctypes.byref, (ctypes.c_int(), ctypes.c_int())
    if xres is None or not xres.XResQueryExtension(display, *map(reference, codes)):
        return 0
    spec, count, ids = _ClientSpec(window, _CLIENT_PID), ctypes.c_long(), ctypes.c_void_p()
    failed = xres.XResQueryClientIds(display, 1, reference(spec), reference(count), reference(ids))
    if failed or not ids:
        return 0
    process = int(xres.XResGetClientPid(ids)) if count.value == 1 else 0
    xres.XResClientIdsDestroy(count, ids)
    return process


def _parent_of(display: Any, window: int) -> int:
    """The window around one; 0 for the root, and for a window that is gone."""
    reference = ctypes.byref
    root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
    children = ctypes.c_void_p()
    out = (reference(root), reference(parent), reference(children), reference(count))
    if not _xlib().XQueryTree(display, window, *out):
        return 0
    if children:
        _xlib().XFree(children)
    return 0 if parent.value == root.value else parent.value


_HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


_no_error = _HANDLER(lambda _display, _error: 0)


@contextmanager
def _errors_ignored() -> Iterator[None]:
    """A window may be gone by the time it is asked about, and Xlib ends the process for that."""
    set_handler = _xlib().XSetErrorHandler
    set_handler.argtypes, set_handler.restype = [ctypes.c_void_p], ctypes.c_void_p
    before = set_handler(ctypes.cast(_no_error, ctypes.c_void_p))
    try:
        yield
    finally:
        set_handler(before)


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
