"""A socket that a request cannot hold for longer, or fill with more, than it may.

A server can be slow in a hundred ways: a byte a second of a header, of a body, of a proxy's answer,
or one ``100 Continue`` after another. All of them end at the socket. So it is the socket that knows
when the time of a request is over and how much it has read, undecoded: each piece that is sent or
received is waited for no longer than what is left.

    each request belongs to one thread, from ``begin`` to its answer; what it may still take is that
    thread's own, so that a connection kept from an earlier request needs to know nothing
"""

from __future__ import annotations

import io
import socket
import threading
from typing import Any

from exponea_game.system.clock import stopwatch

ANSWER_LIMIT = 1 << 20
"""Bytes of an answer, head and all, as they come over the line."""
HEAD_LIMIT = 1 << 15
"""Bytes of its head, with all that is said before it."""
LINES_LIMIT = 500
"""Lines of its head, and sizes of its chunks: each is parsed in Python, with the interpreter lock
held. The service's answers have some dozens."""
INEXACT = 1.125
"""By how much the last piece may be waited for too long."""
PIECE = 1 << 16
"""Bytes that are handed to the system at once."""
ASKED_FOR = 1 << 13
"""Bytes that are asked for at once where lines are parsed: what comes with the head is counted with
it. By itself Python asks for as many up to 3.13, and since 3.14 for more than ``HEAD_LIMIT``."""


class Allowance(threading.local):
    """What the request of this thread may still take.

    Attributes:
        deadline: The moment on the stopwatch by which it must be over.
        bytes_left: Bytes that its answer may still have.
        lines_left: The same of lines that are parsed one by one.
    """

    deadline, bytes_left, lines_left = float("inf"), HEAD_LIMIT, LINES_LIMIT

    def begin(self, seconds: float) -> None:
        """A request begins that may take so long."""
        self.deadline = stopwatch() + seconds
        self.bytes_left, self.lines_left = HEAD_LIMIT, LINES_LIMIT

    def begin_body(self) -> None:
        """The head of the answer has come."""
        self.bytes_left += ANSWER_LIMIT - HEAD_LIMIT

    def seconds_left(self) -> float:
        """Seconds until the request must be over.

        Raises:
            TimeoutError: It must be over.
        """
        left = self.deadline - stopwatch()
        if left <= 0:
            raise TimeoutError("the request timed out: its time is over")
        return left

    def read(self, count: int) -> None:
        """So many bytes of the answer have come.

        Raises:
            OSError: They are more than an answer may have.
        """
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise OSError("the answer is longer than any of the service")

    def read_line(self) -> None:
        """A line of the answer is parsed.

        Raises:
            OSError: There are more than an answer may have.
        """
        self.lines_left -= 1
        if self.lines_left < 0:
            raise OSError("the answer has more lines than any of the service")


class Answer(io.BufferedReader):
    """An answer as a file.

    Args:
        raw: What is received.
        allowance: Of the request that it answers.
    """

    def __init__(self, raw: Any, allowance: Allowance) -> None:
        super().__init__(raw, ASKED_FOR)
        self._allowance = allowance

    def readline(self, size: int | None = -1, /) -> bytes:
        """A line, as ``http.client`` asks for each one that it parses."""
        self._allowance.read_line()
        return super().readline(size)


class BoundedSocket:
    """A connected socket, with TLS or without, within a request's allowance.

    Args:
        inner: The socket.
        allowance: Of the request that uses it.
    """

    def __init__(self, inner: Any, allowance: Allowance) -> None:
        self._inner, self._allowance = inner, allowance
        self._patience = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def settimeout(self, seconds: float | None) -> None:
        """The allowance decides about that, for the whole request."""

    def _wait_no_longer(self) -> None:
        """Wait for the next piece no longer than for the request: the system is asked rarely."""
        left = self._allowance.seconds_left()
        if not left <= self._patience <= left * INEXACT:
            self._patience = left
            self._inner.settimeout(left)

    def sendall(self, data: Any) -> None:
        """Send all of it, or raise OSError."""
        view = memoryview(data).cast("B")
        while view:
            self._wait_no_longer()
            view = view[self._inner.send(view[:PIECE]) :]

    def recv_into(self, buffer: Any) -> int:
        """Receive what is there, as ``socket.recv_into``."""
        self._wait_no_longer()
        count: int = self._inner.recv_into(buffer)
        self._allowance.read(count)
        return count

    def makefile(self, *_: Any, **__: Any) -> Answer:
        """A file to read an answer from, as ``http.client`` asks for one."""
        self._inner._io_refs += 1  # noqa: SLF001 - as socket.makefile does
        return Answer(socket.SocketIO(self, "r"), self._allowance)  # type: ignore[arg-type]


def bounded(connection_class: type, allowance: Allowance) -> type:
    """A connection class of urllib3 whose sockets keep within an allowance."""

    class Bounded(connection_class):  # type: ignore[misc]
        bounded = True
        sock: Any

        def _new_conn(self) -> Any:
            return BoundedSocket(super()._new_conn(), allowance)

        def connect(self) -> None:
            super().connect()
            if not isinstance(self.sock, BoundedSocket):  # TLS has put one of its own around it
                self.sock = BoundedSocket(self.sock, allowance)

    return Bounded
