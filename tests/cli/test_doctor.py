"""``exponea-game doctor`` finds what is wrong with a machine, and what to do about it."""

from __future__ import annotations

import errno
import http.server
import json
import threading
import time
from collections.abc import Iterator

import pytest
from support.homes import play, quit_undelivered

from exponea_game.cli import main
from exponea_game.cli.doctor import Finding, examine
from exponea_game.collector import Collector
from exponea_game.player.consent import DECISION
from exponea_game.settings import Settings
from exponea_game.system.disk import Disk


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector(authorization="Token right") as running:
        yield running


def found(check: str, **settings: object) -> Finding:
    findings = {finding.check: finding for finding in examine(Settings(**settings))}
    return findings[check]


class FalseTime(http.server.BaseHTTPRequestHandler):
    """A server whose clock is two hours behind."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"success": True, "time": time.time() - 7200}).encode())

    def log_message(self, *_: object) -> None:
        pass


class NoStream(FalseTime):
    """A service that does not know the stream."""

    def do_POST(self) -> None:
        self.send_response(400)
        self.end_headers()
        answer = {"success": False, "error": "Invalid stream id: stream-1"}
        self.wfile.write(json.dumps(answer).encode())


class LoginPage(FalseTime):
    """What a hotel's network answers to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Room number, please</html>")


@pytest.fixture
def serve() -> Iterator[object]:
    servers = []

    def start(handler: type[FalseTime]) -> str:
        server = http.server.HTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_on_a_sound_machine_all_is_well_and_nothing_was_sent(
    tmp_path, collector, monkeypatch, capsys
):
    monkeypatch.setenv("EXPONEA_COLLECTOR", collector.url)
    monkeypatch.setenv("EXPONEA_AUTHORIZATION", "Token right")

    status = main(["doctor", "--home", str(tmp_path)])

    told = capsys.readouterr().out
    assert status == 0
    for check in ("home folder", "journal", "certificates", "server", "clock", "project"):
        assert f"\n{check.ljust(12)}  ok " in told
    assert collector.summary()["total"] == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_fails(tmp_path):
    (tmp_path / "file").write_text("in the way")

    finding = found("home folder", home=tmp_path / "file" / "home")

    assert finding.verdict == "failed"
    assert f"Let the player write to {tmp_path / 'file'}" in finding.remedy


def test_where_the_system_puts_the_files_is_told(tmp_path, monkeypatch):
    store = tmp_path / "Packages" / "LocalCache"
    monkeypatch.setattr("pathlib.Path.resolve", lambda path: store / path.name)

    finding = found("home folder", home=tmp_path / "exponea_game" / "x")

    there = (
        f"{tmp_path / 'exponea_game' / 'x'}, which is {store / 'exponea_game' / 'x'}, to be made"
    )
    assert (finding.verdict, finding.found) == ("ok", there)


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    finding = found("home folder", home=tmp_path / "a" / "b")

    assert finding.verdict == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_locks_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr("exponea_game.system.disk._try_lock", lambda _: True)

    finding = found("home folder", home=tmp_path)

    assert finding.verdict == "warning"
    assert "no file locks" in finding.found


@pytest.mark.parametrize("step", ["write", "lock"])
def test_of_two_errors_of_a_disk_the_first_is_told(tmp_path, monkeypatch, step):
    def fail(disk, path, *_):
        raise OSError(errno.EIO, f"the {step} failed")

    def refuse(disk, path):
        raise PermissionError(errno.EACCES, "what was written stays")

    monkeypatch.setattr(Disk, step, fail)
    monkeypatch.setattr(Disk, "remove", refuse)

    finding = found("home folder", home=tmp_path)

    assert finding.verdict == "failed"
    assert f"the {step} failed" in finding.found
    assert f"Let the player write to {tmp_path}" in finding.remedy


def test_a_second_lock_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    lock, unlock, held = Disk.lock, Disk.unlock, []

    def once(disk, path):
        if held:
            raise OSError(errno.ENOLCK, "no more locks")
        held.append(lock(disk, path))
        return held[0]

    def release(disk, descriptor):
        held.remove(descriptor)
        unlock(disk, descriptor)

    monkeypatch.setattr(Disk, "lock", once)
    monkeypatch.setattr(Disk, "unlock", release)

    finding = found("home folder", home=tmp_path)

    assert "no more locks" in finding.found
    assert (held, list(tmp_path.iterdir())) == ([], [])


def test_a_drive_that_is_not_there_fails(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.exists", lambda _: False)

    finding = found("home folder", home=tmp_path / "gone")

    assert finding.verdict == "failed"
    assert "choose another folder with home" in finding.remedy


def test_a_full_disk_is_a_warning(tmp_path, monkeypatch):
    class Usage:
        free = 5 << 20

    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage)

    assert found("home folder", home=tmp_path).found.startswith("5 MiB free")


def test_a_decision_that_cannot_be_read_fails(tmp_path, monkeypatch):
    read = Disk.read

    def refuse(disk, path, offset, size):
        if path.name == DECISION:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read(disk, path, offset, size)

    monkeypatch.setattr(Disk, "read", refuse)

    finding = found("consent", home=tmp_path)

    assert finding.verdict == "failed"
    assert "cannot be read: events wait in memory" in finding.found
    assert f"Let the player read and write {tmp_path}" in finding.remedy


def test_a_journal_that_cannot_be_read_fails(tmp_path):
    game = play(tmp_path, "jump")
    quit_undelivered(game)
    segment = game.run.segments.path(1)
    segment.unlink()
    segment.mkdir()

    finding = found("journal", home=tmp_path)

    assert finding.verdict == "failed"
    assert game.run.name in finding.found


def test_refused_events_are_a_warning(tmp_path):
    (tmp_path / "rejected.jsonl").write_text('{"error":"Not authorized"}\n')

    assert found("journal", home=tmp_path).verdict == "warning"


def test_events_that_wait_for_weeks_are_a_warning(tmp_path, monkeypatch):
    quit_undelivered(play(tmp_path, "jump"))
    weeks_later = time.time() + 30 * 86400
    monkeypatch.setattr("exponea_game.system.clock.time.time", lambda: weeks_later)

    finding = found("journal", home=tmp_path)

    assert finding.verdict == "warning"
    assert "exponea-game send" in finding.remedy


def test_certificates_that_were_not_bundled_fail(tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "cacert.pem"))

    finding = found("certificates", home=tmp_path)

    assert finding.verdict == "failed"
    assert "certifi" in finding.remedy


def test_a_server_that_is_not_there_fails(tmp_path):
    address = {"base_url": "http://127.0.0.1:9", "environment": "test"}
    project = {"project_token": "abc", "authorization": "Token key"}
    finding = found("server", home=tmp_path, **address, **project)

    assert finding.verdict == "failed"
    assert "refused" in finding.found


def test_a_page_that_answers_to_everything_is_not_the_server(tmp_path, serve):
    finding = found("server", home=tmp_path, collector=serve(LoginPage))

    assert finding.verdict == "failed"
    assert "Something else answers" in finding.remedy


def test_a_clock_that_is_wrong_by_hours_is_a_warning(tmp_path, serve):
    finding = found("clock", home=tmp_path, collector=serve(FalseTime))

    assert finding.verdict == "warning"
    assert finding.found == "7200.0 s ahead of the server"


def test_a_wrong_token_fails_where_the_server_says_so(tmp_path, collector, monkeypatch, capsys):
    monkeypatch.setenv("EXPONEA_COLLECTOR", collector.url)
    monkeypatch.setenv("EXPONEA_AUTHORIZATION", "Token wrong")

    status = main(["doctor", "--home", str(tmp_path)])

    assert status == 1
    assert "access key not found" in capsys.readouterr().out


def test_an_event_stream_is_asked_with_a_request_that_has_no_commands(tmp_path):
    with Collector() as fresh:  # whose Date is of no test in which the clock was another
        settings = {"home": tmp_path, "collector": fresh.url, "stream_id": "stream-1"}

        assert found("stream", **settings).verdict == "ok"
        assert found("clock", **settings).verdict == "ok"
        assert fresh.summary()["total"] == 0


def test_a_stream_that_is_refused_fails(tmp_path, serve):
    finding = found("stream", home=tmp_path, collector=serve(NoStream), stream_id="stream-1")

    assert finding.verdict == "failed"
    assert "stream-1" not in finding.found


def test_without_a_project_it_warns(tmp_path):
    assert found("server", home=tmp_path).verdict == "warning"


def test_a_windowed_program_without_a_standard_output_is_examined_all_the_same(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("sys.stdout", None)

    assert main(["doctor", "--home", str(tmp_path)]) == 0
