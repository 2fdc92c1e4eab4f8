"""Which commands share a request: a batch is cut in two, and customers are told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from exponea_game.journal.batch import Batch, Position

_CUSTOMER_IDS = re.compile(rb'"customer_ids":(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})')
"""An object of texts, which may hold braces, quotes and backslashes of their own."""


def customer(command: bytes) -> bytes:
    """The customer ids that a command is under, as they were written; empty if it has none."""
    match = _CUSTOMER_IDS.search(command)
    return match[1] if match else b""


def customers(commands: Sequence[bytes]) -> set[bytes]:
    """All customer ids that commands are under, as they were written.

    Commands that begin alike up to the end of these ids are under the same.
    """
    found, rest = set(), list(commands)
    while rest:
        first = rest.pop()
        match = _CUSTOMER_IDS.search(first)
        found.add(match[1] if match else b"")
        if match:
            beginning = first[: match.end()]
            rest = [command for command in rest if not command.startswith(beginning)]
    return found


def cut(batch: Batch, count: int) -> tuple[Batch, Batch]:
    """The first so many commands, and the others, as two batches that were never sent.

    Args:
        batch: The batch.
        count: At least 1, and fewer than it has.
    """
    former, latter = batch.ends[:count], batch.ends[count:]
    middle, end = Position(*former[-1]), Position(*latter[-1])
    holes = max(0, end.seq - middle.seq - len(latter))
    commands = batch.commands
    first = _part(batch, middle, commands[:count], former, batch.missing - holes)
    return first, _part(batch, batch.end, commands[count:], latter, holes)


def _part(
    batch: Batch,
    end: Position,
    commands: list[bytes],
    ends: list[tuple[int, int, int]],
    missing: int,
) -> Batch:
    part = replace(batch, end=end, limit=len(commands), commands=commands, ends=ends)
    part.missing, part.size = missing, sum(map(len, commands))
    part.to_be_sent_again()
    return part


def pieces(batch: Batch, limit: int) -> list[Batch]:
    """The same commands in batches of at most so many."""
    parts = []
    while len(batch.commands) > limit:
        part, batch = cut(batch, limit)
        parts.append(part)
    return [*parts, batch]


def of_one_player(batch: Batch) -> Batch:
    """The first commands, as far as they are under the same customer ids."""
    first = customer(batch.commands[0])
    others = (i for i, command in enumerate(batch.commands) if customer(command) != first)
    end = next(others, None)
    return batch if end is None else cut(batch, end)[0]


def halves(batch: Batch) -> tuple[Batch, Batch]:
    """The same commands in two batches; it must have at least two."""
    return cut(batch, len(batch.commands) // 2)
