"""The one writer of the collector's file: many requests share one commit.

A job runs inside a transaction that it shares with others; one that raises is undone alone.
Whoever asked for a job is answered once the transaction is on disk, and not before.
"""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exponea_game.collector.players import Players
from exponea_game.collector.rules import Command, Event, Refusal, Update
from exponea_game.collector.schema import SCHEMA, TABLES, check, connect

KEEP = 10_000_000  # events; about 4 GB
KEEP_OTHERS = 200_000  # of each other kind that grows by itself
PRUNE_STEP = 10_000  # records between two looks at these limits
REFUSED_CHARACTERS = 65_536  # kept of a refused command
SILENCE = 5.0  # seconds without a word from a run: it was asleep or stopped
CACHE = "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000"

Job = Callable[["Store"], Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the tracking API."""

    project: str
    """Its token, or the id of an event stream behind ``stream:``."""
    path: str
    received: float
    """Unix seconds."""
    size: int
    """Bytes of the body."""
    outcome: str = "200"
    """The answer's status, or what happened in its place."""
    signed_for: Mapping[str, str] | None = None
    """The customer ids that its token stands for; the token itself is kept nowhere."""


@dataclass(slots=True)
class Totals:
    """Counts since the store was made or reset."""

    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0
    updates: int = 0
    requests: int = 0
    sessions: int = 0
    pruned: int = 0


class Store:
    """The writer; all but ``commit`` and ``close`` is called from within a job.

    Args:
        path: The file; it is made if there is none.
        keep: The most events to keep; the oldest go first, and are counted.

    Raises:
        ForeignFileError: The file is somebody else's; it is left alone.
        ValueError: ``keep`` is less than one.
    """

    def __init__(self, path: Path, keep: int = KEEP) -> None:
        if keep < 1:
            raise ValueError(f"keep must be at least 1, not {keep}")
        check(path)
        self._keep = keep
        self._database = connect(path)
        self._database.executescript(SCHEMA + CACHE)
        self._players = Players(self._database, self._next_id)
        self._latest: dict[str, tuple[float, float, tuple[Any, ...]]] = {}
        self._version = 0
        self.commit([])

    def _load(self) -> None:
        meta = dict(self._database.execute("SELECT name, value FROM meta").fetchall())
        self._epoch = meta.get("epoch") or uuid.uuid4().hex
        self._last_id: int = meta.get("last_id", 0)
        self._totals = Totals(**json.loads(meta.get("totals", "{}")))
        self._looked = self._last_id
        self._players.forget()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def commit(self, jobs: Sequence[Job]) -> list[Any]:
        """Do several jobs in one transaction.

        Returns:
            For each job its result, or the exception that undid it and nothing else.

        Raises:
            sqlite3.Error: The file cannot be written; nothing of all this is stored.
        """
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self._notice_others()
            results = [self._attempt(job) for job in jobs]
            self._prune()
            self._save()
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            self._load()
            raise
        return results

    def _notice_others(self) -> None:
        """Read anew what another collector on the same file may have written meanwhile."""
        version = self._database.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._version = version
            self._load()

    def _attempt(self, job: Job) -> Any:
        self._database.execute("SAVEPOINT job")
        totals = dataclasses.replace(self._totals)
        try:
            result = job(self)
        except Exception as error:  # noqa: BLE001 - it belongs to the one who asked
            self._database.execute("ROLLBACK TO job")
            self._totals = totals
            self._players.forget()
            result = error
        self._database.execute("RELEASE job")
        return result

    def _save(self) -> None:
        totals = json.dumps(dataclasses.asdict(self._totals))
        rows = {"epoch": self._epoch, "last_id": self._last_id, "totals": totals}
        self._database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows.items())

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _insert(self, table: str, *values: object) -> int:
        places = ",".join("?" * len(values))
        sql = f"INSERT OR IGNORE INTO {table} VALUES ({places})"  # noqa: S608 - our own names
        return int(self._database.execute(sql, values).rowcount)

    def take(self, request: Request, commands: Sequence[Command] = ()) -> None:
        """Store what a request carries, and that it was made."""
        number = self._next_id()
        copies: list[int] = []
        tracked: Counter[int] = Counter()
        refused = 0
        for command in commands:
            if isinstance(command, Event):
                self._take_event(request, number, command, copies, tracked)
            elif isinstance(command, Update):
                self._take_update(request, number, command)
            elif isinstance(command, Refusal):
                self._take_refusal(request, number, command)
                refused += 1
        self._count(tracked, request.received)
        self._totals.duplicates += len(copies)
        self._totals.rejected += refused
        self._totals.requests += 1
        self._insert(
            "requests", number, request.project, request.received, request.path, request.size,
            len(commands), refused, json.dumps(copies), request.outcome,
            None if request.signed_for is None else _json(request.signed_for),
        )  # fmt: skip

    def _take_event(
        self,
        request: Request,
        number: int,
        event: Event,
        copies: list[int],
        tracked: Counter[int],
    ) -> None:
        player = self._players.resolve(request.project, event.customer_ids, request.received)
        stored = self._insert(
            "events", self._last_id + 1, player, number, event.event_type, event.timestamp,
            request.received, _json(event.customer_ids), event.properties, event.command_id,
            event.comment, event.digest,
        )  # fmt: skip
        if stored:
            self._next_id()
            tracked[player] += 1
            self._totals.sessions += event.event_type == "session_start"
            return
        row = self._database.execute(
            "SELECT id FROM events WHERE timestamp = ? AND digest = ?",
            (event.timestamp, event.digest),
        ).fetchone()
        copies.append(row[0])

    def _count(self, tracked: Counter[int], received: float) -> None:
        self._totals.accepted += tracked.total()
        self._database.executemany(
            "UPDATE players SET events = events + ?, first = coalesce(first, ?), last = ?"
            " WHERE id = ?",
            [(count, received, received, player) for player, count in tracked.items()],
        )

    def _take_update(self, request: Request, number: int, update: Update) -> None:
        player = self._players.resolve(request.project, update.customer_ids, request.received)
        self._totals.updates += 1
        self._insert(
            "updates", self._next_id(), player, number, update.timestamp, request.received,
            _json(update.customer_ids), update.properties, update.comment,
        )  # fmt: skip

    def _take_refusal(self, request: Request, number: int, refusal: Refusal) -> None:
        self._insert(
            "rejected", self._next_id(), request.project, number, request.received,
            json.dumps(refusal.errors), json.dumps(refusal.command)[:REFUSED_CHARACTERS],
        )  # fmt: skip

    def report(self, report: Mapping[str, Any], timestamp: float) -> dict[str, Any]:
        """Note the state of a run: a longer stretch of the same, or the first of another."""
        run, state = str(report["run"]), str(report["state"])
        same = (state, report.get("session_start"), report.get("cookie"))
        since, until, before = self._latest.get(run, (timestamp, timestamp, same))
        if before != same or not 0 <= timestamp - until < SILENCE:
            since = timestamp
        self._latest[run] = (since, timestamp, same)
        text = json.dumps(report)
        self._database.execute(
            "INSERT OR REPLACE INTO presence VALUES (?, ?, ?, ?, ?)",
            (run, since, timestamp, state, text),
        )
        return {
            "run": run,
            "since": since,
            "until": timestamp,
            "state": state,
            "report": dict(report),
        }

    def reset(self) -> None:
        """Forget everything, and say so by another epoch."""
        for table in TABLES:
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
        self._epoch = uuid.uuid4().hex
        self._last_id = self._looked = 0
        self._totals = Totals()
        self._players.forget()
        self._latest.clear()

    def _prune(self) -> None:
        if self._last_id - self._looked < PRUNE_STEP:
            return
        self._looked = self._last_id
        self._totals.pruned += self._cut("events", self._keep)
        for table in ("updates", "rejected", "links", "requests"):
            self._cut(table, KEEP_OTHERS)
        self._database.execute(
            "DELETE FROM presence WHERE since <"
            " (SELECT since FROM presence ORDER BY since DESC LIMIT 1 OFFSET ?)",
            (KEEP_OTHERS,),
        )

    def _cut(self, table: str, keep: int) -> int:
        held = self._totals.accepted - self._totals.pruned
        if table != "events":
            held = self._database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        if held <= keep:
            return 0
        sql = f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} ORDER BY id LIMIT ?)"  # noqa: S608
        return int(self._database.execute(sql, (held - keep,)).rowcount)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
