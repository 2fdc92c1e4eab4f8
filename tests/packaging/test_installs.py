"""The wheel in a fresh environment, as its users make one; the demo game plays from there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.desktop import Desktop

from exponea_game.collector import Collector

ROOT = Path(__file__).parents[2]
PLAY = ("demo", "--autopilot", "--seconds", "3", "--home")
WITH_THE_DEMO = f"{ROOT}[demo]"
UV = (sys.executable, "-m", "uv")
BIN = "Scripts" if os.name == "nt" else "bin"


def run(*command: str | Path, **environment: str) -> str:
    """Run a command without this environment's variables; returns what it said."""
    hidden = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    clean = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [str(word) for word in command],
        env=clean | environment,
        cwd=environment.get("HOME"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def plays(desktop: Desktop, home: Path, *program: str | Path) -> bool:
    """Whether the game, started by these words, delivers a session to a collector."""
    with Collector() as collector:
        places = {"DISPLAY": desktop.display, "HOME": str(home), "EXPONEA_COLLECTOR": collector.url}
        run(*program, *PLAY, home, **places)
        return [bool(session["end"]) for session in collector.sessions()] == [True]


def test_uv_installs_a_wheel_that_plays_the_demo(tmp_path, desktop):
    run(*UV, "venv", "--python", sys.executable, tmp_path / "own")
    program = tmp_path / "own" / BIN / "exponea-game"

    run(*UV, "pip", "install", "--python", tmp_path / "own", WITH_THE_DEMO)

    assert plays(desktop, tmp_path, program)


@pytest.mark.slow
def test_pip_installs_a_wheel_that_plays_the_demo(tmp_path, desktop):
    run(sys.executable, "-m", "venv", tmp_path / "own")
    program = tmp_path / "own" / BIN / "exponea-game"

    run(tmp_path / "own" / BIN / "pip", "install", WITH_THE_DEMO)

    assert plays(desktop, tmp_path, program)


@pytest.mark.slow
def test_pipx_plays_the_demo_without_its_extra(tmp_path, desktop):
    pipx = (*UV, "tool", "run", "pipx", "run", "--no-cache", "--spec", ROOT, "exponea-game")

    assert plays(desktop, tmp_path, *pipx)
