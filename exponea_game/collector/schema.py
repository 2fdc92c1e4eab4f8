"""The tables of the collector's one SQLite file.

Every record of any kind takes the next number of one sequence as its ``id``, so that a single
cursor says what a reader has seen. Events are written once and never change: that a cookie's
events move to the customer it turns out to be is one row of ``players``, however many events
there are. An exact copy of an event meets the unique index on moment and digest.

    meta       epoch (another one after a reset), last_id, totals
    players    a customer as first seen; ``customer`` is the player it has been merged into
    ids        the player an id belongs to
    links      what made two ids one customer: ``player`` went into ``customer``, if there was one
    events, updates, rejected
    requests   what was asked of the tracking API, and how it was answered
    presence   stretches of time in which a run reported the same state

The file's header says whose it is, by SQLite's ``application_id``. A file of another program is
never opened, so that nothing in it changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

APPLICATION = 0x45786F47  # "ExoG", in the header of each file that a collector makes
VERSION = 1  # of the tables
HEADER_BYTES = 100
MAGIC = b"SQLite format 3\0"
SCHEMA = f"""
PRAGMA application_id={APPLICATION};
PRAGMA user_version={VERSION};
PRAGMA journal_mode=WAL;
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS players (
    id INTEGER PRIMARY KEY, project TEXT, customer INTEGER, events INTEGER DEFAULT 0,
    first REAL, last REAL);
CREATE INDEX IF NOT EXISTS players_of_customer ON players (customer);
CREATE TABLE IF NOT EXISTS ids (
    project TEXT, name TEXT, value TEXT, player INTEGER,
    PRIMARY KEY (project, name, value)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ids_of_player ON ids (player);
CREATE TABLE IF NOT EXISTS links (
    id INTEGER PRIMARY KEY, timestamp REAL, player INTEGER, customer INTEGER, ids TEXT);
CREATE INDEX IF NOT EXISTS links_of_customer ON links (customer);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, player INTEGER, request INTEGER, type TEXT, timestamp REAL,
    received REAL, ids TEXT, properties TEXT, command_id TEXT, comment TEXT, digest BLOB);
CREATE UNIQUE INDEX IF NOT EXISTS event_once ON events (timestamp, digest);
CREATE INDEX IF NOT EXISTS events_of_type ON events (type);
CREATE INDEX IF NOT EXISTS events_of_player ON events (player);
CREATE INDEX IF NOT EXISTS session_events ON events (timestamp)
    WHERE type IN ('session_start', 'session_end');
CREATE TABLE IF NOT EXISTS updates (
    id INTEGER PRIMARY KEY, player INTEGER, request INTEGER, timestamp REAL, received REAL,
    ids TEXT, properties TEXT, comment TEXT);
CREATE INDEX IF NOT EXISTS updates_of_player ON updates (player);
CREATE TABLE IF NOT EXISTS rejected (
    id INTEGER PRIMARY KEY, project TEXT, request INTEGER, received REAL, errors TEXT,
    command TEXT);
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY, project TEXT, received REAL, path TEXT, size INTEGER,
    commands INTEGER, rejected INTEGER, copies TEXT, outcome TEXT, signed_for TEXT);
CREATE TABLE IF NOT EXISTS presence (
    run TEXT, since REAL, until REAL, state TEXT, report TEXT,
    PRIMARY KEY (run, since)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS presence_since ON presence (since);
"""
TABLES = ("players", "ids", "links", "events", "updates", "rejected", "requests", "presence")


class ForeignFileError(OSError):
    """A file that is no collector's, or one of another version."""


def check(path: Path) -> None:
    """Make sure that a file is a collector's, or empty, or yet to be made; changes nothing.

    Raises:
        ForeignFileError: It belongs to somebody else.
        OSError: It cannot be read.
    """
    if not path.exists():
        return
    if not path.is_file():
        raise ForeignFileError(f"{path} is no file")
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if not header:
        return
    application = int.from_bytes(header[68:72], "big")  # as the format of SQLite's files says
    if not header.startswith(MAGIC) or application != APPLICATION:
        raise ForeignFileError(f"{path} is no collector's file; name one that is, or a new one")
    version = int.from_bytes(header[60:64], "big")
    if version != VERSION:
        raise ForeignFileError(f"{path} is of version {version}; this collector keeps {VERSION}")


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, with no transaction begun."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    return database


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold one moment of the file for as many questions as are asked inside."""
    with closing(connect(path)) as database:
        database.execute("PRAGMA query_only=1")
        database.execute("BEGIN")
        yield database
