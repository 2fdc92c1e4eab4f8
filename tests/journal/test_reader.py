from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fakes import BrokenDisk, command

from exponea_game.events.limits import BATCH_BYTES, BATCH_LIMIT
from exponea_game.journal.batch import Batch, Position
from exponea_game.journal.line import render
from exponea_game.journal.reader import CURSOR, LINE_LIMIT, LOST_TYPES, Reader
from exponea_game.journal.writer import Journal
from exponea_game.system.disk import Disk


def line(seq: int, members: str | None = None) -> bytes:
    return render(seq, 1.0, f',"cmd":{command("a", seq)}' if members is None else members)


def segment(folder, number: int, *parts: bytes) -> None:
    (folder / f"{number:08}.jsonl").write_bytes(b"".join(parts))


def reader(folder, *, live: bool = False) -> Reader:
    return Reader(folder, Disk(), live=live)


def numbers(batch) -> list[int]:
    return [int(float(c.split(b'"timestamp":')[1].split(b",")[0])) - 1 for c in batch.commands]


def read_all(reader: Reader) -> list[int]:
    """Read and settle until nothing is left."""
    found = []
    while (batch := reader.read(reader.cursor)).commands:
        found += numbers(batch)
        reader.settle(batch)
    return found


def test_an_empty_folder_holds_nothing(tmp_path):
    batch = reader(tmp_path).read(None)

    assert (batch.commands, batch.missing) == ([], 0)


def test_batches_follow_one_another_over_segments(tmp_path):
    segment(tmp_path, 1, *map(line, range(1, 81)))
    segment(tmp_path, 2, line(80, ',"clock":{},"will":null'), *map(line, range(81, 121)))

    reading = reader(tmp_path)

    first = reading.read(None)
    assert numbers(first) == list(range(1, BATCH_LIMIT + 1))
    reading.settle(first)
    assert numbers(reading.read(reading.cursor)) == list(range(51, 101))
    assert read_all(reading) == list(range(51, 121))
    assert reading.lost == {}


def test_a_command_is_read_to_the_byte(tmp_path):
    segment(tmp_path, 1, line(1, ',"will":{"a":"é"},"cmd":{"x": 1.50,"é":"\\n"}'))

    assert reader(tmp_path).read(None).commands == ['{"x": 1.50,"é":"\\n"}'.encode()]


def test_a_batch_is_no_larger_than_a_request_may_be(tmp_path):
    large = f',"cmd":{{"x":"{"y" * 700_000}"}}'
    segment(tmp_path, 1, *(line(seq, large) for seq in range(1, 12)))

    batch = reader(tmp_path).read(None)

    assert BATCH_BYTES <= batch.size < BATCH_BYTES + 800_000


def test_what_is_damaged_is_stepped_over_and_its_hole_is_a_loss(tmp_path):
    segment(tmp_path, 1, line(1), line(2)[:-9] + b"\n", b"\0" * 5000 + b"\n", line(3), b"{}\n\n")

    reading = reader(tmp_path)

    assert read_all(reading) == [1, 3]
    assert reading.lost == {"": 1}


def test_garbage_longer_than_any_line_is_stepped_over(tmp_path):
    segment(tmp_path, 1, line(1), b"x" * (4 * LINE_LIMIT), b"\n", line(2))

    assert read_all(reader(tmp_path)) == [1, 2]


def test_a_repetition_is_skipped(tmp_path):
    segment(tmp_path, 1, line(1), line(2), line(1), line(2), line(3))

    assert read_all(reader(tmp_path)) == [1, 2, 3]


def test_the_last_line_of_a_dead_run_needs_no_newline(tmp_path):
    segment(tmp_path, 1, line(1), line(2)[:-1])

    assert read_all(reader(tmp_path)) == [1, 2]


def test_a_living_runs_line_is_waited_for_until_it_is_whole(tmp_path):
    reading = reader(tmp_path, live=True)
    segment(tmp_path, 1, line(1), line(2)[:30])

    assert read_all(reading) == [1]

    segment(tmp_path, 1, line(1), line(2))
    assert read_all(reading) == [2]
    assert reading.lost == {}


def test_an_unfinished_line_that_a_segment_follows_is_not_waited_for(tmp_path):
    reading = reader(tmp_path, live=True)
    segment(tmp_path, 1, line(1), line(2)[:30])
    segment(tmp_path, 2, line(1, ',"clock":{},"will":null'), line(2))

    assert read_all(reading) == [1, 2]
    assert reading.lost == {}


def test_reading_goes_on_behind_the_cursor_after_a_restart(tmp_path):
    segment(tmp_path, 1, *map(line, range(1, 61)))
    first = reader(tmp_path)
    first.settle(first.read(None))
    first.close()

    second = reader(tmp_path)
    second.load()

    assert read_all(second) == list(range(51, 61))


def test_without_a_cursor_the_oldest_segment_that_is_there_will_do(tmp_path):
    segment(tmp_path, 3, line(70, ',"clock":{},"will":null'), *map(line, range(71, 74)))

    reading = reader(tmp_path)
    reading.load()

    assert read_all(reading) == [71, 72, 73]
    assert reading.lost == {}


@pytest.mark.parametrize("content", [b"", b"\0" * 8192, b"{}", b"garbage" * 1000])
def test_a_damaged_cursor_is_no_cursor(tmp_path, content):
    segment(tmp_path, 1, line(1))
    (tmp_path / CURSOR).write_bytes(content)

    reading = reader(tmp_path)
    reading.load()

    assert reading.cursor is None
    assert read_all(reading) == [1]


def test_segments_that_the_server_has_are_swept_away(tmp_path):
    for number in (1, 2, 3):
        segment(tmp_path, number, line(number))
    reading = reader(tmp_path)
    reading.settle(reading.read(None, limit=2))

    reading.sweep()

    assert reading.segments() == [2, 3]
    assert read_all(reading) == [3]


def test_nothing_is_swept_before_the_cursor_is_certain(tmp_path):
    disk = BrokenDisk()
    for number in (1, 2):
        segment(tmp_path, number, line(number))
    reading = Reader(tmp_path, disk, live=False)
    reading.settle(reading.read(None))
    disk.broken = {"sync"}

    with pytest.raises(OSError, match="No space"):
        reading.sweep()

    assert reading.segments() == [1, 2]


def test_a_dropped_segment_is_counted_by_event_type_without_what_was_sent(tmp_path):
    others = [render(s, 1.0, f',"cmd":{command(t, s)}') for s, t in ((2, "b"), (3, "b"), (4, "ü"))]
    update = render(5, 1.0, ',"cmd":{"name":"customers","data":{}}')
    segment(tmp_path, 1, line(1), *others, update)
    segment(tmp_path, 2, line(5, ',"clock":{},"will":null'), line(6))
    reading = reader(tmp_path)
    reading.settle(reading.read(None, limit=1))

    reading.drop(1)

    assert reading.lost == {"b": 2, "ü": 1, "customers": 1}
    assert read_all(reading) == [6]
    again = reader(tmp_path)
    again.load()
    assert again.lost == {"b": 2, "ü": 1, "customers": 1}


def test_the_cursor_has_room_for_the_losses_of_many_types(tmp_path):
    reading = reader(tmp_path)
    reading.cursor = Position(1, 0, 0)
    longest = ('"é' + "\\" * 100, "\0" * 100)
    types = [f"{n}{long}" for n in range(LOST_TYPES) for long in longest]
    events = [line(seq, f',"cmd":{command(t)}') for seq, t in enumerate(types, 1)]
    segment(tmp_path, 1, *events)

    reading.drop(1)

    again = reader(tmp_path)
    again.load()
    assert again.lost.total() == len(types)
    assert len(again.lost) == LOST_TYPES + 1


def test_a_loss_that_was_reported_is_forgotten(tmp_path):
    reading = reader(tmp_path)
    reading.lost["a"] = 3

    reading.forget_lost()

    again = reader(tmp_path)
    again.load()
    assert again.lost == {}


def test_a_cursor_never_moves_back(tmp_path):
    segment(tmp_path, 1, *map(line, range(1, 61)))
    reading = reader(tmp_path)
    early, late = reading.read(None, limit=10), reading.read(None, limit=50)
    reading.settle(late)

    reading.settle(early)

    assert read_all(reading) == list(range(51, 61))


def test_a_removed_run_leaves_nothing(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    segment(folder, 1, line(1))
    reading = reader(folder)
    reading.settle(reading.read(None))

    reading.remove()

    assert not folder.exists()


def test_reading_while_a_journal_grows_misses_nothing(tmp_path):
    journal = Journal(tmp_path, Disk(), {})
    journal.begin()
    reading = reader(tmp_path, live=True)
    found: list[int] = []
    for number in range(1, 3001):
        journal.append(1.0, command("x" * 1000, number))
        if number % 70 == 0:
            found += numbers(batch := reading.read(reading.cursor))
            reading.settle(batch)
        if number % 500 == 0:
            journal.maintain()
            reading.sweep()

    found += read_all(reading)

    assert found == list(range(1, 3001))
    assert reading.segments()[0] > 1
    journal.close()


def test_opening_reads_no_more_than_a_batch_needs(tmp_path, monkeypatch):
    segment(tmp_path, 1, *map(line, range(1, 20_001)))
    sizes = []
    read = Disk.read
    monkeypatch.setattr(
        Disk, "read", lambda *arguments: sizes.append(arguments[3]) or read(*arguments)
    )

    reader(tmp_path).read(None)

    assert sum(sizes) < (tmp_path / "00000001.jsonl").stat().st_size / 5


@st.composite
def journals(draw):
    """The bytes of two segments, whose lines are mostly plain and sometimes anything else."""
    parts, seq = [], 0
    for _ in range(draw(st.integers(0, 30))):
        kind = draw(st.sampled_from("pppppp-whdrtn"))
        command = f',"cmd":{{"event_type":"{"x" * draw(st.integers(0, 9))}"}}'
        seq += {"h": 2, "-": 0, "r": 0, "n": 0}.get(kind, 1)
        members = {"-": "", "w": f',"will":{{}}{command}'}.get(kind, command)
        raw = render(seq, 1.0, members)
        parts.append(
            {"d": raw.replace(b"e", b"f", 1), "t": raw[:-9], "n": b"\n\0{}\n"}.get(kind, raw)
        )
    cut = draw(st.integers(0, len(parts)))
    return b"".join(parts[:cut]), b"".join(parts[cut:])


@given(journals(), st.integers(1, 9), st.booleans(), st.sampled_from([Position(1, 0, 0), None]))
def test_many_lines_taken_at_once_are_what_they_are_one_by_one(segments, limit, live, start):
    def batches(kind):
        with TemporaryDirectory() as folder:
            for number, data in enumerate(segments, 1 if start else 2):
                segment(Path(folder), number, data)
            reading = kind(Path(folder), Disk(), live=live)
            place, found = start, []
            while (batch := reading.read(place, limit)).end != place:
                found.append(batch)
                place = batch.end
            return found

    class OneByOne(Reader):
        def _take_plain(self, batch):
            pass

    assert batches(Reader) == batches(OneByOne)


def test_without_a_cursor_and_a_first_line_losses_and_repetitions_are_told_all_the_same(tmp_path):
    segment(tmp_path, 2, b"damaged\n", line(1), line(2))
    segment(tmp_path, 3, render(0, 1.0, ',"clock":{},"will":null'), line(1), line(2), line(5))

    batch = reader(tmp_path).read(None)

    assert (numbers(batch), batch.missing) == ([1, 2, 5], 2)


def test_the_folder_is_not_asked_while_a_batch_is_in_memory(tmp_path):
    segment(tmp_path, 1, *map(line, range(1, 121)))
    disk = BrokenDisk()
    reading = Reader(tmp_path, disk, live=False)
    first = reading.read(Position(1, 0, 0))
    disk.broken = frozenset({"names", "read", "size"})

    second = reading.read(first.end)

    assert numbers(second) == list(range(51, 101))


def test_lines_taken_at_once_fill_no_more_than_a_request():
    text = f',"cmd":{{"text":"{"x" * 700_000}"}}'
    data = b"".join(render(seq, 1.0, text) for seq in range(1, 11))
    batch = Batch(Position(1, 0, 0))

    batch.take_plain(data, 0)

    assert batch.full
    assert len(batch.commands) == BATCH_BYTES // 700_000 + 1


def test_halves_tell_each_hole_once(tmp_path):
    segment(tmp_path, 1, line(2), line(3), line(5), line(6))
    batch = reader(tmp_path).read(Position(1, 0, 0))

    first, second = batch.halves()

    assert (numbers(first), first.missing) == ([2, 3], 1)
    assert (numbers(second), second.missing) == ([5, 6], 1)
    assert (first.end.seq, second.end) == (3, batch.end)
