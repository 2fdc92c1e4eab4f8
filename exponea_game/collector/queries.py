"""What can be asked of the store, as plain JSON values.

Each function takes a connection from ``schema.reading``. Rows of every kind carry their ``id``;
an event names its ``player``, and the ``customer`` that player has become.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from exponea_game.collector.sessions import pair

LIMIT = 1_000  # events a question gets where it names no number
FEW = 20_000  # events that are sorted faster than a million others are looked through
WINDOW = 2_000  # records of all kinds in one answer to a page
SESSION_EVENTS = 4_000  # newest ones that are paired for a page
CUSTOMERS = 1_000  # newest ones that are listed
HISTORY = 200  # newest updates that are shown of a customer

EVENTS = (
    "SELECT events.id, players.project, player, customer, ids AS customer_ids,"
    " type AS event_type, timestamp, properties, received, request, command_id, comment"
    " FROM events JOIN players ON players.id = events.player"
)
OF_CUSTOMER = " WHERE player IN (SELECT id FROM players WHERE customer = ?)"
IDS_OF = "SELECT name, value FROM ids" + OF_CUSTOMER + " ORDER BY name, value"  # noqa: S608
UPDATES_OF = "SELECT * FROM updates" + OF_CUSTOMER + " ORDER BY timestamp, id"  # noqa: S608
FILTERS = {
    "type": "type = ?",
    "customer": "player IN (SELECT id FROM players WHERE customer IN (SELECT customer FROM ids"
    " JOIN players ON players.id = ids.player WHERE value = ?))",
    "since": "timestamp >= ?",
    "until": "timestamp <= ?",
    "after": "events.id > ?",
    "before": "events.id < ?",
}
JSON_COLUMNS = (
    "customer_ids", "properties", "ids", "errors", "command", "copies", "report", "signed_for",
)  # fmt: skip

Row = dict[str, Any]


def events(
    database: sqlite3.Connection, limit: int | None = LIMIT, **filters: float | str
) -> list[Row]:
    """Events in the order of their receipt.

    Args:
        database: From ``schema.reading``.
        limit: At most so many: the oldest ones of a question with ``after``, else the newest.
        filters: ``type``; ``customer`` (a value of any of its ids); ``since`` and ``until`` (Unix
            seconds, of the event's timestamp); ``after`` and ``before`` (an event's id).
    """
    forward = limit is None or "after" in filters
    order = f"{_order(database, filters)} {'ASC' if forward else 'DESC'}"
    sql = f"{_where(EVENTS, filters)} ORDER BY {order} LIMIT ?"
    rows = _rows(database, sql, *filters.values(), -1 if limit is None else limit)
    return rows if forward else rows[::-1]


def _order(database: sqlite3.Connection, filters: dict[str, float | str]) -> str:
    """The way to events of a time: SQLite cannot know whether they are few or nearly all."""
    times = {name: value for name, value in filters.items() if name in ("since", "until")}
    sql = f"SELECT count(*) FROM ({_where('SELECT 1 FROM events', times)} LIMIT {FEW})"  # noqa: S608
    if times and database.execute(sql, tuple(times.values())).fetchone()[0] < FEW:
        return "+events.id"  # find them by their timestamps, then sort
    return "events.id"  # look through all in order, until there are enough


def every_event(database: sqlite3.Connection, **filters: float | str) -> Iterator[Row]:
    """All events that match, one at a time, in the order of their receipt."""
    sql = _where(EVENTS, filters) + " ORDER BY events.id"
    yield from map(_row, database.execute(sql, tuple(filters.values())))


def _where(sql: str, filters: dict[str, float | str]) -> str:
    conditions = [FILTERS[name] for name in filters]
    return f"{sql} WHERE {' AND '.join(conditions)}" if conditions else sql


def sessions(database: sqlite3.Connection, limit: int = SESSION_EVENTS) -> list[Row]:
    """The newest sessions, paired of at most ``limit`` starts and ends; -1 takes all."""
    sql = (
        EVENTS.replace("FROM events", "FROM events INDEXED BY session_events")
        + " WHERE type IN ('session_start', 'session_end')"
        " ORDER BY timestamp DESC, events.id DESC LIMIT ?"
    )
    return pair(reversed(_rows(database, sql, limit)))


def rejected(database: sqlite3.Connection, limit: int = LIMIT) -> list[Row]:
    """The newest refused commands, with the words of the refusal."""
    return _rows(database, "SELECT * FROM rejected ORDER BY id DESC LIMIT ?", limit)[::-1]


def customers(database: sqlite3.Connection, limit: int = CUSTOMERS) -> list[Row]:
    """The customers that were heard of last, with all that is known of each."""
    sql = (
        "SELECT customer, project, sum(events) AS events, min(first) AS first, max(last) AS last,"
        " json_group_array(id) AS players FROM players"
        " GROUP BY customer ORDER BY customer DESC LIMIT ?"
    )
    found = _rows(database, sql, limit)[::-1]
    return [_customer(database, row) for row in found]


def _customer(database: sqlite3.Connection, row: Row) -> Row:
    number = row["customer"]
    ids: dict[str, list[str]] = {}
    for name, value in database.execute(IDS_OF, (number,)):
        ids.setdefault(name, []).append(value)
    updates = _rows(database, UPDATES_OF, number)
    properties: Row = {}
    for update in updates:
        properties |= update["properties"]
    return row | {
        "players": json.loads(row["players"]),
        "ids": ids,
        "properties": properties,
        "links": _rows(database, "SELECT * FROM links WHERE customer = ? ORDER BY id", number),
        "updates": updates[-HISTORY:],
    }


def presence(database: sqlite3.Connection, limit: int = LIMIT) -> list[Row]:
    """The newest stretches of time in which a run reported one state."""
    return _rows(database, "SELECT * FROM presence ORDER BY since DESC LIMIT ?", limit)[::-1]


def records(database: sqlite3.Connection, after: int, limit: int = WINDOW) -> Row:
    """Everything that followed a record, for a page or a terminal that keeps up.

    Returns:
        ``epoch``, ``after``, ``cursor`` (the last id looked at: the next ``after``), ``last`` (the
        newest there is), and by kind the records between.
    """
    last = last_id(database)
    until = min(last, after + limit)
    between = " WHERE {0}.id > ? AND {0}.id <= ? ORDER BY {0}.id"
    found = {"events": _rows(database, EVENTS + between.format("events"), after, until)}
    for kind in ("updates", "rejected", "links", "requests"):
        sql = f"SELECT * FROM {kind}" + between.format(kind)  # noqa: S608 - our own names
        found[kind] = _rows(database, sql, after, until)
    return {"epoch": epoch(database), "after": after, "cursor": until, "last": last, **found}


def summary(database: sqlite3.Connection) -> Row:
    """The counts of everything."""
    totals = json.loads(_meta(database).get("totals", "{}"))
    customers = "SELECT count(*) FROM players WHERE id = customer"
    return {
        "total": sum(totals.get(name, 0) for name in ("accepted", "rejected", "duplicates")),
        **totals,
        "customers": database.execute(customers).fetchone()[0],
    }


def overview(database: sqlite3.Connection) -> Row:
    """What a page shows beside the records."""
    return {
        "epoch": epoch(database),
        "last": last_id(database),
        "summary": summary(database),
        "sessions": sessions(database),
        "customers": customers(database),
        "presence": presence(database),
    }


def epoch(database: sqlite3.Connection) -> str:
    """What tells the numbers of this store from those before a reset."""
    return str(_meta(database).get("epoch", ""))


def last_id(database: sqlite3.Connection) -> int:
    """The newest record's number."""
    return int(_meta(database).get("last_id", 0))


def _meta(database: sqlite3.Connection) -> Row:
    return dict(database.execute("SELECT name, value FROM meta").fetchall())


def _rows(database: sqlite3.Connection, sql: str, *values: object) -> list[Row]:
    return [_row(row) for row in database.execute(sql, values)]


def _row(row: sqlite3.Row) -> Row:
    found = dict(row)
    for name in JSON_COLUMNS:
        if found.get(name) is not None:
            found[name] = _decoded(found[name])
    return found


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:  # a refused command that was too long to be kept whole
        return text
