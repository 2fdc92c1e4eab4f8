"""The stored events as a file: CSV, JSON, NDJSON, or one page that opens offline."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from exponea_game.collector import queries

CHUNK = 500  # rows written at a time
COLUMNS = (
    "id", "timestamp", "received", "project", "customer", "customer_ids", "event_type",
    "properties", "comment",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\u2212")

Rows = Iterable[dict[str, Any]]


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


def as_csv(rows: Rows) -> Iterator[str]:
    """A table with the ids and properties as JSON; no cell begins like a formula."""
    yield _line(COLUMNS)
    for row in rows:
        yield _line(cell(row[column]) for column in COLUMNS)


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def cell(value: object) -> object:
    """A value as a cell that no spreadsheet takes for a formula.

    Spreadsheets look behind blanks and characters that nobody sees, and some take the wide forms
    of a sign for the sign. A leading apostrophe makes all of it text.
    """
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    seen = next((sign for sign in value if sign.isprintable() and not sign.isspace()), "")
    hidden = value[:1] in ("\t", "\r", "\n")
    formula = unicodedata.normalize("NFKC", seen).startswith(FORMULA)
    return "'" + value if hidden or formula else value


FORMATS: dict[str, tuple[Callable[[Rows], Iterator[str]], str]] = {
    "json": (as_json, "application/json"),
    "ndjson": (as_ndjson, "application/x-ndjson"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
}


def chunks(parts: Iterator[str]) -> Iterator[str]:
    """Join many small parts into fewer."""
    while joined := "".join(islice(parts, CHUNK)):
        yield joined


def snapshot(database: sqlite3.Connection, limit: int) -> dict[str, Any]:
    """All that a page shows, with the newest ``limit`` records."""
    after = max(0, queries.last_id(database) - limit)
    records = queries.records(database, after, limit)
    return queries.overview(database) | {"at": time.time(), "records": records}
