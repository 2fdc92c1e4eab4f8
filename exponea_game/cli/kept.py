"""What a home keeps on the disk: its runs, the events that wait, what the server rejected.

It only reads. The one lock that a game could notice is held for as long as it takes to see which
runs are alive, and nothing is made that was not there. A file may hold anything, as after a crash
of the disk: what cannot be understood is named, and what stands beside it is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exponea_game.delivery.receipts import REJECTED
from exponea_game.journal.line import Line, lines
from exponea_game.journal.removal import ASIDE
from exponea_game.recovery.dead_run import DeadRun, examine
from exponea_game.recovery.runs import Home, Run
from exponea_game.system.disk import Disk

FAR = 1e11
"""Seconds since 1970 that no clock of a player's shows."""


class _LookingDisk(Disk):
    """A disk on which nothing is set aside: what a game would move stays where it is."""

    def rename(self, path: Path, new: Path) -> None:
        """Give no file another name."""
        raise OSError(f"{path.name} cannot be read: the next launch keeps it as {new.name}")


LOOKING = _LookingDisk()


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
        denied: The event type that the stream does not let in, for which it waits apart; empty for
            updates of customers, None for any other run.
        error: The stream's message on that.
        apart: Whether it waits apart for that or for a player's token.
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
    denied: str | None = None
    error: str = ""
    apart: bool = False


def survey(home: Home) -> list[Kept]:
    """All runs, oldest first.

    Raises:
        OSError: The home cannot be read.
    """
    alive = _alive(home)
    return [_kept(home, name, name in alive) for name in home.names()]


def events(
    home: Home, damage: list[str], *, delivered: bool = False
) -> Iterator[tuple[str, bool, int, dict[str, Any]]]:
    """The commands on the disk, oldest run first: the run, whether the server has it, seq, command.

    Args:
        home: The home.
        damage: Gets a sentence for each run or command that cannot be understood.
        delivered: Also those that the server has.

    Raises:
        OSError: The home cannot be read.
    """
    for name in home.names():
        try:
            for sent, line in _lines_of(home, name, delivered=delivered):
                try:
                    yield name, sent, line.seq, _command(line.command or b"")
                except (ValueError, RecursionError) as error:
                    damage.append(f"command {line.seq} of {name} is damaged: {error}")
        except Exception as error:  # noqa: BLE001 - whatever a damaged file makes of its reader
            damage.append(_cannot_be_read(name, error))


def _lines_of(home: Home, name: str, *, delivered: bool) -> Iterator[tuple[bool, Line]]:
    run = Run(home.runs / name, LOOKING, live=False)
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
                yield last <= sent, line


def _command(text: bytes) -> dict[str, Any]:
    command = _decoded(text)
    if not isinstance(command.get("data"), dict):
        raise ValueError("it has no data")
    return command


def _decoded(text: bytes) -> dict[str, Any]:
    """A JSON object without numbers that JSON does not know.

    Raises:
        ValueError: It is none.
        RecursionError: It is too deep.
    """
    value = json.loads(text, parse_constant=_finite, parse_float=_finite)
    if not isinstance(value, dict):
        raise ValueError("it is no object")
    return value


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is no number")
    return number


def _cannot_be_read(run: str, error: Exception) -> str:
    words = str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
    return f"the run {run} cannot be understood: {words}"


def rejected(home: Home, damage: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """What the server refused, oldest first, with its words.

    Args:
        home: The home.
        damage: Gets a sentence for each file with lines that cannot be understood.

    Raises:
        OSError: It cannot be read.
    """
    path = home.folder / REJECTED
    for file in (path.with_suffix(".old"), path):
        data = b""
        with suppress(FileNotFoundError):
            data = home.disk.read_all(file)
        *whole, torn = data.split(b"\n")  # the last one may still be being written
        damaged = 0
        for line in [*whole, torn] if torn.endswith(b"}") else whole:
            try:
                yield _decoded(line)
            except (ValueError, RecursionError):
                damaged += 1
        if damaged and damage is not None:
            damage.append(f"{damaged} lines of {file.name} are damaged")


def _alive(home: Home) -> set[str]:
    """The runs that a process lives in; a start that adopts runs is kept waiting meanwhile."""
    shared = {"home.lock", "runs"}.issubset(home.disk.names(home.folder))  # neither is to be made
    try:
        with Home(home.folder, LOOKING).alone() if shared else nullcontext():
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
    run = Run(home.runs / name, LOOKING, live=alive)
    try:
        run.cursor.load()
        found, lost, size = examine(run), dict(run.cursor.lost), run.segments.total()
        if found is None:
            return Kept(name, alive, size=size, lost=lost)
        began = moment(found.clock.get("wall"), "its begin")
        denied, error = _denied(run)
        return Kept(
            name,
            alive,
            apart=ASIDE in LOOKING.names(run.folder),
            denied=denied,
            error=error,
            began=began,
            seen=None if began is None else began + found.elapsed,
            waiting=max(0, found.seq - run.cursor.seq),
            size=size,
            lost=lost,
            session=_session(found),
        )
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes of its reader
        return Kept(name, alive, fault=_cannot_be_read(name, error))


def _denied(run: Run) -> tuple[str | None, str]:
    """What the stream denies of all that a run holds, and its message."""
    if ASIDE not in LOOKING.names(run.folder):
        return None, ""
    marker: dict[str, Any] = {}
    with suppress(ValueError, RecursionError):  # half of one: the run is an ordinary one
        marker = _decoded(LOOKING.read_all(run.folder / ASIDE))
    if "event_type" not in marker:
        return None, ""
    return str(marker["event_type"]), str(marker.get("error", ""))


def _session(found: DeadRun) -> float | None:
    session = (found.will or {}).get("session") or {}
    return moment(session.get("start"), "the start of its session")


def moment(value: object, what: str) -> float | None:
    """A moment in seconds, as a file tells it.

    Raises:
        ValueError: It is none.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < FAR:
        raise ValueError(f"{what} is no moment")
    return float(value)
