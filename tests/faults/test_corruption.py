"""Any damage to any file of a home: nothing raises; what is whole arrives, the rest is counted."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulation.server import identity
from support.fakes import BEGAN, FakeClock
from support.homes import dead_runs

from exponea_game.journal import line
from exponea_game.journal import writer as journal
from exponea_game.player.identity import Identity, IdentityFile
from exponea_game.recovery.runs import Home
from exponea_game.system.disk import Disk
from faults.launches import Launch

many = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
LATER = 1000.0
"""Seconds between the last run of a prepared home and the launch after the damage."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A home: a run that was half delivered, one that crashed in a session, one with refusals."""
    home = tmp_path_factory.mktemp("corruption") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "SEGMENT_LIMIT", 3000)
        for number, clock in enumerate(FakeClock(began=BEGAN + n) for n in range(3)):
            game = Launch(home, clock=clock)
            game.server.state = "up" if number == 0 else "down"
            game.identify({"registered": "player"}, None, "{}", None)
            game.recorder.present()
            for part in range(4):
                game.track(100 * number + 5 * part, 100 * number + 5 * part + 5, size=300)
                game.look()
                if number == 0 and part == 1:
                    game.track(0, 1, "refused")
                    game.courier.step(flush=True)
                    game.server.state = "down"
            game.die()
    return home


def flip(data: bytes, place: int, length: int, chance: random.Random) -> bytes:
    flipped = bytes(byte ^ chance.randrange(1, 256) for byte in data[place : place + length])
    return data[:place] + flipped + data[place + length :]


def cut(data: bytes, place: int, length: int, chance: random.Random) -> bytes:
    return data[:place] + (data[place + length :] if chance.random() < 0.5 else b"")


def insert(data: bytes, place: int, length: int, chance: random.Random) -> bytes:
    return data[:place] + chance.randbytes(length) + data[place:]


def repeat(data: bytes, place: int, length: int, chance: random.Random) -> bytes:
    return data[:place] + data[place : place + length] * 2 + data[place + length :]


def waiting(home: Path) -> dict[str, list[line.Line]]:
    """The whole lines of each run, as far as the server does not have them."""
    found = {}
    for run in dead_runs(Home(home, Disk())):
        run.cursor.load()
        sent = run.cursor.seq
        files = sorted(run.folder.glob("*.jsonl"))
        lines = [whole for file in files for whole in line.lines(file.read_bytes())]
        found[run.name] = [whole for whole in lines if whole.seq > sent]
        Home(home, Disk()).release(run)
    return found


def commands(lines: list[line.Line]) -> set[str]:
    return {identity(json.loads(whole.command)) for whole in lines if whole.command}


def files(home: Path) -> list[Path]:
    return sorted(path.relative_to(home) for path in home.rglob("*") if path.is_file())


@given(data=st.data())
@settings(many, max_examples=150)
def test_damage_anywhere_costs_what_is_damaged_and_that_is_counted(prepared, data):
    damage = data.draw(st.sampled_from([flip, cut, insert, repeat]))
    name = data.draw(st.sampled_from(files(prepared)))
    original = (prepared / name).read_bytes()
    place = data.draw(st.integers(0, len(original)))
    length = data.draw(st.sampled_from([1, 2, 40, 700, 5000]))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(prepared, home)
        before = waiting(home)
        chance = random.Random(place)
        (home / name).write_bytes(damage(original, place, length, chance))
        after = waiting(home)

        game = Launch(home, clock=FakeClock(began=BEGAN + LATER))
        game.deliver()
        game.close()

        arrived = {*game.server.stored, *game.server.refused}
        assert set().union(*map(commands, after.values())) <= arrived
        if name.suffix == ".jsonl" and name.parts[0] == "runs":
            holes = sum(hole(before[run], after[run]) for run in before)
            assert sum(told["damaged"] for told in game.told) == holes
        if name.name != "identity.json":
            assert game.recorder.identity == player(prepared)


def hole(before: list[line.Line], after: list[line.Line]) -> int:
    """The commands that are gone, as far as something behind them is left to tell of them."""
    gone = {whole.seq for whole in before if whole.command} - {
        whole.seq for whole in after if whole.command
    }
    last = max((whole.seq for whole in after), default=0)
    return sum(seq <= last for seq in gone)


def player(home: Path) -> Identity:
    return IdentityFile(home, Disk()).load(0.0)


@given(place=st.integers(0, 2 * 16_384 - 1), mask=st.integers(1, 255))
@settings(many, max_examples=100)
def test_the_player_outlives_a_flip_in_the_file_that_tells_who_it_is(prepared, place, mask):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "identity.json"
        data = bytearray((prepared / file.name).read_bytes())
        data[place] ^= mask
        file.write_bytes(data)

        assert player(Path(folder)) == player(prepared)


def test_a_run_of_which_a_power_cut_has_left_zeros_is_told_as_a_loss(tmp_path):
    game = Launch(tmp_path)
    game.recorder.present()
    game.deliver()
    game.die()
    (segment,) = game.run.folder.glob("*.jsonl")
    segment.write_bytes(bytes(segment.stat().st_size))

    for _ in range(2):
        launch = Launch(tmp_path, server=game.server)
        launch.track(0, 1)
        launch.deliver()
        launch.close()

    assert [told["damaged"] for told in game.told] == [1]
    assert game.run.name not in {path.name for path in (tmp_path / "runs").iterdir()}
