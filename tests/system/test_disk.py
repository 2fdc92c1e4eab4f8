from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from exponea_game.system import disk as disk_module
from exponea_game.system.disk import Disk


@pytest.fixture
def disk():
    return Disk()


def test_a_lock_is_held_by_one_alone_until_it_is_given_up(disk, tmp_path):
    path = tmp_path / "a.lock"

    first = disk.lock(path)
    assert first is not None
    assert disk.lock(path) is None

    disk.unlock(first)
    assert disk.lock(path) is not None


def test_a_lock_does_not_keep_the_file_from_being_read(disk, tmp_path):
    path = tmp_path / "a.lock"
    path.write_bytes(b"content")
    disk.lock(path)

    assert disk.read(path, 0, 100) == b"content"


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no file that is open")
def test_a_lock_on_a_file_that_was_removed_meanwhile_is_none(disk, tmp_path, monkeypatch):
    path = tmp_path / "a.lock"
    plain = disk.open

    def open_and_lose(path):
        descriptor = plain(path)
        path.unlink()
        return descriptor

    monkeypatch.setattr(disk, "open", open_and_lose)

    assert disk.lock(path) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_all_folders_and_files_that_are_made_are_the_users_alone(disk, tmp_path):
    folder = tmp_path / "a" / "b" / "c"
    disk.make_folder(folder)
    os.close(disk.create(folder / "x"))
    os.close(disk.open(folder / "y"))

    made = [tmp_path / "a", tmp_path / "a" / "b", folder, folder / "x", folder / "y"]
    modes = [stat.S_IMODE(path.stat().st_mode) for path in made]
    assert modes == [0o700, 0o700, 0o700, 0o600, 0o600]


def test_making_a_folder_that_is_there_changes_nothing(disk, tmp_path):
    disk.make_folder(tmp_path)
    disk.make_folder(tmp_path)

    assert disk.names(tmp_path) == []


def test_a_new_file_must_be_new(disk, tmp_path):
    os.close(disk.create(tmp_path / "x"))

    with pytest.raises(FileExistsError):
        disk.create(tmp_path / "x")


def test_writing_appends_and_overwriting_stays_in_place(disk, tmp_path):
    created = disk.create(tmp_path / "x")
    disk.write(created, b"one")
    disk.write(created, b"two")
    disk.sync(created)
    disk.sync_folder(tmp_path)
    opened = disk.open(tmp_path / "x")
    disk.write_at(opened, 3, b"TWO")

    assert disk.read(tmp_path / "x", 0, 100) == b"oneTWO"
    assert disk.read(tmp_path / "x", 2, 2) == b"eT"
    assert disk.size(tmp_path / "x") == 6
    assert disk.links(opened) == (1, 6)
    disk.close(created)
    disk.close(opened)


def test_a_whole_file_is_read_into_no_more_room_than_it_needs(disk, tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_bytes(b"one line\n" * 1000)
    asked, plain = [], disk.read

    def read(path, offset, size):
        asked.append(size)
        return plain(path, offset, size)

    monkeypatch.setattr(disk, "read", read)

    assert disk.read_all(path) == path.read_bytes()
    assert asked == [9000]


def test_a_file_that_is_none_of_ours_is_read_up_to_a_limit(disk, tmp_path, monkeypatch):
    monkeypatch.setattr("exponea_game.system.disk.LONGEST", 5)
    (tmp_path / "x").write_bytes(b"much longer")

    assert disk.read_all(tmp_path / "x") == b"much "


def test_a_folder_that_is_not_there_holds_no_names(disk, tmp_path):
    assert disk.names(tmp_path / "nowhere") == []


def test_removing_what_is_not_there_is_no_fault(disk, tmp_path):
    disk.remove(tmp_path / "nothing")

    assert disk.names(tmp_path) == []


def test_what_is_discarded_while_another_has_it_open_holds_nothing(disk, tmp_path):
    path = tmp_path / "identity.json"
    descriptor = disk.open(path)
    disk.write(descriptor, b"ada@example.com")

    disk.discard(path)

    assert not path.exists() or path.read_bytes() == b""
    disk.close(descriptor)


@pytest.mark.skipif(os.name == "nt", reason="Windows syncs no folder")
def test_syncing_a_folder_that_is_not_there_fails(disk, tmp_path):
    with pytest.raises(FileNotFoundError):
        disk.sync_folder(tmp_path / "x")


def failing(number):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.fixture
def written(disk, tmp_path):
    descriptor = disk.open(tmp_path / "x")
    disk.write(descriptor, b"one")
    yield descriptor
    disk.close(descriptor)


@pytest.mark.skipif(os.name == "nt", reason="Windows has a call of its own")
@pytest.mark.parametrize("name", ["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "ENOTTY"])
def test_syncing_asks_for_no_more_where_a_file_system_knows_none(
    disk, tmp_path, written, monkeypatch, name
):
    for call in ("fdatasync", "fsync"):
        monkeypatch.setattr(disk_module.os, call, failing(getattr(errno, name)), raising=False)

    disk.sync(written)
    disk.sync_folder(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has a call of its own")
@pytest.mark.parametrize("name", ["EIO", "ENOSPC", "EDQUOT", "EBADF"])
def test_syncing_that_fails_is_a_fault(disk, tmp_path, written, monkeypatch, name):
    for call in ("fdatasync", "fsync"):
        monkeypatch.setattr(disk_module.os, call, failing(getattr(errno, name)), raising=False)

    for sync in (lambda: disk.sync(written), lambda: disk.sync_folder(tmp_path)):
        with pytest.raises(OSError, match=re.escape(os.strerror(getattr(errno, name)))):
            sync()


class WindowsSaysError(OSError):
    """An error of Windows', all of which Python numbers alike."""

    def __init__(self, winerror):
        super().__init__(errno.EINVAL, "it says no")
        self.winerror = winerror


@pytest.mark.parametrize(("code", "raises"), [(1, False), (50, False), (1117, True)])
def test_syncing_that_fails_on_windows_is_told_from_one_that_is_unknown(code, raises):
    with pytest.raises(OSError) if raises else nullcontext(), disk_module._as_far_as_known():
        raise WindowsSaysError(code)


@pytest.fixture
def macos(monkeypatch):
    """Put the disk on macOS, where a full sync fails with a number; returns what is synced else."""
    synced = []

    def fail_with(number):
        full = SimpleNamespace(fcntl=failing(number), F_FULLFSYNC=51)
        monkeypatch.setattr(disk_module, "sys", SimpleNamespace(platform="darwin"))
        monkeypatch.setattr(disk_module, "fcntl", full)
        own = SimpleNamespace(fsync=synced.append, close=os.close)
        monkeypatch.setattr(disk_module, "os", own)
        return synced

    return fail_with


@pytest.mark.skipif(os.name == "nt", reason="Windows has a call of its own")
def test_syncing_a_network_drive_on_macos_goes_as_far_as_it_can(disk, written, macos):
    synced = macos(errno.ENOTSUP)

    disk.sync(written)

    assert synced == [written]


@pytest.mark.skipif(os.name == "nt", reason="Windows has a call of its own")
def test_syncing_a_drive_that_fails_on_macos_is_a_fault(disk, written, macos):
    synced = macos(errno.EIO)

    with pytest.raises(OSError, match=re.escape(os.strerror(errno.EIO))):
        disk.sync(written)

    assert synced == []


def test_all_troubles_are_os_errors(disk, tmp_path):
    for act in (
        lambda: disk.size(tmp_path / "x"),
        lambda: disk.read(tmp_path / "x", 0, 1),
        lambda: disk.remove_folder(tmp_path / "x"),
        lambda: disk.rename(tmp_path / "x", tmp_path / "y"),
        lambda: disk.write(10_000, b""),
        lambda: disk.links(10_000),
    ):
        with pytest.raises(OSError):
            act()


@pytest.mark.skipif(os.name == "nt", reason="a link needs rights there")
def test_folders_are_told_without_files_and_without_links(disk, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")

    assert disk.folders(tmp_path) == ["a", "b"]
    assert disk.folders(tmp_path / "nowhere") == disk.folders(tmp_path / "file") == []
