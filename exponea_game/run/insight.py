"""What a run is doing, gathered for a developer to look at.

Gathering reads files: whoever shows an insight gathers it on a thread of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exponea_game.delivery.receipts import REJECTED
from exponea_game.events.names import ADDED
from exponea_game.journal.line import Line, lines
from exponea_game.journal.removal import event_type
from exponea_game.system.clock import stopwatch

if TYPE_CHECKING:
    from exponea_game.run.engine import Engine

SHOWN = 20
"""Events that are shown at the most."""
TAIL = 16_384
"""Bytes that are read from the end of a file."""
COUNT = 5.0
"""Seconds between two counts of what earlier runs left: that reads whole segments."""
DETAIL_LIMIT = 100
"""Characters of an event's properties that are shown at the most."""

_TIMESTAMP = re.compile(rb'"(?:update_)?timestamp":(\d+\.\d+)')


class Way(Enum):
    """How far an event has come."""

    MEMORY = "in memory"
    JOURNALED = "journaled"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event or customer update.

    Attributes:
        timestamp: When, in Unix seconds.
        kind: Its type.
        detail: Its properties, or the server's detail where it refused.
        way: How far it has come.
    """

    timestamp: float
    kind: str
    detail: str
    way: Way


@dataclass(frozen=True, slots=True)
class Insight:
    """A run at a moment.

    Attributes:
        status: As ``Engine.status`` has it.
        address: Where events go; empty if nowhere.
        why_waiting: Why they do not arrive, in words.
        waiting: Commands that wait, those of earlier runs among them.
        oldest: Unix time of the oldest that waits; None if nothing does.
        entries: The last events, newest first.
    """

    status: dict[str, Any]
    address: str = ""
    why_waiting: str = ""
    waiting: int = 0
    oldest: float | None = None
    entries: list[Entry] = field(default_factory=list)


class Gatherer:
    """Gathers insights into the run that is going on.

    Args:
        engine: Gives that run, if there is one.
    """

    def __init__(self, engine: Callable[[], Engine | None]) -> None:
        self._current = engine
        self._engine: Engine | None = None
        self._left, self._counted = 0, float("-inf")

    def gather(self) -> Insight | None:
        """Look at the run; None where nothing is tracked. What cannot be read is left out."""
        engine = self._current()
        if engine is not self._engine:
            self._engine, self._counted = engine, float("-inf")
        if engine is None:
            return None
        oldest, entries, to = None, [], engine.settings.destination
        with suppress(OSError):
            oldest = self._oldest(engine)
        with suppress(OSError):
            entries = _entries(engine)
        return Insight(
            status=engine.status(),
            address=to.base_url.partition("://")[2] if to else "",
            why_waiting=engine.why_waiting,
            waiting=engine.outbox.fresh() + self._count(engine),
            oldest=moment(oldest) if oldest is not None else None,
            entries=entries,
        )

    def _count(self, engine: Engine) -> int:
        """Commands that earlier runs left."""
        now = stopwatch()
        if now - self._counted > COUNT:
            self._counted = now
            self._left = engine.outbox.waiting() - engine.outbox.fresh()
        return max(0, self._left)

    @staticmethod
    def _oldest(engine: Engine) -> bytes | None:
        """The first command that waits in this run or an earlier one."""
        home = engine.home
        for name in home.names():
            run = home.run(name, live=True)
            run.cursor.load()
            if waiting := run.reader.read(run.cursor.position, 1).commands:
                return waiting[0]
        return None


def _entries(engine: Engine) -> list[Entry]:
    """The last events, newest first."""
    segments, journal = engine.run.segments, engine.journal
    found: list[Line] = []
    for segment in segments.numbers()[-2:]:
        found += lines(_tail(engine, segments.path(segment)))
    commands = {line.seq: line.command for line in found if line.command is not None}
    held = dict(journal.waiting(journal.seq - SHOWN, SHOWN))
    newest = sorted((commands | held).items(), reverse=True)[:SHOWN]
    refused = _tail(engine, engine.home.folder / REJECTED).splitlines()
    return [_entry(engine, seq, command, seq in held, refused) for seq, command in newest]


def _entry(engine: Engine, seq: int, command: bytes, held: bool, refused: list[bytes]) -> Entry:
    flight = engine.courier.in_flight
    way, detail = Way.MEMORY if held else Way.JOURNALED, ""
    if seq <= engine.run.cursor.seq:
        way = Way.ACCEPTED
        ending = b'"command":%b}' % command
        for line in filter(lambda line: line.endswith(ending), refused):
            way, detail = Way.REFUSED, str(json.loads(line)["error"])
    elif flight is not None and flight.run == engine.run.name and seq <= flight.end.seq:
        way = Way.SENT
    properties = json.loads(command)["data"]["properties"].items()
    own = (f"{name} {value}" for name, value in properties if name not in ADDED)
    kind = event_type(Line(seq, 0.0, command, {}))
    return Entry(moment(command), kind, detail or ", ".join(own)[:DETAIL_LIMIT], way)


def _tail(engine: Engine, path: Path) -> bytes:
    disk = engine.home.disk
    with suppress(FileNotFoundError):
        return disk.read(path, max(0, disk.size(path) - TAIL), TAIL)
    return b""


def moment(command: bytes) -> float:
    """The Unix time of a command."""
    match = _TIMESTAMP.search(command)
    return float(match[1]) if match else 0.0
