"""Server-sent events: a reader is told what followed the last record it has seen.

The cursor travels as the message's ``id``, so that a browser that has lost the connection goes
on where it was. Nothing is kept for a reader: a slow one reads larger pieces from the store.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from exponea_game.collector import queries
from exponea_game.collector.faults import FaultPlan
from exponea_game.collector.schema import reading
from exponea_game.collector.writer import Writer

GATHER = 0.05  # seconds between two messages of a stream
RETURN = 500  # milliseconds after which a browser that lost the connection tries again
PATIENCE = 15.0  # seconds after which a silent stream says that it lives


class Stream:
    """One reader's stream.

    Args:
        path: The store's file.
        writer: Says when there is something new.
        plan: The faults in force, which are told too.
        presence: The runs' latest reports, by run.
        closing: Set when the server is to end.
    """

    def __init__(
        self,
        path: Path,
        writer: Writer,
        plan: FaultPlan,
        presence: dict[str, dict[str, Any]],
        closing: asyncio.Event,
    ) -> None:
        self._path = path
        self._writer = writer
        self._plan = plan
        self._presence = presence
        self._closing = closing
        self._told: dict[str, float] = {}

    async def messages(self, epoch: str, after: int | None) -> AsyncIterator[str]:
        """All messages from a cursor on, the first at once.

        Args:
            epoch: Of the store that the cursor belongs to; with another one the stream begins
                at the newest record.
            after: The last id that the reader has; None for the newest.
        """
        yield f"retry: {RETURN}\n\n"
        while not self._closing.is_set():
            changed = self._writer.changed
            message = await asyncio.to_thread(self._read, epoch, after)
            epoch, after = message["epoch"], message["cursor"]
            yield f"id: {epoch}.{after}\ndata: {json.dumps(message)}\n\n"
            await asyncio.sleep(GATHER)
            while after == message["last"] and not await self._change(changed):
                yield ": still here\n\n"

    async def _change(self, changed: asyncio.Event) -> bool:
        waits = [asyncio.ensure_future(event.wait()) for event in (changed, self._closing)]
        done, pending = await asyncio.wait(
            waits, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
        )
        for wait in pending:
            wait.cancel()
        return bool(done)

    def _read(self, epoch: str, after: int | None) -> dict[str, Any]:
        with reading(self._path) as database:
            known = after is not None and epoch in ("", queries.epoch(database))
            start = after if known and after is not None else queries.last_id(database)
            message = queries.records(database, start)
            message["summary"] = queries.summary(database)
        reports = list(self._presence.values())
        message["presence"] = [row for row in reports if self._told.get(row["run"]) != row["until"]]
        self._told = {row["run"]: row["until"] for row in reports}
        message["faults"] = self._plan.report()
        return message
