"""Each command says what it takes, on a machine with no screen."""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys

import pytest

from exponea_game.cli.program import COMMANDS


def ask_for_help(command: str) -> str:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "EXPONEA_COLLECTOR")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-m", "exponea_game", command, "--help"],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return " ".join(done.stdout.split())


@pytest.mark.parametrize("command", sorted({*COMMANDS} - {"demo"}))
def test_help_needs_no_screen_and_leaves_out_nothing(command: str) -> None:
    module = importlib.import_module(f"exponea_game.cli.{command}")
    parser = argparse.ArgumentParser()
    module.arguments(parser)

    printed = ask_for_help(command)

    assert module.HELP.split(";")[0].split(".")[0] in printed
    for action in parser._actions:
        assert action.help, f"{action.dest} is not explained"
        assert any(name in printed for name in action.option_strings or [action.dest, "..."])


def test_the_demo_games_words_are_its_own() -> None:
    assert "--autopilot" in ask_for_help("demo")


def test_the_program_lists_every_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "exponea_game", "--help"], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in COMMANDS)
