"""Where play data goes, and that the game is played wherever that is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.desktop import Desktop

from demo_game.home_collector import destination

WITHOUT_UVICORN = (
    "import runpy, sys; sys.modules['uvicorn'] = None;"
    "runpy.run_module('demo_game', run_name='__main__', alter_sys=True)"
)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLLECTOR", "PROJECT_TOKEN", "CONFIG", "BASE_URL"):
        monkeypatch.delenv(f"EXPONEA_{name}", raising=False)


def test_a_collector_that_the_environment_names_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPONEA_COLLECTOR", "http://127.0.0.1:4711")

    with destination() as address:
        assert address == "http://127.0.0.1:4711"


def test_a_project_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPONEA_PROJECT_TOKEN", "token")

    with destination() as address:
        assert address == "https://api.exponea.com"


def test_without_either_a_collector_runs_as_long_as_the_game(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EXPONEA_COLLECTOR", "")

    with destination() as address:
        assert address.startswith("http://127.0.0.1:")


def test_without_the_collectors_packages_the_game_is_played_and_keeps_what_it_tracks(
    desktop: Desktop, tmp_path: Path
) -> None:
    environment = {k: v for k, v in desktop.environment.items() if "EXPONEA" not in k}

    played = subprocess.run(
        [sys.executable, "-c", WITHOUT_UVICORN, "--autopilot", "--speed", "8", "--seconds", "4"],
        env=environment | {"EXPONEA_GAME_HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert played.returncode == 0, played.stderr
    assert "Traceback" not in played.stderr
    assert "needs uvicorn" in played.stderr
    assert 'pip install "exponea-game[collector]"' in played.stderr
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("0*.jsonl"))
    assert b"session_start" in kept
    assert b"level_start" in kept
