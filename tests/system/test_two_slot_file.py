from __future__ import annotations

import pytest
from support.fakes import BrokenDisk

from exponea_game.system.disk import Disk
from exponea_game.system.two_slot_file import TwoSlotFile

SIZE = 256


@pytest.fixture
def path(tmp_path):
    return tmp_path / "value.json"


def written(path, *values):
    slots = TwoSlotFile(path, SIZE, Disk())
    for value in values:
        slots.write(value)
    slots.close()


def test_without_a_file_there_is_no_value(path):
    assert TwoSlotFile(path, SIZE, Disk()).read() is None
    assert not path.exists()


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_the_last_value_counts(path, count):
    written(path, *range(count))

    assert TwoSlotFile(path, SIZE, Disk()).read() == count - 1
    assert path.stat().st_size <= 2 * SIZE


def test_a_later_writer_goes_on_where_the_earlier_one_was(path):
    written(path, "a", "b", "c")
    slots = TwoSlotFile(path, SIZE, Disk())
    slots.read()

    slots.write("d")

    assert TwoSlotFile(path, SIZE, Disk()).read() == "d"


@pytest.mark.parametrize("length", range(0, SIZE, 16))
def test_a_torn_write_leaves_the_value_before(path, length):
    written(path, {"n": 1}, {"n": 2})
    before = path.read_bytes()
    written_later = TwoSlotFile(path, SIZE, Disk())
    written_later.read()
    written_later.write({"n": 3})
    after = path.read_bytes()
    torn = after[SIZE : SIZE + length] + before[SIZE + length :]
    path.write_bytes(after[:SIZE] + torn)  # the third value goes to the second slot

    assert TwoSlotFile(path, SIZE, Disk()).read() in ({"n": 2}, {"n": 3})


@pytest.mark.parametrize("damage", [b"", b"\0" * 2 * SIZE, b"[" * 2 * SIZE, b'{"crc":1}' * 60])
def test_with_both_slots_damaged_there_is_no_value(path, damage):
    path.write_bytes(damage)

    assert TwoSlotFile(path, SIZE, Disk()).read() is None


def test_a_value_that_does_not_fit_is_refused_and_harms_nothing(path):
    written(path, "fits")
    slots = TwoSlotFile(path, SIZE, Disk())

    with pytest.raises(ValueError, match=r"value\.json: \d+ bytes do not fit into 256"):
        slots.write("x" * SIZE)

    assert slots.read() == "fits"


def test_a_broken_disk_is_told_as_such(path):
    disk = BrokenDisk()
    slots = TwoSlotFile(path, SIZE, disk)
    disk.broken = {"open"}

    with pytest.raises(OSError, match="No space"):
        slots.write("x")


def test_what_a_failed_sync_may_have_forgotten_is_written_once_more_before_the_next(path):
    disk = BrokenDisk()
    slots = TwoSlotFile(path, SIZE, disk)
    slots.write("a")
    slots.write("b")
    disk.broken = {"sync"}
    with pytest.raises(OSError, match="No space"):
        slots.sync()
    with pytest.raises(OSError, match="No space"):
        slots.sync()
    path.write_bytes(b"\0" * 2 * SIZE)

    disk.broken = frozenset()
    slots.sync()

    assert TwoSlotFile(path, SIZE, Disk()).read() == "b"
