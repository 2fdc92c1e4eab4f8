from __future__ import annotations

import json

import pytest
from support.fakes import BrokenDisk, command

from exponea_game.journal import segments
from exponea_game.journal.batch import Position
from exponea_game.journal.line import render
from exponea_game.journal.writer import Journal
from exponea_game.recovery.dead_run import conclude, examine, sync_again
from exponea_game.recovery.runs import Run
from exponea_game.sessions.session import Ended, Reason, Session, recover
from exponea_game.sessions.will import Context, parse_will, render_ended, render_will
from exponea_game.system.disk import Disk

WILL = '{"session":{"name":"a/1"}}'
RUN = {"boot": "b", "elapsed": 5.5, "wall": 1.7e9}


@pytest.fixture
def folder(tmp_path):
    """A run that died after three commands and a proof of life."""
    journal = Journal(tmp_path, Disk(), RUN)
    journal.begin()
    journal.append(1.0, command("session_start"), WILL)
    journal.append(2.0, command("a"))
    journal.append(3.0, command("b"))
    journal.append(8.5)
    return tmp_path


def find(folder):
    return examine(Run(folder, Disk(), live=False))


def tear(folder, number, size):
    path = folder / f"{number:08}.jsonl"
    path.write_bytes(path.read_bytes()[:-size])


def test_a_dead_run_left_its_will_its_clocks_and_its_last_sign_of_life(folder):
    found = find(folder)

    assert (found.seq, found.elapsed) == (3, 8.5)
    assert (found.clock, found.will) == (RUN, json.loads(WILL))


def test_a_torn_last_line_is_no_sign_of_life(folder):
    tear(folder, 1, 5)

    assert find(folder).elapsed == 3.0


def test_a_will_that_was_annulled_owes_nothing(folder):
    journal = Journal(folder, Disk(), RUN, number=1, seq=3, elapsed=8.5)
    journal.begin()
    journal.append(9.0, command("session_end"), "null")

    assert find(folder).will is None


def test_no_more_is_read_than_the_last_segments(folder, monkeypatch):
    for number in range(1, 5):
        elapsed = 8.0 + number
        journal = Journal(folder, Disk(), RUN, number=number, seq=3, elapsed=elapsed, will=WILL)
        journal.begin()
        journal.append(8.5 + number)
    read = []
    plain = Disk.read
    monkeypatch.setattr(Disk, "read", lambda d, path, *at: read.append(path) or plain(d, path, *at))

    found = find(folder)

    assert (found.seq, found.elapsed, found.will) == (3, 12.5, json.loads(WILL))
    assert len(read) == 2


def test_a_segment_whose_first_line_is_torn_is_added_to_the_one_before(folder):
    (folder / "00000002.jsonl").write_bytes(b'{"crc":"00000000","seq":3,"elapsed":9.0,"ru')

    found = find(folder)

    assert (found.seq, found.will) == (3, json.loads(WILL))


def test_a_run_without_a_whole_first_line_left_nothing(tmp_path):
    (tmp_path / "00000001.jsonl").write_bytes(b"torn")

    assert find(tmp_path) is None


def test_one_line_pays_what_is_owed_and_annuls_the_will(folder):
    run = Run(folder, Disk(), live=False)

    conclude(run, find(folder), command("session_end"))

    found = find(folder)
    assert (found.seq, found.elapsed, found.will) == (4, 8.5, None)
    assert run.reader.read(None).commands[-1] == command("session_end").encode()
    assert run.cursor.closed


def test_a_run_that_another_one_pays_for_owes_no_command(folder):
    conclude(Run(folder, Disk(), live=False), find(folder), None)

    assert (find(folder).seq, find(folder).will) == (3, None)


def test_a_run_whose_conclusion_is_synced_again_is_not_open_again(tmp_path):
    journal = Journal(tmp_path, Disk(), RUN)
    journal.begin()
    journal.append(1.0, command("session_start"), WILL)
    journal.append(8.5, None, WILL.replace("}}", ',"away_since":8.0}}'))
    run = Run(tmp_path, Disk(), live=False)
    conclude(run, find(tmp_path), None)

    sync_again(run, find(tmp_path))  # as a launch does for which a power cut has taken the cursor

    assert find(tmp_path).will is None


def test_a_run_that_is_concluded_again_and_again_still_tells_of_its_session(tmp_path):
    two_sessions(tmp_path)
    run = Run(tmp_path, Disk(), live=False)

    for _ in range(3):  # each time a power cut has taken the cursor
        sync_again(run, find(tmp_path))
        conclude(run, find(tmp_path), None)

    assert find(tmp_path).sessions == {f"{tmp_path.name}/2"}


def test_a_line_that_a_launch_has_written_again_in_part_counts_once(tmp_path):
    journal = Journal(tmp_path, Disk(), RUN)
    journal.begin()
    journal.append(0.0, None, WILL)  # a session that is carried on
    journal.append(0.0, None, '{"session":{"name":"a/1","away_since":0.0}}')
    lines = (tmp_path / "00000001.jsonl").read_bytes().splitlines(keepends=True)

    for written_again in (1, 2):
        (tmp_path / "00000002.jsonl").write_bytes(b"".join(lines[:written_again]) + b'{"crc":')

        assert find(tmp_path).will == {"session": {"name": "a/1", "away_since": 0.0}}


def test_a_conclusion_comes_after_a_segment_that_is_gone_and_was_delivered(folder):
    run = Run(folder, Disk(), live=False)
    run.cursor.settle(Position(2, 9_000, 3))  # of the second segment a power cut took the name

    conclude(run, find(folder), command("session_end"))

    batch = run.reader.read(run.cursor.position)
    assert batch.commands == [command("session_end").encode()]


@pytest.mark.parametrize("size", range(1, 60, 7))
def test_where_the_paying_line_is_torn_nothing_happened(folder, size):
    conclude(Run(folder, Disk(), live=False), find(folder), command("session_end"))

    tear(folder, 2, 1 + size)

    found = find(folder)
    assert (found.seq, found.will) == (3, json.loads(WILL))
    run = Run(folder, Disk(), live=False)
    conclude(run, found, command("session_end"))
    assert [c.count(b"session_end") for c in run.reader.read(None).commands] == [0, 0, 0, 1]


@pytest.mark.parametrize("broken", ["create", "write", "sync", "sync_folder"])
def test_a_payment_that_is_not_certain_to_be_kept_raises(folder, broken):
    disk = BrokenDisk()
    found = find(folder)
    disk.broken = {broken}
    run = Run(folder, disk, live=False)

    with pytest.raises(OSError, match="No space"):
        conclude(run, found, command("session_end"))

    assert not run.cursor.closed


FIRST = Session("{run}/1", 1_700_000_001.0, 1.0)
SECOND = Session("{run}/2", 1_700_000_005.0, 5.0)
CONTEXT = Context({"cookie": "c"}, {"os_name": "Linux"})


def two_sessions(folder):
    """A run with two sessions, events in them, and the bytes of each line."""
    sessions = [s._replace(name=s.name.format(run=folder.name)) for s in (FIRST, SECOND)]
    journal = Journal(folder, Disk(), RUN)
    journal.begin()
    journal.append(1.0, CONTEXT.start(sessions[0]), render_will(sessions[0], CONTEXT))
    journal.append(2.0, command("a"))
    journal.append(
        4.0, CONTEXT.end(Ended(sessions[0], 3.0, Reason.LEFT)), render_ended(sessions[0])
    )
    journal.append(5.0, CONTEXT.start(sessions[1]), render_will(sessions[1], CONTEXT))
    journal.append(6.0, command("b"))
    journal._segment.close()
    return (folder / "00000001.jsonl").read_bytes().splitlines(keepends=True)


def take(folder, lines, taken):
    """A power cut takes a line and leaves zeros."""
    lines[taken] = bytes(len(lines[taken]) - 1) + b"\n"
    (folder / "00000001.jsonl").write_bytes(b"".join(lines))


def delivered(folder):
    """The sessions that are delivered once the run is concluded: start and end, or None."""
    run = Run(folder, Disk(), live=False)
    found = examine(run)
    sync_again(run, found)
    will = parse_will(found.will)
    ended = will and recover(will[0], found.elapsed, None, 60.0)
    conclude(run, found, will[1].end(ended) if will else None)
    told = [json.loads(c)["data"] for c in run.reader.read(None).commands if b"session_" in c]
    starts = {d["timestamp"]: None for d in told if d["event_type"] == "session_start"}
    ends = [d for d in told if d["event_type"] == "session_end"]
    return starts | {d["timestamp"] - d["properties"]["duration"]: d["timestamp"] for d in ends}


LAST_SIGNS = {0: (4.0, 5.0), 1: (4.0, 5.0), 2: (4.0, 5.0), 3: (2.0, 5.0), 5: (4.0, 5.0)}
"""When the sessions end where a power cut took one of six lines; the fourth is all of a session."""


@pytest.mark.parametrize("taken", LAST_SIGNS)
def test_a_session_of_which_a_power_cut_took_a_part_is_made_whole(tmp_path, taken):
    lines = two_sessions(tmp_path)
    take(tmp_path, lines, taken)

    first, second = (1_700_000_000.0 + elapsed for elapsed in LAST_SIGNS[taken])
    assert delivered(tmp_path) == pytest.approx(
        {FIRST.start: first, SECOND.start: second}, rel=0, abs=1e-5
    )


def test_what_a_launch_that_died_has_written_again_has_the_same_holes(tmp_path):
    lines = two_sessions(tmp_path)
    take(tmp_path, lines, 3)
    run = Run(tmp_path, Disk(), live=False)
    sync_again(run, find(tmp_path)._replace(amends=[]))  # the power went before they were written

    first, second = (1_700_000_000.0 + elapsed for elapsed in LAST_SIGNS[3])
    assert delivered(tmp_path) == pytest.approx(
        {FIRST.start: first, SECOND.start: second}, rel=0, abs=1e-5
    )


def test_a_session_of_which_a_power_cut_took_all_is_not_told(tmp_path):
    lines = two_sessions(tmp_path)
    take(tmp_path, lines, 4)

    assert delivered(tmp_path) == {FIRST.start: FIRST.start + 3.0}


def test_a_command_comes_before_the_proof_of_life_of_its_moment(tmp_path):
    lines = two_sessions(tmp_path)[:4]
    take(tmp_path, [*lines, render(3, 4.0, "")], 3)
    lines[0] = bytes(len(lines[0]) - 1) + b"\n"
    (tmp_path / "00000002.jsonl").write_bytes(b"".join(lines))  # a sync had failed

    assert delivered(tmp_path) == {FIRST.start: FIRST.start + 3.0}


def test_behind_a_hole_an_event_is_no_sign_of_life(tmp_path):
    lines = two_sessions(tmp_path)
    away = render(4, 5.5, f',"will":{render_will(SECOND._replace(away_since=5.5), CONTEXT)}')
    take(tmp_path, [*lines[:5], away, *lines[5:]], 5)

    assert find(tmp_path).elapsed == 5.0


def test_what_was_secured_stands_without_the_segments_before(tmp_path):
    lines = two_sessions(tmp_path)
    run = Run(tmp_path, Disk(), live=False)
    sync_again(run, find(tmp_path))

    (tmp_path / "00000001.jsonl").write_bytes(b"")  # a sync had failed: it was never certain

    assert (tmp_path / "00000002.jsonl").read_bytes().splitlines(keepends=True) == lines
    assert len(run.reader.read(None).commands) == 5


def test_what_is_concluded_is_not_made_good_once_more_where_only_the_conclusion_is_left(tmp_path):
    two_sessions(tmp_path)
    delivered(tmp_path)
    for number in (1, 2):
        (tmp_path / f"{number:08}.jsonl").unlink()

    found = find(tmp_path)

    assert (found.will, found.amends) == (None, [])


def shots(first, last):
    return [render(seq, 9.0, f',"cmd":{command("shot", seq)}') for seq in range(first, last + 1)]


@pytest.fixture
def short(monkeypatch):
    """The largest segment is a short one."""
    monkeypatch.setattr(segments, "LARGEST_SEGMENT", 4000)


def add(folder, *parts):
    with (folder / "00000001.jsonl").open("ab") as file:
        file.write(b"".join(parts))


def end(folder):
    """Conclude a run with a session's end; what a reader then finds, by event type."""
    run = Run(folder, Disk(), live=False)
    conclude(run, examine(run), command("session_end"))
    return [json.loads(c)["data"]["event_type"] for c in run.reader.read(None, 1000).commands]


@pytest.mark.usefixtures("short")
def test_a_segment_that_is_longer_than_the_largest_is_read_while_lines_come(folder):
    add(folder, *shots(4, 103))

    found = find(folder)

    assert found.seq == 103
    assert len(found.unsure) == 105
    assert end(folder) == ["session_start", "a", "b", *["shot"] * 100, "session_end"]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("zeros", [100, 3000, 3999, 4001, 7999, 8000, 20_000, 20_001])
def test_who_examines_a_segment_and_who_reads_it_see_the_same_of_it(folder, zeros):
    add(folder, *shots(4, 13), bytes(zeros), b"\n", *shots(14, 63))

    seen = find(folder).seq
    arrived = end(folder)

    assert arrived.count("session_end") == 1
    assert arrived.count("shot") == seen - 3
    assert seen == (13 if zeros > 7000 else 63)
