from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from exponea_game.collector import Collector, queries
from exponea_game.collector.schema import reading
from exponea_game.collector.store import Store

from .client import Client, command


def start_program(*words: str) -> tuple[subprocess.Popen[str], str]:
    program = subprocess.Popen(
        [sys.executable, "-m", "exponea_game", "collector", "--port", "0", *words],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout
    return program, program.stdout.readline().strip()


def test_nothing_acknowledged_is_lost_when_the_collector_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "events.db"
    program, url = start_program("--db", str(file))
    acknowledged: list[float] = []

    def send(first: int) -> None:
        client = Client(url)
        for at in range(first, first + 100_000, 5):
            try:
                answer = client.batch(*(command("x", float(n)) for n in range(at, at + 5)))
            except requests.RequestException:
                return
            if answer.ok:
                acknowledged.extend(range(at, at + 5))
                if len(acknowledged) > 300:
                    program.kill()

    senders = [threading.Thread(target=send, args=(n * 1_000_000,)) for n in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    program.wait()

    with Collector(db=file) as collector:
        stored = {event["timestamp"] for event in collector.events()}
        assert collector.summary()["accepted"] == len(stored)
    assert len(acknowledged) > 300
    assert set(acknowledged) <= stored


def test_a_file_is_kept_and_carried_on(tmp_path: Path) -> None:
    file = tmp_path / "events.db"
    with Collector(db=file) as collector:
        Client(collector.url).track("x")

    with Collector(db=file) as collector:
        Client(collector.url).track("x")
        Client(collector.url).track("x", 2.0)
        counts = Client(collector.url).get("all")

    assert counts == {"total": 3, "good": 2, "bad": 0, "duplicate": 1}


def test_without_a_file_nothing_stays(tmp_path: Path) -> None:
    with Collector() as collector:
        Client(collector.url).track("x")

    assert not collector.path.exists()


def test_a_job_that_fails_is_undone_alone(tmp_path: Path) -> None:
    file = tmp_path / "events.db"
    store = Store(file)
    report = {"run": "r", "state": "present"}

    def failing(store: Store) -> None:
        store.report({"run": "other", "state": "present"}, 1.0)
        raise ValueError

    kept, failed = store.commit([lambda store: store.report(report, 1.0), failing])
    store.close()

    with reading(file) as database:
        assert [row["run"] for row in database.execute("SELECT run FROM presence")] == ["r"]
    assert kept["run"] == "r"
    assert isinstance(failed, ValueError)


def test_a_silence_divides_the_stretches_of_a_run(tmp_path: Path) -> None:
    file = tmp_path / "events.db"
    store = Store(file)
    report = {"run": "r", "state": "present"}

    for at in (1.0, 2.0, 6.9, 11.9, 12.0):
        store.commit([lambda own, at=at: own.report(report, at)])
    store.close()

    with reading(file) as database:
        stretches = [(row["since"], row["until"]) for row in queries.presence(database)]
    assert stretches == [(1.0, 6.9), (11.9, 12.0)]


def test_a_taken_port_is_an_error_with_words(capfd: pytest.CaptureFixture[str]) -> None:
    with Collector() as collector:
        program, line = start_program("--port", str(collector.port))
        status = program.wait(10)

    assert (status, line) == (1, "")
    assert f"No collector on port {collector.port}" in capfd.readouterr().err


def test_the_program_ends_quietly_when_interrupted() -> None:
    program, url = start_program()
    Client(url).track("x")
    stream = requests.get(f"{url}/_/stream", stream=True, timeout=5)

    program.send_signal(signal.SIGINT if os.name == "posix" else signal.CTRL_C_EVENT)

    assert program.wait(10) == 0
    stream.close()
