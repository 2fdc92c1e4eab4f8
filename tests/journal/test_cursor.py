from __future__ import annotations

from collections import Counter

import pytest
from support.fakes import command
from support.journals import line, loaded, opened, read_all, segment, settle

from exponea_game.journal.batch import Position
from exponea_game.journal.cursor import CURSOR, HEIR_OF, LOST_TYPES


def test_reading_goes_on_behind_the_cursor_after_a_restart(tmp_path):
    segment(tmp_path, 1, *map(line, range(1, 61)))
    first = opened(tmp_path)
    settle(first, first.reader.read(None))
    first.cursor.close()

    second = loaded(tmp_path)

    assert read_all(second) == list(range(51, 61))


def test_without_a_cursor_the_oldest_segment_that_is_there_will_do(tmp_path):
    segment(tmp_path, 3, line(70, ',"clock":{},"will":null'), *map(line, range(71, 74)))

    run = loaded(tmp_path)

    assert read_all(run) == [71, 72, 73]
    assert run.cursor.lost == {}


@pytest.mark.parametrize("content", [b"", b"\0" * 8192, b"{}", b"garbage" * 1000])
def test_a_damaged_cursor_is_no_cursor(tmp_path, content):
    segment(tmp_path, 1, line(1))
    (tmp_path / CURSOR).write_bytes(content)

    run = loaded(tmp_path)

    assert run.cursor.position is None
    assert read_all(run) == [1]


def test_the_cursor_has_room_for_the_losses_of_many_types(tmp_path):
    run = opened(tmp_path)
    run.cursor.position = Position(1, 0, 0)
    longest = ('"é' + "\\" * 100, "\0" * 100)
    types = [f"{n}{long}" for n in range(LOST_TYPES) for long in longest]
    events = [line(seq, f',"cmd":{command(t)}') for seq, t in enumerate(types, 1)]
    segment(tmp_path, 1, *events)

    for number in range(HEIR_OF + 1):
        run.cursor.inherit(f"{number:013}-ffffff", Counter())
    run.removal.drop(1)

    again = loaded(tmp_path)
    assert len(again.cursor.heir_of) == HEIR_OF
    assert again.cursor.lost.total() == len(types)
    assert len(again.cursor.lost) == LOST_TYPES + 1


def test_a_loss_that_was_reported_is_forgotten(tmp_path):
    run = opened(tmp_path)
    run.cursor.lost["a"] = 3

    run.cursor.forget_lost(run.cursor.unreported())

    again = loaded(tmp_path)
    assert again.cursor.lost == {}


def test_a_cursor_never_moves_back(tmp_path):
    segment(tmp_path, 1, *map(line, range(1, 61)))
    run = opened(tmp_path)
    early, late = run.reader.read(None, limit=10), run.reader.read(None, limit=50)
    settle(run, late)

    settle(run, early)

    assert read_all(run) == list(range(51, 61))
