from __future__ import annotations

import pytest
from fakes import BrokenDisk, command

from exponea_game.disk import Disk
from exponea_game.journal import Journal
from exponea_game.reader import Reader
from exponea_game.remains import conclude, remains

RUN = {"boot": "b", "elapsed": 5.5, "wall": 1.7e9}


@pytest.fixture
def folder(tmp_path):
    """A run that died after three commands and a proof of life."""
    journal = Journal(tmp_path, Disk(), RUN)
    journal.begin()
    journal.append(1.0, command("session_start"), '{"session":1}')
    journal.append(2.0, command("a"))
    journal.append(3.0, command("b"))
    journal.append(8.5)
    return tmp_path


def find(folder):
    return remains(Reader(folder, Disk(), live=False), Disk())


def tear(folder, number, size):
    path = folder / f"{number:08}.jsonl"
    path.write_bytes(path.read_bytes()[:-size])


def test_a_dead_run_left_its_will_its_clocks_and_its_last_sign_of_life(folder):
    found = find(folder)

    assert (found.seq, found.up) == (3, 8.5)
    assert (found.run, found.will) == (RUN, {"session": 1})


def test_a_torn_last_line_is_no_sign_of_life(folder):
    tear(folder, 1, 5)

    assert find(folder).up == 3.0


def test_a_will_that_was_annulled_owes_nothing(folder):
    journal = Journal(folder, Disk(), RUN, number=1, seq=3, up=8.5)
    journal.begin()
    journal.append(9.0, command("session_end"), "null")

    assert find(folder).will is None


def test_no_more_is_read_than_the_last_segments(folder, monkeypatch):
    for number in range(1, 5):
        up = 8.0 + number
        journal = Journal(folder, Disk(), RUN, number=number, seq=3, up=up, will='{"session":1}')
        journal.begin()
        journal.append(8.5 + number)
    read = []
    plain = Disk.read
    monkeypatch.setattr(Disk, "read", lambda d, path, *at: read.append(path) or plain(d, path, *at))

    found = find(folder)

    assert (found.seq, found.up, found.will) == (3, 12.5, {"session": 1})
    assert len(read) == 2


def test_a_segment_whose_first_line_is_torn_is_added_to_the_one_before(folder):
    (folder / "00000002.jsonl").write_bytes(b'{"crc":"00000000","seq":3,"up":9.0,"ru')

    found = find(folder)

    assert (found.seq, found.will) == (3, {"session": 1})


def test_a_will_whose_sessions_start_is_not_on_the_disk_is_void(folder):
    journal = Journal(folder, Disk(), RUN, number=1, seq=5, up=8.5, will="null")
    journal.begin()
    journal.append(9.0, None, '{"session":{"name":"a/2"}}')

    assert find(folder).will is None


def test_a_run_without_a_whole_first_line_left_nothing(tmp_path):
    (tmp_path / "00000001.jsonl").write_bytes(b"torn")

    assert find(tmp_path) is None


def test_one_line_pays_what_is_owed_and_annuls_the_will(folder):
    reader = Reader(folder, Disk(), live=False)

    conclude(reader, Disk(), find(folder), command("session_end"))

    found = find(folder)
    assert (found.seq, found.up, found.will) == (4, 8.5, None)
    assert reader.read(None).commands[-1] == command("session_end").encode()
    assert reader.closed


def test_a_run_that_another_one_pays_for_owes_no_command(folder):
    conclude(Reader(folder, Disk(), live=False), Disk(), find(folder), None)

    assert (find(folder).seq, find(folder).will) == (3, None)


@pytest.mark.parametrize("size", range(1, 60, 7))
def test_where_the_paying_line_is_torn_nothing_happened(folder, size):
    conclude(Reader(folder, Disk(), live=False), Disk(), find(folder), command("session_end"))

    tear(folder, 2, 1 + size)

    found = find(folder)
    assert (found.seq, found.will) == (3, {"session": 1})
    reader = Reader(folder, Disk(), live=False)
    conclude(reader, Disk(), found, command("session_end"))
    assert [c.count(b"session_end") for c in reader.read(None).commands] == [0, 0, 0, 1]


@pytest.mark.parametrize("broken", ["create", "write", "sync", "sync_folder"])
def test_a_payment_that_is_not_certain_to_be_kept_raises(folder, broken):
    disk = BrokenDisk()
    found = find(folder)
    disk.broken = {broken}
    reader = Reader(folder, disk, live=False)

    with pytest.raises(OSError, match="No space"):
        conclude(reader, disk, found, command("session_end"))

    assert not reader.closed
