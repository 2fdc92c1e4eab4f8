"""What a dead run left behind, and how it is concluded.

Only the last segments are read: each begins by repeating the will that holds. Before anything is
concluded, what follows the last of these lines is written once more and synced, for its last
second may not be yet; with it goes what a power cut has taken (see history). One line in a segment
of its own then holds the ``session_end`` and annuls the will at once. It is synced before
anything of the run is sent; where it is torn, nothing happened, and the next launch tries again.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from exponea_game.journal.line import Line, glance, parse, render, render_head
from exponea_game.recovery.history import History, run_of
from exponea_game.recovery.runs import Run
from exponea_game.sessions.will import session_of
from exponea_game.system.json_text import JSON, encode

HOLE = b"\0"
"""What a file has where a power cut took bytes out of it."""
NEXT = 1e-6
"""Seconds to the next moment that a line can tell."""

_FIRST = Line(0, 0.0, None, {})


class DeadRun(NamedTuple):
    """What a dead run left.

    Attributes:
        seq: The last command's.
        elapsed: The last sign of life.
        last: The newest line's ``elapsed``, which need not be a sign of life.
        clock: The clocks when it began.
        will: Its will.
        sessions: The names of those that were open at any time, as far as these segments tell.
        amends: Starts and ends of sessions that a power cut took, with the session's name.
        unsure: The last synced line and all behind it, in order and each once; empty where they
            are too many to be kept: then they are read again.
    """

    seq: int
    elapsed: float
    last: float
    clock: dict[str, Any]
    will: dict[str, Any] | None
    sessions: set[str]
    amends: list[tuple[str, JSON]]
    unsure: list[bytes]


class _Raw(NamedTuple):
    """A line as it lies there: where it belongs, and what it holds beside a command, if whole."""

    raw: bytes
    place: tuple[int, float]
    plain: bool
    line: Line | None


_BEFORE_ALL = _Raw(render_head(0, 0.0, "{}", "null")[:-1], (0, 0.0), plain=False, line=None)
"""The first line of a run that has lost its own."""


@dataclass(eq=False, repr=False)
class _Part:
    """Of a segment: its lines, those that tell of sessions, and its last, also before a hole."""

    raws: list[_Raw]
    lines: list[Line]
    last: Line
    reach: Line

    @property
    def head(self) -> Line | None:
        """The line that tells what was synced when the segment began."""
        return next((line for line in self.lines if "clock" in line.others), None)


def examine(run: Run, earlier: Mapping[str, Collection[str]] = {}) -> DeadRun | None:
    """What a dead run left behind, read from its last segments.

    Back to the one in which the last one's first line was synced: what that one repeats may have
    survived there alone. Where the run has carried on a session that the earlier run has lost, all
    are read: its start is made again from what they tell.

    Args:
        run: The run, its cursor loaded.
        earlier: The sessions of which earlier runs that are still here tell, by run.

    Raises:
        OSError: The journal cannot be read.
    """
    history = History(run.name, run.cursor.seq, earlier)
    parts: list[_Part] = []
    heads: list[Line] = []
    carried = ""
    for number in reversed(run.segments.numbers()):
        part = _part(run.segments.whole(number))
        if part is not None:
            parts.insert(0, part)
            heads[:0] = [part.head] if part.head else []
        carried = str(heads[-1].others.get("carries", "")) if heads else ""
        if heads and _place(heads[0]) < _place(heads[-1]) and not history.is_lost(carried):
            break
    if not parts:
        return None
    elapsed = _tell(history, parts, [] if history.is_lost(carried) else heads)
    carries = [str(head.others.get("carries", "")) for head in heads if head.others["will"]]
    last = max((part.last for part in parts), key=_place)
    return DeadRun(
        last.seq,
        elapsed,
        last.elapsed,
        _clock(heads[0]) if heads else {},
        history.will(),
        {*history.sessions, *filter(None, carries)},
        history.amends(),
        _unsure(parts),
    )


def _part(data: bytes) -> _Part | None:
    raws = data.split(b"\n")
    last = _last(raws)
    if last is None:
        return None
    hole = data.find(HOLE)
    reach = _last(data[:hole].split(b"\n")) if hole >= 0 else last
    found = [_look(raw, *place) for raw in raws if (place := glance(raw)) is not None]
    lines = [line for *_, line in found if line is not None]
    return _Part(found, lines, last, reach or _FIRST)


def _look(raw: bytes, place: tuple[int, float], plain: bool) -> _Raw:
    return _Raw(raw, place, plain, None if plain else parse(raw))


def _last(raws: list[bytes]) -> Line | None:
    return next(filter(None, map(parse, reversed(raws))), None)


def _place(line: Line) -> tuple[int, float]:
    return line.seq, line.elapsed


def _order(line: Line) -> tuple[int, float, bool]:
    """Of one moment a command comes first, for what follows counts it."""
    return line.seq, line.elapsed, line.command is None


def _clock(head: Line) -> dict[str, Any]:
    clock = head.others["clock"]
    return clock if isinstance(clock, dict) else {}


def _tell(history: History, parts: list[_Part], heads: list[Line]) -> float:
    """Tell of the lines behind the last of some heads; returns the last sign of life.

    Behind a hole only a line that tells of a session is a sign of life: the hole may have taken
    the moment of leaving.
    """
    lines = sorted((item.line for item in _once(parts) if item.line), key=_order)
    if heads:  # what a hole took is there once more
        lines = lines[lines.index(max(heads, key=_place)) :]
    reach = _reach(parts)
    for line in lines:
        if _place(line) <= _place(reach):
            history.tell(line)
    history.alive(reach.elapsed)
    for line in lines:
        if _place(line) > _place(reach):
            history.tell(line)
    return max([reach.elapsed, *(trace.elapsed for trace in history.sessions.values())])


def _once(parts: list[_Part]) -> list[_Raw]:
    """Each line where it is first found: written again it tells nothing new."""
    found: dict[bytes, _Raw] = {}
    for item in itertools.chain.from_iterable(part.raws for part in parts):
        found.setdefault(item.raw, item)
    return list(found.values())


def _reach(parts: list[_Part]) -> Line:
    """The last line before which there is no hole."""
    return max((part.reach for part in parts), key=_place)


def sync_again(run: Run, dead_run: DeadRun) -> None:
    """Sync what the run wrote itself, and make amends for what was taken from it.

    What follows the last synced line goes into a new segment: where a sync failed before, no
    other sync helps the old one.

    Raises:
        OSError: The disk does not confirm it.
    """
    amends = [
        render(seq, dead_run.last, f',"amends":{encode(name)},"cmd":{command}')
        for seq, (name, command) in enumerate(dead_run.amends, _seq(run, dead_run) + 1)
    ]
    again = None if dead_run.unsure else examine(run)
    _write(run, b"".join([*(again.unsure if again else dead_run.unsure), *amends]))


def _unsure(parts: list[_Part]) -> list[bytes]:
    """The last synced line, all those behind it, in order and each once, and where a hole was."""
    raws = _once(parts)
    heads = [item for item in raws if item.line and "clock" in item.line.others]
    first = max(heads, key=lambda item: item.place, default=_BEFORE_ALL)
    behind = [
        item
        for item in raws
        if item.place > first.place
        or (item.place == first.place and not item.plain and _proves(item.line))
        if item not in heads
    ]
    behind.sort(key=lambda item: _order(item.line) if item.line else (*item.place, False))
    reach = _place(_reach(parts))
    beyond = sum(item.place > reach for item in behind)
    if beyond and any(part.reach is not part.last for part in parts):
        behind.insert(len(behind) - beyond, _Raw(HOLE, reach, plain=False, line=None))
    return [item.raw + b"\n" for item in (first, *behind)]


def _proves(line: Line | None) -> bool:
    """Whether a line has no command."""
    return line is not None and line.command is None


def conclude(run: Run, dead_run: DeadRun, command: JSON | None) -> None:
    """Conclude a dead run: one line with its ``session_end`` that annuls its will, then a sync.

    By its ``seq`` or its moment it comes after all that the run wrote, a will at its last moment
    included: where a launch syncs the run once more, nothing lies behind it.

    Args:
        run: The run, locked by this process.
        dead_run: What it left behind, synced.
        command: Its ``session_end``, or None if none is due or another run has it.

    Raises:
        OSError: It is not synced; the will holds on.
    """
    seq = _seq(run, dead_run) + len(dead_run.amends) + (command is not None)
    name = session_of(dead_run.will)[0] or _last_of(run, dead_run.sessions)
    will = encode({"ended": name} if name else None)
    will += "" if command is None else f',"cmd":{command}'
    elapsed = dead_run.last + NEXT * (command is None)
    _write(run, render_head(seq, elapsed, encode(dead_run.clock), will))
    run.cursor.close_run()


def _last_of(run: Run, sessions: Collection[str]) -> str:
    """The last session that began in a run: who has carried it on asks whether it is there."""
    own = (name for name in sessions if run_of(name) == run.name)
    return max(own, key=lambda name: (len(name), name), default="")


def _seq(run: Run, dead_run: DeadRun) -> int:
    return max(dead_run.seq, run.cursor.seq)  # more is sent than a power cut has left, perhaps


def _write(run: Run, data: bytes) -> None:
    """Add a segment, and wait until it is on the disk itself."""
    disk = run.segments.disk
    path = run.segments.path(run.last_segment() + 1)
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
    disk.sync_folder(run.folder)
