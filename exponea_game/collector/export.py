"""The stored events as a file: CSV, JSON, NDJSON, or one page that opens offline."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from exponea_game.collector import queries

CHUNK = 500  # rows written at a time
BEFORE = ("time", "event_type", "customer", "customer_ids", "project")
AFTER = ("timestamp", "received", "id", "comment")
MOST_PROPERTIES = 1_000  # columns; the rarest properties share a last one, as JSON
REST = "other properties"
MARK = "\ufeff"  # by which spreadsheets know UTF-8
FORMULA = ("=", "+", "-", "@", "\u2212")

Row = dict[str, Any]
Rows = Iterable[Row]


def as_ndjson(rows: Rows) -> Iterator[str]:
    """One JSON object a line."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def as_json(rows: Rows) -> Iterator[str]:
    """One JSON list."""
    separator = "[\n"
    for row in rows:
        yield separator + json.dumps(row, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def as_csv(rows: Rows, names: Sequence[str]) -> Iterator[str]:
    """A table with a column a property, and with times that a spreadsheet reads.

    Args:
        rows: The events.
        names: The properties that have a column.
    """
    known = {*BEFORE, *AFTER, REST}
    titles = [f"property {name}" if name in known else name for name in names]
    yield MARK + _line(cell(title) for title in (*BEFORE, *titles, REST, *AFTER))
    for row in rows:
        properties = dict(row["properties"])
        row["time"] = _local(row["timestamp"])
        own = [properties.pop(name, None) for name in names]
        values = (*(row[n] for n in BEFORE), *own, properties or None, *(row[n] for n in AFTER))
        yield _line(cell(value) for value in values)


def property_names(rows: Rows) -> list[str]:
    """The properties of these events, the most usual first, as many as a table may have columns."""
    counts = Counter(name for row in rows for name in row["properties"])
    return [name for name, _ in counts.most_common(MOST_PROPERTIES)]


def _local(timestamp: float) -> str:
    """A moment of this machine's time zone, to the millisecond."""
    try:
        moment = datetime.fromtimestamp(timestamp)
    except (ValueError, OverflowError, OSError):  # in milliseconds, most likely
        return ""
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def cell(value: object) -> object:
    """A value as a cell that no spreadsheet takes for a formula.

    Spreadsheets look behind blanks and characters that nobody sees, and some take the wide forms
    of a sign for the sign. A leading apostrophe makes all of it text.
    """
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).upper()
    if not isinstance(value, str):
        return value
    seen = next((sign for sign in value if sign.isprintable() and not sign.isspace()), "")
    hidden = value[:1] in ("\t", "\r", "\n")
    formula = unicodedata.normalize("NFKC", seen).startswith(FORMULA)
    return "'" + value if hidden or formula else value


CSV = "text/csv; charset=utf-8"
FORMATS: dict[str, tuple[Callable[[Rows], Iterator[str]], str]] = {
    "json": (as_json, "application/json"),
    "ndjson": (as_ndjson, "application/x-ndjson"),
}


def chunks(parts: Iterator[str]) -> Iterator[str]:
    """Join many small parts into fewer."""
    while joined := "".join(islice(parts, CHUNK)):
        yield joined


def snapshot(database: sqlite3.Connection, limit: int) -> dict[str, Any]:
    """All that a page shows, with the newest ``limit`` records."""
    after = max(0, queries.last_id(database) - limit)
    records = queries.records(database, after, limit)
    return queries.overview(database) | {"timestamp": time.time(), "records": records}
