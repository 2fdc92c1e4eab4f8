from __future__ import annotations

import logging

import pytest

from exponea_game.errors import EventError, Mistakes
from exponea_game.system import log


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(log, "_said", set())


def test_what_repeats_itself_is_said_once(caplog):
    for _ in range(3):
        log.once(logging.WARNING, "%s is full", "the disk")
    log.once(logging.WARNING, "%s is full", "the glass")

    assert caplog.messages == ["the disk is full", "the glass is full"]


def test_beyond_a_limit_nothing_more_is_said(caplog, monkeypatch):
    monkeypatch.setattr(log, "KINDS_LIMIT", 3)

    for number in range(10):
        log.once(logging.WARNING, "trouble %s", number)

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
