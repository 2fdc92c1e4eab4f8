"""Locks that dead processes leave: they do not pile up, and none is taken from the living."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import ClassVar

from support.fakes import BEGAN, FakeClock

from exponea_game.delivery.outbox import TIDY
from exponea_game.journal.segments import LARGEST_SEGMENT
from exponea_game.recovery.adoption import adopt
from exponea_game.recovery.runs import LOCKS_AT_ONCE, Home
from exponea_game.system.disk import Disk
from faults.launches import Launch

LAUNCHES = 60


def names(home: Path) -> set[str]:
    return {path.name for path in (home / "runs").iterdir()}


def launch(home: Path, number: int) -> Launch:
    return Launch(home, clock=FakeClock(began=BEGAN + 1000.0 * number))


def test_over_many_launches_there_are_as_many_locks_as_runs(tmp_path):
    chance = random.Random(3)
    for number in range(LAUNCHES):
        game = launch(tmp_path, number)
        game.server.state = chance.choice(("up", "down", "down"))
        game.track(0, 5)
        game.look()
        game.courier.step(flush=True)
        game.die() if chance.random() < 0.5 else game.close()

        folders = {path.name for path in (tmp_path / "runs").iterdir() if path.is_dir()}
        assert names(tmp_path) <= folders | {f"{folder}.lock" for folder in folders}

    last = launch(tmp_path, LAUNCHES)
    last.deliver()
    last.close()
    assert names(tmp_path) == set()


def test_locks_without_a_run_are_swept_and_other_files_are_not(tmp_path):
    runs = tmp_path / "runs"
    runs.mkdir()
    for name in ("000007-3fa9c1.lock", "000123-abcdef.lock", "notes.lock", "000001-zz.lock"):
        (runs / name).touch()

    launch(tmp_path, 0).close()

    assert {"notes.lock", "000001-zz.lock"} <= names(tmp_path)
    assert not {"000007-3fa9c1.lock", "000123-abcdef.lock"} & names(tmp_path)


def test_the_lock_of_a_living_run_whose_folder_vanished_is_left_to_it(tmp_path):
    disk = Disk()
    (tmp_path / "runs").mkdir()
    living = disk.lock(tmp_path / "runs" / "000007-3fa9c1.lock")

    launch(tmp_path, 0).close()

    assert living is not None
    assert disk.links(living)[0] == 1
    disk.unlock(living)


class Slow(Disk):
    """Somebody else begins a run in the moment before its lone lock is removed."""

    def __init__(self, home: Path) -> None:
        self.home, self.tries = home, list[int | None]()

    def remove(self, path: Path) -> None:
        if path.name == "000007-3fa9c1.lock":
            self.tries.append(Disk().lock(path))
        super().remove(path)


def test_nobody_holds_a_lock_that_is_swept(tmp_path):
    home = Home(tmp_path, Slow(tmp_path))
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "000007-3fa9c1.lock").touch()

    adopt(home, FakeClock(), 60.0)

    swept, *late = home.disk.tries
    assert swept is None
    for lock in late:  # Windows removes it once it is given up, and not from whoever has it then
        assert Disk().links(lock)[0] == 1
        Disk().unlock(lock)
    again = Disk().lock(tmp_path / "runs" / "000007-3fa9c1.lock")
    assert again is not None
    assert Disk().links(again)[0] == 1
    Disk().unlock(again)


def test_very_many_stale_locks_cost_a_launch_a_few_and_go_by_and_by(tmp_path, monkeypatch):
    class Counting(Disk):
        """Counts what it is asked."""

        asked: ClassVar[Counter[str]] = Counter()

        def __getattribute__(self, name):
            Counting.asked[name] += 1
            return super().__getattribute__(name)

    (tmp_path / "runs").mkdir()
    for number in range(1, 1001):
        (tmp_path / "runs" / f"{number:06}-aaaaaa.lock").touch()

    game = Launch(tmp_path, clock=FakeClock(), disk=Counting())

    assert Counting.asked["lock"] < 2 * LOCKS_AT_ONCE
    assert Counting.asked["names"] < 20
    for _ in range(10):
        game.clock.now += TIDY
        game.courier.step(flush=True)
    assert names(tmp_path) == {game.run.name, f"{game.run.name}.lock"}
    game.close()


def test_a_segment_that_is_long_and_empty_costs_a_launch_what_one_of_ours_does(tmp_path):
    class Counting(Disk):
        """Counts the bytes that are read."""

        read_bytes = 0

        def read(self, path, offset, size):
            data = super().read(path, offset, size)
            Counting.read_bytes += len(data)
            return data

    run = tmp_path / "runs" / "000001-aaaaaa"
    run.mkdir(parents=True)
    with (run / "00000001.jsonl").open("wb") as file:
        file.truncate(900 << 20)

    game = Launch(tmp_path, clock=FakeClock(), disk=Counting())

    assert Counting.read_bytes < 2 * LARGEST_SEGMENT
    game.track(0, 1)
    game.die()
