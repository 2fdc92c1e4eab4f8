"""What a server says is printed so that no terminal obeys it."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.homes import play, quit_undelivered

from exponea_game.cli import main

WORDS = "no\x1b[2J\x1b]52;c;eA==\x07\x9b31m\u202e way\r\n"


class Rude(http.server.BaseHTTPRequestHandler):
    """Answers everything with words for the terminal."""

    def do_GET(self) -> None:
        body = json.dumps({"success": False, "error": WORDS}, ensure_ascii=False).encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing in the test's output."""


@pytest.fixture
def rude(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rude)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("EXPONEA_COLLECTOR", f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("rude")
@pytest.mark.parametrize("words", [["doctor"], ["send", "--timeout", "0.2"]])
def test_a_servers_words_are_spelt_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    quit_undelivered(play(tmp_path, "jump"))

    assert main([*words, "--home", str(tmp_path)]) == 1

    printed = capsys.readouterr()
    assert "way" in printed.out + printed.err
    assert all(line.isprintable() for line in (printed.out + printed.err).split("\n"))
