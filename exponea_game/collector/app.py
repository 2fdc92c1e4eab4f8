"""The collector's web app: the tracking API, the questions under ``/_/``, and the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from exponea_game.collector.destinations import EventStream, Project
from exponea_game.collector.faults import FaultPlan
from exponea_game.collector.guard import Guard
from exponea_game.collector.news import News
from exponea_game.collector.store import Store
from exponea_game.collector.tracking import Tracking
from exponea_game.collector.views import Views
from exponea_game.collector.writer import Writer


@dataclass(frozen=True, slots=True)
class Options:
    """What a collector can be told when it is made."""

    path: Path
    """The store's file."""
    keep: int
    """The most events to keep."""
    authorization: str | None
    """The only ``Authorization`` header that a project accepts; None accepts any."""
    jwt_secret: str | None
    """The key of the tokens that come to an event stream; None checks none."""


def build(options: Options, port: int, closing: asyncio.Event) -> Guard:
    """Make the web app and open its store.

    Args:
        options: What to do.
        port: Where the collector listens.
        closing: Set when the server is to end.
    """
    plan = FaultPlan()
    writer = Writer(Store(options.path, options.keep))
    project, stream = Project(options.authorization), EventStream(options.jwt_secret)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        writing = asyncio.create_task(writer.run())
        yield
        writer.end()
        await writing

    tracking = Tracking(writer, plan, closing)
    news = News(options.path, writer, plan, stream, closing)
    views = Views(options.path, writer, plan, stream, news)
    routes = [
        Mount("/track/v2/projects/{token}", routes=tracking.routes(project)),
        Mount("/track/u/v1", routes=tracking.routes(stream)),
        Mount("/_", routes=views.routes()),
        Route("/", views.page),
    ]
    handlers = {404: _nothing, 405: _nothing}
    return Guard(Starlette(routes=routes, lifespan=life, exception_handlers=handlers), port)


async def _nothing(_: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return JSONResponse({"success": False, "errors": ["Not found"]}, status)
