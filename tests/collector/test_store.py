from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import requests

from exponea_game.cli import main
from exponea_game.collector import Collector, queries, schema, server
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


def test_a_program_that_never_stops_its_collector_ends_without_a_word() -> None:
    code = "from exponea_game.collector import Collector; collector = Collector().start()"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


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


def test_windows_gives_a_port_to_one_collector_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Recorder(socket.socket):
        def setsockopt(self, level: int, name: int, value: int) -> None:  # type: ignore[override]
            asked.append(name)

    monkeypatch.setattr(socket, "socket", Recorder)
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", -5, raising=False)

    with Collector():
        pass

    assert asked[0] == -5
    assert socket.SO_REUSEADDR not in asked[:1]


ENDS = ["SIGINT", "SIGTERM"] if os.name == "posix" else ["CTRL_C_EVENT", "CTRL_BREAK_EVENT"]


@pytest.mark.parametrize("name", ENDS)
def test_the_program_ends_cleanly_when_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, str(tmp_path))
    program, url = start_program()
    Client(url).track("x")
    stream = requests.get(f"{url}/_/stream", stream=True, timeout=5)
    kept = list(tmp_path.iterdir())

    program.send_signal(getattr(signal, name))

    assert program.wait(10) == 0
    assert len(kept) == 1
    assert list(tmp_path.iterdir()) == []
    stream.close()


def foreign(file: Path, how: str) -> None:
    """Make a file that is no collector's."""
    if how == "text":
        file.write_text("my notes\n" * 100, encoding="utf-8")
        return
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE events (id INTEGER, what TEXT)")
        database.execute("INSERT INTO events VALUES (1, 'a wedding')")
        if how == "wal":
            database.execute("PRAGMA journal_mode=WAL")
        if how == "later":
            database.execute(f"PRAGMA application_id={schema.APPLICATION}")
            database.execute("PRAGMA user_version=99")
        database.commit()


@pytest.mark.parametrize("how", ["text", "sqlite", "wal", "later"])
def test_a_file_of_another_program_is_refused_and_left_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    file = tmp_path / "calendar.db"
    foreign(file, how)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    status = main(["collector", "--port", "0", "--db", str(file)])

    assert status == 1
    assert str(file) in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_is_no_file_to_keep_events_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["collector", "--port", "0", "--db", str(tmp_path)]) == 1
    assert "is no file" in capsys.readouterr().err


def test_an_empty_file_becomes_the_collectors(tmp_path: Path) -> None:
    file = tmp_path / "empty.db"
    file.touch()

    for at in (1.0, 2.0):
        with Collector(db=file) as collector:
            Client(collector.url).track("x", at)

            stored = collector.events()

    assert [event["timestamp"] for event in stored] == [1, 2]


def test_two_collectors_on_one_file_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "events.db"
    with Collector(db=file) as one, Collector(db=file) as other:
        for at in range(10):
            for collector in (one, other):
                assert Client(collector.url).track(f"of {collector.port}", float(at)).ok

        counts = [collector.summary()["accepted"] for collector in (one, other)]
        assert len(one.events()) == 20
    assert counts == [20, 20]


@pytest.mark.parametrize("keep", [0, -1])
def test_keeping_no_event_at_all_is_refused(keep: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Collector(keep=keep)
    with pytest.raises(SystemExit) as ended:
        main(["collector", "--port", "0", "--keep", str(keep)])

    assert ended.value.code == 2
    assert "at least 1" in capsys.readouterr().err


def test_a_server_that_does_not_end_keeps_no_program(monkeypatch):
    monkeypatch.setattr(server, "END_WITHIN", 0.01)
    released = threading.Event()
    collector = Collector()
    monkeypatch.setattr(collector._server, "run", lambda sockets: released.wait(30))
    collector.start()

    collector.stop()

    assert collector._thread is not None
    assert collector._thread.is_alive()
    released.set()
    collector._thread.join(30)
    collector._socket.close()
