"""Disks that are full, slow, read-only or gone; segments that others damage: all of them real."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from simulation.server import identity
from support.fakes import BEGAN, FakeClock, journaled

from exponea_game.system.disk import Disk
from faults.launches import Launch
from faults.small import WAYS, freeze, run, small_disk

KILOBYTE = 1000
"""Bytes that each event has beside its own."""

posix = pytest.mark.skipif(
    sys.platform == "win32",
    reason="Windows, and Wine with it, limits no program's files and mounts no disk in memory",
)


@pytest.fixture(params=WAYS)
def small(request, tmp_path):
    """A disk that is soon full; both ways of having one are tried."""
    with small_disk(tmp_path / "small", request.param) as disk:
        yield disk


@pytest.fixture
def launch(request):
    """Launches of a game that are ended with the test."""

    def launch(home, **options):
        made = Launch(home, **options)
        request.addfinalizer(made.close)
        return made

    return launch


def is_prefix(numbers: list[int]) -> bool:
    return numbers == list(range(len(numbers)))


# A full disk


@posix
def test_on_a_full_disk_everything_arrives_from_memory(small, launch):
    game = launch(small.folder / "home")

    game.track(0, 3000, size=KILOBYTE)
    game.look()

    assert game.journal.fault is not None
    game.deliver()
    assert game.numbers == list(range(3000))
    assert game.told == []


@posix
def test_what_fits_on_a_full_disk_outlives_the_game(small, launch):
    first = launch(small.folder / "home")
    first.server.state = "down"
    first.track(0, 3000, size=KILOBYTE)
    first.look()
    first.close()

    small.make_room()
    second = launch(small.folder / "home")
    second.deliver()

    assert 600 < len(second.numbers) < 3000
    assert is_prefix(second.numbers)


@posix
def test_once_the_disk_has_room_everything_is_on_it(small, launch):
    first = launch(small.folder / "home")
    first.track(0, 2000, size=KILOBYTE)
    first.look()
    fault = first.journal.fault
    small.make_room()
    first.look()
    first.look()
    first.die()

    second = launch(small.folder / "home")
    second.deliver()

    assert fault is not None
    assert second.numbers == list(range(2000))


@posix
def test_what_neither_disk_nor_memory_holds_is_counted(small, launch):
    game = launch(small.folder / "home")
    game.server.state = "down"
    game.track(0, 1500, size=KILOBYTE)
    game.look()
    game.track(1500, 13_000, size=KILOBYTE)
    game.server.state = "up"

    game.deliver()

    (told,) = game.told
    assert 0 < len(game.numbers) < 13_000
    assert told["damaged"] == 13_000 - len(game.numbers)


def leave_runs(launch, home):
    """A run that ended well, and then one that was killed in a session; nothing was sent."""
    for number, ends in enumerate((True, False)):
        game = launch(home, clock=FakeClock(began=BEGAN + 1000 * number))
        game.server.state = "down"
        game.recorder.present()
        game.track(100 * number, 100 * number + 100)
        game.look()
        game.close() if ends else game.die()


@posix
def test_a_disk_that_is_full_at_launch_keeps_back_only_who_owes_a_session_end(small, launch):
    leave_runs(launch, small.folder / "home")
    small.fill()

    game = launch(small.folder / "home", clock=FakeClock(began=BEGAN + 5000))
    game.track(200, 210)
    game.look()
    game.deliver()

    assert game.numbers == [*range(100), *range(200, 210)]
    small.make_room()
    for _ in range(3):
        game.wait(1.0)
        game.deliver()
    assert sorted(game.numbers) == list(range(210))
    assert game.types.count("session_start") == game.types.count("session_end") == 2
    assert set(game.server.received.values()) == {1}
    assert game.told == []


class NoNewNames(Disk):
    """A full disk on which a folder takes room as well."""

    def make_folder(self, folder):
        if not folder.exists():
            raise OSError(errno.ENOSPC, "No space left on device")

    def create(self, path):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_without_room_for_a_folder_earlier_runs_are_delivered_as_well(tmp_path, launch):
    leave_runs(launch, tmp_path)
    game = launch(tmp_path, clock=FakeClock(began=BEGAN + 5000), disk=NoNewNames())
    game.track(200, 210)
    game.look()
    game.deliver()
    assert game.numbers == [*range(100), *range(200, 210)]
    game.die()

    later = launch(tmp_path, clock=FakeClock(began=BEGAN + 9000), server=game.server)
    later.deliver()

    assert sorted(later.numbers) == list(range(210))
    assert later.types.count("session_start") == later.types.count("session_end") == 2
    assert set(later.server.received.values()) == {1}
    later.close()
    assert list((tmp_path / "runs").iterdir()) == []


HELD_BACK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
import exponea_game
tracker = exponea_game.Tracker(strict=True, flush_mode="manual", home=sys.argv[1])
for number in range(400):
    tracker.track_event("numbered", {"number": number, "more": "x" * 1000})
engine = tracker._life.engine
assert engine.journal.fault is not None
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@posix
def test_a_file_that_may_not_grow_is_a_full_disk(tmp_path, launch):
    run(sys.executable, "-c", HELD_BACK, tmp_path)

    game = launch(tmp_path)
    game.deliver()

    assert game.numbers == list(range(400))


# A folder that turns read-only or vanishes


@pytest.fixture
def frozen(tmp_path):
    """A home that can be made read-only, and is writable again at the end."""
    (tmp_path / "home").mkdir()
    yield tmp_path / "home"
    freeze(tmp_path / "home", thaw=True)


@posix
def test_a_folder_that_turns_read_only_costs_nothing_but_the_safety(launch, frozen):
    game = launch(frozen)
    game.track(0, 50)
    game.look()

    freeze(frozen)
    game.track(50, 100)
    game.look()
    game.deliver()

    assert game.numbers == list(range(100))
    freeze(frozen, thaw=True)
    game.track(100, 150)
    game.look()
    game.deliver()
    assert game.numbers == list(range(150))
    assert game.told == []


@posix
def test_a_home_that_is_read_only_from_the_start_delivers_from_memory(small, launch):
    (small.folder / "home").mkdir()
    small.freeze()
    game = launch(small.folder / "home")

    game.recorder.present()
    game.track(0, 50)
    game.recorder.quit(hold=False)
    game.deliver()

    assert game.run.lock is None
    assert game.types == ["installation", "session_start", *["numbered"] * 50, "session_end"]


@posix
@pytest.mark.parametrize("gone", ["home", "home/runs"])
def test_a_folder_that_vanishes_takes_what_it_had_and_nothing_more(tmp_path, launch, gone):
    game = launch(tmp_path / "home")
    game.track(0, 50)
    game.look()
    shutil.rmtree(tmp_path / gone)
    game.look()
    cookie = game.recorder.identity.cookie

    game.track(50, 100)
    game.look()
    game.die()

    next_game = launch(tmp_path / "home")
    next_game.deliver()
    assert set(range(50, 100)) <= set(next_game.numbers)
    arrived = {command["data"]["customer_ids"]["cookie"] for command in stored(next_game)}
    assert cookie in arrived


def stored(game: Launch) -> list[dict]:
    return list(game.server.stored.values())


# A segment that another program cuts, deletes or scribbles on while it is in use


def segment(game: Launch) -> os.PathLike[str]:
    return max(game.run.folder.glob("*.jsonl"))


def lines(game: Launch) -> set[bytes]:
    return {
        line for path in game.run.folder.glob("*.jsonl") for line in path.read_bytes().split(b"\n")
    }


def number(line: bytes) -> int:
    return json.loads(line)["cmd"]["data"]["properties"]["number"]


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def scribble(path):
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(random.Random(9).randbytes(500))


def empty(path):
    os.truncate(path, 0)


def delete(path):
    path.unlink()


@posix
@pytest.mark.parametrize("damage", [cut, scribble, empty, delete])
def test_a_damaged_segment_costs_what_was_damaged_and_that_is_counted(tmp_path, launch, damage):
    game = launch(tmp_path)
    game.track(0, 100)
    game.look()

    before = lines(game)
    damage(segment(game))
    intact = {number(line) for line in before & lines(game) if b'"number"' in line}
    game.look()
    game.track(100, 200)
    game.look()
    game.deliver()

    assert set(game.numbers) == intact | set(range(100, 200))
    lost = 200 - len(game.numbers) + (0 if "installation" in game.types else 1)
    assert [told["damaged"] for told in game.told] == [lost]


# A slow disk


class SlowDisk(Disk):
    """Takes its time for each write and sync."""

    def __init__(self) -> None:
        self.writes_of_callers = self.slow = 0

    def write(self, descriptor: int, data: bytes) -> int:
        self.writes_of_callers += data.count(b"\n") == 1
        if self.slow:
            time.sleep(0.02)
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        if self.slow:
            time.sleep(0.05)
        super().sync(descriptor)


def test_a_slow_disk_costs_a_frame_once_and_loses_nothing(tmp_path, launch):
    disk = SlowDisk()
    game = launch(tmp_path, disk=disk)
    disk.slow, disk.writes_of_callers = 1, 0

    game.track(0, 2000)

    assert disk.writes_of_callers == 1
    game.journal.catch_up()
    game.look()
    game.die()
    next_game = launch(tmp_path)
    next_game.deliver()
    assert next_game.numbers == list(range(2000))
    assert len(set(map(identity, stored(next_game)))) == 2001


KILLED_AFTER_A_STALL = """
import os, sys, time
from pathlib import Path

from exponea_game import Tracker
from exponea_game.system.disk import Disk

tracker = Tracker(home=Path(sys.argv[1]), environment="test")
tracker.track_event("numbered", {"number": 0})


def slow(descriptor, data):
    Disk.write = staticmethod(os.write)
    time.sleep(0.02)
    return os.write(descriptor, data)


Disk.write = staticmethod(slow)
urgent = tracker._life.engine.journal.urgent
for number in range(1, 30):
    tracker.track_event("numbered", {"number": number})
deadline = time.monotonic() + 2.0
while urgent.is_set() and time.monotonic() < deadline:
    time.sleep(0.001)
tracker.track_event("numbered", {"number": 30})
os.kill(os.getpid(), 9)
"""


@posix
def test_a_disk_that_was_slow_once_takes_the_next_call_whose_event_survives_a_kill(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED_AFTER_A_STALL, str(tmp_path)], check=False)

    kept = [c["data"]["properties"]["number"] for c in journaled(tmp_path) if "numbered" in str(c)]
    assert kept == list(range(31))


KILLED_WHILE_THE_DISK_HANGS = """
import os, sys, time
from pathlib import Path

from exponea_game import Tracker
from exponea_game.system.disk import Disk

tracker = Tracker(home=Path(sys.argv[1]), environment="test")
tracker.track_event("numbered", {"number": 0})
stalls = [0.02, 60.0]


def slow(descriptor, data):
    written = os.write(descriptor, data) if len(stalls) == 2 else None
    time.sleep(stalls.pop(0))
    return written


Disk.write = staticmethod(slow)
for number in range(1, 30):
    tracker.track_event("numbered", {"number": number})
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(Disk.shared_memory is None, reason="no memory outlives a process here")
def test_what_a_kill_takes_while_the_disk_hangs_is_counted_at_the_next_launch(tmp_path, launch):
    home = tmp_path / "home"
    subprocess.run([sys.executable, "-c", KILLED_WHILE_THE_DISK_HANGS, str(home)], check=False)
    (run,) = (home / "runs").glob("*.lock")
    tallies = f"exponea_game-{run.stem}-*"
    assert list(Path(Disk.shared_memory).glob(tallies))

    next_game = launch(home)
    next_game.deliver()

    assert next_game.numbers == [0, 1]
    assert [told["events"] + told["damaged"] for told in next_game.told] == [28]
    assert not list(Path(Disk.shared_memory).glob(tallies))
