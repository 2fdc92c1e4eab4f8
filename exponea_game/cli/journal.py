"""Shows what a game keeps on this machine: runs, what waits, what was refused or lost.

It only reads. The one lock that a game could notice is held for as long as it takes to see which
runs are alive, and nothing is made that was not there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from exponea_game.cli import place, table
from exponea_game.delivery.receipts import REJECTED
from exponea_game.journal.line import Line, lines
from exponea_game.recovery.dead_run import DeadRun, examine
from exponea_game.recovery.runs import Home

HELP = "Show what waits on this machine, and what was refused or lost; changes nothing."


@dataclass(frozen=True, slots=True)
class Kept:
    """What one run keeps on the disk.

    Attributes:
        run: Its name.
        alive: Whether a process lives in it.
        began: Unix time of its begin; None where its journal does not say.
        seen: Unix time of its last sign of life.
        waiting: Commands that the server does not have.
        size: Bytes of its journal.
        lost: Commands that were lost and not reported yet, by event type; damaged ones under "".
        session: Unix time of the start of the session that is open; None without one.
        fault: Why it cannot be read; empty if it can.
    """

    run: str
    alive: bool
    began: float | None = None
    seen: float | None = None
    waiting: int = 0
    size: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    session: float | None = None
    fault: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of this command."""
    parser.add_argument(
        "what",
        nargs="?",
        default="runs",
        choices=PRINT,
        help="runs (the default), the events that wait, or what the server rejected",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    parser.add_argument("--all", action="store_true", help="events that are delivered, too")
    place.arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Print what was asked for; 1 where the home cannot be read."""
    home = place.home(place.settings(options))
    try:
        PRINT[options.what](home, options)
    except OSError as error:
        raise SystemExit(f"exponea-game journal: {home.folder} cannot be read: {error}") from None
    return 0


def survey(home: Home) -> list[Kept]:
    """All runs, oldest first.

    Raises:
        OSError: The home cannot be read.
    """
    alive = _alive(home)
    return [_kept(home, name, name in alive) for name in home.names()]


def events(home: Home, *, delivered: bool = False) -> Iterator[tuple[str, bool, Line]]:
    """The commands on the disk, oldest run first: the run, whether the server has it, its line.

    Args:
        home: The home.
        delivered: Also those that the server has.

    Raises:
        OSError: The home cannot be read.
    """
    for name in home.names():
        run = home.run(name)
        run.cursor.load()
        sent = run.cursor.seq
        last = 0 if delivered else sent
        for segment in run.segments.numbers():
            data = b""
            with suppress(FileNotFoundError):  # delivered and removed meanwhile
                data = run.segments.whole(segment)
            for line in lines(data):
                if line.command is not None and line.seq > last:
                    last = line.seq
                    yield name, last <= sent, line


def rejected(home: Home) -> Iterator[dict[str, Any]]:
    """What the server refused, oldest first, with its words.

    Raises:
        OSError: It cannot be read.
    """
    path = home.folder / REJECTED
    for file in (path.with_suffix(".old"), path):
        data = b""
        with suppress(FileNotFoundError):
            data = home.disk.read_all(file)
        for line in data.splitlines():
            with suppress(ValueError):
                yield json.loads(line)


def _alive(home: Home) -> set[str]:
    """The runs that a process lives in; a start that adopts runs is kept waiting meanwhile."""
    shared = "home.lock" in home.disk.names(home.folder)
    try:
        with home.alone() if shared else nullcontext():
            return {name for name in home.names() if _lives(home, name)}
    except OSError:  # somebody else's home, to be read but not to be locked
        return set()


def _lives(home: Home, name: str) -> bool:
    """Whether a process lives in a run, told by a glance at its lock."""
    path = home.runs / f"{name}.lock"
    if path.name not in home.disk.names(home.runs):
        return False
    lock = home.disk.lock(path)
    if lock is not None:
        home.disk.unlock(lock)
    return lock is None


def _kept(home: Home, name: str, alive: bool) -> Kept:
    run = home.run(name, live=alive)
    try:
        run.cursor.load()
        size, found = run.segments.total(), examine(run)
    except OSError as error:
        return Kept(name, alive, fault=str(error))
    if found is None:
        return Kept(name, alive, size=size, lost=dict(run.cursor.lost))
    sent = run.cursor.seq
    began = found.clock.get("wall")
    return Kept(
        name,
        alive,
        began=began,
        seen=None if began is None else began + found.elapsed,
        waiting=max(0, found.seq - sent),
        size=size,
        lost=dict(run.cursor.lost),
        session=_session(found),
    )


def _session(found: DeadRun) -> float | None:
    start = ((found.will or {}).get("session") or {}).get("start")
    return None if start is None else float(start)


def _print_runs(home: Home, options: argparse.Namespace) -> None:
    kept = survey(home)
    if options.json:
        return _print_json(asdict(run) for run in kept)
    print(home.folder)
    if kept:
        columns = ("run", "state", "began", "last seen", "waiting", "bytes", "lost")
        table.show(columns, [_row(run) for run in kept])
    waiting, lost = sum(run.waiting for run in kept), sum(sum(run.lost.values()) for run in kept)
    refused = sum(1 for _ in rejected(home))
    print(f"{waiting} waiting, {refused} rejected, {lost} lost")
    return None


def _row(run: Kept) -> tuple[object, ...]:
    state = "playing" if run.alive else "left open" if run.session is not None else "ended"
    lost = ", ".join(f"{count} {name or 'damaged'}" for name, count in run.lost.items())
    note = run.fault or lost or "none"
    return (run.run, state, _local(run.began), _local(run.seen), run.waiting, run.size, note)


def _print_events(home: Home, options: argparse.Namespace) -> None:
    found = events(home, delivered=options.all)
    if options.json:
        return _print_json(
            {"run": run, "seq": line.seq, "sent": sent, "command": json.loads(line.command or b"")}
            for run, sent, line in found
        )
    for run, sent, line in found:
        state = "sent   " if sent else "waiting"
        print(f"{run}  {state}  {_told(json.loads(line.command or b''))}")
    return None


def _print_rejected(home: Home, options: argparse.Namespace) -> None:
    found = rejected(home)
    if options.json:
        return _print_json(found)
    for refusal in found:
        print(f"{refusal['run']}  {_told(refusal['command'])}\n    {refusal['error']}")
    return None


def _told(command: dict[str, Any]) -> str:
    """A command on one line."""
    data = command["data"]
    at = data.get("timestamp", data.get("update_timestamp"))
    kind = data.get("event_type", "(customer)")
    return f"{_local(at)}  {kind}  {json.dumps(data['properties'], ensure_ascii=False)}"


def _local(at: float | None) -> str:
    """A moment in the time zone of this machine."""
    if at is None:
        return "unknown"
    return datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M:%S")


def _print_json(objects: Iterable[dict[str, Any]]) -> None:
    for value in objects:
        print(json.dumps(value, ensure_ascii=False))


PRINT = {"runs": _print_runs, "events": _print_events, "rejected": _print_rejected}
