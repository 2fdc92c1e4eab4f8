"""Locks and adoption, within one process: a lock that is taken twice is refused as between two."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading

import pytest
from support.fakes import BEGAN, FakeClock
from support.homes import dead_runs

from exponea_game.recovery import runs as home_module
from exponea_game.recovery.adoption import adopt
from exponea_game.recovery.runs import Home
from exponea_game.system.disk import Disk


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home", Disk())


def live(home, now=0.0):
    """A run and its journal, at a moment of the machine's time."""
    return home.begin(FakeClock(began=BEGAN + now))


def die(home, run):
    """What is left of a run whose process was killed: all but the lock."""
    home.disk.unlock(run.lock)


def test_a_run_has_a_folder_and_a_lock_of_the_users_own(home):
    run, _ = live(home)

    assert run.folder.is_dir()
    assert run.folder.name.startswith("000001-")
    if os.name != "nt":
        modes = [stat.S_IMODE(p.stat().st_mode) for p in [run.folder, home.folder, home.runs]]
        assert modes == [0o700] * 3


def test_runs_are_counted(home):
    names = [live(home)[0].name for _ in range(3)]

    assert [name.split("-")[0] for name in names] == ["000001", "000002", "000003"]
    assert home.names() == names


def test_a_run_that_lives_is_not_adopted(home):
    live(home)

    assert dead_runs(home) == []


def test_a_run_that_died_is_adopted_once(home):
    run, _ = live(home)
    die(home, run)

    first, second = dead_runs(home), dead_runs(home)

    assert [run.name for run in first] == [run.name]
    assert second == []


def test_a_run_whose_process_was_really_killed_is_adopted(home):
    code = (
        "import os, sys, time; from pathlib import Path;"
        "from exponea_game.recovery.runs import Home; from exponea_game.system.disk import Disk;"
        "from exponea_game.system.clock import Clock;"
        "run, _ = Home(Path(sys.argv[1]), Disk()).begin(Clock());"
        "print(run.name, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(home.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            name = process.stdout.readline().strip()
            assert dead_runs(home) == []
        finally:
            process.kill()

    assert [run.name for run in dead_runs(home)] == [name]


def test_foreign_names_are_no_runs(home):
    home.disk.make_folder(home.runs / "holiday pictures")
    (home.runs / "000001-abcdef.lock").touch()

    assert home.names() == []


def test_a_removed_run_leaves_neither_folder_nor_lock(home):
    run, journal = live(home)
    journal.close()

    home.release(run, remove=True)

    assert list(home.runs.iterdir()) == []


def test_two_starts_at_once_adopt_each_run_once(home, monkeypatch):
    monkeypatch.setattr(home_module, "PATIENCE", 60.0)  # on a busy machine each of them takes long
    for _ in range(5):
        run, _ = live(home)
        die(home, run)
    found = []

    def start():
        with home.alone() as alone:
            assert alone
            found.extend(run.name for run in adopt(home, FakeClock(), 60.0).runs)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == home.names()


def test_a_start_does_not_wait_for_ever_to_be_alone(home, monkeypatch):
    monkeypatch.setattr(home_module, "PATIENCE", 0.01)

    with home.alone() as first, home.alone() as second:
        assert (first, second) == (True, False)
    with home.alone() as third:
        assert third


def test_patience_is_counted_in_time_and_not_in_pauses(tmp_path):
    watch, pauses = FakeClock(), []

    def coarse(seconds):
        """A pause of Windows', which is as long as its clock's step."""
        pauses.append(seconds)
        watch.now += 0.0156

    waiting = Home(tmp_path, Disk(), pause=coarse, stopwatch=watch.elapsed)
    with Home(tmp_path, Disk()).alone(), waiting.alone() as alone:
        assert not alone

    assert watch.now == pytest.approx(home_module.PATIENCE, abs=0.0156)
    assert len(pauses) < home_module.PATIENCE / home_module.LOOK


def test_wiping_leaves_the_living_alone(home):
    dead, journal = live(home)
    die(home, dead)
    home.disk.close(journal._segment.descriptor)
    living, _ = live(home)
    for name in ("identity.json", "rejected.jsonl", "rejected.old", "sent.jsonl", "mine.txt"):
        (home.folder / name).touch()

    home.wipe()

    assert home.names() == [living.name]
    assert {path.name for path in home.folder.iterdir()} == {"runs", "mine.txt"}


def test_what_cannot_be_wiped_keeps_nothing_else(home, monkeypatch):
    for _ in range(2):
        run, journal = live(home)
        die(home, run)
        home.disk.close(journal._segment.descriptor)
    for name in ("identity.json", "sent.jsonl"):
        (home.folder / name).write_bytes(b"ada@example.com")
    first, second = home.names()
    identity = home.folder / "identity.json"
    held = {home.runs / first / "00000001.jsonl", identity}
    remove = home.disk.remove

    def unless_held(path):
        if path in held:
            raise PermissionError(errno.EACCES, "in use by a process", str(path))
        remove(path)

    monkeypatch.setattr(home.disk, "remove", unless_held)

    with pytest.raises(PermissionError):
        home.wipe()

    assert {path for path in home.folder.rglob("*") if path.is_file()} >= held
    assert identity.read_bytes() == b""
    assert not (home.runs / second).exists()
    assert not (home.folder / "sent.jsonl").exists()


def unlockable(monkeypatch, home, run):
    """Let the disk fail where a run is to be locked."""
    lock = home.disk.lock

    def failing(path):
        if path.stem == run:
            raise OSError(errno.EMFILE, "too many open files", str(path))
        return lock(path)

    monkeypatch.setattr(home.disk, "lock", failing)


def test_a_wipe_does_not_take_a_run_for_a_living_one_that_it_cannot_lock(home, monkeypatch):
    run, journal = live(home)
    die(home, run)
    home.disk.close(journal._segment.descriptor)
    unlockable(monkeypatch, home, run.name)

    with pytest.raises(OSError, match="too many open files"):
        home.wipe()


def test_who_delivers_tries_again_to_lock_a_run_that_the_disk_does_not_let_them(home, monkeypatch):
    run, _ = live(home)
    die(home, run)
    dead = home.run(run.name)

    with monkeypatch.context() as broken:
        unlockable(broken, home, run.name)
        assert not home.hold(dead)

    assert home.hold(dead)


def test_a_stale_lock_that_the_disk_does_not_give_keeps_no_other(home, monkeypatch):
    home.disk.make_folder(home.runs)
    for name in ("000007-3fa9c1", "000123-abcdef"):
        (home.runs / f"{name}.lock").touch()
    unlockable(monkeypatch, home, "000007-3fa9c1")

    home.sweep_locks()

    assert [path.stem for path in home.runs.iterdir()] == ["000007-3fa9c1"]


@pytest.mark.parametrize("beside", ["nobody", "another game", "a file of somebody's"])
def test_a_run_that_leaves_takes_along_what_nobody_else_needs(home, beside):
    run, journal = live(home)
    other = live(home)[0] if beside == "another game" else None
    if beside == "a file of somebody's":
        (home.folder / "notes.txt").touch()
    journal.close()

    home.vacate(run)

    left = sorted(str(path.relative_to(home.folder)) for path in home.folder.rglob("*"))
    if other is None:
        assert left == (["notes.txt"] if beside == "a file of somebody's" else [])
        assert home.folder.exists() == (beside != "nobody")
    else:
        assert home.names() == [other.name]
        assert "home.lock" in left
