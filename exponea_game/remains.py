"""What a dead run left behind, and paying what it owed.

Only the last segments are read: each begins by repeating the will that holds. What was owed is
paid by one line in a segment of its own, which pays it and annuls the will at once, and is synced
before anything of the run is sent. Where that line is torn, nothing happened, and the next launch
tries again. Before, what the run itself wrote is made certain: its last second may not be yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from exponea_game.disk import Disk
from exponea_game.encoding import JSON
from exponea_game.line import Line, parse, render
from exponea_game.reader import Reader


@dataclass(frozen=True, slots=True)
class Remains:
    """What a dead run left: its last segments, ``seq`` and sign of life, its clocks, its will.

    Attributes:
        sessions: The names of those that were open at any time, as far as these segments tell.
    """

    segments: list[int]
    seq: int
    up: float
    run: dict[str, Any]
    will: dict[str, Any] | None
    sessions: set[str]


def remains(reader: Reader, disk: Disk) -> Remains | None:
    """What a dead run left behind, read from its last segments.

    Back to the one in which the last one's first line was certain: what that one repeats may have
    survived there alone.

    Raises:
        OSError: The journal cannot be read.
    """
    numbers: list[int] = []
    found: list[Line] = []
    heads: list[Line] = []
    for number in reversed(reader.segments()):
        part = list(_telling(disk.read(reader.path(number), 0, 1 << 30)))
        numbers, found = [number, *numbers], part + found
        if part and "run" in part[0].others:
            heads.append(part[0])
        if heads and (heads[-1].seq, heads[-1].up) < (heads[0].seq, heads[0].up):
            break
    if not heads:
        return None
    found.sort(key=lambda line: (line.seq, line.up))  # what a hole took is there once more
    will = None
    runs = [head.others["run"] for head in heads]
    sessions = {str(run.get("carries", "")) for run in runs if isinstance(run, dict)}
    for line in found:
        will = _will(line, will)
        sessions.add(_name(will))
    last = found[-1]
    return Remains(numbers, last.seq, last.up, runs[0], will, sessions)


def _telling(data: bytes) -> Iterator[Line]:
    """The whole lines of a segment that change the will, and its last whole line."""
    raws = data.split(b"\n")
    last = next((n for n in reversed(range(len(raws))) if parse(raws[n]) is not None), 0)
    for number, raw in enumerate(raws):
        if number == last or b'"will":' in raw:
            line = parse(raw)
            if line is not None:
                yield line


def _will(line: Line, will: dict[str, Any] | None) -> dict[str, Any] | None:
    """The will that holds after a line.

    A will of a session whose start is not on the disk is void: a hole took the start.
    """
    new = line.others.get("will", will)
    begins = line.command is not None or "run" in line.others or line.seq == 0
    if new is None or begins or _name(will) == _name(new):
        return new
    return will


def _name(will: dict[str, Any] | None) -> str:
    session = (will or {}).get("session")
    return str(session.get("name")) if isinstance(session, dict) else ""


def secure(reader: Reader, disk: Disk, remains: Remains) -> None:
    """Make certain what the run wrote itself.

    Raises:
        OSError: The disk does not confirm it.
    """
    for number in remains.segments:
        descriptor = disk.open(reader.path(number))
        try:
            disk.sync(descriptor)
        finally:
            disk.close(descriptor)
    disk.sync_folder(reader.folder)


def conclude(reader: Reader, disk: Disk, remains: Remains, command: JSON | None) -> None:
    """Settle what a dead run owed: one line that pays it and annuls the will, then a sync.

    Args:
        reader: The run, locked by this process.
        disk: Where it lies.
        remains: What it left behind.
        command: The ``session_end`` it owed, or None if it owed none or another run pays it.

    Raises:
        OSError: It is not certain to be on the disk; the will holds on.
    """
    sent = reader.cursor.seq if reader.cursor else 0  # more than a power cut has left, perhaps
    seq = max(remains.seq, sent) + (command is not None)
    members = ',"will":null' + ("" if command is None else f',"cmd":{command}')
    line = render(seq, remains.up, members)
    path = reader.path(max(reader.segments(), default=0) + 1)
    descriptor = disk.create(path)
    try:
        if disk.write(descriptor, line) != len(line):
            raise OSError("only a part of the line was written")
        disk.sync(descriptor)
    except OSError:
        disk.remove(path)
        raise
    finally:
        disk.close(descriptor)
    disk.sync_folder(reader.folder)
    reader.close_run()
