"""How a program ends, as far as Python is told: by an error of its own, or by a signal.

    sys.excepthook           an error that ends the program
    threading.excepthook     one that ends a thread
    SIGTERM, SIGHUP, SIGBREAK  the system, a terminal or another program ends it
    the console's end        on Windows, where it is no signal that could be heard in time

The hooks are chained: ours looks, and what was there goes on as before. A signal is taken only
where nobody else has: once the session is over, it does what it would have done without us, and a
handler that the game sets later wins. What a program is told in no other way (a kill, a power cut,
the end of the X server) is left to the next launch.

One pair of hooks serves all runs of a process; it is set by the first and stays, mute, where the
game has set its own above it.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Protocol

from exponea_game.system.log import error_inside
from exponea_game.system.tracebacks import hide_ours, without_ours

if sys.platform == "win32":
    from exponea_game.system.windows_console import watch_console
else:

    def watch_console(_ended: Callable[[], None]) -> Callable[[], None]:
        """Elsewhere the end of a terminal is a signal."""
        return lambda: None


SIGNALS = ("SIGTERM", "SIGHUP"), ("SIGBREAK",)
"""On POSIX; on Windows, where it is Ctrl+Break. Ctrl+C is none of them:
Python makes a KeyboardInterrupt of it, which the game may catch."""
STATUS_CONTROL_C_EXIT = -1073741510
"""The status of a Windows program that Ctrl+Break has ended."""


class Ending(Protocol):
    """What is told of an end."""

    def failed(self, error: BaseException, thread: str, *, fatal: bool) -> None:
        """An exception that nobody caught; ``fatal`` where it ends the program."""

    def exits(self, status: int) -> None:
        """The program has been told to exit with that status; the end itself is yet to come."""

    def terminated(self) -> None:
        """The program is about to be ended; returns once its end is written."""


_endings: weakref.WeakSet[Ending] = weakref.WeakSet()
_earlier: dict[str, Callable[..., object]] = {}
_ending = False
_console: list[Callable[[], None]] = []
"""What takes away the watch over the console, while there is one."""
_process = 0
"""The process that is watched. In a forked child signals do what they would do without us."""
_held = threading.local()


def watch_endings(ending: Ending, *, signals: bool) -> None:
    """Tell somebody how the program ends.

    Args:
        ending: Whom; held weakly.
        signals: Whether signals that nobody has taken are taken.
    """
    global _process, _ending
    if _process != os.getpid():
        _process, _ending = os.getpid(), False
        _endings.clear()
    _endings.add(ending)
    _chain(sys, "excepthook", _uncaught)
    _chain(threading, "excepthook", _uncaught_in_thread)
    if signals and threading.current_thread() is threading.main_thread():
        for number in _numbers():
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _signalled)
    if signals and not _console:
        _console.append(watch_console(_report_end))


def ignore_endings(ending: Ending) -> None:
    """Tell somebody no more; after the last one all is as it was."""
    _endings.discard(ending)
    if _endings or os.getpid() != _process:
        return
    for owner, hook in ((sys, _uncaught), (threading, _uncaught_in_thread)):
        if vars(owner)["excepthook"] is hook:
            vars(owner)["excepthook"] = _earlier.pop(owner.__name__)
    _give_signals_back()
    while _console and not _ending:  # it may be what is being called
        _console.pop()()


def _give_signals_back() -> None:
    if threading.current_thread() is threading.main_thread():
        for number in _numbers():
            if signal.getsignal(number) is _signalled:
                signal.signal(number, signal.SIG_DFL)


def _numbers() -> list[signal.Signals]:
    names = SIGNALS[os.name == "nt"]
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


def _chain(owner: object, name: str, hook: Callable[..., None]) -> None:
    module = vars(owner)
    if module["__name__"] not in _earlier:
        _earlier[module["__name__"]] = module[name]
        module[name] = hook


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    interactive = hasattr(sys, "ps1")
    _report_failure(error, threading.current_thread().name, fatal=not interactive)
    hide_ours(error)
    interrupted = isinstance(error, KeyboardInterrupt)
    _earlier["sys"](kind, error, without_ours(trace, interrupted=interrupted))


def _uncaught_in_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None and not isinstance(caught.exc_value, SystemExit):
        name = caught.thread.name if caught.thread is not None else ""
        _report_failure(caught.exc_value, name, fatal=False)
        hide_ours(caught.exc_value)
    _earlier["threading"](caught)


def note_exit(leaving: SystemExit) -> None:
    """A program has been told to exit: whoever catches that at its end says so."""
    for ending in list(_endings):
        ending.exits(exit_status(leaving))


def exit_status(leaving: SystemExit) -> int:
    """The status that Python makes of it."""
    code = leaving.code
    return code if isinstance(code, int) else 0 if code is None else 1


def _report_failure(error: BaseException, thread: str, *, fatal: bool) -> None:
    for ending in list(_endings):
        try:
            ending.failed(error, thread, fatal=fatal)
        except Exception as fault:  # noqa: BLE001 - the game's own error is what matters here
            error_inside(fault)


def _signalled(number: int, _frame: FrameType | None) -> None:
    # The main thread may hold any lock at this moment: the work is another thread's, and a thread
    # that is started in this way asks for no lock.
    global _ending
    if _ending or os.getpid() != _process:
        _do_what_it_would_have_done(number)
    else:
        _ending = True
        _thread.start_new_thread(_end, (number,))


def _end(number: int) -> None:
    _report_end()
    if os.name == "nt":
        os._exit(STATUS_CONTROL_C_EXIT)
    os.kill(os.getpid(), number)


def _report_end() -> None:
    global _ending
    _ending = True
    for ending in list(_endings):
        try:
            ending.terminated()
        except Exception as fault:  # noqa: BLE001 - it must end all the same
            error_inside(fault)


def _do_what_it_would_have_done(number: int) -> None:
    with suppress(ValueError, OSError):
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)


def _hold_signals() -> None:
    """Before a fork: what comes for the child before Python is ready there would be forgotten."""
    _held.mask = signal.pthread_sigmask(signal.SIG_BLOCK, _numbers())


def _release_signals() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, _held.mask)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_hold_signals, after_in_parent=_release_signals, after_in_child=_release_signals
    )
