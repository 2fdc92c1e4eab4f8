"""The benchmarks count what they say they count."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from fleet import simulate
from turns import middle
from watch import Watch


def body(*times, customer="a"):
    """A request with an event at each of these times."""
    data = [
        {"customer_ids": {"cookie": customer}, "event_type": "shot", "timestamp": time}
        for time in times
    ]
    commands = [{"name": "customers/events", "data": one} for one in data]
    return json.dumps({"commands": commands}, separators=(",", ":")).encode()


def test_the_middle_of_the_rounds_counts_and_the_worst_of_what_is_worst():
    rounds = [
        {"p50": 7.0, "frame_worst": 1.0, "busiest": 90, "arrived": 1000},
        {"p50": 9.0, "frame_worst": 8.0, "busiest": 101, "arrived": 999},
        {"p50": 8.0, "frame_worst": 2.0, "busiest": 95, "arrived": 1000},
    ]

    assert middle(rounds) == {"p50": 8.0, "frame_worst": 8.0, "busiest": 101, "arrived": 999}


def test_a_client_that_did_not_end_in_one_round_has_no_figures():
    assert middle([{"p50": 7.0}, None]) is None


def test_the_largest_request_and_the_copies_are_noticed():
    watch = Watch()

    for request in (body(1.0), body(1.0, 2.0, 3.0)):
        watch.look(0.0, request, "shot")

    assert watch.largest == 3
    assert watch.times == {1.0, 2.0, 3.0}


def test_a_second_does_not_contain_its_own_beginning():
    watch = Watch()

    for number in range(150):
        watch.look(number / 64, body(float(number)), "shot")

    assert watch.busiest == 64


def test_an_event_behind_a_later_one_counts_within_its_customer():
    watch = Watch()

    watch.look(0.0, body(5.0, 4.0, 6.0), "shot")
    watch.look(0.0, body(1.0, 2.0, customer="b"), "shot")
    watch.look(0.0, body(5.5), "shot")

    assert watch.overtaken == 2


@pytest.mark.parametrize(("steady", "batches"), [(5.0, 15), (60.0, 2), (300.0, 1)])
def test_a_fleet_comes_back_as_it_does_on_paper(steady, batches):
    found = simulate(20_000, steady)

    on_paper = 1 + (batches * steady / 300) ** 2
    chance = 5 * (steady / 20_000) ** 0.5  # of the worst of some hundred seconds
    assert abs(found["worst_of_steady"] - on_paper) <= chance
    assert found["last_event_s"] <= 301
