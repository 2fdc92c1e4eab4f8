"""Requests over HTTP, on connections that ``requests`` makes; a test puts another function there.

``requests`` knows the machine: its proxies, its certificates, its connections. They are made ready
once for an address. What it does besides for each request (sessions, cookies, redirects) costs as
much as the request itself, with the interpreter lock held, and nothing here needs it: so each one
goes straight to the connection pool, which is urllib3's.

A request has one deadline for all of it, from the connection to the last byte of the answer, and an
answer is read undecoded up to a limit (see bounded_socket). What urllib3 logs of it names the
address, and with it a token: it stays out of the game's log.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from exponea_game.delivery.bounded_socket import ANSWER_LIMIT, Allowance, bounded
from exponea_game.settings_checks import LOOPBACK

CONNECT_TIMEOUT = 10.0
"""Seconds for a connection."""
REQUEST_TIMEOUT = 30.0
"""Seconds for a request, on top of those that its body takes on a slow line."""
SLOWEST_LINE = 10_000.0
"""Bytes a second that a line carries at the least; on a slower one, requests are made smaller."""
LOGGERS = ("urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry")


class Reply(NamedTuple):
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Posts a body to an address; raises OSError where no answer comes."""

    def __call__(self, address: str, headers: Mapping[str, str], data: bytes, /) -> Reply:
        """Post a body."""
        ...

    def close(self) -> None:
        """Give up the connections."""


class RequestsTransport:
    """Posts on connections that are kept.

    Each thread may post, several at once: the connections are the pool's, the deadline is the
    thread's own, and what was made ready is replaced in a single assignment. A proxy of the machine
    is looked up when there is no answer, not each time.

    Args:
        patience: Seconds for a request; a server that is slower is not there.
    """

    def __init__(self, patience: float = REQUEST_TIMEOUT) -> None:
        self._connections: Any = None
        self._ready: tuple[str, Any, Callable[..., Any]] | None = None
        self._patience, self._allowance = patience, Allowance()

    def __call__(self, address: str, headers: Mapping[str, str], data: bytes) -> Reply:
        """Post a body.

        Raises:
            OSError: No answer came, or too much of one.
        """
        self._allowance.begin(self._patience + len(data) / SLOWEST_LINE)
        _own.request = True
        try:
            ready = self._ready
            if ready is None or ready[0] != address:
                self._ready = ready = self._make_ready(address)
            answer = ready[2](body=data, headers=headers)
            self._allowance.begin_body()
            try:
                body = answer.read(ANSWER_LIMIT, decode_content=False)
            finally:
                answer.close()  # what is left of it is not waited for
        except (OSError, HTTPError, ValueError) as error:  # what a server says may be no number
            self._ready = None
            raise ConnectionError(f"{type(error).__name__}: {error}") from error
        finally:
            _own.request = False
        return Reply(answer.status, answer.headers, body)

    def _make_ready(self, address: str) -> tuple[str, Any, Callable[..., Any]]:
        """The address, a pool with the machine's proxies and certificates, and what posts there."""
        _keep_logs_quiet()
        around = requests.Session().merge_environment_settings(address, {}, None, None, None)
        if LOOPBACK.match(address):
            around["proxies"] = {}  # a proxy of the machine cannot reach a local collector
        self._connections = self._connections or _connections(self._allowance)
        # The machine's .netrc, which would replace the authorization, is never asked: a request
        # does not know its session.
        request = requests.Request("POST", address).prepare()
        pool, target = self._connections.kept(request, around)
        timeout = Timeout(connect=min(CONNECT_TIMEOUT, self._patience), read=self._patience)
        post = partial(
            pool.urlopen, "POST", target,
            timeout=timeout, retries=False, redirect=False, assert_same_host=False,
            preload_content=False, decode_content=False,
        )  # fmt: skip
        return address, pool, post

    def close(self) -> None:
        """Give the connections up."""
        ready, self._ready = self._ready, None
        if ready is not None:
            ready[1].close()
        if self._connections is not None:
            self._connections.close()


def _connections(allowance: Allowance) -> Any:
    """The connections of ``requests``, of which a pool can be kept; not imported before."""

    class Connections(HTTPAdapter):
        def kept(self, request: Any, around: Mapping[str, Any]) -> tuple[Any, str]:
            """The pool for a request, and its target as the proxy or the server wants it."""
            verify, proxies, cert = around["verify"], around["proxies"], around["cert"]
            pool: Any = self.get_connection_with_tls_context(request, verify, proxies, cert)
            try:
                self.cert_verify(pool, request.url, verify, cert)  # type: ignore[no-untyped-call]
            except OSError as error:  # the machine names certificates that are not there
                raise ssl.SSLError(str(error)) from error
            if not getattr(pool.ConnectionCls, "bounded", False):  # pools are kept, too
                pool.ConnectionCls = bounded(pool.ConnectionCls, allowance)
            return pool, self.request_url(request, proxies)

    return Connections()


class _Own(threading.local):
    """Whether this thread makes a request of ours."""

    request = False


_own = _Own()


def _not_ours(_record: logging.LogRecord) -> bool:
    return not _own.request


def _keep_logs_quiet() -> None:
    """Keep what urllib3 logs of our requests out of the game's log; the game's own stay."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_not_ours)  # once: the same filter is not added twice
