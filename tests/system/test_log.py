from __future__ import annotations

import logging
from contextlib import contextmanager

import pytest

from exponea_game.errors import EventError
from exponea_game.mistakes import Mistakes
from exponea_game.system import log


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(log, "_logged", {})


def test_what_repeats_itself_is_said_once(caplog):
    for _ in range(3):
        log.once(logging.WARNING, "%s is full", "the disk")
    log.once(logging.WARNING, "%s is full", "the glass")

    assert caplog.messages == ["the disk is full", "the glass is full"]


def test_beyond_a_limit_nothing_more_is_said(caplog, monkeypatch):
    monkeypatch.setattr(log, "KINDS_LIMIT", 3)

    for number in range(10):
        log.once(logging.WARNING, "trouble %s", chr(ord("a") + number))

    assert len(caplog.messages) == 3


def test_an_error_of_our_own_is_shown_with_its_traceback(caplog):
    log.error_inside(ZeroDivisionError("x"))
    log.error_inside(ZeroDivisionError("x"))

    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info[0] is ZeroDivisionError


def test_a_mistake_is_told_once_with_its_place_and_counted_each_time(caplog):
    mistakes = Mistakes(strict=False)

    for _ in range(3):
        mistakes.report("that is wrong")

    assert mistakes.count == 3
    (message,) = caplog.messages
    assert message.startswith("test_log.py:")
    assert message.endswith(": that is wrong")


def test_in_strict_mode_a_mistake_raises(caplog):
    with pytest.raises(EventError, match="that is wrong"):
        Mistakes(strict=True).report("that is wrong")

    assert caplog.messages == []


def test_what_a_handler_raises_reaches_nobody():
    with handled_by(lambda record: 1 / 0):
        log.once(logging.WARNING, "the disk is full")


def test_a_handler_whose_own_call_is_a_mistake_is_not_called_by_it():
    records = []

    def handle(record):
        records.append(record)
        Mistakes().report(f"mistake {'x' * len(records)}")

    with handled_by(handle):
        Mistakes().report("the first")

    assert len(records) == 1


def test_nothing_is_logged_while_a_lock_is_held():
    lock, records = log.QuietLock(), []
    with handled_by(records.append):
        with lock, lock:
            log.once(logging.WARNING, "the disk is full")
            held = len(records)

        assert (held, len(records)) == (0, 1)


def test_a_thousand_numbers_in_one_line_are_one_kind_of_mistake(caplog):
    mistakes = Mistakes()

    for number in range(1000):
        mistakes.report(f"timestamp is {1.7e12 + number}; it must be Unix seconds")
    mistakes.report("event_type is empty")
    log.error_inside(ZeroDivisionError("x"))

    assert len(caplog.messages) == 3


@contextmanager
def handled_by(handle):
    """Every record of the library goes to a function, as to a game's own handler."""
    handler = logging.Handler()
    handler.emit = handle
    log.logger().addHandler(handler)
    try:
        yield
    finally:
        log.logger().removeHandler(handler)
