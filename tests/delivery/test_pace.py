from __future__ import annotations

import pytest

from exponea_game.delivery.pace import GATHER, ROW, Pace
from exponea_game.events.limits import RATE_LIMIT

SHORTEST = ROW / RATE_LIMIT


def pauses(
    pace: Pace, count: int, *, full: bool = True, flush: bool = False, row: int = ROW
) -> list[float]:
    return [pace.depart(float(number), full=full, flush=flush, row=row) for number in range(count)]


def test_after_a_batch_that_was_not_full_events_gather():
    assert pauses(Pace(), 3, full=False) == [GATHER] * 3


def test_full_batches_leave_slowly_at_first_then_in_rows_at_the_services_rate():
    made = pauses(Pace(), 1 + 5 * ROW)

    assert [pause for pause in made if pause] == [
        GATHER, GATHER / 2, GATHER / 4, SHORTEST, SHORTEST, SHORTEST,
    ]  # fmt: skip
    assert [number for number, pause in enumerate(made) if pause] == [0, 4, 8, 12, 16, 20]


def test_it_starts_slowly_again_after_a_batch_that_was_not_full():
    pace = Pace()
    before = pauses(pace, 30)

    pauses(pace, 1, full=False)

    assert pauses(pace, 30) == before


def test_a_flush_gathers_nothing_and_does_not_start_slowly():
    assert pauses(Pace(), 2 * ROW, flush=True) == ([0.0] * (ROW - 1) + [SHORTEST]) * 2
    assert pauses(Pace(), 1, full=False, flush=True) == [0.0]


def test_where_several_are_in_flight_each_request_has_its_pause():
    made = pauses(Pace(), 9, row=1)

    assert made == [GATHER / 2**n for n in range(5)] + [1 / RATE_LIMIT] * 4
    assert pauses(Pace(), 9, row=1, flush=True) == [1 / RATE_LIMIT] * 9


def test_rows_after_single_requests_come_no_quicker():
    pace = Pace()
    pauses(pace, 9, row=1)

    assert pauses(pace, 2 * ROW) == ([0.0] * (ROW - 1) + [SHORTEST]) * 2


def test_a_quitting_game_and_a_local_collector_have_no_pauses():
    quitting, local = Pace(), Pace()
    quitting.quit()
    local.limited = False

    assert pauses(quitting, 2 * ROW) == pauses(local, 2 * ROW) == [0.0] * 2 * ROW


@pytest.mark.parametrize("limited", [True, False])
def test_the_service_is_asked_a_hundred_times_in_a_second_at_the_most(limited):
    pace = Pace()
    pace.limited = limited
    for number in range(int(RATE_LIMIT)):
        assert pace.not_before == float("-inf")
        pace.depart(5.0 + number / 1000, full=True, flush=True)

    assert pace.not_before == (6.0 if limited else float("-inf"))
