from __future__ import annotations

from itertools import accumulate
from random import Random

import pytest

from exponea_game.delivery.backoff import (
    CREDENTIALS_PAUSE,
    FIRST_BACKOFF,
    LONGEST_BACKOFF,
    Backoff,
    seconds,
)
from exponea_game.events.verdict import Outcome, Verdict

FAILS = Verdict(Outcome.WAIT, "503")


def fail(backoff, count, verdict=FAILS):
    """The waits after so many failures in a row."""
    return [backoff.fail(verdict, 0.0) for _ in range(count)]


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_a_wait_is_as_long_as_all_before_it_at_the_most_and_half_of_that_at_least(chance):
    waits = fail(Backoff(lambda: chance), 200)

    for before, wait in zip(accumulate([0.0, *waits]), waits, strict=False):
        longest = min(LONGEST_BACKOFF, max(FIRST_BACKOFF, before))
        assert wait == longest * (1 + chance) / 2


@pytest.mark.parametrize("outage", [0.5, 3.0, 10.0, 60.0])
def test_a_server_that_is_back_gets_its_first_event_within_the_time_it_was_away(outage):
    random = Random(f"{outage}").random
    for _ in range(1000):
        backoff, now = Backoff(random), random()
        while now < outage:
            now += backoff.fail(FAILS, now)

        assert now - outage <= max(FIRST_BACKOFF, outage)


def test_sleep_between_two_failures_is_no_outage():
    backoff = Backoff(lambda: 1.0)
    backoff.fail(FAILS, 0.0)

    assert backoff.fail(FAILS, 30_000.0) == FIRST_BACKOFF


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_the_patience_asked_for_is_the_least_that_is_waited(chance):
    assert 10.0 <= seconds(0.0, chance, 10.0) <= 15.0
    assert 3600.0 <= seconds(100.0, chance, 3600.0) <= 3600.0 + LONGEST_BACKOFF


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_without_a_network_the_pause_stays_below_five_seconds_however_often(chance):
    backoff = Backoff(lambda: chance)

    waits = fail(backoff, 100, Verdict(Outcome.OFFLINE, "no name"))

    assert max(waits) <= 4.0
    assert min(waits) >= 2.0
    assert backoff.failures == 0


def test_a_network_that_comes_and_goes_does_not_shorten_the_patience_with_a_server():
    backoff = Backoff(lambda: 1.0)
    waits = fail(backoff, 5)
    backoff.fail(Verdict(Outcome.OFFLINE, "no name"), 0.0)

    assert fail(backoff, 1) == [sum(waits)]


def test_refused_credentials_are_asked_for_rarely():
    backoff = Backoff(lambda: 0.0)

    assert backoff.fail(Verdict(Outcome.CREDENTIALS, "401"), 10.0) == CREDENTIALS_PAUSE
    assert backoff.not_before == 10.0 + CREDENTIALS_PAUSE


def test_an_answer_ends_the_error():
    backoff = Backoff(lambda: 1.0)
    fail(backoff, 5)

    backoff.recover()

    assert (backoff.failures, backoff.last_error) == (0, "")
    assert fail(backoff, 1) == [FIRST_BACKOFF]
