"""The tracking API itself, answered as the service answers it.

    POST /track/v2/projects/{token}/customers               POST /track/u/v1/customers
    POST /track/v2/projects/{token}/customers/events        POST /track/u/v1/customers/events
    POST /track/v2/projects/{token}/batch                   POST /track/u/v1/batch
    GET  /track/v2/projects/{token}/system/time             each with ?stream_id={id}

An answer is given only after what it acknowledges is committed.
"""

from __future__ import annotations

import asyncio
import contextlib
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
from exponea_game.collector.destinations import DeniedError, Destination, Project
from exponea_game.collector.faults import FaultPlan, Faults
from exponea_game.collector.rules import Command, Refusal, Time
from exponea_game.collector.store import Request
from exponea_game.collector.tokens import Ids
from exponea_game.collector.writer import Writer

STATUSES = {status.value: status.phrase for status in HTTPStatus}


class TooLargeError(Exception):
    """A body over the limit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be stored, and what to say then."""

    commands: list[Command]
    reply: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a request goes, and on whose behalf."""

    destination: Destination
    name: str
    """The project's token, or the stream's id as one."""
    ids: Ids | None
    """The customer ids that its token stands for, if it has one."""
    faults: Faults


Endpoint = Callable[[HttpRequest], Awaitable[Response]]
Work = Callable[[bytes, Sender], Answer]


class Tracking:
    """The addresses of the API.

    Args:
        writer: Takes what is to be stored.
        plan: The faults in force.
        closing: Set when the server is to end.
    """

    def __init__(self, writer: Writer, plan: FaultPlan, closing: asyncio.Event) -> None:
        self._writer = writer
        self._plan = plan
        self._closing = closing

    def routes(self, destination: Destination) -> list[Route]:
        """The addresses of a destination, to be mounted where it is."""
        works: dict[str, Work] = {
            "customers": self._single(rules.UPDATE),
            "customers/events": self._single(rules.EVENT),
            "batch": self._batch,
        }
        routes = [
            Route(f"/{path}", self._endpoint(destination, path, work), methods=["POST"])
            for path, work in works.items()
        ]
        if isinstance(destination, Project):
            path = "system/time"
            routes.append(Route(f"/{path}", self._endpoint(destination, path, _time)))
        return routes

    def _single(self, name: str) -> Work:
        def work(body: bytes, sender: Sender) -> Answer:
            command = self._judge({"name": name, "data": rules.decode(body)}, sender)
            return Answer([command], {"errors": []} | _result(command))

        return work

    def _batch(self, body: bytes, sender: Sender) -> Answer:
        started = time.time()
        given = rules.commands_of(rules.decode(body))
        commands = [self._judge(command, sender) for command in given]
        reply: dict[str, Any] = {"start_time": started, "end_time": time.time(), "success": True}
        if sender.destination.results:
            reply = {"results": [_result(command) for command in commands], **reply}
        return Answer(commands, reply)

    def _judge(self, command: object, sender: Sender) -> Command:
        judged = rules.judge(command, sender.name, time.time())
        objection = self._plan.objection(sender.faults, command)
        objection = objection or sender.destination.objection(judged, sender.ids)
        return Refusal((objection,), command, judged.command_id) if objection else judged

    def _endpoint(self, destination: Destination, path: str, work: Work) -> Endpoint:
        async def endpoint(http: HttpRequest) -> Response:
            faults = self._plan.take()
            try:
                body = await read_body(http, rules.BODY_BYTES)
            except ClientDisconnect:
                return Response()
            except TooLargeError:
                return _error(413, "message", "Request Entity Too Large")
            sender = Sender(destination, destination.name(http), None, faults)
            request = Request(sender.name, path, time.time(), len(body))
            if faults.delay:
                await self._wait(faults.delay)
            if faults.hang or faults.close == "before":
                return await self._silence(http, request, faults)
            if faults.status:
                await self._note(replace(request, outcome=str(faults.status)))
                return _failure(faults)
            return await self._serve(http, request, body, work, sender)

        return endpoint

    async def _serve(
        self, http: HttpRequest, request: Request, body: bytes, work: Work, sender: Sender
    ) -> Response:
        faults = sender.faults
        try:
            sender = replace(sender, ids=sender.destination.admit(http, faults.token))
            request = replace(request, signed_for=sender.ids)
            if http.headers.get("content-encoding", "identity") != "identity":
                raise rules.BadRequestError("Invalid JSON")
            answer = work(body, sender)
        except DeniedError as denied:
            await self._note(replace(request, outcome=str(denied.status)))
            return JSONResponse(denied.reply, denied.status)
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


def _time(body: bytes, sender: Sender) -> Answer:  # noqa: ARG001
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
