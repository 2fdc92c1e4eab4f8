from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from exponea_game.cli import main, tail
from exponea_game.collector import Collector

from .client import Client, command


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    tail.arguments(parser)
    return parser.parse_args(words)


def event(**properties: Any) -> dict[str, Any]:
    return {
        "event_type": "jump", "customer_ids": {"cookie": "c1"}, "properties": properties,
        "timestamp": 10.0, "received": 10.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ([], True),
        (["--type", "jump"], True),
        (["--type", "run"], False),
        (["--customer", "c1"], True),
        (["--customer", "c2"], False),
        (["--where", "level:3"], True),
        (["--where", "level:30"], False),
        (["--where", "hat:red", "--where", "level:3"], True),
        (["--where", "shoe:red"], False),
        (["--text", "RED"], True),
        (["--text", "blue"], False),
    ],
)
def test_filters_choose_events(words: list[str], fits: bool) -> None:
    assert tail.matches(event(level=3, hat="red"), parse(*words)) is fits


def test_control_characters_are_spelt_out() -> None:
    line = "".join(text for text, _ in tail.cells(event(name="\x1b[2J\n")))

    assert line.isprintable()
    assert "\\x1b[2J\\n" in line


def test_a_timestamp_in_milliseconds_is_still_printed() -> None:
    assert tail.cells(event() | {"timestamp": 1.7e12})[0][0] == "1700000000000"


def test_the_newest_events_are_printed_for_people(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    client.batch(*(command("jump", float(at), properties={"level": at}) for at in range(5)))

    assert main(["tail", client.url, "-n", "2", "--no-follow"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert ["level=3" in lines[0], "level=4" in lines[1], len(lines)] == [True, True, 2]


def test_it_follows_as_json_for_programs(client: Client, collector: Collector) -> None:
    client.batch(command("jump", 1.0), command("walk", 2.0))
    program = subprocess.Popen(
        [sys.executable, "-m", "exponea_game", "tail", "--json", "--type", "jump", "-n", "1"],
        env={**os.environ, "EXPONEA_COLLECTOR": collector.url}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout

    before = json.loads(program.stdout.readline())
    client.batch(command("walk", 3.0), command("jump", 4.0))
    after = json.loads(program.stdout.readline())
    program.terminate()
    program.communicate()

    assert (before["timestamp"], after["timestamp"]) == (1.0, 4.0)


def test_a_missing_collector_is_an_error_with_words(capsys: pytest.CaptureFixture[str]) -> None:
    with Collector() as collector:
        url = collector.url

    assert main(["tail", url, "--no-follow"]) == 1
    assert "The collector cannot be read" in capsys.readouterr().err
