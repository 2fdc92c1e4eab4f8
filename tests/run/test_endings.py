"""The hooks for a program's end: chained, and gone without a trace."""

from __future__ import annotations

import os
import signal
import sys
import threading
from weakref import WeakSet

import pytest

from exponea_game.run import endings
from exponea_game.run.endings import ignore_endings, note_exit, watch_endings


class Ending:
    """What an end tells."""

    def __init__(self):
        self.told = []

    def failed(self, error, thread, *, fatal):
        self.told.append((type(error).__name__, thread, fatal))

    def exits(self, status):
        self.told.append(status)

    def terminated(self):
        self.told.append("terminated")


@pytest.fixture
def before(monkeypatch):
    """What the hooks were before, and what they are told."""
    for name, fresh in (("_endings", WeakSet()), ("_earlier", {}), ("_ending", False)):
        monkeypatch.setattr(endings, name, fresh)
    monkeypatch.setattr(endings, "_process", os.getpid())
    for number in endings._numbers():
        signal.signal(number, signal.SIG_DFL)
    told = []
    monkeypatch.setattr(sys, "excepthook", lambda *caught: told.append(caught))
    monkeypatch.setattr(threading, "excepthook", told.append)
    return told


@pytest.fixture
def ending(before):
    ending = Ending()
    watch_endings(ending, signals=False)
    yield ending
    ignore_endings(ending)


def test_an_uncaught_exception_is_told_and_goes_on_to_the_hook_before(ending, before):
    error = ValueError()

    sys.excepthook(ValueError, error, None)

    assert ending.told == [("ValueError", "MainThread", True)]
    assert before == [(ValueError, error, None)]


def test_one_in_a_prompt_ends_nothing(ending, monkeypatch):
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)

    sys.excepthook(ValueError, ValueError(), None)

    assert ending.told == [("ValueError", "MainThread", False)]


def test_one_of_a_thread_is_told_with_its_name_and_goes_on(ending, before):
    thread = threading.Thread(target=lambda: 1 / 0, name="loader")
    thread.start()
    thread.join()

    assert ending.told == [("ZeroDivisionError", "loader", False)]
    assert before[0].exc_type is ZeroDivisionError


def test_a_fault_of_ours_does_not_keep_the_games_error_from_being_shown(ending, before):
    ending.failed = lambda *_, **__: 1 / 0

    sys.excepthook(ValueError, ValueError(), None)

    assert len(before) == 1


def test_a_hook_that_the_game_sets_above_ours_stays(ending, before):
    ours, shown = sys.excepthook, []
    sys.excepthook = lambda *caught: (shown.append(1), ours(*caught))

    sys.excepthook(ValueError, ValueError(), None)
    ignore_endings(ending)
    sys.excepthook(ValueError, ValueError(), None)

    assert (len(shown), len(before), len(ending.told)) == (2, 2, 1)
    endings._earlier.clear()


def test_after_the_last_run_the_hooks_are_what_they_were(before):
    hooks = sys.excepthook, threading.excepthook
    first, second = Ending(), Ending()
    watch_endings(first, signals=False)
    watch_endings(second, signals=False)
    ignore_endings(first)
    watched = sys.excepthook
    ignore_endings(second)

    assert watched is not hooks[0]
    assert (sys.excepthook, threading.excepthook) == hooks


def test_a_run_that_nobody_holds_is_told_nothing(before):
    watch_endings(Ending(), signals=False)

    sys.excepthook(ValueError, ValueError(), None)

    assert len(before) == 1
    ignore_endings(Ending())


@pytest.mark.parametrize(("code", "status"), [(3, 3), (None, 0), ("bye", 1), (True, True)])
def test_the_status_of_an_exit_is_told(ending, code, status):
    note_exit(SystemExit(code))

    assert ending.told == [status]


@pytest.mark.skipif(not hasattr(signal, "SIGTERM"), reason="there is no such signal")
def test_a_signal_that_the_game_has_taken_is_not_touched(before):
    def handler(*_):
        """The game's own."""

    former = signal.signal(signal.SIGTERM, handler)
    ending = Ending()
    try:
        watch_endings(ending, signals=True)
        assert signal.getsignal(signal.SIGTERM) is handler
        ignore_endings(ending)
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, former)


@pytest.mark.skipif(sys.platform == "win32", reason="there it is another signal")
def test_a_signal_is_given_back_with_the_last_run(before):
    former = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ending = Ending()
    try:
        watch_endings(ending, signals=True)
        taken = signal.getsignal(signal.SIGTERM)
        ignore_endings(ending)

        assert taken is not signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, former)
