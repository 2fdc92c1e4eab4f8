"""Keeps the rest of the world out: only this machine's programs, and the collector's own page.

A page of another site can make a browser send requests to the loopback device, and can give its
own name the loopback address. The first is told by the ``Origin`` header, the second by ``Host``.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exponea_game.collector.document import policy

HTTP_PORT = 80


class Guard:
    """Refuses foreign ``Host`` and ``Origin`` headers, and binds the page by a policy.

    Args:
        app: What to guard.
        port: Where the collector listens.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        names = ("127.0.0.1", "localhost")
        self._hosts = {f"{name}:{port}" for name in names}
        if port == HTTP_PORT:
            self._hosts.update(names)  # clients do not name the port that goes without saying
        self._origins = {f"http://{host}" for host in self._hosts}
        self._policy = f"{policy()}; connect-src 'self'; frame-ancestors 'none'"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it with status 403."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_bound(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("cache-control", "no-cache")
                headers["content-security-policy"] = self._policy
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "no-referrer"
            await send(message)

        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if headers.get("host") not in self._hosts or (origin and origin not in self._origins):
            refusal = JSONResponse({"success": False, "errors": ["Only from this machine."]}, 403)
            await refusal(scope, receive, send_bound)
            return
        await self._app(scope, receive, send_bound)
