"""The disk in memory does what the real one does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from exponea_game.system.disk import Disk
from exponea_game.testing.ram_disk import RamDisk

POSIX = [RamDisk] if sys.platform == "win32" else [Disk, RamDisk]
"""Disks on which an open file can be removed: not a real one of Windows."""


@pytest.fixture(params=[Disk, RamDisk])
def disk(request: pytest.FixtureRequest) -> Disk:
    return request.param()


@pytest.fixture
def folder(disk: Disk, tmp_path: Path) -> Path:
    disk.make_folder(tmp_path / "a" / "b")
    return tmp_path / "a" / "b"


def test_what_is_appended_is_read_at_any_offset(disk, folder):
    descriptor = disk.create(folder / "file")

    written = [disk.write(descriptor, data) for data in (b"one ", b"two ", b"three")]

    assert written == [4, 4, 5]
    assert disk.read(folder / "file", 4, 3) == b"two"
    assert disk.read(folder / "file", 8, 100) == b"three"
    assert disk.read(folder / "file", 100, 5) == b""
    assert disk.size(folder / "file") == 13
    disk.close(descriptor)


def test_bytes_are_overwritten_in_place_and_a_gap_is_filled_with_zeros(disk, folder):
    descriptor = disk.open(folder / "file")

    disk.write_at(descriptor, 4, b"later")
    disk.write_at(descriptor, 0, b"now")

    assert disk.read(folder / "file", 0, 100) == b"now\0later"
    assert disk.read(folder / "file", 4, 2) == b"la"
    disk.close(descriptor)


def test_folders_list_their_names_sorted(disk, folder):
    for name in ("b", "a"):
        disk.close(disk.create(folder / name))
    disk.make_folder(folder / "c" / "d")

    assert disk.names(folder) == ["a", "b", "c"]
    assert disk.names(folder / "nothing") == []


def test_a_file_is_made_once_and_in_a_folder_that_is_there(disk, folder):
    disk.close(disk.create(folder / "file"))

    with pytest.raises(FileExistsError):
        disk.create(folder / "file")
    with pytest.raises(FileNotFoundError):
        disk.create(folder / "nothing" / "file")
    with pytest.raises(FileNotFoundError):
        disk.read(folder / "other", 0, 1)
    assert (disk.has(folder / "file"), disk.has(folder / "other")) == (True, False)


@pytest.mark.parametrize("disk", POSIX, indirect=True)
def test_a_removed_file_lives_on_for_whoever_has_it_open(disk, folder):
    descriptor = disk.create(folder / "file")
    disk.write(descriptor, b"12345")

    disk.remove(folder / "file")
    disk.remove(folder / "file")

    assert disk.links(descriptor) == (0, 5)
    assert disk.names(folder) == []
    disk.close(descriptor)


def test_a_renamed_file_takes_the_place_of_another(disk, folder):
    for name in ("old", "new"):
        descriptor = disk.create(folder / name)
        disk.write(descriptor, name.encode())
        disk.close(descriptor)

    disk.rename(folder / "old", folder / "new")

    assert disk.names(folder) == ["new"]
    assert disk.read(folder / "new", 0, 10) == b"old"


def test_only_an_empty_folder_is_removed(disk, folder):
    disk.close(disk.create(folder / "file"))

    with pytest.raises(OSError, match="not empty"):
        disk.remove_folder(folder)
    disk.remove(folder / "file")
    disk.remove_folder(folder)

    assert disk.names(folder.parent) == []


def test_a_lock_keeps_others_out_until_it_is_given_up(disk, folder):
    lock = disk.lock(folder / "lock")

    assert disk.lock(folder / "lock") is None
    disk.unlock(lock)
    again = disk.lock(folder / "lock")

    assert again is not None
    disk.unlock(again)


def test_a_closed_descriptor_is_of_no_use(disk, folder):
    descriptor = disk.create(folder / "file")
    disk.close(descriptor)

    with pytest.raises(OSError, match="descriptor"):
        disk.write(descriptor, b"x")


def test_a_killed_process_has_no_locks():
    disk, path = RamDisk(), Path("/home/lock")
    disk.make_folder(path.parent)
    disk.lock(path)

    disk.kill()

    assert disk.lock(path) is not None
