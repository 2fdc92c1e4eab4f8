"""What a dead run left behind, and paying what it owed.

Only the last segments are read: each begins by repeating the will that holds. What was owed is
paid by one line in a segment of its own, which pays it and annuls the will at once, and is synced
before anything of the run is sent. Where that line is torn, nothing happened, and the next launch
tries again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exponea_game.disk import Disk
from exponea_game.encoding import JSON
from exponea_game.line import Line, lines, render
from exponea_game.reader import Reader


@dataclass(frozen=True, slots=True)
class Remains:
    """What a dead run left: its last segment, ``seq`` and sign of life, its clocks, its will."""

    segment: int
    seq: int
    up: float
    run: dict[str, Any]
    will: dict[str, Any] | None


def remains(reader: Reader, disk: Disk) -> Remains | None:
    """What a dead run left behind, read from its last segment that has a whole first line.

    Raises:
        OSError: The journal cannot be read.
    """
    segments = reader.segments()
    found: list[Line] = []
    for number in reversed(segments):
        part = list(lines(disk.read(reader.path(number), 0, 1 << 30)))
        found = part + found
        if part and "run" in part[0].others:
            break
    else:
        return None
    will = None
    for line in found:
        will = line.others.get("will", will)
    seq, up = max(line.seq for line in found), max(line.up for line in found)
    return Remains(segments[-1], seq, up, found[0].others["run"], will)


def conclude(reader: Reader, disk: Disk, remains: Remains, command: JSON | None) -> None:
    """Settle what a dead run owed: one line that pays it and annuls the will, then a sync.

    Args:
        reader: The run, locked by this process.
        disk: Where it lies.
        remains: What it left behind.
        command: The ``session_end`` it owed, or None if another run pays it.

    Raises:
        OSError: It is not certain to be on the disk; the will holds on.
    """
    seq = remains.seq + (command is not None)
    members = ',"will":null' + ("" if command is None else f',"cmd":{command}')
    line = render(seq, remains.up, members)
    descriptor = disk.create(reader.path(remains.segment + 1))
    try:
        if disk.write(descriptor, line) != len(line):
            raise OSError("only a part of the line was written")
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)
    disk.sync_folder(reader.folder)
    reader.close_run()
