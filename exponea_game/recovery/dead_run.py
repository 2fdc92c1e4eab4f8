"""What a dead run left behind, and paying what it owed.

Only the last segments are read: each begins by repeating the will that holds. Before anything is
paid, what follows the last of these lines is written once more and made certain, for its last
second may not be yet; with it goes what a power cut has taken (see traces). What is owed is then
paid by one line in a segment of its own, which pays it and annuls the will at once, and is synced
before anything of the run is sent. Where that line is torn, nothing happened, and the next launch
tries again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from exponea_game.journal.line import Line, glance, parse, render, render_head
from exponea_game.journal.reader import Reader
from exponea_game.recovery.history import History
from exponea_game.sessions.will import session_of
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import JSON, encode

HOLE = b"\0"
"""What a file has where a power cut took bytes out of it."""


_FIRST = Line(0, 0.0, None, {})
_BEFORE_ALL = render_head(0, 0.0, "{}", "null")[:-1]
"""The first line of a run that has lost its own."""


@dataclass(frozen=True, slots=True)
class DeadRun:
    """What a dead run left: its last segments, ``seq`` and sign of life, its clocks, its will.

    Attributes:
        last: The newest line's ``elapsed``, which need not be a sign of life.
        sessions: The names of those that were open at any time, as far as these segments tell.
        amends: Starts and ends of sessions that a power cut took, with the session's name.
    """

    segments: list[int]
    seq: int
    elapsed: float
    last: float
    clock: dict[str, Any]
    will: dict[str, Any] | None
    sessions: set[str]
    amends: list[tuple[str, JSON]]


@dataclass
class _Part:
    """Of a segment: the lines that tell of sessions, and its last line, also before any hole."""

    lines: list[Line]
    last: Line
    reach: Line

    @property
    def head(self) -> Line | None:
        """The line that tells what was certain when the segment began."""
        return next((line for line in self.lines if "clock" in line.others), None)


def examine(
    reader: Reader, disk: Disk, earlier: Mapping[str, Collection[str]] = {}
) -> DeadRun | None:
    """What a dead run left behind, read from its last segments.

    Back to the one in which the last one's first line was certain: what that one repeats may have
    survived there alone.

    Args:
        reader: The run.
        disk: Where it lies.
        earlier: The sessions of which earlier runs that are still here tell, by run.

    Raises:
        OSError: The journal cannot be read.
    """
    numbers: list[int] = []
    parts: list[_Part] = []
    heads: list[Line] = []
    for number in reversed(reader.segments()):
        numbers.insert(0, number)
        part = _part(disk.read_all(reader.path(number)))
        if part is not None:
            parts.insert(0, part)
            heads[:0] = [part.head] if part.head else []
        if heads and _place(heads[0]) < _place(heads[-1]):
            break
    if not parts:
        return None
    told = History(reader.folder.name, reader.cursor.seq if reader.cursor else 0, earlier)
    elapsed = _tell(told, parts, heads)
    carries = [str(head.others.get("carries", "")) for head in heads if head.others["will"]]
    last = max((part.last for part in parts), key=_place)
    return DeadRun(
        numbers,
        last.seq,
        elapsed,
        last.elapsed,
        _clock(heads[0]) if heads else {},
        told.will(),
        {*told.sessions, *carries},
        told.amends(),
    )


def _part(data: bytes) -> _Part | None:
    raws = data.split(b"\n")
    last = _last(raws)
    if last is None:
        return None
    hole = data.find(HOLE)
    reach = _last(data[:hole].split(b"\n")) if hole >= 0 else last
    telling = [raw for raw in raws if (seen := glance(raw)) and not seen[1]]
    lines = [line for line in map(parse, telling) if line is not None]
    return _Part(lines, last, reach or Line(0, 0.0, None, {}))


def _last(raws: list[bytes]) -> Line | None:
    return next(filter(None, map(parse, reversed(raws))), None)


def _place(line: Line) -> tuple[int, float]:
    return line.seq, line.elapsed


def _clock(head: Line) -> dict[str, Any]:
    clock = head.others["clock"]
    return clock if isinstance(clock, dict) else {}


def _tell(told: History, parts: list[_Part], heads: list[Line]) -> float:
    """Tell of the lines behind the last certain one; returns the last sign of life.

    Behind a hole only a line that tells of a session is a sign of life: the hole may have taken
    the moment of leaving.
    """
    lines = sorted((line for part in parts for line in part.lines), key=_place)
    if heads:  # what a hole took is there once more
        certain = max(heads, key=_place)
        lines = lines[next(n for n, line in enumerate(lines) if line is certain) :]
    reach = max((part.reach for part in parts), key=_place)
    for line in lines:
        if _place(line) <= _place(reach):
            told.tell(line)
    told.alive(reach.elapsed)
    for line in lines:
        if _place(line) > _place(reach):
            told.tell(line)
    return max([reach.elapsed, *(trace.elapsed for trace in told.sessions.values())])


def sync_again(reader: Reader, disk: Disk, dead_run: DeadRun) -> None:
    """Make certain what the run wrote itself, and make amends for what was taken from it.

    What follows the last certain line goes into a new segment: where a sync failed before, no
    other makes the old one certain.

    Raises:
        OSError: The disk does not confirm it.
    """
    amends = [
        render(seq, dead_run.last, f',"amends":{encode(name)},"cmd":{command}')
        for seq, (name, command) in enumerate(dead_run.amends, _seq(reader, dead_run) + 1)
    ]
    _write(reader, disk, b"".join([*_unsure(reader, disk, dead_run), *amends]))


def _unsure(reader: Reader, disk: Disk, dead_run: DeadRun) -> list[bytes]:
    """The last certain line, and all those behind it, in order and each once."""
    raws: dict[bytes, None] = {}
    for number in dead_run.segments:
        raws |= dict.fromkeys(disk.read_all(reader.path(number)).split(b"\n"))
    seen = {raw: found for raw in raws if (found := glance(raw)) is not None}
    parsed = {raw: parse(raw) for raw, (_, plain) in seen.items() if not plain}
    heads = {raw: _place(line) for raw, line in parsed.items() if line and "clock" in line.others}
    first = max(heads, key=lambda raw: heads[raw], default=_BEFORE_ALL)
    certain = heads.get(first, _place(_FIRST))
    behind = [
        (at, raw)
        for raw, (at, plain) in seen.items()
        if at > certain or (at == certain and not plain and _proves(parsed[raw]))
        if raw not in heads
    ]
    behind.sort(key=lambda pair: pair[0])
    return [raw + b"\n" for raw in (first, *(raw for _, raw in behind))]


def _proves(line: Line | None) -> bool:
    """Whether a line has no command."""
    return line is not None and line.command is None


def conclude(reader: Reader, disk: Disk, dead_run: DeadRun, command: JSON | None) -> None:
    """Settle what a dead run owed: one line that pays it and annuls the will, then a sync.

    Args:
        reader: The run, locked by this process.
        disk: Where it lies.
        dead_run: What it left behind, secured.
        command: The ``session_end`` it owed, or None if it owed none or another run pays it.

    Raises:
        OSError: It is not certain to be on the disk; the will holds on.
    """
    seq = _seq(reader, dead_run) + len(dead_run.amends) + (command is not None)
    name = session_of(dead_run.will)[0]
    will = encode({"ended": name} if name else None)
    will += "" if command is None else f',"cmd":{command}'
    _write(reader, disk, render_head(seq, dead_run.last, encode(dead_run.clock), will))
    reader.close_run()


def _seq(reader: Reader, dead_run: DeadRun) -> int:
    sent = reader.cursor.seq if reader.cursor else 0  # more than a power cut has left, perhaps
    return max(dead_run.seq, sent)


def _write(reader: Reader, disk: Disk, data: bytes) -> None:
    """Add a segment, and wait until it is on the disk itself."""
    path = reader.path(max(reader.segments(), default=0) + 1)
    descriptor = disk.create(path)
    try:
        try:
            if disk.write(descriptor, data) != len(data):
                raise OSError("only a part was written")
            disk.sync(descriptor)
        finally:
            disk.close(descriptor)  # first: Windows removes no file that is open
    except OSError:
        disk.remove(path)
        raise
    disk.sync_folder(reader.folder)
