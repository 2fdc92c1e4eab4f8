"""Posting over HTTP, on connections that ``requests`` makes; a test puts another function there.

``requests`` knows the machine: its proxies, its certificates, its connections. They are made ready
once for an address. What it does besides for each request (sessions, cookies, redirects) costs as
much as posting itself, with the interpreter lock held, and nothing here needs it: so each request
goes straight to the connection pool, which is urllib3's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from exponea_game.settings_checks import LOOPBACK

CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 30.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Transport = Callable[[str, Mapping[str, str], bytes], Reply]
"""Posts a body to an address; raises OSError where no answer comes."""


class RequestsTransport:
    """Posts on connections that are kept.

    A proxy of the machine is looked up when there is no answer, not each time.

    Args:
        patience: Seconds for an answer; a server that is slower is not there.
    """

    def __init__(self, patience: float = READ_TIMEOUT) -> None:
        self._connections: Any = None
        self._ready: tuple[str, Any, Callable[..., Any]] | None = None
        self._timeout = (min(CONNECT_TIMEOUT, patience), patience)

    def __call__(self, address: str, headers: Mapping[str, str], data: bytes) -> Reply:
        """Transport a body.

        Raises:
            OSError: No answer came.
        """
        from urllib3.exceptions import HTTPError

        try:
            ready = self._ready
            if ready is None or ready[0] != address:
                self._ready = ready = self._make_ready(address)
            answer = ready[2](body=data, headers=headers)
        except (OSError, HTTPError) as error:
            self._ready = None
            raise ConnectionError(f"{type(error).__name__}: {error}") from error
        return Reply(answer.status, answer.headers, answer.data)

    def _make_ready(self, address: str) -> tuple[str, Any, Callable[..., Any]]:
        """The address, a pool with the machine's proxies and certificates, and what posts there."""
        import requests
        from urllib3 import Timeout

        around = requests.Session().merge_environment_settings(address, {}, None, None, None)
        if LOOPBACK.match(address):
            around["proxies"] = {}  # a proxy of the machine cannot reach a local collector
        self._connections = self._connections or _connections()
        # The machine's .netrc, which would replace the authorization, is never asked: a request
        # does not know its session.
        request = requests.Request("POST", address).prepare()
        pool, target = self._connections.kept(request, around)
        connect, read = self._timeout
        timeout = Timeout(connect=connect, read=read)
        post = partial(
            pool.urlopen, "POST", target,
            timeout=timeout, retries=False, redirect=False, assert_same_host=False,
        )  # fmt: skip
        return address, pool, post

    def close(self) -> None:
        """Give the connections up."""
        ready, self._ready = self._ready, None
        if ready is not None:
            ready[1].close()
        if self._connections is not None:
            self._connections.close()


def _connections() -> Any:
    """The connections of ``requests``, of which a pool can be kept; not imported before."""
    from requests.adapters import HTTPAdapter

    class Connections(HTTPAdapter):
        def kept(self, request: Any, around: Mapping[str, Any]) -> tuple[Any, str]:
            """The pool for a request, and its target as the proxy or the server wants it."""
            verify, proxies, cert = around["verify"], around["proxies"], around["cert"]
            pool = self.get_connection_with_tls_context(request, verify, proxies, cert)
            self.cert_verify(pool, request.url, verify, cert)  # type: ignore[no-untyped-call]
            return pool, self.request_url(request, proxies)

    return Connections()
