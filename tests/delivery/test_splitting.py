from __future__ import annotations

import pytest
from support.journals import line, numbers, opened, segment

from exponea_game.delivery.splitting import customer, customers, cut, halves, pieces
from exponea_game.events.commands import event
from exponea_game.journal.batch import Position
from exponea_game.system.json_text import encode


def read(folder, *seqs):
    segment(folder, 1, *map(line, seqs))
    return opened(folder).reader.read(Position(1, 0, 0))


def command(ids):
    return event(encode(ids), '"jump"', 1.0, '{"customer_ids":{"cookie":"of a property"}}').encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"registered": "a}b"}, {"registered": "a}c"}),
        ({"registered": 'a"}b'}, {"registered": 'a"}c'}),
        ({"registered": "a\\"}, {"registered": 'a\\"}'}),
        ({"a}": "1"}, {"a}": "2"}),
        ({"cookie": "x", "registered": "{}"}, {"cookie": "x", "registered": "{}}"}),
        ({"registered": "\\\\"}, {"registered": "\\\\\\"}),
    ],
)
def test_customers_are_told_apart_whatever_their_ids_hold(one, other):
    assert customer(command(one)) == encode(one).encode()
    assert customers([command(one), command(other)]) == {encode(i).encode() for i in (one, other)}


def test_each_customer_of_many_commands_is_found_once():
    ids = [{"cookie": "a"}, {"cookie": "b"}, {"cookie": 'b"}'}, {"cookie": "a", "registered": "a"}]
    commands = [event(encode(who), '"jump"', 1.0, "{}").encode() for who in ids * 3]
    commands += [b"", b'{"name":"customers/events"}']

    assert customers(commands) == set(map(customer, commands))
    assert len(customers(commands)) == 5


def test_a_command_without_ids_has_no_customer():
    assert customer(b'{"name":"system/time","data":{}}') == b""


def test_halves_tell_each_hole_once(tmp_path):
    batch = read(tmp_path, 2, 3, 5, 6)

    first, second = halves(batch)

    assert (numbers(first), first.missing) == ([2, 3], 1)
    assert (numbers(second), second.missing) == ([5, 6], 1)
    assert (first.end.seq, second.end) == (3, batch.end)


def test_a_part_belongs_to_the_same_run_and_was_never_sent(tmp_path):
    batch = read(tmp_path, 1, 2, 3)
    batch.run, batch.wait = "000001-aaaaaa", lambda: None

    first, second = cut(batch, 1)

    assert (first.run, second.run) == ("000001-aaaaaa", "000001-aaaaaa")
    assert not first.in_flight
    assert not second.in_flight
    assert batch.in_flight


def test_pieces_hold_no_more_than_they_may_and_together_everything(tmp_path):
    batch = read(tmp_path, 1, 2, 3, 4, 5)

    assert [numbers(piece) for piece in pieces(batch, 2)] == [[1, 2], [3, 4], [5]]
    assert [numbers(piece) for piece in pieces(batch, 5)] == [[1, 2, 3, 4, 5]]
