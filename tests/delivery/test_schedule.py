from __future__ import annotations

import pytest

from exponea_game.delivery.schedule import Schedule


def make(mode):
    schedule = Schedule()
    schedule.mode, schedule.interval = mode, 30.0
    schedule.emptied(100.0)
    return schedule


@pytest.mark.parametrize(
    ("mode", "moment"),
    [("immediate", -float("inf")), ("periodic", 130.0), ("manual", float("inf"))],
)
def test_the_flush_mode_says_when_something_leaves_by_itself(mode, moment):
    assert make(mode).not_before(flush=False) == moment


@pytest.mark.parametrize("mode", ["immediate", "periodic", "manual"])
def test_who_asks_for_it_waits_for_no_mode(mode):
    assert make(mode).not_before(flush=True) == -float("inf")


def test_before_anything_was_emptied_nothing_waits_for_an_interval():
    schedule = Schedule()
    schedule.mode, schedule.interval = "periodic", 30.0

    assert schedule.not_before(flush=False) == -float("inf")
