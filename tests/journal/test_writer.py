from __future__ import annotations

import json
import os
import stat
import threading
from itertools import chain

import pytest
from support.fakes import BrokenDisk, command, journaled_types

from exponea_game.journal import resync, stall
from exponea_game.journal import writer as journal_module
from exponea_game.journal.line import lines
from exponea_game.journal.memory import MEMORY_LIMIT
from exponea_game.journal.resync import UnsyncedError
from exponea_game.journal.writer import SEGMENT_LIMIT, Journal
from exponea_game.testing.ram_disk import RamDisk

RUN = {"boot": "b", "elapsed": 5.5, "wall": 1.7e9}


@pytest.fixture
def disk():
    return BrokenDisk()


@pytest.fixture
def journal(tmp_path, disk):
    journal = Journal(tmp_path, disk, RUN)
    journal.begin()
    yield journal
    disk.broken = frozenset()
    journal.close()


def on_disk(folder):
    """The whole lines of each segment."""
    return [list(lines(path.read_bytes())) for path in sorted(folder.glob("*.jsonl"))]


def seqs(folder):
    """The ``seq`` of each command, in the order of the disk; a repetition is none."""
    found = [line.seq for segment in on_disk(folder) for line in segment if line.command]
    return list(dict.fromkeys(found))


def append_as_a_game(journal, *line):
    """Append where other threads may append or maintain at the same time."""
    with journal.lock:
        journal.append(*line)


def in_a_game(journal, *line):
    """A thread of a game that appends one line."""
    return threading.Thread(target=append_as_a_game, args=(journal, *line))


def test_what_was_appended_is_in_the_file_at_once(journal, tmp_path):
    journal.append(0.5, command("jump"))

    head, line = on_disk(tmp_path)[0]
    assert (head.seq, head.others) == (0, {"clock": RUN, "will": None})
    assert (line.seq, line.elapsed, line.command) == (1, 0.5, command("jump").encode())


def test_a_proof_of_life_repeats_the_last_seq(journal, tmp_path):
    journal.append(0.5, command("jump"))
    journal.append(5.5)

    assert [(line.seq, line.command) for line in on_disk(tmp_path)[0][2:]] == [(1, None)]


def test_a_command_and_the_will_it_changes_share_a_line(journal, tmp_path):
    journal.append(0.5, command("session_start"), '{"session":1}')

    line = on_disk(tmp_path)[0][1]
    assert line.others == {"will": {"session": 1}}
    assert line.command == command("session_start").encode()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_files_are_the_users_alone(journal, tmp_path):
    (file,) = tmp_path.glob("*.jsonl")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_full_segment_is_followed_by_one_that_repeats_the_will(journal, tmp_path):
    journal.append(0.5, command("a"), '{"session":1}')
    for number in range(SEGMENT_LIMIT // 1000 + 1):
        journal.append(1.0, command("x" * 1000, number))

    journal.maintain()
    journal.append(2.0, command("b"))

    first, second = on_disk(tmp_path)
    assert second[0].seq == first[-1].seq
    assert second[0].others == {"clock": RUN, "will": {"session": 1}}
    assert second[1].command == command("b").encode()


def test_what_came_during_the_last_sync_is_repeated_in_the_next_segment(
    tmp_path, disk, monkeypatch
):
    monkeypatch.setattr(journal_module, "SEGMENT_LIMIT", 100)
    journal = Journal(tmp_path / "runs" / "000001-aaaaaa", disk, RUN)
    journal.begin()
    journal.append(1.0, command("full" * 30))
    sync = disk.sync

    def meanwhile(descriptor):
        sync(descriptor)
        if not journaled_types(tmp_path).count("late"):
            append_as_a_game(journal, 2.0, command("late"))

    monkeypatch.setattr(disk, "sync", meanwhile)
    journal.maintain()

    written = [line.command for line in chain(*on_disk(journal._folder))]
    assert written.count(command("late").encode()) == 2
    assert journaled_types(tmp_path) == ["full" * 30, "late"]


def test_many_threads_append_whole_lines_in_order(journal, tmp_path):
    def append():
        for number in range(200):
            append_as_a_game(journal, 1.0, command("a", number))

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        journal.maintain()
    for thread in threads:
        thread.join()

    assert seqs(tmp_path) == list(range(1, 801))


def test_an_append_within_an_append_waits_its_turn(journal, tmp_path, disk, monkeypatch):
    def interrupted(descriptor, data):
        monkeypatch.undo()
        journal.append(2.0, command("of a signal handler"))
        return disk.write(descriptor, data)

    monkeypatch.setattr(disk, "write", interrupted)
    journal.append(1.0, command("of the game"))

    whole = [json.loads(line.command)["data"]["event_type"] for line in on_disk(tmp_path)[0][1:]]
    assert whole == ["of the game", "of a signal handler"]


# Faults


def test_a_full_disk_keeps_lines_in_memory_until_there_is_room(journal, tmp_path, disk):
    journal.append(1.0, command("a"))
    disk.broken = {"write"}
    journal.append(2.0, command("b"))
    journal.append(3.0, command("c"))
    journal.maintain()

    assert journal.fault is not None
    assert not journal.complete
    assert [seq for seq, _ in journal.waiting(1, 9)] == [2, 3]
    assert [seq for seq, _ in journal.waiting(2, 9)] == [3]
    assert len(journal.waiting(0, 1)) == 1
    disk.broken = frozenset()
    journal.maintain()

    assert journal.complete
    assert seqs(tmp_path) == [1, 2, 3]
    assert journal.waiting(0, 9) == []


def test_who_asks_what_waits_leaves_the_lock_to_the_game(journal):
    journal.append(0.5, command("jump"))
    found = []
    asking = threading.Thread(target=lambda: found.append(journal.waiting(0, 50)), daemon=True)

    with journal.lock:
        asking.start()
        asking.join(10)

    assert found == [[]]


def test_a_sessions_start_is_not_sent_from_memory_where_the_disk_knows_the_run(journal, disk):
    disk.broken = {"write"}
    journal.append(1.0, command("a"))
    journal.append(2.0, command("session_start"), '{"session":1}')
    journal.append(3.0, command("b"))

    assert [seq for seq, _ in journal.waiting(0, 9)] == [1]


def test_a_write_of_which_a_part_fits_is_written_again_elsewhere(journal, tmp_path, disk):
    disk.__class__ = type("HalfDisk", (BrokenDisk,), {"write": lambda _, d, b: os.write(d, b[:20])})
    journal.append(1.0, command("a"))
    disk.__class__ = BrokenDisk

    journal.maintain()
    journal.append(2.0, command("b"))
    journal.maintain()

    assert seqs(tmp_path) == [1, 2]
    assert len(on_disk(tmp_path)) == 2


def test_what_a_failed_sync_leaves_in_doubt_is_written_once_more_elsewhere(journal, tmp_path, disk):
    journal.append(1.0, command("a"))
    journal.maintain()
    journal.append(2.0, command("b"))
    disk.broken = {"sync"}
    journal.maintain()
    disk.broken = frozenset()

    journal.append(3.0, command("c"))
    journal.maintain()

    assert journal.fault is None
    _, second = on_disk(tmp_path)
    assert [line.seq for line in second if line.command] == [2, 3]


@pytest.fixture
def moment(journal, monkeypatch):
    """The journal's stopwatch, for a test to set."""
    moment = [1000.0]
    monkeypatch.setattr(journal, "_stopwatch", lambda: moment[0])
    return moment


def play(journal, moment, seconds):
    """Append and maintain once a second."""
    for _ in range(seconds):
        moment[0] += 1.0
        journal.append(moment[0], command("shot"))
        journal.maintain()


def test_a_disk_that_syncs_nothing_is_asked_ever_more_rarely(journal, moment, tmp_path, disk):
    disk.broken = {"sync"}

    play(journal, moment, 3600)
    journal.append(moment[0], command("shot"))

    assert len(on_disk(tmp_path)) < 130
    assert seqs(tmp_path) == list(range(1, 3602))
    assert isinstance(journal.fault, UnsyncedError)
    assert journal.calm


@pytest.mark.parametrize("full", [False, True])
def test_no_caller_waits_while_much_is_written_once_more(
    journal, moment, tmp_path, disk, monkeypatch, full
):
    disk.broken = {"sync"}
    if full:  # it is due anyway
        play(journal, moment, 3)
        monkeypatch.setattr(journal_module, "SEGMENT_LIMIT", 1)
    journal.append(1.0, command("shot"))
    last = journal.seq
    write, spared = disk.write, []

    def while_the_game_goes_on(descriptor, data):
        if not spared:
            game = in_a_game(journal, 2.0, command("spared"))
            game.start()
            game.join(10)
            spared.append(not game.is_alive())
        return write(descriptor, data)

    monkeypatch.setattr(disk, "write", while_the_game_goes_on, raising=False)
    if full:
        journal.catch_up()
    else:
        journal.maintain()

    assert spared == [True]
    assert seqs(tmp_path) == list(range(1, last + 2))
    assert journal.calm


def test_a_full_disk_is_not_filled_with_empty_files(journal, moment, tmp_path, disk):
    disk.broken = {"write"}
    play(journal, moment, 100)

    assert [path.name for path in tmp_path.glob("*.jsonl")] == ["00000001.jsonl"]
    disk.broken = frozenset()
    play(journal, moment, 1)
    assert seqs(tmp_path) == list(range(1, 102))


def test_once_a_disk_syncs_again_everything_is_synced_and_no_fault_is_told(
    journal, moment, tmp_path, disk
):
    disk.broken = {"sync"}
    play(journal, moment, 600)
    disk.broken = frozenset()

    play(journal, moment, 400)

    assert journal.fault is None
    assert journal.synced == len(on_disk(tmp_path))
    disk.broken = {"sync"}
    play(journal, moment, 3)  # and the next failure is one of a moment again
    assert len(on_disk(tmp_path)) - journal.synced == 3


def test_what_is_written_once_more_has_a_limit(journal, moment, tmp_path, disk, monkeypatch):
    monkeypatch.setattr(journal_module, "REPEATED_LIMIT", 2000)
    disk.broken = {"sync"}

    play(journal, moment, 3600)

    written = sum(path.stat().st_size for path in tmp_path.glob("*.jsonl"))
    assert written < 2 * 3600 * 150  # where all is repeated, it is 30 times as much
    assert seqs(tmp_path) == list(range(1, 3601))


def test_a_disk_that_syncs_nothing_is_not_filled_with_copies(
    journal, moment, tmp_path, disk, monkeypatch
):
    monkeypatch.setattr(journal_module, "SEGMENT_LIMIT", 2_000)
    monkeypatch.setattr(journal_module, "REPEATED_LIMIT", 8_000)
    monkeypatch.setattr(resync, "LONGEST", 1e9)  # as if a moment were all
    disk.broken = {"sync"}
    play(journal, moment, 10)
    wrote, write = [], disk.write

    def count(descriptor, data):
        wrote.append(len(data))
        return write(descriptor, data)

    monkeypatch.setattr(disk, "write", count, raising=False)

    for number in range(1_000):
        journal.append(moment[0], command("shot", number))
        if journal.urgent.is_set():
            journal.catch_up()
        journal.maintain()
    copies = journal.take_copies()

    assert sum(wrote) < 5 * 1_000 * 150
    assert seqs(tmp_path) == list(range(1, 1_011))
    for number in copies:
        (tmp_path / f"{number:08}.jsonl").unlink()
    assert seqs(tmp_path) == list(range(1, 1_011))
    left = sum(path.stat().st_size for path in tmp_path.glob("*.jsonl"))
    assert left < 1.3 * 1_000 * 150


def test_what_is_synced_is_no_copy(journal, moment, tmp_path, disk):
    play(journal, moment, 3)
    disk.broken = {"sync"}
    play(journal, moment, 3)
    number = journal.number

    assert journal.take_copies() == list(range(2, number))
    assert journal.take_copies() == []
    disk.broken = frozenset()
    play(journal, moment, 60)
    assert journal.synced == journal.number
    assert number <= journal.number


def test_what_waits_for_a_disk_that_syncs_nothing_is_written_out_at_once(
    journal, moment, tmp_path, disk
):
    disk.broken = {"sync"}
    play(journal, moment, 5)
    journal.note(moment[0], moment[0] + 100.0)  # a stall
    moment[0] += 100.0
    journal.urgent.clear()
    journal.append(moment[0], command("after a stall"))

    assert journal.urgent.is_set()
    journal.catch_up()
    assert seqs(tmp_path) == list(range(1, 7))


def test_a_write_that_fails_on_a_disk_that_syncs_nothing_is_mended_at_once(
    journal, moment, tmp_path, disk
):
    disk.broken = {"sync"}
    play(journal, moment, 5)
    disk.broken = {"sync", "write"}
    journal.append(moment[0], command("in vain"))
    disk.broken = {"sync"}

    assert journal.urgent.is_set()
    journal.catch_up()
    assert seqs(tmp_path) == list(range(1, 7))


def test_what_waits_in_memory_is_not_written_anew_with_each_look_where_nothing_is_synced(
    tmp_path, disk, monkeypatch
):
    journal, moment, made, create = Journal(tmp_path, disk, RUN), [0.0], [], disk.create
    monkeypatch.setattr(journal, "_stopwatch", lambda: moment[0])
    monkeypatch.setattr(
        disk, "create", lambda path: made.append(path) or create(path), raising=False
    )
    disk.broken = {"sync"}

    play(journal, moment, 100)

    assert 3 < len(made) < 10
    assert isinstance(journal.fault, UnsyncedError)
    assert not journal.urgent.is_set()
    assert seqs(tmp_path) == []
    disk.broken = frozenset()
    play(journal, moment, 31)
    assert seqs(tmp_path) == list(range(1, 132))
    assert journal.fault is None
    journal.close()


def test_what_was_synced_before_a_fault_stays_synced(journal, disk):
    journal.append(1.0, command("a"))
    journal.sync()
    disk.broken = {"write", "sync"}
    journal.append(2.0, command("b"))

    journal.sync(1)
    with pytest.raises(OSError, match="No space"):
        journal.sync(2)
    with pytest.raises(OSError, match="No space"):
        journal.sync()


def test_what_is_confirmed_is_on_the_disk_or_the_fault_is_told(journal, disk):
    journal.append(1.0, command("a"))
    journal.sync()
    journal.append(2.0, command("b"))
    disk.broken = {"sync"}

    with pytest.raises(OSError, match="No space"):
        journal.sync()


@pytest.fixture
def ram():
    """A disk that lets others delete what is open; Windows' real ones do not."""
    return RamDisk()


def kept(disk):
    """The ``seq`` of each command on a disk in memory."""
    texts = [disk.read_all(path) for path in sorted(disk.files)]
    return [line.seq for text in texts for line in lines(text) if line.command]


def test_a_file_deleted_under_us_is_left_for_a_new_one(ram, tmp_path):
    ram.make_folder(tmp_path)
    journal = Journal(tmp_path, ram, RUN)
    journal.begin()
    journal.append(1.0, command("a"))
    ram.remove(tmp_path / "00000001.jsonl")

    journal.maintain()
    journal.maintain()
    journal.append(2.0, command("b"))
    journal.maintain()

    assert kept(ram) == [2]
    assert journal.fault is None


def test_a_file_cut_under_us_is_left_for_a_new_one(journal, tmp_path):
    journal.append(1.0, command("a"))
    os.truncate(tmp_path / "00000001.jsonl", 30)

    journal.maintain()
    journal.maintain()
    journal.append(2.0, command("b"))
    journal.maintain()

    assert seqs(tmp_path) == [2]


def test_a_folder_that_is_gone_is_made_again(tmp_path, ram):
    folder = tmp_path / "runs" / "000001-abcdef"
    ram.make_folder(folder)
    journal = Journal(folder, ram, RUN)
    journal.begin()
    ram.remove(folder / "00000001.jsonl")
    ram.remove_folder(folder)

    journal.append(1.0, command("a"))
    journal.maintain()
    journal.maintain()
    journal.append(2.0, command("b"))
    journal.close()

    assert kept(ram) == [2]


def test_a_run_that_began_in_memory_has_its_name_synced_at_once(tmp_path, disk, monkeypatch):
    disk.broken = {"create"}
    journal = Journal(tmp_path, disk, RUN)
    journal.begin()
    journal.append(1.0, command("a"))
    disk.broken = frozenset()
    asked = []

    def noted(name):
        do = getattr(disk, name)
        return lambda *args, **more: asked.append(name) or do(*args, **more)

    for name in ("rename", "sync_folder", "open"):
        monkeypatch.setattr(disk, name, noted(name))

    journal.maintain()

    assert asked[:2] == ["rename", "sync_folder"]
    assert seqs(tmp_path) == [1]


def test_a_run_that_began_in_memory_goes_on_there_until_its_name_is_synced(
    tmp_path, disk, monkeypatch
):
    journal, moment = Journal(tmp_path, disk, RUN), [0.0]
    monkeypatch.setattr(journal, "_stopwatch", lambda: moment[0])
    journal.append(1.0, command("a"))
    disk.broken = {"sync_folder"}
    journal.maintain()
    assert seqs(tmp_path) == [1]
    assert isinstance(journal.fault, UnsyncedError)
    journal.append(2.0, command("b"))
    journal.append(3.0, command("session_end"), '{"ended":"1"}')
    journal.append(4.0, command("c"))

    assert [seq for seq, _ in journal.waiting(0, 50)] == [1, 2]
    play(journal, moment, 3)
    disk.broken = frozenset()
    play(journal, moment, 31)
    assert [path.name for path in tmp_path.glob("0*")] == ["00000001.jsonl"]
    assert seqs(tmp_path) == list(range(1, 39))
    assert journal.fault is None
    journal.close()


def test_a_journal_that_could_not_begin_begins_later(tmp_path, disk):
    disk.broken = {"create"}
    journal = Journal(tmp_path, disk, RUN)
    journal.begin()
    journal.append(1.0, command("a"))
    disk.broken = frozenset()

    journal.maintain()
    journal.close()

    assert seqs(tmp_path) == [1]


@pytest.mark.parametrize("broken", ["write", "sync", "rename"])
def test_what_waited_for_a_first_segment_is_on_the_disk_whole_or_not_at_all(tmp_path, disk, broken):
    disk.broken = {"create"}
    journal = Journal(tmp_path / "run", disk, RUN)
    journal.begin()
    journal.append(1.0, command("session_start"), '{"session":1}')
    journal.append(2.0, command("session_end"), "null")
    disk.broken = {broken}
    journal.maintain()

    assert on_disk(tmp_path / "run") == []
    assert [seq for seq, _ in journal.waiting(0, 9)] == [1, 2]
    disk.broken = frozenset()
    journal.maintain()
    journal.append(3.0, command("a"))
    journal.maintain()
    journal.close()

    assert seqs(tmp_path / "run") == [1, 2, 3]
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["00000001.jsonl"]


@pytest.mark.parametrize("broken", ["sync", "sync_folder"])
def test_a_disk_that_is_well_again_is_asked_at_the_end_however_lately_it_failed(
    tmp_path, disk, broken
):
    disk.broken = {"create"}
    journal = Journal(tmp_path / "run", disk, RUN)
    journal.begin()
    journal.append(1.0, command("a"))
    disk.broken = {broken}
    for _ in range(4):
        journal.maintain()  # after which it is left alone for a while
    journal.append(2.0, command("b"))
    disk.broken = frozenset()

    journal.close()

    assert seqs(tmp_path / "run") == [1, 2]
    assert journal.complete


def test_beyond_its_limit_the_memory_drops_the_oldest(tmp_path, disk):
    disk.broken = {"write", "create"}
    journal = Journal(tmp_path, disk, RUN)
    journal.begin()
    text = command("x" * 100_000)
    for _ in range(MEMORY_LIMIT // 100_000 + 10):
        journal.append(1.0, text)

    disk.broken = frozenset()
    journal.maintain()
    journal.close()

    written = seqs(tmp_path)
    assert written[-1] == journal.seq
    assert 1 < written[0] < 20
    assert written == list(range(written[0], journal.seq + 1))


def test_who_has_waited_for_a_new_segments_first_write_makes_none(journal, monkeypatch, tmp_path):
    monkeypatch.setattr(journal_module, "SEGMENT_LIMIT", 10)
    monkeypatch.setattr(stall, "STALL", 0.01)
    moment, writers, game = [0.0], [], []
    monkeypatch.setattr(journal, "_stopwatch", lambda: moment[0])
    journal.append(1.0, command("full"))

    def write(descriptor, data):
        writers.append(threading.current_thread())
        moment[0] += 0.02
        if len(writers) == 1:
            game.append(in_a_game(journal, 2.0, command("waits")))
            game[0].start()
        return os.write(descriptor, data)

    monkeypatch.setattr(journal._disk, "write", write, raising=False)

    journal.catch_up()
    game[0].join(10)

    assert game[0] not in writers
    moment[0] += 60.0
    journal.catch_up()
    assert {1, 2} <= set(seqs(tmp_path))
    assert journal.complete


@pytest.fixture
def slow(journal, monkeypatch):
    """A journal whose disk takes 20 ms for a write, on a clock that nothing else moves."""
    moment = [0.0]

    def write(descriptor, data):
        moment[0] += 0.02
        return os.write(descriptor, data)

    monkeypatch.setattr(stall, "STALL", 0.01)
    monkeypatch.setattr(journal, "_stopwatch", lambda: moment[0])
    monkeypatch.setattr(journal._disk, "write", write, raising=False)
    journal.append(1.0, command("slow"))
    return moment


def test_after_a_stall_lines_wait_in_memory_until_the_disk_is_asked_and_quick(
    journal, slow, tmp_path, monkeypatch
):
    monkeypatch.delattr(journal._disk, "write")

    journal.append(2.0, command("spared"))

    assert seqs(tmp_path) == [1]
    assert journal.urgent.is_set()
    assert journal.waiting(0, 9) == []  # it will be on the disk within a moment
    journal.catch_up()
    assert seqs(tmp_path) == [1, 2]
    journal.append(3.0, command("direct"))
    assert seqs(tmp_path) == [1, 2, 3]
    assert not journal.urgent.is_set()


def test_a_disk_that_stalls_again_has_to_be_quick_for_longer(journal, slow, tmp_path, monkeypatch):
    write = journal._disk.write
    monkeypatch.delattr(journal._disk, "write")
    journal.catch_up()
    with monkeypatch.context() as patch:
        patch.setattr(journal._disk, "write", write, raising=False)
        journal.append(2.0, command("slow again"))

    journal.catch_up()
    journal.append(3.0, command("spared"))

    assert seqs(tmp_path) == [1, 2]
    slow[0] += 2 * stall.RELAPSE
    journal.catch_up()
    journal.append(4.0, command("direct"))
    assert seqs(tmp_path) == [1, 2, 3, 4]


def catch_up_while_the_game_tracks(journal, monkeypatch, event_type):
    plain = os.write

    def while_the_game_goes_on(descriptor, data):
        monkeypatch.setattr(journal._disk, "write", plain)
        journal.append(3.0, command(event_type))
        return plain(descriptor, data)

    monkeypatch.setattr(journal._disk, "write", while_the_game_goes_on)
    journal.catch_up()


def test_a_caller_takes_along_what_came_while_the_disk_was_asked(journal, slow, monkeypatch):
    catch_up_while_the_game_tracks(journal, monkeypatch, "meanwhile")

    journal.append(4.0, command("next"))

    assert seqs(journal._folder) == [1, 2, 3]
    assert journal.complete


def test_what_came_while_the_disk_was_asked_waits_for_no_call(journal, slow, monkeypatch):
    catch_up_while_the_game_tracks(journal, monkeypatch, "the last for long")

    assert journal.urgent.is_set()
    journal.catch_up()
    assert seqs(journal._folder) == [1, 2]
    assert journal.complete
    assert not journal.urgent.is_set()


def test_a_disk_that_stays_slow_costs_the_game_no_second_stall(journal, slow, tmp_path):
    for number in range(2, 9):
        slow[0] += 60.0  # nobody asked the disk anything, which does not make it quick
        journal.catch_up()
        assert not journal.urgent.is_set()
        before = slow[0]

        journal.append(float(number), command("rare"))

        assert slow[0] == before
        assert journal.urgent.is_set()
        journal.catch_up()
        assert seqs(tmp_path)[-1] == number


def test_lines_that_come_while_others_are_written_do_not_keep_the_writer(
    journal, slow, monkeypatch
):
    journal.append(2.0, command("a"))
    write, writes = journal._disk.write, []

    def while_the_game_goes_on(descriptor, data):
        writes.append(data)
        assert len(writes) < 9
        journal.append(3.0, command("b"))
        return write(descriptor, data)

    monkeypatch.setattr(journal._disk, "write", while_the_game_goes_on)

    journal.catch_up()

    assert len(writes) == 1
    assert journal.urgent.is_set()


def test_a_new_segment_on_a_slow_disk_keeps_no_caller_waiting(journal, slow, monkeypatch, tmp_path):
    monkeypatch.setattr(journal_module, "SEGMENT_LIMIT", 100)
    write, spared = journal._disk.write, []

    def while_the_game_goes_on(descriptor, data):
        game = in_a_game(journal, 3.0, command("spared"))
        game.start()
        game.join(10)
        spared.append(not game.is_alive())
        return write(descriptor, data)

    monkeypatch.setattr(journal._disk, "write", while_the_game_goes_on)

    journal.catch_up()

    assert (journal.number, spared) == (2, [True, True])  # the first lines, and what waited
    monkeypatch.undo()
    journal.maintain()
    assert seqs(tmp_path)[-1] == journal.seq


def test_a_burst_begins_new_segments_without_waiting_for_the_next_look(journal, tmp_path):
    long = command("x" * 100_000)
    while not journal.urgent.is_set():
        journal.append(1.0, long)

    journal.catch_up()
    journal.append(2.0, command("next"))

    assert [path.name for path in sorted(tmp_path.glob("*.jsonl"))] == [
        "00000001.jsonl",
        "00000002.jsonl",
    ]
    assert not journal.urgent.is_set()
    assert seqs(tmp_path)[-1] == journal.seq


def test_nothing_raises_whatever_the_disk_does(journal, disk):
    for name in ("write", "create", "sync", "links", "sync_folder", "make_folder"):
        disk.broken = {name}
        journal.append(1.0, command("a"))
        journal.maintain()
        journal.catch_up()
        disk.broken = frozenset()
        journal.maintain()
        journal.maintain()

    assert journal.fault is None


def test_a_journal_that_is_closed_makes_no_new_file(journal, tmp_path):
    journal.append(1.0, command("a"))
    journal.close()
    for path in tmp_path.iterdir():
        path.unlink()

    journal.append(2.0, command("late"))
    journal.maintain()
    journal.catch_up()

    assert list(tmp_path.iterdir()) == []
