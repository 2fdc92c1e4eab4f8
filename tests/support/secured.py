"""A collector behind TLS, with a certificate that only those trust who are told to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
import trustme

from exponea_game.collector import Collector


@dataclass(frozen=True)
class Secured:
    """Where the collector is reached, and what says that it is the one."""

    collector: Collector
    url: str
    authority: Path


@contextmanager
def secured(folder: Path) -> Iterator[Secured]:
    """Serve until the block ends; the authority's certificate is in the folder."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with Collector() as collector, ThreadingHTTPServer(("localhost", 0), Door) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.collector = collector.url  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"https://localhost:{server.server_port}"
            yield Secured(collector, url, folder / "authority.pem")
        finally:
            server.shutdown()


class Door(BaseHTTPRequestHandler):
    """Hands requests on to the collector."""

    def do_GET(self) -> None:
        self.hand_on()

    def do_POST(self) -> None:
        self.hand_on(self.rfile.read(int(self.headers["Content-Length"])))

    def hand_on(self, body: bytes | None = None) -> None:
        address = self.server.collector + self.path  # type: ignore[attr-defined]
        passed = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
        answer = requests.request(self.command, address, data=body, headers=passed, timeout=10)
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: Any) -> None:
        pass
