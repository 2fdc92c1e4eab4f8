"""Every command says what it has to say, whatever its streams can take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exponea_game.collector import Collector

ENCODINGS = ["cp437", "cp1252", "cp932", "utf-8"]
LETTERS = "hráč 日本 🎮"
GAME = f"""
import sys, exponea_game
exponea_game.configure(home=sys.argv[1], app_name="x", collector=sys.argv[2])
exponea_game.track_event("úroveň", {{"hráč": {LETTERS!r}}})
exponea_game.flush(float(sys.argv[3]))
exponea_game.stop()
"""
NOBODY = "http://127.0.0.1:9"
"""Where nothing answers, so that events wait."""
WITHOUT_STREAMS = """
import sys
from exponea_game.cli import main
sys.stdout = sys.stderr = None
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def collector():
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def home(tmp_path_factory, collector) -> Path:
    home = tmp_path_factory.mktemp(LETTERS)
    game = [sys.executable, "-X", "utf8", "-c", GAME, str(home)]
    subprocess.run([*game, collector.url, "10"], check=True)
    subprocess.run([*game, NOBODY, "0"], check=True)
    return home


COMMANDS = ["journal", "journal events --all", "journal events --all --json", "doctor", "tail"]


def words_of(command: str, home: Path, collector: Collector) -> list[str]:
    """A command's words, with the place that it is about."""
    place = [collector.url, "--no-follow"] if command == "tail" else ["--home", str(home)]
    return [*command.split(), *place]


def run(*words: str | Path, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    settings = {"EXPONEA_COLLECTOR": NOBODY, "PYTHONIOENCODING": encoding}
    return subprocess.run(
        [sys.executable, *map(str, words)],
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_pipe_takes_what_a_command_says_in_any_encoding(command, encoding, home, collector):
    plain = run("-m", "exponea_game", *words_of(command, home, collector))

    done = run("-m", "exponea_game", *words_of(command, home, collector), encoding=encoding)

    assert b"Traceback" not in done.stderr
    assert done.returncode == plain.returncode
    assert done.stdout
    done.stdout.decode(encoding)


def test_what_is_for_programs_is_the_same_in_every_encoding(home, collector):
    words = words_of("journal events --all --json", home, collector)
    said = {run("-m", "exponea_game", *words, encoding=encoding).stdout for encoding in ENCODINGS}

    (text,) = said
    events = [json.loads(line) for line in text.splitlines()]
    assert any(LETTERS in json.dumps(event, ensure_ascii=False) for event in events)


@pytest.mark.parametrize("command", [*COMMANDS, "send --timeout 1"])
def test_a_program_without_a_console_runs_every_command(command, home, collector):
    done = run("-c", WITHOUT_STREAMS, *words_of(command, home, collector))

    assert done.stderr == b""
    assert done.returncode in (0, 1)
