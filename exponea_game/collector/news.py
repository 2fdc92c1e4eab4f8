"""Server-sent events: a reader is told what followed the last record it has seen.

The cursor travels as the message's ``id``, so that a browser that has lost the connection goes
on where it was. Nothing is kept for a reader: a slow one reads larger pieces from the store.
Readers who stand at the same place, as nearly all do, share one look at the store.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

from exponea_game.collector import queries
from exponea_game.collector.destinations import EventStream
from exponea_game.collector.faults import FaultPlan
from exponea_game.collector.schema import reading
from exponea_game.collector.writer import Writer

GATHER = 0.1  # seconds between two messages of a stream: as often as a page need be painted
RETURN = 500  # milliseconds after which a browser that lost the connection tries again
PATIENCE = 15.0  # seconds after which a silent stream says that it lives
MOST_STREAMS = 64  # pages and terminals that follow at once
SHARED_LOOKS = 8  # kept until the next change; readers who lag far behind stand alone anyway
RUNS = 1_000  # whose latest report is kept

Row = dict[str, Any]


class Place(NamedTuple):
    """How far a reader has come."""

    epoch: str
    """Of the store that the cursor belongs to; empty for any."""
    cursor: int | None
    """The last id that the reader has; None for the newest."""
    heard: int
    """The number of the last report of a run that the reader has."""


class Message(NamedTuple):
    """What followed a place."""

    place: Place
    """Where its readers stand then."""
    more: bool
    """Whether there is more to be read."""
    text: str


class News:
    """What all readers are told, and how many of them there are.

    Args:
        path: The store's file.
        writer: Says when there is something new.
        plan: The faults in force, which are told too.
        stream: The event stream, whose rules are told as well.
        closing: Set when the server is to end.
    """

    def __init__(
        self,
        path: Path,
        writer: Writer,
        plan: FaultPlan,
        stream: EventStream,
        closing: asyncio.Event,
    ) -> None:
        self._path = path
        self._writer = writer
        self._plan = plan
        self._stream = stream
        self._closing = closing
        self._reports: dict[str, tuple[int, Row]] = {}  # by run, the latest report last
        self._heard = 0
        self._looks: dict[Place, asyncio.Future[Message]] = {}  # since the last change
        self._looked_before = writer.changed
        self._streams = 0

    @property
    def full(self) -> bool:
        """Whether there are as many readers as there may be."""
        return self._streams >= MOST_STREAMS

    def hear(self, row: Row) -> None:
        """Take in what a run reports of itself."""
        self._heard += 1
        self._reports.pop(row["run"], None)
        self._reports[row["run"]] = (self._heard, row)
        if len(self._reports) > RUNS:
            del self._reports[next(iter(self._reports))]
        self._writer.announce()

    def forget(self) -> None:
        """Forget what runs have reported."""
        self._reports.clear()
        self._writer.announce()

    async def messages(self, epoch: str, cursor: int | None) -> AsyncIterator[str]:
        """All messages from a place on, the first at once; with another epoch, the newest alone."""
        self._streams += 1
        try:
            yield f"retry: {RETURN}\n\n"
            place = Place(epoch, cursor, 0)
            while not self._closing.is_set():
                changed = self._writer.changed
                message = await self._since(place)
                place, more = message.place, message.more
                yield f"id: {place.epoch}.{place.cursor}\ndata: {self._text(message)}\n\n"
                await asyncio.sleep(GATHER)
                while not more and not await self._change(changed):
                    yield ": still here\n\n"
        finally:
            self._streams -= 1

    async def _change(self, changed: asyncio.Event) -> bool:
        waits = [asyncio.ensure_future(event.wait()) for event in (changed, self._closing)]
        done, pending = await asyncio.wait(
            waits, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
        )
        for wait in pending:
            wait.cancel()
        return bool(done)

    async def _since(self, place: Place) -> Message:
        if self._writer.changed is not self._looked_before:
            self._looked_before = self._writer.changed
            self._looks.clear()
        look = self._looks.get(place)
        if look is None or (look.done() and look.exception() is not None):
            reports = [row for number, row in self._reports.values() if number > place.heard]
            look = asyncio.ensure_future(asyncio.to_thread(self._look, place, self._heard, reports))
            if len(self._looks) >= SHARED_LOOKS:
                del self._looks[next(iter(self._looks))]
            self._looks[place] = look
        return await asyncio.shield(look)  # who goes away takes it from nobody else

    def _text(self, message: Message) -> str:
        """A message with what is true at this moment and costs nothing to tell."""
        faults = json.dumps(self._plan.report())
        stream = json.dumps(self._stream.permissions.report())
        return f'{message.text[:-1]}, "faults": {faults}, "stream": {stream}}}'

    def _look(self, place: Place, heard: int, reports: list[Row]) -> Message:
        with reading(self._path) as database:
            known = place.epoch in ("", queries.epoch(database))
            after = place.cursor if known else None
            found = queries.records(database, queries.last_id(database) if after is None else after)
            found |= {"summary": queries.summary(database), "presence": reports}
        more = found["cursor"] < found["last"]
        return Message(Place(found["epoch"], found["cursor"], heard), more, json.dumps(found))
