from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st
from support.fakes import BrokenDisk, command
from support.journals import line, loaded, numbers, opened, read_all, segment, settle

from exponea_game.events.limits import BATCH_BYTES, BATCH_LIMIT
from exponea_game.journal import reader
from exponea_game.journal.batch import Position
from exponea_game.journal.line import parse, render
from exponea_game.journal.reader import LINE_LIMIT, Reader
from exponea_game.journal.segments import Segments
from exponea_game.journal.writer import Journal
from exponea_game.system.disk import Disk


def test_an_empty_folder_holds_nothing(tmp_path):
    batch = opened(tmp_path).reader.read(None)

    assert (batch.commands, batch.missing) == ([], 0)


def test_batches_follow_one_another_over_segments(tmp_path):
    segment(tmp_path, 1, *map(line, range(1, 81)))
    segment(tmp_path, 2, line(80, ',"clock":{},"will":null'), *map(line, range(81, 121)))

    run = opened(tmp_path)

    first = run.reader.read(None)
    assert numbers(first) == list(range(1, BATCH_LIMIT + 1))
    settle(run, first)
    assert numbers(run.reader.read(run.cursor.position)) == list(range(51, 101))
    assert read_all(run) == list(range(51, 121))
    assert run.cursor.lost == {}


def test_a_command_is_read_to_the_byte(tmp_path):
    segment(tmp_path, 1, line(1, ',"will":{"a":"é"},"cmd":{"x": 1.50,"é":"\\n"}'))

    assert opened(tmp_path).reader.read(None).commands == ['{"x": 1.50,"é":"\\n"}'.encode()]


def test_a_batch_is_no_larger_than_a_request_may_be(tmp_path):
    large = f',"cmd":{{"x":"{"y" * 700_000}"}}'
    segment(tmp_path, 1, *(line(seq, large) for seq in range(1, 12)))

    batch = opened(tmp_path).reader.read(None)

    assert BATCH_BYTES <= batch.size < BATCH_BYTES + 800_000


def test_what_is_damaged_is_stepped_over_and_its_hole_is_a_loss(tmp_path):
    segment(tmp_path, 1, line(1), line(2)[:-9] + b"\n", b"\0" * 5000 + b"\n", line(3), b"{}\n\n")

    run = opened(tmp_path)

    assert read_all(run) == [1, 3]
    assert run.cursor.lost == {"": 1}


def test_garbage_longer_than_any_line_is_stepped_over(tmp_path):
    segment(tmp_path, 1, line(1), b"x" * (4 * LINE_LIMIT), b"\n", line(2))

    assert read_all(opened(tmp_path)) == [1, 2]


def test_a_repetition_is_skipped(tmp_path):
    segment(tmp_path, 1, line(1), line(2), line(1), line(2), line(3))

    assert read_all(opened(tmp_path)) == [1, 2, 3]


def test_the_last_line_of_a_dead_run_needs_no_newline(tmp_path):
    segment(tmp_path, 1, line(1), line(2)[:-1])

    assert read_all(opened(tmp_path)) == [1, 2]


def test_a_living_runs_line_is_waited_for_until_it_is_whole(tmp_path):
    run = opened(tmp_path, live=True)
    segment(tmp_path, 1, line(1), line(2)[:30])

    assert read_all(run) == [1]

    segment(tmp_path, 1, line(1), line(2))
    assert read_all(run) == [2]
    assert run.cursor.lost == {}


def test_an_unfinished_line_that_a_segment_follows_is_not_waited_for(tmp_path):
    run = opened(tmp_path, live=True)
    segment(tmp_path, 1, line(1), line(2)[:30])
    segment(tmp_path, 2, line(1, ',"clock":{},"will":null'), line(2))

    assert read_all(run) == [1, 2]
    assert run.cursor.lost == {}


def test_reading_while_a_journal_grows_misses_nothing(tmp_path):
    journal = Journal(tmp_path, Disk(), {})
    journal.begin()
    run = opened(tmp_path, live=True)
    found: list[int] = []
    for number in range(1, 3001):
        journal.append(1.0, command("x" * 1000, number))
        if number % 70 == 0:
            found += numbers(batch := run.reader.read(run.cursor.position))
            settle(run, batch)
        if number % 500 == 0:
            journal.maintain()
            run.removal.sweep()

    found += read_all(run)

    assert found == list(range(1, 3001))
    assert run.segments.numbers()[0] > 1
    journal.close()


def test_opening_reads_no_more_than_a_batch_needs(tmp_path, monkeypatch):
    segment(tmp_path, 1, *map(line, range(1, 20_001)))
    sizes = []
    read = Disk.read
    monkeypatch.setattr(
        Disk, "read", lambda *arguments: sizes.append(arguments[3]) or read(*arguments)
    )

    opened(tmp_path).reader.read(None)

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
            reading = kind(Segments(Path(folder), Disk()), live=live)
            place, found = start, []
            while (batch := reading.read(place, limit)).end != place:
                found.append(vars(batch))
                place = batch.end
            return found

    class OneByOne(Reader):
        def _take_plain(self, batch):
            pass

    assert batches(Reader) == batches(OneByOne)


def test_without_a_cursor_and_a_first_line_losses_and_repetitions_are_told_all_the_same(tmp_path):
    segment(tmp_path, 2, b"damaged\n", line(1), line(2))
    segment(tmp_path, 3, render(0, 1.0, ',"clock":{},"will":null'), line(1), line(2), line(5))

    batch = opened(tmp_path).reader.read(None)

    assert (numbers(batch), batch.missing) == ([1, 2, 5], 2)


def test_without_a_cursor_a_torn_copy_hides_nothing_that_a_later_one_has(tmp_path):
    head = ',"clock":{},"will":null'
    segment(tmp_path, 3, b"torn\n", line(2))
    segment(tmp_path, 4, render(0, 1.0, head), *map(line, range(1, 4)))

    run = opened(tmp_path)

    assert read_all(run) == [1, 2, 3]
    assert run.cursor.lost == {}


def test_without_a_cursor_what_is_gone_in_front_of_the_oldest_segment_is_no_loss(tmp_path):
    head = ',"clock":{},"will":null'
    segment(tmp_path, 3, render(6, 1.0, head), line(7), line(8))
    segment(tmp_path, 4, render(8, 1.0, head), line(9))

    run = opened(tmp_path)

    assert read_all(run) == [7, 8, 9]
    assert run.cursor.lost == {}


def test_the_folder_is_not_asked_while_a_batch_is_in_memory(tmp_path):
    segment(tmp_path, 1, *map(line, range(1, 121)))
    disk = BrokenDisk()
    run = opened(tmp_path, disk)
    first = run.reader.read(Position(1, 0, 0))
    disk.broken = frozenset({"names", "read", "size"})

    second = run.reader.read(first.end)

    assert numbers(second) == list(range(51, 101))


def test_what_a_new_segment_repeats_is_passed_over_at_once(tmp_path, monkeypatch):
    segment(tmp_path, 1, *map(line, range(1, 201)))
    damaged = line(150).replace(b"customers", b"custodians")
    repeated = [damaged if seq == 150 else line(seq) for seq in range(101, 201)]
    segment(
        tmp_path, 2, line(100, ',"clock":{},"will":null'), *repeated, *map(line, range(201, 211))
    )
    parsed = []
    monkeypatch.setattr(reader, "parse", lambda raw: parsed.append(raw) or parse(raw))

    assert read_all(loaded(tmp_path)) == list(range(1, 211))
    assert len(parsed) <= 4
