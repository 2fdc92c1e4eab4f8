from __future__ import annotations

import pytest

from exponea_game.events.limits import BATCH_BYTES
from exponea_game.events.verdict import Outcome, Verdict
from exponea_game.journal.batch import Batch, Position
from exponea_game.journal.line import parse, render


def lines(*sizes):
    """Lines with commands of about so many bytes."""
    texts = ("x" * (size - 20) for size in sizes)
    return [render(seq, 1.0, f',"cmd":{{"text":"{text}"}}') for seq, text in enumerate(texts, 1)]


def taken_at_once(data):
    batch = Batch(Position(1, 0, 0))
    batch.take_plain(b"".join(data), 0)
    return batch


def taken_one_by_one(data):
    batch = Batch(Position(1, 0, 0))
    for line in data:
        if batch.full:
            break
        batch.take(parse(line.rstrip()), len(line))
    return batch


TAKES = pytest.mark.parametrize("take", [taken_at_once, taken_one_by_one])


@TAKES
def test_a_batch_holds_no_more_bytes_than_a_request_may(take):
    data = lines(*[100_000] * 10)

    batch = take(data)

    assert batch.full
    assert len(batch.commands) == BATCH_BYTES // 100_000
    assert batch.end.seq == len(batch.commands)
    assert batch.end.offset == sum(map(len, data[: len(batch.commands)]))


@TAKES
@pytest.mark.parametrize("sizes", [(700_000, 100), (100, 700_000, 100)])
def test_a_command_larger_than_a_request_goes_alone(take, sizes):
    batch = take(lines(*sizes))

    assert batch.full
    assert len(batch.commands) == 1


@TAKES
def test_behind_a_full_batch_the_next_one_goes_on(take):
    data = lines(200_000, 200_000)
    first = take(data)

    second = Batch(first.end)
    second.take_plain(b"".join(data), 0)

    assert (first.end.seq, second.end.seq, second.missing) == (1, 2, 0)


def test_it_is_in_flight_from_the_request_to_the_answer():
    batch = Batch(Position(1, 0, 0))
    before = batch.in_flight
    batch.wait = lambda: None
    meanwhile = batch.in_flight
    batch.verdict = Verdict(Outcome.WAIT)

    assert (before, meanwhile, batch.in_flight) == (False, True, False)


def test_one_that_is_to_be_sent_again_forgets_its_last_request():
    batch = Batch(Position(1, 0, 0), wait=lambda: None, verdict=Verdict(Outcome.WAIT))

    batch.to_be_sent_again()

    assert (batch.wait, batch.verdict, batch.destination) == (None, None, None)
