"""A small, fast HTTP server that takes what any tracker sends, in a process of its own.

    python sink.py healthy|failing|recovering|hang SECONDS [watch]

It prints its port. ``healthy`` answers as the service that is asked would, after SECONDS;
``failing`` answers 500, and ``recovering`` does so for SECONDS from its first request on, counting
nothing until then; ``hang`` takes connections and requests and never answers. ``GET /_/seen``
says as JSON what it has seen:

    {"events":1000,"requests":20,"bytes":250000,"connections":1,"last":1700000000.5,"first":...}

With ``watch`` it looks into the requests as well (see watch.py); ``GET /_/times`` gives the
timestamps of all events.

An event is counted by the word ``bench_event`` in a body, ungzipped. A server that refuses
connections needs no process: ``refusing`` gives a port at which nobody listens.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from watch import Watch

EVENT = b"bench_event"
"""What the type of each event in these benchmarks holds, once."""


class Seen:
    """What a sink has seen, and what its watch has found, if it has one."""

    def __init__(self, watch: Watch | None) -> None:
        self.events = self.requests = self.bytes = self.connections = 0
        self.first = self.last = self.well_since = 0.0
        self.watch = watch

    def ill(self, seconds: float) -> bool:
        """Whether a server that recovers answers 500; the first one to ask begins its illness."""
        self.well_since = self.well_since or time.time() + seconds
        return time.time() < self.well_since

    def take(self, headers: bytes, body: bytes) -> None:
        """Count one request."""
        self.last = time.time()
        self.first = self.first or self.last
        self.requests += 1
        self.bytes += len(headers) + len(body)
        self.events += (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).count(EVENT)
        if self.watch:
            self.watch.look(self.last, body, EVENT.decode())

    def told(self) -> dict[str, Any]:
        """All of it."""
        known = {name: value for name, value in vars(self).items() if name != "watch"}
        return known | (self.watch.told() if self.watch else {})


class Connection(asyncio.Protocol):
    """One client's connection: requests one after another, each with its length or in chunks."""

    def __init__(self, seen: Seen, mode: str, delay: float) -> None:
        self._seen, self._mode, self._delay = seen, mode, delay
        self._data = bytearray()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._seen.connections += 1

    def data_received(self, data: bytes) -> None:
        self._data += data
        while request := self._request():
            self._answer(*request)

    def _request(self) -> tuple[bytes, bytes] | None:
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._data[: end + 4])
        fields = dict(
            line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
        )
        if fields.get(b"expect"):
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        size = int(fields.get(b"content-length", 0))
        if fields.get(b"transfer-encoding") == b"chunked":
            return self._chunked(head)
        if len(self._data) < len(head) + size:
            return None
        body = bytes(self._data[len(head) : len(head) + size])
        del self._data[: len(head) + size]
        return head, body

    def _chunked(self, head: bytes) -> tuple[bytes, bytes] | None:
        if not self._data.endswith(b"0\r\n\r\n"):
            return None
        body, rest = b"", bytes(self._data[len(head) :])
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
        self._data.clear()
        return head, body

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"GET /_/"):
            watch = self._seen.watch
            wanted = sorted(watch.times) if watch and b"times" in head[:20] else self._seen.told()
            self._reply(json.dumps(wanted).encode())
            return
        if self._mode == "recovering" and self._seen.ill(self._delay):
            self._reply(FAILURE, b"500 Internal Server Error")
            return
        self._seen.take(head, body)
        if self._mode == "hang":
            return
        if self._mode == "failing":
            self._reply(FAILURE, b"500 Internal Server Error")
            return
        commands = body.count(b'"command_id":')
        answer = results(commands) if commands else ANSWER
        if self._delay and self._mode == "healthy":
            asyncio.get_running_loop().call_later(self._delay, self._reply, answer)
        else:
            self._reply(answer)

    def _reply(self, body: bytes, status: bytes = b"200 OK") -> None:
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % (status, len(body)) + body)


ANSWER = b'{"code":200,"success":true,"status":1,"error":null,"events_ingested":1}'
"""Something that each of the rivals takes for success."""
FAILURE = b'{"success":false,"errors":["an error inside the server"]}'


@cache
def results(count: int) -> bytes:
    """What the tracking API answers to a batch that it takes."""
    each = [{"success": True, "command_id": str(index)} for index in range(count)]
    return json.dumps({"success": True, "results": each}).encode()


async def serve(mode: str, delay: float, *, watch: bool) -> None:
    """Serve until the process is ended; the port goes to the standard output."""
    seen = Seen(Watch() if watch else None)
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(seen, mode, delay), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Sink:
    """A sink that runs."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def seen(self) -> dict[str, Any]:
        """What it has seen."""
        return dict(self._ask("seen"))

    def times(self) -> set[float]:
        """The timestamps of the events that it has seen, if it has a watch."""
        return set(self._ask("times"))

    def _ask(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/_/{what}", timeout=30) as answer:
            return json.load(answer)


@contextmanager
def sink(mode: str = "healthy", delay: float = 0.0, *, watch: bool = False) -> Iterator[Sink]:
    """A sink in a process of its own; ``mode`` may also be ``refused``."""
    if mode == "refused":
        yield Sink(refusing())
        return
    process = subprocess.Popen(
        [sys.executable, __file__, mode, str(delay), *["watch"] * watch],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Sink(int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


def refusing() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], float(sys.argv[2]), watch="watch" in sys.argv[3:]))
