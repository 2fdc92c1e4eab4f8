from __future__ import annotations

import pytest
from support.fakes import BrokenDisk, command
from support.journals import line, loaded, opened, overflow, read_all, segment, settle

from exponea_game.journal.batch import Position
from exponea_game.journal.line import render


def test_segments_that_the_server_has_are_swept_away(tmp_path):
    for number in (1, 2, 3):
        segment(tmp_path, number, line(number))
    run = opened(tmp_path)
    settle(run, run.reader.read(None, limit=2))

    run.removal.sweep()

    assert run.segments.numbers() == [2, 3]
    assert read_all(run) == [3]


def test_nothing_is_swept_before_the_cursor_is_certain(tmp_path):
    disk = BrokenDisk()
    for number in (1, 2):
        segment(tmp_path, number, line(number))
    run = opened(tmp_path, disk)
    settle(run, run.reader.read(None))
    disk.broken = {"sync"}

    with pytest.raises(OSError, match="No space"):
        run.removal.sweep()

    assert run.segments.numbers() == [1, 2]


def test_a_dropped_segment_is_counted_by_event_type_without_what_was_sent(tmp_path):
    others = [render(s, 1.0, f',"cmd":{command(t, s)}') for s, t in ((2, "b"), (3, "b"), (4, "ü"))]
    update = render(5, 1.0, ',"cmd":{"name":"customers","data":{}}')
    segment(tmp_path, 1, line(1), *others, update)
    segment(tmp_path, 2, line(5, ',"clock":{},"will":null'), line(6))
    run = opened(tmp_path)
    settle(run, run.reader.read(None, limit=1))

    run.removal.drop(1)

    assert run.cursor.lost == {"b": 2, "ü": 1, "customers": 1}
    assert read_all(run) == [6]
    again = loaded(tmp_path)
    assert again.cursor.lost == {"b": 2, "ü": 1, "customers": 1}


def test_a_removed_run_leaves_nothing(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    segment(folder, 1, line(1))
    run = opened(folder)
    settle(run, run.reader.read(None))

    run.removal.remove()

    assert not folder.exists()


def test_the_last_segment_is_not_removed_before_the_others_are_gone_for_certain(tmp_path):
    folder, disk = tmp_path / "run", BrokenDisk()
    folder.mkdir()
    for number in (1, 2):
        segment(folder, number, line(number))
    run = opened(folder, disk)
    settle(run, run.reader.read(None))
    disk.broken = {"sync_folder"}

    for _ in range(2):  # the second try finds the last one alone
        with pytest.raises(OSError, match="No space"):
            run.removal.remove()

        assert (folder / "00000002.jsonl").exists()
    disk.broken = frozenset()
    run.removal.remove()
    assert not folder.exists()


def test_what_is_missing_in_a_dropped_segment_is_counted_under_no_type(tmp_path):
    segment(tmp_path, 1, line(1), line(4), line(4), line(6))
    run = opened(tmp_path)
    run.cursor.position = Position(1, 0, 0)

    run.removal.drop(1)

    assert run.cursor.lost == {"a": 3, "": 3}


def test_of_an_event_that_tells_of_losses_those_are_lost_again(tmp_path):
    told = overflow({"shot": 1200, "ü": 4, "": 3})
    segment(tmp_path, 1, line(1), line(2, f',"cmd":{told}'), line(3, f',"cmd":{told}'))
    run = opened(tmp_path)

    run.removal.drop(1)

    assert run.cursor.lost == {"a": 1, "shot": 2400, "ü": 8, "": 6}
