from __future__ import annotations

from support.journals import line, numbers, opened, segment

from exponea_game.events.limits import BATCH_BYTES
from exponea_game.journal.batch import Batch, Position
from exponea_game.journal.line import render


def test_lines_taken_at_once_fill_no_more_than_a_request():
    text = f',"cmd":{{"text":"{"x" * 700_000}"}}'
    data = b"".join(render(seq, 1.0, text) for seq in range(1, 11))
    batch = Batch(Position(1, 0, 0))

    batch.take_plain(data, 0)

    assert batch.full
    assert len(batch.commands) == BATCH_BYTES // 700_000 + 1


def test_halves_tell_each_hole_once(tmp_path):
    segment(tmp_path, 1, line(2), line(3), line(5), line(6))
    batch = opened(tmp_path).reader.read(Position(1, 0, 0))

    first, second = batch.halves()

    assert (numbers(first), first.missing) == ([2, 3], 1)
    assert (numbers(second), second.missing) == ([5, 6], 1)
    assert (first.end.seq, second.end) == (3, batch.end)
