"""The tracking API itself: four addresses, answered as the service answers them.

    POST /track/v2/projects/{token}/customers
    POST /track/v2/projects/{token}/customers/events
    POST /track/v2/projects/{token}/batch
    GET  /track/v2/projects/{token}/system/time

An answer is given only after what it acknowledges is committed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from exponea_game.collector import rules
from exponea_game.collector.faults import FaultPlan, Faults
from exponea_game.collector.rules import Command, Refusal, Time
from exponea_game.collector.store import Request
from exponea_game.collector.writer import Writer

STATUSES = {status.value: status.phrase for status in HTTPStatus}
PROJECT = re.compile(r"[A-Za-z0-9-]{1,64}")


class TooLargeError(Exception):
    """A body over the limit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be stored, and what to say then."""

    commands: list[Command]
    reply: dict[str, Any]


Endpoint = Callable[[HttpRequest], Awaitable[Response]]
Work = Callable[[bytes, str, Faults], Answer]


class Tracking:
    """The addresses of the API.

    Args:
        writer: Takes what is to be stored.
        plan: The faults in force.
        authorization: The only header to accept; None accepts any.
        closing: Set when the server is to end.
    """

    def __init__(
        self, writer: Writer, plan: FaultPlan, authorization: str | None, closing: asyncio.Event
    ) -> None:
        self._writer = writer
        self._plan = plan
        self._authorization = authorization
        self._closing = closing

    def routes(self) -> list[Route]:
        """The addresses, to be mounted under ``/track/v2/projects/{token}``."""
        return [
            Route("/customers", self._single(rules.UPDATE), methods=["POST"]),
            Route("/customers/events", self._single(rules.EVENT), methods=["POST"]),
            Route("/batch", self._endpoint(self._batch), methods=["POST"]),
            Route("/system/time", self._endpoint(_time), methods=["GET"]),
        ]

    def _single(self, name: str) -> Endpoint:
        def work(body: bytes, project: str, faults: Faults) -> Answer:
            command = self._judge({"name": name, "data": rules.decode(body)}, project, faults)
            return Answer([command], {"errors": []} | _result(command))

        return self._endpoint(work)

    def _batch(self, body: bytes, project: str, faults: Faults) -> Answer:
        started = time.time()
        commands = [
            self._judge(command, project, faults)
            for command in rules.commands_of(rules.decode(body))
        ]
        results = [_result(command) for command in commands]
        times = {"start_time": started, "end_time": time.time()}
        return Answer(commands, {"results": results, **times, "success": True})

    def _judge(self, command: object, project: str, faults: Faults) -> Command:
        judged = rules.judge(command, project, time.time())
        objection = self._plan.objection(faults, command)
        return Refusal((objection,), command, judged.command_id) if objection else judged

    def _endpoint(self, work: Work) -> Endpoint:
        async def endpoint(http: HttpRequest) -> Response:
            faults = self._plan.take()
            try:
                body = await read_body(http, rules.BODY_BYTES)
            except ClientDisconnect:
                return Response()
            except TooLargeError:
                return _error(413, "message", "Request Entity Too Large")
            received = time.time()
            project = http.path_params["token"]
            path = http.url.path.partition(f"/{project}/")[2]
            request = Request(project, path, received, len(body))
            if faults.delay:
                await self._wait(faults.delay)
            if faults.hang or faults.close == "before":
                return await self._silence(http, request, faults)
            if faults.status:
                await self._note(replace(request, outcome=str(faults.status)))
                return _failure(faults)
            return await self._serve(http, request, body, work, faults)

        return endpoint

    async def _serve(
        self, http: HttpRequest, request: Request, body: bytes, work: Work, faults: Faults
    ) -> Response:
        try:
            self._admit(http, request.project)
            answer = work(body, request.project, faults)
        except _DeniedError as denied:
            await self._note(replace(request, outcome=str(denied.status)))
            return _error(denied.status, "error", str(denied))
        except rules.BadRequestError as bad:
            await self._note(replace(request, outcome="400"))
            return _error(400, "message", str(bad))
        outcome = "answer lost" if faults.close else "answer garbled" if faults.corrupt else "200"
        await self._note(replace(request, outcome=outcome), answer.commands)
        if faults.close:
            return await disconnect(http)
        response = JSONResponse(answer.reply)
        if faults.corrupt:
            half = bytes(response.body)[: len(response.body) // 2]
            return Response(half, media_type="application/json")
        return response

    def _admit(self, http: HttpRequest, project: str) -> None:
        if not PROJECT.fullmatch(project):
            raise _DeniedError(400, "Invalid project id")
        if http.headers.get("content-encoding", "identity") != "identity":
            raise rules.BadRequestError("Invalid JSON")
        given = http.headers.get("authorization")
        if self._authorization and not given:
            raise _DeniedError(400, "Could not authenticate")
        if self._authorization and given != self._authorization:
            raise _DeniedError(401, "access key not found")

    async def _note(self, request: Request, commands: Sequence[Command] = ()) -> None:
        await self._writer.write(lambda store: store.take(request, commands))

    async def _silence(self, http: HttpRequest, request: Request, faults: Faults) -> Response:
        await self._note(replace(request, outcome="no answer" if faults.hang else "closed"))
        if faults.hang:
            gone = asyncio.ensure_future(_gone(http))
            await asyncio.wait(
                [gone, asyncio.ensure_future(self._closing.wait())],
                return_when=asyncio.FIRST_COMPLETED,
            )
        return await disconnect(http)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)


class _DeniedError(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


async def read_body(http: HttpRequest, limit: int) -> bytes:
    """Take a request's body.

    Raises:
        TooLargeError: It is longer than ``limit`` bytes.
    """
    body = bytearray()
    async for chunk in http.stream():
        body += chunk
        if len(body) > limit:
            raise TooLargeError
    return bytes(body)


async def disconnect(http: HttpRequest) -> Response:
    """Close the connection without an answer."""
    http.scope["state"]["transport"].abort()
    await _gone(http)
    return Response()  # goes nowhere


async def _gone(http: HttpRequest) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        pass


def _time(body: bytes, project: str, faults: Faults) -> Answer:  # noqa: ARG001
    return Answer([], {"errors": [], "success": True, "time": time.time()})


def _result(command: Command) -> dict[str, Any]:
    echo = {} if command.command_id is None else {"command_id": command.command_id}
    if isinstance(command, Refusal):
        return {"success": False, "errors": list(command.errors), **echo}
    if isinstance(command, Time):
        return {"success": True, "time": time.time(), **echo}
    return {"success": True, **echo}


def _failure(faults: Faults) -> Response:
    status = faults.status or 500
    response = _error(status, "errors", [STATUSES.get(status, "Error")])
    if faults.retry_after is not None:
        response.headers["retry-after"] = f"{faults.retry_after:g}"
    return response


def _error(status: int, name: str, words: object) -> JSONResponse:
    return JSONResponse({"success": False, name: words}, status)
