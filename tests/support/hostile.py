"""A server on the loopback device that answers with whatever bytes a test makes it send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket, bytes], None]
"""Answers a request, whose body it is given, on its connection; may raise OSError."""


@contextmanager
def hostile(answer: Answer) -> Iterator[str]:
    """Serve, each request on a connection of its own; gives the server's address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                with suppress(OSError):
                    connection, _ = listener.accept()
                    threading.Thread(target=_one, args=(connection, answer), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stopped.set()
            with suppress(OSError):  # accept does not end by itself
                socket.create_connection(listener.getsockname(), 1).close()


def _one(connection: socket.socket, answer: Answer) -> None:
    with connection, suppress(OSError):
        answer(connection, read_request(connection))


def read_request(connection: socket.socket) -> bytes:
    """The body of a request."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += _more(connection)
    return body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(1 << 16)
    if not data:
        raise ConnectionResetError("the request ended early")
    return data


def response(status: str, body: bytes = b"", *headers: str) -> bytes:
    """An answer over HTTP, whole."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
