"""Errors of a game's own: what is recorded; on real processes in integration/test_endings.py."""

from __future__ import annotations

import threading

import pytest

from exponea_game.run.failures import AGAIN, PLACES, Failures
from exponea_game.sessions.session import Reason
from exponea_game.settings import Settings


class Record:
    """A recorder that keeps what it is told."""

    def __init__(self):
        self.said = []

    def event(self, event_type, properties, text):
        self.said.append((event_type, properties["error_type"], properties["thread"]))

    def quit(self, *, hold, reason):
        self.said.append(("quit", hold, reason))

    def exit(self, status):
        self.said.append(("exit", status))


class Run:
    """The failures of a run, and what they came to."""

    def __init__(self, **settings):
        self.now, self.wakes, self.closed = 0.0, 0, 0
        self.record = Record()
        self.failures = Failures(
            Settings(**settings), self.record, lambda: self.now, self.wake, self.close
        )

    def wake(self):
        self.wakes += 1

    def close(self):
        self.closed += 1


@pytest.fixture
def run():
    return Run()


def raised(line=1):
    try:
        exec(compile("\n" * (line - 1) + "1 / 0", "game.py", "exec"), {"__name__": "game"})
    except ZeroDivisionError as error:
        return error


def test_rule_13_an_uncaught_exception_is_an_event_and_the_end(run):
    run.failures.failed(raised(), "MainThread", fatal=True)

    assert run.record.said == [
        ('"error"', "ZeroDivisionError", "MainThread"), ("quit", False, Reason.ERROR),
    ]  # fmt: skip
    assert run.wakes == 1


def test_rule_13_an_exception_that_leaves_the_loop_and_then_the_program_is_told_once(run):
    error = raised()

    run.failures.left_loop(error)
    run.failures.failed(error, "MainThread", fatal=True)

    assert [said[0] for said in run.record.said] == ['"error"', "quit", "quit"]


def test_rule_13_an_error_of_a_thread_is_the_event_alone_once_a_minute_for_a_place(run):
    for second in (0.0, 1.0, AGAIN - 1.0, AGAIN + 1.0):
        run.now = second
        run.failures.failed(raised(), "loader", fatal=False)
        run.failures.failed(raised(line=2), "loader", fatal=False)

    assert run.record.said == [('"error"', "ZeroDivisionError", "loader")] * 4


def test_rule_13_places_are_not_remembered_without_end(run):
    for line in range(1, 3 * PLACES):
        run.failures.failed(raised(line), "loader", fatal=False)

    assert len(run.failures._places) == PLACES


def test_rule_13_without_track_errors_the_end_still_says_why():
    run = Run(track_errors=False)

    run.failures.failed(raised(), "MainThread", fatal=True)

    assert run.record.said == [("quit", False, Reason.ERROR)]


def test_rule_13_ctrl_c_is_a_quit(run):
    run.failures.failed(KeyboardInterrupt(), "MainThread", fatal=True)
    run.failures.left_loop(KeyboardInterrupt())

    assert run.record.said == [("exit", None)] * 2


@pytest.mark.parametrize(("code", "status"), [(3, 3), (0, 0), (None, 0), ("bye", 1)])
def test_rule_13_the_status_that_leaves_the_loop_is_remembered(run, code, status):
    run.failures.left_loop(SystemExit(code))

    assert run.record.said == [("exit", status)]


def test_rule_13_an_error_can_be_told_by_hand(run):
    run.failures.track(raised(), threading.current_thread().name)

    assert run.record.said == [('"error"', "ZeroDivisionError", "MainThread")]


def test_rule_13_other_settings_hold_from_then_on(run):
    run.failures.use(Settings(track_errors=False))
    run.failures.track(raised(), "MainThread")

    assert run.record.said == []


def test_an_exception_that_takes_no_mark_is_told_all_the_same(run):
    class Closed(Exception):  # noqa: N818 - a game may call it what it likes
        def __setattr__(self, name, value):
            raise TypeError

    run.failures.track(Closed(), "MainThread")

    assert [said[0] for said in run.record.said] == ['"error"']


def test_a_signal_ends_the_run(run):
    run.failures.terminated()

    assert run.closed == 1
