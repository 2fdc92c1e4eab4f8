from __future__ import annotations

import pytest

from exponea_game.journal.tally import Tally
from exponea_game.system.disk import Disk
from exponea_game.testing.ram_disk import RamDisk


@pytest.fixture
def disk(tmp_path):
    """A disk beside which there is memory that outlives a process."""
    disk = Disk()
    disk.shared_memory = str(tmp_path)
    return disk


def test_what_waited_last_is_known_to_the_next_launch(disk, tmp_path):
    run = tmp_path / "runs" / "000001-aaaaaa"
    dead = Tally(run, disk)
    dead.note(998)
    dead.note(1000)
    dead.close()

    assert Tally(run, disk).read() == 1000


def test_a_run_of_the_same_name_in_another_home_is_another(disk, tmp_path):
    Tally(tmp_path / "a" / "000001-aaaaaa", disk).note(7)

    assert Tally(tmp_path / "b" / "000001-aaaaaa", disk).read() == 0


def test_where_nothing_waited_there_is_no_file(disk, tmp_path):
    tally = Tally(tmp_path / "000001-aaaaaa", disk)

    assert tally.read() == 0
    tally.remove()
    assert list(tmp_path.iterdir()) == []


def test_it_is_removed_with_the_run(disk, tmp_path):
    tally = Tally(tmp_path / "000001-aaaaaa", disk)
    tally.note(7)

    tally.remove()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff" * 16, b"9" * 16])
def test_what_cannot_be_understood_counts_nothing(disk, tmp_path, content):
    tally = Tally(tmp_path / "000001-aaaaaa", disk)
    tally.note(7)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)

    assert tally.read() == 0


def test_without_such_memory_nothing_is_noted(tmp_path):
    disk = RamDisk()
    tally = Tally(tmp_path / "000001-aaaaaa", disk)

    tally.note(7)

    assert tally.read() == 0
    assert not disk.files


def test_where_it_cannot_be_written_the_game_goes_on(disk, tmp_path):
    disk.shared_memory = str(tmp_path / "gone")
    tally = Tally(tmp_path / "000001-aaaaaa", disk)

    tally.note(7)

    assert tally.read() == 0
