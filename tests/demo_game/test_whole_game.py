"""The autopilot plays the game in a real window, loses the focus and gets it back.

What the game did (its report) is held against what a collector received.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests
from support.desktop import GAMES_PYTHON, Desktop, wait_until
from support.leftovers import send_leftovers

from demo_game.space.levels import LEVELS
from demo_game.space.pilot import Pilot
from demo_game.space.pilot import play as fly
from demo_game.space.world import World
from exponea_game.collector import Collector

TITLE = "Comet Courier"
OF_THE_LIBRARY = {"installation", "session_start", "session_end"}
SEED = 11
"""This one wins, buys, and is careless in the fourth level."""
SPEED = 8
LONG = 90.0
"""Seconds to wait for something that takes ten on a quiet machine."""


def play(desktop: Desktop, collector: Collector, home: Path) -> list[str]:
    """Play until something is lost, looking away on the way; return what the game tracked."""
    report = home / "report.json"
    words = ["--autopilot", "--seed", SEED, "--speed", SPEED]
    words += ["--report", report, "--picture", home / "last.png"]
    places = {"EXPONEA_COLLECTOR": collector.url, "EXPONEA_GAME_HOME": str(home)}
    places["EXPONEA_SESSION_TIMEOUT"] = "2"

    def arrived(kind: str) -> None:
        wait_until(lambda: kind in kinds(collector), f"a {kind}", LONG)

    with desktop.run("-m", "demo_game", *map(str, words), **places) as game:
        desktop.focus(TITLE)
        arrived("level_complete")
        desktop.go_elsewhere()
        arrived("session_end")
        desktop.focus(TITLE)
        arrived("level_failed")
        desktop.xdotool("key", "alt+F4")
        assert game.wait() == 0
    send_leftovers(home, places)
    return json.loads(report.read_text())["tracked"]


def ask(collector: Collector, what: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{collector.url}/_/{what}", params={"limit": 1000}, timeout=5)
    answer.raise_for_status()
    return answer.json()


def kinds(collector: Collector) -> list[str]:
    return [event["event_type"] for event in ask(collector, "events")]


@pytest.fixture(scope="module")
def played(desktop: Desktop, tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("played")
    with Collector() as collector:
        tracked = play(desktop, collector, home)
        yield tracked, ask(collector, "events"), ask(collector, "sessions"), home


def test_a_round_has_wins_a_loss_and_a_purchase(played) -> None:
    tracked = Counter(played[0])

    assert tracked["level_complete"] >= 2
    assert tracked["level_failed"] >= 1
    assert tracked["upgrade_bought"] == tracked["virtual_payment"] >= 1


def test_everything_the_game_tracked_arrives_once_and_in_order(played) -> None:
    tracked, events, _, _ = played
    in_order = sorted(events, key=lambda event: event["timestamp"])

    received = [event["event_type"] for event in in_order]

    assert [kind for kind in received if kind not in OF_THE_LIBRARY] == tracked


def test_what_arrives_is_what_was_flown(played) -> None:
    flown = fly(World(LEVELS[0]), Pilot(SEED, 1, 1))

    won = next(event for event in played[1] if event["event_type"] == "level_complete")

    expected = {"level": 1, "seconds": round(flown.time, 1), "score": flown.score}
    assert expected.items() <= won["properties"].items()


def test_looking_away_for_longer_than_the_timeout_makes_two_sessions(played) -> None:
    _, events, sessions, _ = played
    found = Counter(event["event_type"] for event in events)

    assert found["session_start"] == found["session_end"] == 2
    assert all(session["start"] and session["end"] for session in sessions)


def test_a_level_that_is_lost_says_why_and_where(played) -> None:
    lost = next(event for event in played[1] if event["event_type"] == "level_failed")

    assert lost["properties"]["cause"] in {"planet", "debris", "lost_in_space", "late"}
    assert {"level", "x", "y"} <= lost["properties"].keys()


def test_the_last_scene_is_written_as_a_picture(played) -> None:
    from PIL import Image

    with Image.open(played[3] / "last.png") as picture:
        colours = picture.convert("RGB").getcolors(1 << 20)
        assert picture.width > 1000
        assert len(colours) > 50


def test_without_a_collector_or_a_project_the_game_brings_its_own(
    desktop: Desktop, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    words = ["--autopilot", "--speed", "2", "--seconds", "5", "--report", str(report)]
    unwanted = ("EXPONEA_COLLECTOR", "EXPONEA_PROJECT_TOKEN", "EXPONEA_CONFIG")
    environment = {k: v for k, v in desktop.environment.items() if k not in unwanted}

    answer = subprocess.run(
        [*GAMES_PYTHON, "-m", "demo_game", *words],
        env=environment | {"EXPONEA_GAME_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert answer.returncode == 0, answer.stderr
    assert "Play data goes to http://127.0.0.1:" in answer.stdout
    assert json.loads(report.read_text())["tracked"][:1] == ["level_start"]
