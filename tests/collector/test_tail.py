from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from exponea_game.cli import main, tail
from exponea_game.collector import Collector
from exponea_game.collector.document import PAGE

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


@pytest.mark.parametrize("words", [["--where", "level"], ["--where", "level=2"], ["--where", ":2"],
                                   ["-n", "-1"]])  # fmt: skip
def test_a_filter_without_a_meaning_is_refused_with_one_that_has(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["tail", *words])

    assert ended.value.code == 2
    assert re.search("level:3|0 or more", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("1", "http://127.0.0.1:8321"),
        ("localhost:8321", "http://localhost:8321"),
        ("http://localhost:8321/", "http://localhost:8321"),
        ("https://example.com:1", "https://example.com:1"),
    ],
)
def test_an_address_may_be_short(given: str, meant: str) -> None:
    assert tail.address(given) == meant


@pytest.mark.parametrize("given", ["ftp://localhost", "a b", "http://"])
def test_what_is_no_address_is_an_error_with_one_that_is(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tail", given, "--no-follow"]) == 1
    assert "localhost:8321" in capsys.readouterr().err


def test_events_that_fit_are_found_however_far_back(
    client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "PAGE", 20)
    client.batch(*(command("jump", float(at), properties={"level": at}) for at in range(3)))
    for start in range(10, 110, 50):
        client.batch(*(command("walk", float(at)) for at in range(start, start + 50)))

    def found(*words: str) -> list[str]:
        assert main(["tail", client.url, "--no-follow", "--json", *words]) == 0
        printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [event["properties"].get("level") for event in printed]

    assert found("--where", "level:1") == [1]
    assert found("--text", "jump") == [0, 1, 2]
    assert found("--text", "jump", "-n", "2") == [1, 2]
    assert found("--where", "level:7") == []
    assert found("--text", "jump", "-n", "0") == []
    assert len(found()) == 10


def test_properties_of_every_event_are_counted_behind_an_events_own(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    default = {"application_id": "default-application", "device_id": "d", "difficulty": "hard"}
    client.batch(
        command("session_start", 1.0, properties=default),
        command("shot", 2.0, properties=default | {"weapon": "bow"}),
        command("session_end", 3.0, properties=default | {"duration": 2.0, "reason": "quit"}),
    )

    def shown(*words: str) -> list[str]:
        assert main(["tail", client.url, "--no-follow", *words]) == 0
        return capsys.readouterr().out.splitlines()

    _, shot, end = shown("-n", "3")
    [alone] = shown("--type", "shot")
    [whole] = shown("--type", "shot", "--all-properties")

    assert re.search(r"shot +weapon=bow  \+3  \+", shot)
    assert re.search(r"session_end +duration=2.0 reason=quit  \+3  ", end)
    assert "difficulty" not in alone
    assert "difficulty=hard" in whole


def test_the_page_and_the_terminal_fold_the_same_properties() -> None:
    source = (PAGE / "own.js").read_text(encoding="utf-8")
    lists = re.findall(r"new Set\(\[(.*?)\]\)", source, re.DOTALL)
    page = [set(re.findall(r'"(\w+)"', names)) for names in lists]

    assert page == [tail.OF_AN_SDK, tail.OF_A_SESSION]


def test_another_server_is_told_from_a_collector(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    (tmp_path / "_").mkdir()
    (tmp_path / "_" / "events").write_text("[]")
    (tmp_path / "_" / "stream").write_text("<html>")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        status = main(["tail", f"localhost:{server.server_port}", "--no-follow"])
        server.shutdown()

    assert status == 1
    assert "something else answers" in capsys.readouterr().err


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
