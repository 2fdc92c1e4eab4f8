"""Posting for real: to real servers, through a real proxy, with real certificates."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from support.secured import secured

from exponea_game.delivery.transport import RequestsTransport

HEADERS = {"Authorization": "Token key", "Content-Type": "application/json"}


class Server(ThreadingHTTPServer):
    """Answers with what it was asked, and counts its connections."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.connections, self.status = [], 0, 200
        self.takes = 0.0
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.closed = threading.Event()

    def shutdown_request(self, request):
        super().shutdown_request(request)
        self.closed.set()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), body))
        time.sleep(self.server.takes)
        self.send_response(self.server.status)
        self.send_header("Retry-After", "7")
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def post():
    post = RequestsTransport(5.0)
    yield post
    post.close()


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_body_and_headers_arrive_and_the_answer_comes_back(server, post):
    answer = post(f"{server.url}/batch?a=b", HEADERS, b'{"x":1}')

    target, headers, body = server.asked[0]
    assert (target, body) == ("/batch?a=b", b'{"x":1}')
    assert HEADERS.items() <= headers.items()
    assert (answer.status, answer.body) == (200, b'{"x":1}')
    assert answer.headers.get("retry-after") == "7"


def test_requests_share_a_connection(server, post):
    for _ in range(3):
        post(f"{server.url}/batch", HEADERS, b"{}")

    assert (len(server.asked), server.connections) == (3, 1)


@pytest.mark.parametrize("status", [301, 307, 429, 503])
def test_nothing_is_repeated_or_followed_whatever_the_answer(server, post, status):
    server.status = status

    assert post(f"{server.url}/batch", HEADERS, b"{}").status == status
    assert len(server.asked) == 1


def test_another_address_is_another_server(server, post):
    post(f"{server.url}/former", HEADERS, b"{}")
    post(f"{server.url}/latter", HEADERS, b"{}")

    assert [target for target, _, _ in server.asked] == ["/former", "/latter"]


def test_connections_end_with_the_post(server, post):
    post(f"{server.url}/x", HEADERS, b"{}")

    post.close()

    assert server.closed.wait(10)


def test_where_nobody_answers_an_oserror_says_why(post):
    with pytest.raises(OSError, match="refused"):
        post("http://127.0.0.1:9/x", HEADERS, b"{}")


def test_a_server_that_is_silent_is_given_up(server):
    with Server() as silent, pytest.raises(OSError, match="timed out"):
        RequestsTransport(0.05)(f"{silent.url}/x", HEADERS, b"{}")


def test_an_answer_may_take_longer_than_a_connection(server, monkeypatch):
    monkeypatch.setattr("exponea_game.delivery.transport.CONNECT_TIMEOUT", 0.2)
    server.takes = 0.4

    assert RequestsTransport(5.0)(f"{server.url}/x", HEADERS, b"{}").status == 200


def test_a_connection_that_the_server_closed_is_made_anew(server, post):
    post(f"{server.url}/x", {**HEADERS, "Connection": "close"}, b"{}")
    assert server.closed.wait(10)
    post(f"{server.url}/x", HEADERS, b"{}")

    assert (len(server.asked), server.connections) == (2, 2)


def test_the_machines_netrc_does_not_replace_the_authorization(tmp_path, monkeypatch, server, post):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))

    post(f"{server.url}/x", HEADERS, b"{}")

    assert server.asked[0][1]["Authorization"] == "Token key"


def test_what_urllib3_logs_of_our_requests_stays_out_of_the_games_log(server, post, caplog):
    caplog.set_level("DEBUG")
    post(f"{server.url}/track/v2/projects/abc/batch", HEADERS, b"{}")
    with pytest.raises(OSError):
        post("http://127.0.0.1:9/track/v2/projects/abc/batch", HEADERS, b"{}")
    ours = [record for record in caplog.records if record.name.startswith("urllib3")]

    requests.get(f"{server.url}/of-the-game", timeout=10)
    of_the_game = [record for record in caplog.records if record.name.startswith("urllib3")]

    assert ours == []
    assert of_the_game != []


def test_a_proxy_of_the_machine_is_asked_for_distant_servers(monkeypatch, server, post):
    monkeypatch.setenv("HTTP_PROXY", server.url.replace("//", "//me:secret@"))

    post("http://api.example.com/x", HEADERS, b"{}")

    target, headers, _ = server.asked[0]
    assert target == "http://api.example.com/x"
    assert headers["Host"] == "api.example.com"
    assert headers["Proxy-Authorization"].startswith("Basic ")


def test_a_proxy_is_not_asked_for_a_local_collector(monkeypatch, server, post):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert post(f"{server.url}/x", HEADERS, b"{}").status == 200


def test_a_proxy_is_looked_up_anew_where_no_answer_came(monkeypatch, server, post):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(OSError):
        post("http://api.example.com/x", HEADERS, b"{}")

    monkeypatch.setenv("HTTP_PROXY", server.url)

    assert post("http://api.example.com/x", HEADERS, b"{}").status == 200


def test_certificates_are_checked_and_those_that_the_machine_names_are_trusted(
    tmp_path, monkeypatch, post
):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with secured(tmp_path) as server:
        address = f"{server.url}/track/v2/projects/abc/batch"
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            post(address, HEADERS, b'{"commands":[]}')

        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(server.authority))
        assert RequestsTransport(5.0)(address, HEADERS, b'{"commands":[]}').body
        monkeypatch.undo()

        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.authority))

        assert post(address, HEADERS, b'{"commands":[]}').body
