"""Runs the collector: in a thread of another program, or as a program of its own.

uvicorn serves on the loopback device alone. Its HTTP protocol is told to leave the connection
where the app can find it, so that a fault can close it without an answer.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import shutil
import socket
import tempfile
import threading
import urllib.request
import weakref
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from exponea_game.collector import queries
from exponea_game.collector.app import Options, build
from exponea_game.collector.faults import Faults
from exponea_game.collector.guard import Guard
from exponea_game.collector.permissions import Permissions
from exponea_game.collector.schema import reading
from exponea_game.collector.store import KEEP

HOST = "127.0.0.1"
ANSWER_WITHIN = 10.0  # seconds
END_WITHIN = 10.0  # seconds: an ending server gives its requests one


class Collector:
    """A local Exponea, usable as a context manager in tests.

        with Collector() as collector:
            game_that_reports_to(collector.url)
            assert [event["event_type"] for event in collector.events()] == ["installation"]

    Args:
        port: Where to listen; 0 takes a free one.
        db: The file to keep everything in; by default a temporary one, gone at the end.
        authorization: The only ``Authorization`` header to accept; by default any or none.
        keep: The most events to keep.
        jwt_secret: The key of the tokens that come to an event stream; by default none is checked.

    Raises:
        OSError: The port is taken, or the file cannot be had or belongs to another program.
        ValueError: ``keep`` is less than one.
    """

    def __init__(
        self,
        port: int = 0,
        db: str | Path | None = None,
        authorization: str | None = None,
        keep: int = KEEP,
        jwt_secret: str | None = None,
    ) -> None:
        folder = tempfile.mkdtemp(prefix="exponea-collector-")
        # A program that never stops it ends with the file open: Windows removes no such file.
        self._forget = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        try:
            self._socket = _listen(port)
        except BaseException:
            self._forget()
            raise
        self.path = Path(db) if db else Path(folder) / "collector.db"
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        closing = asyncio.Event()
        options = Options(self.path, keep, authorization, jwt_secret)
        try:
            app = build(options, self.port, closing)
        except BaseException:
            self._socket.close()
            self._forget()
            raise
        self._server = _Server(app, closing)
        self._thread: threading.Thread | None = None

    def run(self, ready: Callable[[], object] = lambda: None) -> None:
        """Serve until interrupted, on this thread.

        Args:
            ready: Called once it serves, and an interrupt ends it cleanly.
        """
        self._server.ready = ready
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._forget()

    def start(self) -> Collector:
        """Serve on a daemon thread; returns at once, since the port listens already."""
        self._thread = threading.Thread(target=self.run, name="collector", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the thread, and forget everything unless it has a file of its own.

        A thread that does not end keeps nobody: it is over with the program at the latest.
        """
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(END_WITHIN)

    def __enter__(self) -> Collector:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def events(self, **filters: float | str) -> list[dict[str, Any]]:
        """All events, in the order of receipt; ``filters`` as of ``queries.events``."""
        with reading(self.path) as database:
            return queries.events(database, None, **filters)

    def sessions(self) -> list[dict[str, Any]]:
        """Starts paired with their ends."""
        with reading(self.path) as database:
            return queries.sessions(database, -1)

    def rejected(self) -> list[dict[str, Any]]:
        """Refused commands."""
        with reading(self.path) as database:
            return queries.rejected(database)

    def customers(self) -> list[dict[str, Any]]:
        """Customers with their ids and properties."""
        with reading(self.path) as database:
            return queries.customers(database)

    def summary(self) -> dict[str, Any]:
        """The counts of everything."""
        with reading(self.path) as database:
            return queries.summary(database)

    def reset(self) -> None:
        """Forget everything."""
        self._ask("POST", "/_/reset", {})

    def faults(self, **fields: float | str | None) -> None:
        """Misbehave as the fields of ``faults.Faults`` say; without any, behave again.

        Raises:
            ValueError: A field is unknown or its value has no meaning.
        """
        self._ask("PUT", "/_/faults", dataclasses.asdict(Faults.read(fields)))

    def stream(self, **fields: object) -> None:
        """Let an event stream take what the fields of ``permissions.Permissions`` say, else all.

        Raises:
            ValueError: A field is unknown or its value has no meaning.
        """
        self._ask("PUT", "/_/stream", Permissions.read(fields).report())

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN) as answer:  # noqa: S310
            answer.read()


class _Server(uvicorn.Server):
    def __init__(self, app: Guard, closing: asyncio.Event) -> None:
        super().__init__(
            uvicorn.Config(
                app, http=_Protocol, ws="none", log_config=None, access_log=False,
                server_header=False, timeout_graceful_shutdown=1,
            )
        )  # fmt: skip
        self._closing = closing
        self.ready: Callable[[], object] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing.set()
        await super().shutdown(sockets)


class _Protocol(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def _listen(port: int) -> socket.socket:
    # Named as TCP, or else asyncio leaves Nagle's algorithm on and each answer takes 40 ms longer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if exclusive := getattr(socket, "SO_EXCLUSIVEADDRUSE", None):
        # On Windows the other option would let a second collector take the same port.
        listener.setsockopt(socket.SOL_SOCKET, exclusive, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
