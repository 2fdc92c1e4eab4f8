"""Whose an event is: ids become players, and players become one customer.

A hard id (any but ``cookie``) names a customer for good. A cookie without one is an anonymous
player, who becomes the customer it is first seen together with, past events included. A cookie
that turns up with the hard id of somebody else goes over to them from then on, and what it did
before stays where it was.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping

COOKIE = "cookie"
REMEMBERED = 10_000  # combinations of ids whose customer need not be looked up


class Players:
    """The part of the writer that knows ids.

    Args:
        database: The store's connection, inside a transaction.
        next_id: Takes the next number of the store's sequence.
    """

    def __init__(self, database: sqlite3.Connection, next_id: Callable[[], int]) -> None:
        self._database = database
        self._next_id = next_id
        self._seen: dict[tuple[str, ...], int] = {}

    def forget(self) -> None:
        """Read everything from the file again, since it has changed otherwise."""
        self._seen.clear()

    def resolve(self, project: str, ids: Mapping[str, str], timestamp: float) -> int:
        """The customer these ids belong to; made, linked or merged as they say."""
        key = (project, *(part for item in sorted(ids.items()) for part in item))
        if key not in self._seen:
            customer = self._resolve(project, ids, timestamp)
            if len(self._seen) >= REMEMBERED:
                self.forget()
            self._seen[key] = customer
        return self._seen[key]

    def _resolve(self, project: str, ids: Mapping[str, str], timestamp: float) -> int:
        owners = {name: self._owner(project, name, value) for name, value in ids.items()}
        hard = {name: value for name, value in ids.items() if name != COOKIE}
        named = [owner for name in hard if (owner := owners[name]) is not None]
        visitor = owners.get(COOKIE)
        if named:
            customer = named[0]
        elif visitor is not None and not self._differs(visitor, hard):
            customer = visitor
        else:
            customer = self._make(project)
        self._link(project, ids, owners, customer, timestamp)
        return customer

    def _owner(self, project: str, name: str, value: str) -> int | None:
        row = self._database.execute(
            "SELECT customer FROM ids JOIN players ON players.id = ids.player"
            " WHERE ids.project = ? AND name = ? AND value = ?",
            (project, name, value),
        ).fetchone()
        return None if row is None else int(row[0])

    def _differs(self, customer: int, hard: Mapping[str, str]) -> bool:
        """Whether a customer has another value of one of these hard ids."""
        rows = self._database.execute(
            "SELECT name, value FROM ids JOIN players ON players.id = ids.player"
            " WHERE players.customer = ?",
            (customer,),
        )
        return any(name in hard and hard[name] != value for name, value in rows)

    def _make(self, project: str) -> int:
        player = self._next_id()
        self._database.execute(
            "INSERT INTO players (id, project, customer) VALUES (?, ?, ?)",
            (player, project, player),
        )
        return player

    def _link(
        self,
        project: str,
        ids: Mapping[str, str],
        owners: Mapping[str, int | None],
        customer: int,
        timestamp: float,
    ) -> None:
        hard = {name: value for name, value in ids.items() if name != COOKIE}
        fresh = {name: value for name, value in ids.items() if owners[name] is None}
        moved = {}
        for other in sorted({owner for owner in owners.values() if owner not in (None, customer)}):
            if not self._differs(other, hard):
                self._merge(other, customer, ids, timestamp)
            elif owners.get(COOKIE) == other:
                moved = {COOKIE: ids[COOKIE]}
        for name, value in {**fresh, **moved}.items():
            self._database.execute(
                "INSERT OR REPLACE INTO ids VALUES (?, ?, ?, ?)", (project, name, value, customer)
            )
        if moved or (fresh and any(owner == customer for owner in owners.values())):
            self._record(timestamp, None, customer, {**fresh, **moved})

    def _merge(self, player: int, customer: int, ids: Mapping[str, str], timestamp: float) -> None:
        self._database.execute(
            "UPDATE players SET customer = ? WHERE customer = ?", (customer, player)
        )
        self._record(timestamp, player, customer, ids)

    def _record(
        self, timestamp: float, player: int | None, customer: int, ids: Mapping[str, str]
    ) -> None:
        self.forget()
        self._database.execute(
            "INSERT INTO links VALUES (?, ?, ?, ?, ?)",
            (
                self._next_id(),
                timestamp,
                player,
                customer,
                json.dumps(dict(ids), ensure_ascii=False),
            ),
        )
