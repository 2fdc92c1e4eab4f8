"""Every command says what it has to say, whatever its streams can take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from support.leftovers import send_leftovers

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
EVERY_COMMAND = """
import json, pathlib, sys
from exponea_game.cli import main
commands, answers, streams = json.loads(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
if streams == "none":
    sys.stdout = sys.stderr = None
statuses = []
for words in commands:
    try:
        statuses.append(main(words))
    except SystemExit as end:
        statuses.append(end.code if isinstance(end.code, int) else str(end.code))
    print(end="\\f", flush=True)
answers.write_text(json.dumps(statuses))
"""
"""Runs commands one after another, as one program: what each says ends with a form feed."""


@pytest.fixture(scope="module")
def collector():
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def home(tmp_path_factory, collector) -> Path:
    home = tmp_path_factory.mktemp(LETTERS)
    game = [sys.executable, "-X", "utf8", "-c", GAME, str(home)]
    subprocess.run([*game, collector.url, "10"], check=True)
    send_leftovers(home, {"EXPONEA_COLLECTOR": collector.url})
    subprocess.run([*game, NOBODY, "0"], check=True)
    return home


def commands(home: Path, collector: Collector) -> list[list[str]]:
    """A line of words for each command; a game that is not there is not started."""
    port = collector.url.rpartition(":")[2]
    place = ["--home", str(home)]
    return [
        ["journal", *place],
        ["journal", "rejected", "--all", *place],
        ["journal", "events", "--all", *place],
        [*FOR_PROGRAMS, *place],
        ["doctor", *place],
        ["tail", collector.url, "--no-follow"],
        ["tail", collector.url, "--no-follow", "--json"],
        ["token", "--ids", f"registered={LETTERS}", "--jwt-secret", LETTERS],
        ["collector", "--port", port],
        ["send", "--timeout", "0.2", *place],
        ["run", LETTERS],
        ["demo", "--help"],
        ["--help"],
    ]


FOR_PROGRAMS = ["journal", "events", "--all", "--json"]


class Said(NamedTuple):
    """What all commands came to, in their order."""

    statuses: list[int | str]
    texts: list[str]
    trouble: str


def run(home: Path, collector: Collector, encoding: str, to: str, folder: Path) -> Said:
    """Run all commands in one process, whose output goes to a pipe, a file, or nowhere."""
    answers, file = folder / "answers", folder / "output"
    words = [json.dumps(commands(home, collector)), str(answers), to]
    settings = {"EXPONEA_COLLECTOR": NOBODY, "PYTHONIOENCODING": encoding, "COLUMNS": "200"}
    with file.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-c", EVERY_COMMAND, *words],
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            stdout=output if to == "file" else subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
    trouble = done.stderr.decode(encoding)
    assert done.returncode == 0, trouble
    text = (done.stdout or file.read_bytes()).decode(encoding).replace("\r\n", "\n")
    return Said(json.loads(answers.read_text()), text.split("\f")[:-1], trouble)


@pytest.fixture(scope="module")
def plain(home, collector, tmp_path_factory) -> Said:
    """What is said where all letters can be."""
    return run(home, collector, "utf-8", "pipe", tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("to", ["pipe", "file"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_pipe_and_a_file_take_what_commands_say_in_any_encoding(
    encoding, to, plain, home, collector, tmp_path
):
    said = run(home, collector, encoding, to, tmp_path)

    assert said.statuses == plain.statuses
    assert [bool(text) for text in said.texts] == [bool(text) for text in plain.texts]
    assert "Traceback" not in said.trouble


def test_what_is_for_programs_is_the_same_in_every_encoding(plain, home, collector, tmp_path):
    place = [words[:4] for words in commands(home, collector)].index(FOR_PROGRAMS)

    said = run(home, collector, "cp437", "pipe", tmp_path)

    assert said.texts[place] == plain.texts[place]
    events = [json.loads(line) for line in plain.texts[place].splitlines()]
    assert any(LETTERS in json.dumps(event, ensure_ascii=False) for event in events)


def test_a_program_without_a_console_runs_every_command(plain, home, collector, tmp_path):
    said = run(home, collector, "utf-8", "none", tmp_path)

    assert said.statuses == plain.statuses
    assert (said.texts, said.trouble) == ([], "")
