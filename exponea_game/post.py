"""Posting over HTTP, with ``requests``; a test puts another function in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exponea_game.settings import LOOPBACK

CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 30.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Post = Callable[[str, Mapping[str, str], bytes], Reply]
"""Posts a body to an address; raises OSError where no answer comes."""


class RequestsPost:
    """Posts with ``requests``, on connections that are kept.

    What is the same for all requests is made ready once: a proxy of the machine is looked up when
    there is no answer, not each time.

    Args:
        patience: Seconds for an answer; a server that is slower is not there.
    """

    def __init__(self, patience: float = READ_TIMEOUT) -> None:
        self._session: Any = None
        self._ready: tuple[str, Any, dict[str, Any]] | None = None
        self._timeout = (min(CONNECT_TIMEOUT, patience), patience)

    def __call__(self, address: str, headers: Mapping[str, str], data: bytes) -> Reply:
        """Post a body.

        Raises:
            OSError: No answer came (``requests`` raises nothing else for that).
        """
        ready = self._ready
        if ready is None or ready[0] != address:
            self._ready = ready = self._make_ready(address)
        request = ready[1].copy()
        request.headers.update(headers)
        request.prepare_body(data, None)
        try:
            answer = self._session.send(
                request, timeout=self._timeout, allow_redirects=False, **ready[2]
            )
        except OSError:
            self._ready = None
            raise
        return Reply(answer.status_code, answer.headers, answer.content)

    def _make_ready(self, address: str) -> tuple[str, Any, dict[str, Any]]:
        """The address, a request that lacks its body, the machine's proxies and certificates."""
        import requests

        if self._session is None:
            self._session = requests.Session()
        around = self._session.merge_environment_settings(address, {}, None, None, None)
        if LOOPBACK.match(address):
            around["proxies"] = {}  # a proxy of the machine cannot reach a local collector
        # The machine's .netrc, which would replace the authorization, is never asked: a request
        # does not know its session.
        return address, requests.Request("POST", address).prepare(), around

    def close(self) -> None:
        """Give the connections up."""
        if self._session is not None:
            self._session.close()
