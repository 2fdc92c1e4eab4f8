"""Segments of made-up lines, and what is read from them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from exponea_game.events.commands import Base, event
from exponea_game.journal.batch import Batch
from exponea_game.journal.line import render
from exponea_game.journal.losses import OVERFLOW, properties
from exponea_game.recovery.runs import Run
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import JSON, encode
from support.fakes import command


def line(seq: int, members: str | None = None) -> bytes:
    """A line with a command that says its ``seq``, or with other members."""
    return render(seq, 1.0, f',"cmd":{command("a", seq)}' if members is None else members)


def overflow(lost: dict[str, int]) -> JSON:
    """The event that tells of losses, as a run writes it."""
    told = properties(Counter(lost))
    whole = Base({"sdk": "game"}).under(told, encode(told))
    return event('{"cookie":"c"}', encode(OVERFLOW), 5.0, whole)


def segment(folder: Path, number: int, *parts: bytes) -> None:
    """Make a segment."""
    (folder / f"{number:08}.jsonl").write_bytes(b"".join(parts))


def opened(folder: Path, disk: Disk | None = None, *, live: bool = False) -> Run:
    """The run in a folder."""
    return Run(folder, disk or Disk(), live=live)


def loaded(folder: Path) -> Run:
    """The same, as a later launch finds it."""
    run = opened(folder)
    run.cursor.load()
    return run


def numbers(batch: Batch) -> list[int]:
    """Which of the commands of ``line`` a batch holds."""
    return [int(float(c.split(b'"timestamp":')[1].split(b",")[0])) - 1 for c in batch.commands]


def settle(run: Run, batch: Batch) -> None:
    """The server has a batch."""
    run.cursor.settle(batch.end, batch.missing)


def read_all(run: Run) -> list[int]:
    """Read and settle until nothing is left."""
    found = []
    while (batch := run.reader.read(run.cursor.position)).commands:
        found += numbers(batch)
        settle(run, batch)
    return found
