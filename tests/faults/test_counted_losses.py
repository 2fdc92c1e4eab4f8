"""A disk that is full and a segment that others damage: what is lost is counted, to the event."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from faults.launches import Launch

KILOBYTE = 1000
"""Bytes that each event has beside its own."""

root_on_linux = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root on Linux may mount"
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX limit")


def run(*command: str | os.PathLike[str]) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


@pytest.fixture
def small(tmp_path):
    """A disk of 1 MB, mounted at a folder."""
    folder = tmp_path / "small"
    folder.mkdir()
    try:
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this root may not mount, as in many a container")
    yield folder
    run("umount", "--lazy", folder)


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


@root_on_linux
def test_on_a_full_disk_everything_arrives_from_memory(small, launch):
    game = launch(small / "home")

    game.track(0, 3000, size=KILOBYTE)
    game.look()

    assert game.journal.fault is not None
    game.deliver()
    assert game.numbers == list(range(3000))
    assert game.told == []


@root_on_linux
def test_what_fits_on_a_full_disk_outlives_the_game(small, launch):
    ballast = small / "ballast"
    ballast.write_bytes(b"x" * 100_000)
    first = launch(small / "home")
    first.server.state = "down"
    first.track(0, 3000, size=KILOBYTE)
    first.look()
    first.close()

    ballast.unlink()
    second = launch(small / "home")
    second.deliver()

    assert len(second.numbers) > 600
    assert is_prefix(second.numbers)


@root_on_linux
def test_once_the_disk_has_room_everything_is_on_it(small, launch):
    ballast = small / "ballast"
    ballast.write_bytes(b"x" * 800_000)
    first = launch(small / "home")
    first.track(0, 300, size=KILOBYTE)
    first.look()
    fault = first.journal.fault
    ballast.unlink()
    first.look()
    first.look()
    first.die()

    second = launch(small / "home")
    second.deliver()

    assert fault is not None
    assert second.numbers == list(range(300))


@root_on_linux
def test_what_neither_disk_nor_memory_holds_is_counted(small, launch):
    game = launch(small / "home")
    game.server.state = "down"
    game.track(0, 1500, size=KILOBYTE)
    game.look()
    game.track(1500, 13_000, size=KILOBYTE)
    game.server.state = "up"

    game.deliver()

    (told,) = game.told
    assert 0 < len(game.numbers) < 13_000
    assert told["damaged"] == 13_000 - len(game.numbers)


# A segment that another program cuts, deletes or scribbles on while it is in use


def segment(game: Launch) -> os.PathLike[str]:
    return max(game.run.folder.glob("*.jsonl"))


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def scribble(path):
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(500))


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

    damage(segment(game))
    intact = {
        json.loads(line)["cmd"]["data"]["properties"].get("number")
        for path in game.run.folder.glob("*.jsonl")
        for line in path.read_bytes().split(b"\n")
        if line.startswith(b'{"crc"') and line.endswith(b"}") and b'"number"' in line
    }
    game.look()
    game.track(100, 200)
    game.look()
    game.deliver()

    assert set(game.numbers) == intact | set(range(100, 200))
    lost = 200 - len(game.numbers) + (0 if "installation" in game.types else 1)
    assert [told["damaged"] for told in game.told] == [lost]
