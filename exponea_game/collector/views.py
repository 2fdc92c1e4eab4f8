"""What people and tests ask the collector: the live page at ``/``, and all else under ``/_/``.

GET  /_/summary                 total, accepted, rejected, duplicates, customers, sessions ...
GET  /_/all                     total, good, bad, duplicate: Snowplow Micro's words for it
GET  /_/events                  ?type= &customer= &since= &until= &after= &before= &limit=
GET  /_/rejected, /_/sessions, /_/customers (also /_/players), /_/presence
GET  /_/overview                what a page needs at first
GET  /_/records?after=&limit=   all that followed a record
GET  /_/stream?after=           the same as server-sent events
GET  /_/export.{json,ndjson,csv,html}
GET  /_/faults, PUT /_/faults   see ``faults``
PUT  /_/stream                  what an event stream lets in, see ``permissions``
POST /_/state                   what a library reports of itself
POST /_/reset                   forget everything
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from exponea_game.collector import export, queries, rules
from exponea_game.collector.destinations import EventStream
from exponea_game.collector.document import live_page, offline_page
from exponea_game.collector.faults import FaultPlan, Faults
from exponea_game.collector.news import MOST_STREAMS, News
from exponea_game.collector.permissions import Permissions
from exponea_game.collector.schema import reading
from exponea_game.collector.tracking import TooLargeError, read_body
from exponea_game.collector.writer import Writer

BODY_BYTES = 64 * 1024  # of a state or of faults
FIRST_RECORDS = 200  # that come with the live page: more rows than a screen shows
OFFLINE_RECORDS = 100_000  # newest records in an exported page
SECONDS_AND_COUNTS = ("session_start", "away_since", "session_timeout", "waiting", "backoff")
LARGEST = 2**63 - 1  # that SQLite can hold

Row = dict[str, Any]


class Views:
    """The page, and the addresses under ``/_/``.

    Args:
        path: The store's file, to read from.
        writer: Takes what is to be stored.
        plan: The faults in force.
        stream: The event stream.
        news: What pages and terminals are told.
    """

    def __init__(
        self, path: Path, writer: Writer, plan: FaultPlan, stream: EventStream, news: News
    ) -> None:
        self._path = path
        self._writer = writer
        self._plan = plan
        self._event_stream = stream
        self._news = news

    def routes(self) -> list[Route]:
        """The addresses, to be mounted under ``/_``."""
        questions: dict[str, Callable[[sqlite3.Connection], object]] = {
            "summary": queries.summary,
            "all": _all,
            "rejected": queries.rejected,
            "sessions": queries.sessions,
            "customers": queries.customers,
            "players": queries.customers,
            "presence": queries.presence,
            "overview": queries.overview,
        }
        return [
            *(Route(f"/{name}", self._question(answer)) for name, answer in questions.items()),
            Route("/events", self._events),
            Route("/records", self._records),
            Route("/stream", self._stream, methods=["GET"]),
            Route("/stream", self._put_permissions, methods=["PUT"]),
            Route("/export.html", self._export_page),
            Route("/export.{format}", self._export),
            Route("/faults", self._get_faults, methods=["GET"]),
            Route("/faults", self._put_faults, methods=["PUT"]),
            Route("/state", self._state, methods=["POST"]),
            Route("/reset", self._reset, methods=["POST"]),
        ]

    def page(self, _: Request) -> Response:
        """The live page, with what its first picture takes."""
        with reading(self._path) as database:
            return HTMLResponse(live_page(export.snapshot(database, FIRST_RECORDS)))

    def _question(
        self, answer: Callable[[sqlite3.Connection], object]
    ) -> Callable[[Request], Response]:
        def endpoint(_: Request) -> Response:
            with reading(self._path) as database:
                return JSONResponse(answer(database))

        return endpoint

    def _events(self, request: Request) -> Response:
        try:
            filters = _filters(request)
        except ValueError as error:
            return _refusal(str(error))
        limit = int(filters.pop("limit", queries.LIMIT))
        with reading(self._path) as database:
            return JSONResponse(queries.events(database, limit, **filters))

    def _records(self, request: Request) -> Response:
        try:
            after, limit = (
                _whole(name, request.query_params.get(name, "0")) for name in ("after", "limit")
            )
        except ValueError as error:
            return _refusal(str(error))
        limit = min(limit, OFFLINE_RECORDS) or queries.WINDOW
        with reading(self._path) as database:
            return JSONResponse(queries.records(database, after, limit))

    async def _stream(self, request: Request) -> Response:
        position = request.headers.get("last-event-id") or request.query_params.get("after", "")
        epoch, _, number = position.rpartition(".")
        if self._news.full:
            return _refusal(f"at most {MOST_STREAMS} pages and terminals at once", 503)
        try:
            cursor = _whole("after", number) if number else None
        except ValueError as error:
            return _refusal(str(error))
        messages = self._news.messages(epoch, cursor)
        return StreamingResponse(messages, media_type="text/event-stream")

    def _export(self, request: Request) -> Response:
        name = request.path_params["format"]
        try:
            filters = _filters(request)
        except ValueError as error:
            return _refusal(str(error))
        if name == "csv":
            written, media_type = self._csv(filters), export.CSV
        elif name in export.FORMATS:
            write, media_type = export.FORMATS[name]
            written = write(self._every_event(filters))
        else:
            return _refusal(f"formats: {', '.join(export.FORMATS)}, csv, html", 404)
        return StreamingResponse(
            export.chunks(written), media_type=media_type, headers=_download(f"events.{name}")
        )

    def _csv(self, filters: dict[str, float | str]) -> Iterator[str]:
        names = export.property_names(self._every_event(filters))
        yield from export.as_csv(self._every_event(filters), names)

    def _every_event(self, filters: dict[str, float | str]) -> Iterator[Row]:
        wanted = {name: value for name, value in filters.items() if name != "limit"}
        with reading(self._path) as database:
            yield from queries.every_event(database, **wanted)

    def _export_page(self, _: Request) -> Response:
        with reading(self._path) as database:
            page = offline_page(export.snapshot(database, OFFLINE_RECORDS))
        return Response(page, media_type="text/html", headers=_download("play-session.html"))

    async def _get_faults(self, _: Request) -> Response:
        return JSONResponse(self._plan.report())

    async def _put_faults(self, request: Request) -> Response:
        try:
            self._plan.put(Faults.read(await _object(request)))
        except (TypeError, ValueError) as error:
            return _refusal(str(error))
        self._writer.announce()
        return JSONResponse(self._plan.report())

    async def _put_permissions(self, request: Request) -> Response:
        try:
            self._event_stream.permissions = Permissions.read(await _object(request))
        except (TypeError, ValueError) as error:
            return _refusal(str(error))
        self._writer.announce()
        return JSONResponse(self._event_stream.permissions.report())

    async def _state(self, request: Request) -> Response:
        try:
            report = await _object(request)
            _check(report)
        except ValueError as error:
            return _refusal(str(error))
        row = await self._writer.write(lambda store: store.report(report, time.time()))
        self._news.hear(row)
        return JSONResponse({"success": True})

    async def _reset(self, _: Request) -> Response:
        await self._writer.write(lambda store: store.reset())
        self._news.forget()
        return JSONResponse({"success": True})


def _all(database: sqlite3.Connection) -> Row:
    summary = queries.summary(database)
    names = {"total": "total", "good": "accepted", "bad": "rejected", "duplicate": "duplicates"}
    return {name: summary[own] for name, own in names.items()}


def _filters(request: Request) -> dict[str, float | str]:
    filters: dict[str, float | str] = {}
    for name, value in request.query_params.items():
        if name not in queries.FILTERS and name != "limit":
            raise ValueError(f"unknown filter: {name}; known: {', '.join(queries.FILTERS)}, limit")
        filters[name] = NUMBERS[name](name, value) if name in NUMBERS else value
    return filters


def _whole(name: str, text: str) -> int:
    number = int(text) if len(text) < 30 else LARGEST + 1
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{name} must be a whole number from 0 to {LARGEST}")
    return number


def _finite(name: str, text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a number of seconds")
    return number


NUMBERS: dict[str, Callable[[str, str], float]] = {
    "since": _finite, "until": _finite, "after": _whole, "before": _whole, "limit": _whole,
}  # fmt: skip


def _check(report: Row) -> None:
    """Refuse a run's report that the page could not show.

    Raises:
        ValueError: In words for a person.
    """
    if not all(isinstance(report.get(name), str) for name in ("run", "state")):
        raise ValueError("run and state are required, as strings")
    for name in SECONDS_AND_COUNTS:
        value = report.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ValueError(f"{name} must be a number or null")


async def _object(request: Request) -> Row:
    try:
        return rules.decode(await read_body(request, BODY_BYTES))
    except TooLargeError:
        raise ValueError(f"at most {BODY_BYTES} bytes") from None


def _refusal(words: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"success": False, "errors": [words]}, status)


def _download(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
