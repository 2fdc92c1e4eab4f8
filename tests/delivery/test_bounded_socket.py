"""Whatever a real server does, a request ends in its time, with no more than it may read."""

from __future__ import annotations

import gzip
import threading
from contextlib import closing, suppress

import pytest
from support.hostile import hostile, response

from exponea_game.delivery import bounded_socket
from exponea_game.delivery.bounded_socket import ANSWER_LIMIT, HEAD_LIMIT, Allowance
from exponea_game.delivery.transport import RequestsTransport

OK = b"HTTP/1.1 200 OK\r\n"
PAUSE = threading.Event()
"""Never set: a server's slowness."""


def drips(first, piece):
    def answer(connection, _body):
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            PAUSE.wait(0.02)

    return answer


def pours(first, piece):
    def answer(connection, _body):
        connection.sendall(first)
        while True:
            connection.sendall(piece)

    return answer


def says(text):
    return lambda connection, _body: connection.sendall(text)


def post(url, patience, data=b"{}"):
    with closing(RequestsTransport(patience)) as transport:
        return transport(f"{url}/batch", {}, data)


@pytest.mark.parametrize(
    "answer",
    [
        drips(OK + b"X: ", b"a"),
        drips(OK + b"Content-Length: 100000\r\n\r\n", b" "),
        drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drips(b"H", b""),
    ],
    ids=["head", "body", "chunks", "continue", "nothing"],
)
def test_an_answer_that_drips_ends_with_the_time_of_the_request(answer):
    with hostile(answer) as url, pytest.raises(OSError, match="timed out"):
        post(url, 0.3)


@pytest.mark.parametrize(
    "answer",
    [
        pours(OK + b"\r\n", b"[1," * 10_000),
        pours(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"2710\r\n" + b" " * 10_000 + b"\r\n"),
        pours(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 400),
        pours(OK + b"Content-Length: 1000000000000000000\r\n\r\n", b" " * 10_000),
    ],
    ids=["body", "chunks", "continue", "a long one is told"],
)
def test_an_answer_without_an_end_is_not_read_beyond_the_limit(answer, monkeypatch):
    read = []
    count = Allowance.read

    def counted(self, size):
        read.append(size)
        count(self, size)

    monkeypatch.setattr(Allowance, "read", counted)

    with hostile(answer) as url, suppress(OSError):
        assert len(post(url, 20.0).body) <= ANSWER_LIMIT

    assert sum(read) <= ANSWER_LIMIT + (1 << 17)


@pytest.mark.parametrize(
    "answer",
    [
        pours(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 400),
        pours(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n" * 400),
        pours(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 400),
    ],
    ids=["continue", "headers", "chunks of a byte"],
)
def test_what_is_parsed_line_by_line_is_little(answer, monkeypatch):
    read = []
    count = Allowance.read
    monkeypatch.setattr(
        Allowance, "read", lambda self, size: read.append(size) or count(self, size)
    )

    with (
        hostile(answer) as url,
        pytest.raises(OSError, match=r"longer than|more lines|more than 100"),
    ):
        post(url, 20.0)

    assert sum(read) <= 2 * HEAD_LIMIT


@pytest.mark.parametrize("size", [b"-5", b"x", b"9" * 5000, b""])
def test_a_size_that_is_none_is_no_answer(size):
    answer = says(OK + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\nfoo")

    with hostile(answer) as url, pytest.raises(ConnectionError):
        post(url, 1.0)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip, gzip"])
def test_an_answer_is_not_decoded(encoding):
    bomb = gzip.compress(b" " * (50 << 20))

    with hostile(says(response("200 OK", bomb, f"Content-Encoding: {encoding}"))) as url:
        assert post(url, 20.0).body == bomb


@pytest.mark.parametrize(
    "text",
    [
        b"hello world",
        b"\x00\xff" * 1000,
        OK + b"Content-Length: 5x\r\n\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\nfoo",
        OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nfoo",
        OK + b"X: " + b"a" * (1 << 17) + b"\r\n\r\n{}",
        OK + b"".join(b"X-%d: 1\r\n" % number for number in range(10_000)) + b"\r\n{}",
        b"HTTP/1.1 999 X\r\n\r\n",
        b"",
    ],
)
def test_what_is_no_answer_is_an_answer_or_an_oserror(text):
    with hostile(says(text)) as url:
        try:
            reply = post(url, 20.0)
        except OSError:
            return
        assert isinstance(reply.status, int)


def test_a_server_that_never_reads_ends_with_the_time_of_the_request(monkeypatch):
    monkeypatch.setattr("exponea_game.delivery.transport.SLOWEST_LINE", 1e9)
    never = threading.Event()

    def accepts(*_):
        never.wait(20)

    monkeypatch.setattr("support.hostile.read_request", lambda _connection: b"")
    with hostile(accepts) as url, pytest.raises(OSError, match="timed out"):
        post(url, 0.3, b"x" * (32 << 20))
    never.set()


def test_a_request_of_another_thread_has_its_own_time():
    allowance = Allowance()
    allowance.begin(1000.0)
    seen = []

    def other():
        allowance.begin(1.0)
        seen.append(allowance.seconds_left())

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()

    assert seen[0] <= 1.0 < allowance.seconds_left()


def test_when_the_time_is_over_nothing_is_waited_for(monkeypatch):
    allowance = Allowance()
    allowance.begin(1.0)
    late = bounded_socket.stopwatch() + 2.0
    monkeypatch.setattr(bounded_socket, "stopwatch", lambda: late)

    with pytest.raises(TimeoutError):
        allowance.seconds_left()
