"""What Windows does to files, on a real Windows or under Wine."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from support.holding import Hold

from exponea_game.system import windows_files
from exponea_game.system.disk import Disk
from exponea_game.system.threads import Threads
from exponea_game.system.windows_files import HOLD_PATIENCE, HOLD_PAUSE, flush, insist


@pytest.fixture
def disk():
    return Disk()


def on_a_thread_of_the_library(work):
    """What a piece of work returns or raises there."""
    results = []

    def run():
        try:
            results.append(work())
        except OSError as error:
            results.append(error)

    threads = Threads(tidy=lambda: None)
    threads.start("at work", run)
    threads.threads[0].join(10)
    return results[0]


class Held:
    """An operation that another program keeps from a file for some times."""

    def __init__(self, monkeypatch, times):
        self.times, self.tried, self.seconds = times, 0, 0.0
        monkeypatch.setattr(windows_files, "is_held", lambda error: True)
        monkeypatch.setattr(windows_files, "pause", self.pause)
        monkeypatch.setattr(windows_files, "stopwatch", lambda: self.seconds)

    def pause(self, seconds):
        self.seconds += seconds

    def read(self):
        self.tried += 1
        if self.tried <= self.times:
            raise PermissionError(errno.EACCES, "Permission denied")
        return b"content"


def test_a_file_that_another_program_holds_is_asked_for_again(monkeypatch):
    held = Held(monkeypatch, times=5)

    assert insist(held.read) == b"content"
    assert held.tried == 6


def test_a_file_that_is_held_for_long_is_given_up_after_half_a_second(monkeypatch):
    held = Held(monkeypatch, times=1000)

    with pytest.raises(PermissionError):
        insist(held.read)

    assert held.seconds == pytest.approx(HOLD_PATIENCE, abs=HOLD_PAUSE)


def test_what_the_system_forbids_is_asked_for_once(tmp_path, monkeypatch):
    monkeypatch.setattr(windows_files, "pause", None)

    with pytest.raises(PermissionError):
        insist(lambda: os.open(tmp_path, os.O_RDONLY))  # a folder


def test_no_thread_of_the_game_waits_for_a_file_that_is_held(disk, tmp_path, monkeypatch):
    monkeypatch.setattr(windows_files, "pause", None)
    path = tmp_path / "held"
    path.write_bytes(b"content")
    hold = Hold(path)

    with pytest.raises(PermissionError):
        disk.read(path, 0, 10)

    hold.let_go()


OPERATIONS = {
    "read": lambda disk, held, other: disk.read(held, 0, 10),
    "open": lambda disk, held, other: disk.close(disk.open(held)),
    "lock": lambda disk, held, other: disk.unlock(disk.lock(held)),
    "remove": lambda disk, held, other: disk.remove(held),
    "rename": lambda disk, held, other: disk.rename(held, other),
    "take its name": lambda disk, held, other: disk.rename(other, held),
}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_what_a_virus_scanner_holds_is_had_when_it_lets_go(disk, tmp_path, monkeypatch, operation):
    held, other = tmp_path / "held", tmp_path / "other"
    for path in (held, other):
        path.write_bytes(b"content")
    hold, waited = Hold(held), []

    def let_go(_):
        waited.append(True)
        hold.let_go()

    monkeypatch.setattr(windows_files, "pause", let_go)
    outcome = on_a_thread_of_the_library(lambda: operation(disk, held, other))
    hold.let_go()

    assert not isinstance(outcome, OSError), outcome
    assert waited == [True]


def test_a_flush_puts_on_the_disk_what_was_written_through_the_descriptor(disk, tmp_path):
    descriptor = disk.create(tmp_path / "x")
    disk.write(descriptor, b"content")

    flush(descriptor)

    assert (tmp_path / "x").read_bytes() == b"content"
    disk.write(descriptor, b" and more")
    disk.close(descriptor)
    assert (tmp_path / "x").read_bytes() == b"content and more"


class Slow:
    """The system's functions, whose flush takes as long as a test wants."""

    def __init__(self):
        self.real, self.flushing, self.done = windows_files._kernel32, [], threading.Event()

    def __getattr__(self, name):
        return getattr(self.real, name)

    def FlushFileBuffers(self, handle):  # noqa: N802 - the system's name
        self.flushing.append(handle)
        return self.done.wait(10)


def test_a_flush_uses_another_handle_than_writes_do(disk, tmp_path, monkeypatch):
    slow = Slow()
    monkeypatch.setattr(windows_files, "_kernel32", slow)
    descriptor = disk.create(tmp_path / "x")
    thread = threading.Thread(target=disk.sync, args=(descriptor,))

    thread.start()
    disk.write(descriptor, b"content")
    slow.done.set()
    thread.join()

    assert slow.flushing
    assert windows_files.msvcrt.get_osfhandle(descriptor) not in slow.flushing
    disk.close(descriptor)


def test_a_drive_that_gives_no_second_handle_is_flushed_all_the_same(disk, tmp_path, monkeypatch):
    synced = []
    slow = Slow()
    slow.ReOpenFile = lambda *_: windows_files._NO_HANDLE
    monkeypatch.setattr(windows_files, "_kernel32", slow)
    monkeypatch.setattr(os, "fsync", synced.append)
    descriptor = disk.create(tmp_path / "x")

    disk.sync(descriptor)

    assert synced == [descriptor]
    disk.close(descriptor)


def test_a_flush_that_fails_is_an_error(disk, tmp_path, monkeypatch):
    slow = Slow()
    slow.FlushFileBuffers = lambda _: 0
    monkeypatch.setattr(windows_files, "_kernel32", slow)
    descriptor = disk.create(tmp_path / "x")

    with pytest.raises(OSError):
        disk.sync(descriptor)

    disk.close(descriptor)


def test_folders_are_made_for_whoever_may_enter_the_one_above(disk, tmp_path, monkeypatch):
    modes = []
    monkeypatch.setattr(Path, "mkdir", lambda self, mode=0o777, **_: modes.append(mode))

    disk.make_folder(tmp_path / "a" / "b")

    assert modes == [0o777, 0o777]
