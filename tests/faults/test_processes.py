"""Real processes, really killed; several at once on one home."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from exponea_game.collector import Collector

from .conftest import deliver_all, sessions, shots
from .zygote import FORKS, Zygote

KILLS = 200 if FORKS else 20
AT_ONCE = 50 if FORKS else 10
TOGETHER = 10
"""Games that are killed at once, and started again at once."""
DEAD = "http://127.0.0.1:9"
"""Nobody listens there."""


def events(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines if line.startswith("event")]


@pytest.mark.parametrize("online", [True, False])
def test_no_event_is_lost_that_was_tracked_before_a_kill(
    tmp_path: Path, collector: Collector, zygote: Zygote, online: bool
) -> None:
    chance, home = random.Random(9), tmp_path / "home"
    told: list[str] = []
    begun = 0
    for n in range(KILLS // 2):
        url = collector.url if online else DEAD
        victim = zygote.start("plays_until_killed", home=home, url=url, name=f"g{n}")
        victim.lines(at_least=chance.choice((0, 0, 1, 2, 3, 30, 100, 250)))
        time.sleep(chance.random() * 0.02)  # not to wait for anything: a moment by chance
        lines = victim.kill()
        told += events(lines)
        begun += any(line.startswith("session") for line in lines)

    deliver_all(home, collector.url)

    arrived = shots(collector)
    assert len(arrived) == len(set(arrived))
    assert set(told) <= set(arrived)
    assert len(told) > KILLS
    paired = sessions(collector)
    assert len(paired) >= begun
    assert set(paired) == {(1, 1)}
    assert list((home / "runs").iterdir()) == []


@pytest.mark.parametrize("count", [2, AT_ONCE])
def test_games_at_once_on_one_home_deliver_all_and_know_one_player(
    tmp_path: Path, collector: Collector, zygote: Zygote, count: int
) -> None:
    home, url = tmp_path / "home", collector.url
    victim = zygote.start("plays_until_killed", home=home, url=url, name="victim")
    games = [
        zygote.start("plays_and_quits", home=home, url=url, name=f"g{n}") for n in range(count)
    ]
    victim.lines(at_least=5)
    told = events(victim.kill())
    lines = [line for game in games for line in game.wait()]

    deliver_all(home, url)

    told += events(lines)
    assert set(told) <= set(shots(collector))
    assert len(events(lines)) == 20 * count
    assert len({line for line in lines if line.startswith("cookie")}) == 1
    assert set(sessions(collector)) == {(1, 1)}


def test_games_killed_at_once_and_started_again_at_once_lose_nothing(
    tmp_path: Path, collector: Collector, zygote: Zygote
) -> None:
    home = tmp_path / "home"
    victims = [
        zygote.start("plays_until_killed", home=home, url=DEAD, name=f"v{n}")
        for n in range(TOGETHER)
    ]
    for victim in victims:
        victim.lines(at_least=5)
    told = [event for victim in victims for event in events(victim.kill())]

    again = [
        zygote.start("plays_and_quits", home=home, url=collector.url, name=f"a{n}")
        for n in range(TOGETHER)
    ]
    told += [event for game in again for event in events(game.wait())]
    deliver_all(home, collector.url)

    arrived = shots(collector)
    assert len(arrived) == len(set(arrived))
    assert set(told) <= set(arrived)
    assert len(told) > 20 * TOGETHER
    assert len(sessions(collector)) == 2 * TOGETHER
    assert set(sessions(collector)) == {(1, 1)}
    assert list((home / "runs").iterdir()) == []


def test_two_games_started_at_the_same_first_moment_agree_on_the_player(
    tmp_path: Path, zygote: Zygote
) -> None:
    for n in range(KILLS // 20):
        home = tmp_path / f"home{n}"
        games = [
            zygote.start("plays_and_quits", home=home, url=DEAD, name=name, events=0)
            for name in ("a", "b")
        ]

        cookies = {line for game in games for line in game.wait() if line.startswith("cookie")}

        assert len(cookies) == 1
