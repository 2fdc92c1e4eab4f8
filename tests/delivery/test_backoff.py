from __future__ import annotations

import pytest

from exponea_game.delivery.backoff import (
    CREDENTIALS_PAUSE,
    LONGEST_BACKOFF,
    Backoff,
    seconds,
)
from exponea_game.events.verdict import Outcome, Verdict


@pytest.mark.parametrize("failures", [1, 2, 5, 9, 100, 100_000])
def test_the_backoff_grows_to_five_minutes_with_full_jitter(failures):
    longest = min(2.0**failures if failures < 30 else LONGEST_BACKOFF, LONGEST_BACKOFF)

    assert seconds(failures, 1.0) == longest
    assert seconds(failures, 0.5) == max(0.5, longest / 2)
    assert seconds(failures, 0.0) == 0.5


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_the_patience_asked_for_is_the_least_that_is_waited(chance):
    assert 10.0 <= seconds(1, chance, 10.0) <= 15.0
    assert 3600.0 <= seconds(9, chance, 3600.0) <= 3900.0


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_without_a_network_the_pause_stays_below_five_seconds_however_often(chance):
    backoff = Backoff(lambda: chance)

    waits = [backoff.fail(Verdict(Outcome.OFFLINE, "no name"), 0.0) for _ in range(100)]

    assert max(waits) <= 4.0
    assert min(waits) >= 2.0
    assert backoff.failures == 0


def test_a_network_that_comes_and_goes_does_not_shorten_the_patience_with_a_server():
    backoff = Backoff(lambda: 1.0)
    for _ in range(5):
        backoff.fail(Verdict(Outcome.WAIT, "503"), 0.0)
    backoff.fail(Verdict(Outcome.OFFLINE, "no name"), 0.0)

    assert backoff.fail(Verdict(Outcome.WAIT, "503"), 0.0) == 64.0


def test_refused_credentials_are_asked_for_rarely():
    backoff = Backoff(lambda: 0.0)

    assert backoff.fail(Verdict(Outcome.CREDENTIALS, "401"), 10.0) == CREDENTIALS_PAUSE
    assert backoff.not_before == 10.0 + CREDENTIALS_PAUSE


def test_an_answer_ends_the_error():
    backoff = Backoff(lambda: 0.0)
    backoff.fail(Verdict(Outcome.WAIT, "503"), 0.0)

    backoff.recover()

    assert (backoff.failures, backoff.last_error) == (0, "")
