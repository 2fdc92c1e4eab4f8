"""What the library is doing, gathered for a developer to look at.

Whatever reads files is done on a thread of its own, a few times a second and only while somebody
looks, so that the game's frames wait for nothing.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from logging import DEBUG
from pathlib import Path
from typing import Any

from exponea_game.delivery.receipts import REJECTED
from exponea_game.journal.line import Line, lines
from exponea_game.journal.reader import Reader, event_type
from exponea_game.run.engine import Engine
from exponea_game.system.clock import stopwatch
from exponea_game.system.log import once

SHOWN = 20
"""Events that are shown at the most."""
TAIL = 16_384
"""Bytes that are read from the end of a file."""
COUNT = 5.0
"""Seconds between two counts of what earlier runs left: that reads whole segments."""
GATHER = 0.25
"""Seconds between two looks at the library."""
CALLS = 200
"""Calls that a cost is the median of."""

SHARE = 0.05
"""Of a new frame in the average."""

WORDS_LIMIT = 100
"""Characters of an event's properties that are shown at the most."""
OF_THE_LIBRARY = {"application_id", "device_id", "environment", "sdk", "sdk_version"}
"""Properties that every event has."""

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
        clock: When, as a clock shows it.
        kind: Its type.
        words: Its properties, or the server's words where it refused.
        way: How far it has come.
    """

    clock: str
    kind: str
    words: str
    way: Way


@dataclass(frozen=True, slots=True)
class Insight:
    """The library at a moment.

    Attributes:
        status: As ``Engine.status`` has it.
        address: Where events go; empty if nowhere.
        trouble: Why they do not, in words.
        waiting: Commands that wait, those of earlier runs among them.
        oldest: Unix time of the oldest that waits; None if nothing does.
        entries: The last events, newest first.
    """

    status: dict[str, Any]
    address: str = ""
    trouble: str = ""
    waiting: int = 0
    oldest: float | None = None
    entries: list[Entry] = field(default_factory=list)


class Gatherer:
    """Gathers insights into one run."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._left, self._counted = 0, float("-inf")

    def gather(self) -> Insight:
        """Look at the run; to be called from a thread of its own.

        Raises:
            OSError: The home cannot be read.
        """
        engine = self.engine
        to = engine.settings.destination
        trouble = engine.courier.trouble or ("" if to else engine.settings.why_not_sent)
        if engine.journal.fault is not None:
            trouble = f"the disk takes nothing: {engine.journal.fault}"
        elif engine.courier.held:
            trouble = "the player has not decided: nothing is written or sent"
        oldest = self._oldest()
        return Insight(
            status=engine.status(),
            address=to[0].partition("://")[2] if to else "",
            trouble=trouble,
            waiting=engine.outbox.fresh() + self._count(),
            oldest=moment(oldest) if oldest is not None else None,
            entries=self._entries(),
        )

    def _count(self) -> int:
        now = stopwatch()
        if now - self._counted > COUNT:
            self._counted = now
            self._left = self.engine.outbox.waiting() - self.engine.outbox.fresh()
        return max(0, self._left)

    def _oldest(self) -> bytes | None:
        """The first command that waits in this run or an earlier one."""
        home = self.engine.home
        for name in home.names():
            reader = Reader(home.runs / name, home.disk, live=True)
            reader.load()
            if waiting := reader.read(reader.cursor, 1).commands:
                return waiting[0]
        return None

    def _entries(self) -> list[Entry]:
        reader, journal = self.engine.run.reader, self.engine.journal
        found: list[Line] = []
        for segment in reader.segments()[-2:]:
            found += lines(self._tail(reader.path(segment)))
        commands = {line.seq: line.command for line in found if line.command is not None}
        held = dict(journal.waiting(journal.seq - SHOWN, SHOWN))
        newest = sorted((commands | held).items(), reverse=True)[:SHOWN]
        refused = self._tail(self.engine.home.folder / REJECTED).splitlines()
        return [self._entry(seq, command, seq in held, refused) for seq, command in newest]

    def _entry(self, seq: int, command: bytes, held: bool, refused: list[bytes]) -> Entry:
        cursor, parcel = self.engine.run.reader.cursor, self.engine.courier.under_way
        way, words = Way.MEMORY if held else Way.JOURNALED, ""
        if cursor is not None and seq <= cursor.seq:
            way = Way.ACCEPTED
            ending = b'"command":%b}' % command
            for line in filter(lambda line: line.endswith(ending), refused):
                way, words = Way.REFUSED, str(json.loads(line)["words"])
        elif parcel is not None and parcel.run is self.engine.run and seq <= parcel.batch.end.seq:
            way = Way.SENT
        properties = json.loads(command)["data"]["properties"].items()
        told = (f"{name} {value}" for name, value in properties if name not in OF_THE_LIBRARY)
        kind = event_type(Line(seq, 0.0, command, {}))
        return Entry(clock(moment(command)), kind, words or ", ".join(told)[:WORDS_LIMIT], way)

    def _tail(self, path: Path) -> bytes:
        disk = self.engine.home.disk
        with suppress(FileNotFoundError):
            return disk.read(path, max(0, disk.size(path) - TAIL), TAIL)
        return b""


def clock(at: float) -> str:
    """A moment as a clock shows it on this machine."""
    return datetime.fromtimestamp(at).strftime("%H:%M:%S")


def moment(command: bytes) -> float:
    """The Unix time of a command."""
    match = _TIMESTAMP.search(command)
    return float(match[1]) if match else 0.0


class Watch:
    """A thread that gathers while somebody looks.

    Args:
        engine: Gives the run that is going on, if any.
        disclose: Gives what the player would be told.

    Attributes:
        insight: The last one; None while nothing is tracked.
        disclosure: What the player would be told; None while it is read.
        began: Whether a first look was taken.
    """

    def __init__(self, engine: Callable[[], Engine | None], disclose: Callable[[], str]) -> None:
        self._engine, self._disclose = engine, disclose
        self._gatherer: Gatherer | None = None
        self._stopped, self._asked = threading.Event(), False
        self.insight: Insight | None = None
        self.disclosure: str | None = None
        self.began = False
        threading.Thread(target=self._work, name="exponea_game inspector", daemon=True).start()

    def ask(self) -> None:
        """Have the disclosure read again."""
        self.disclosure, self._asked = None, True

    def stop(self) -> None:
        """End the thread, soon."""
        self._stopped.set()

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - a file may go while it is read
                once(DEBUG, "the inspector could not look: %s", error)
            self._stopped.wait(GATHER)

    def _look(self) -> None:
        engine = self._engine()
        if engine is None:
            self._gatherer = self.insight = None
        else:
            if self._gatherer is None or self._gatherer.engine is not engine:
                self._gatherer = Gatherer(engine)
            self.insight = self._gatherer.gather()
        self.began = True
        if self._asked:
            self._asked = False
            self.disclosure = self._disclose()
