"""What is removed of a run's journal: what the server has, what no longer has room, or all of it.

Nothing is removed before the cursor that passes over it is on the disk itself, unless there is no
room and the disk does not confirm it.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress

from exponea_game.journal.batch import Position
from exponea_game.journal.cursor import Cursor
from exponea_game.journal.line import Line, lines
from exponea_game.journal.losses import OVERFLOW, TYPE_LENGTH, reported_by
from exponea_game.journal.segments import Segments

ASIDE = "aside.json"
"""The file that says for which player a run is set aside (see delivery/set_aside)."""
_OURS = re.compile(r"\d{8}\.(jsonl|part)|acked\.json|aside\.json")
"""The names that the library gives to files of a run."""
SESSIONS = ("session_start", "session_end")
Spare = Callable[[list[bytes]], bool]
_EVENT_TYPE = re.compile(rb'"event_type":"((?:[^"\\]|\\.)*)"')


class Removal:
    """Removes segments of one run.

    Args:
        segments: The segments.
        cursor: How far the server has everything.
    """

    def __init__(self, segments: Segments, cursor: Cursor) -> None:
        self._segments, self._cursor, self._disk = segments, cursor, segments.disk
        self._swept = 1

    def sweep(self, needed: int = sys.maxsize) -> None:
        """Remove the segments before the cursor, once the cursor is on the disk itself.

        Args:
            needed: The first segment that stays in any case.

        Raises:
            OSError: The disk does not let us.
        """
        position = self._cursor.position
        first = min(needed, position.segment if position else 0)
        if first <= self._swept:
            return
        done = [number for number in self._segments.numbers() if number < first]
        if done:
            self._cursor.sync()
            for number in done:
                self._disk.remove(self._segments.path(number))
            self._disk.sync_folder(self._segments.folder)
        self._swept = first

    def remove_copy(self, number: int) -> None:
        """Remove a segment of which a later one has each line.

        Raises:
            OSError: The disk does not let us.
        """
        self._disk.remove(self._segments.path(number))

    def drop(self, number: int, spare: Spare | None = None) -> Counter[str]:
        """Remove a segment whether or not the server has it; counts what was not sent.

        What is missing in it is counted as well, under no type: nobody comes by it any more. So
        is what an event in it tells of losses, for nobody else knows of that.

        Args:
            number: Of the segment.
            spare: Keeps starts and ends of sessions elsewhere; says whether it did.

        Raises:
            OSError: The disk does not let us.
        """
        sent = self._cursor.seq
        found = list(lines(self._segments.whole(number)))
        commands = {line.seq: line for line in found if line.command and line.seq > sent}
        sessions = [line for line in commands.values() if event_type(line) in SESSIONS]
        spared = bool(spare and sessions and spare([line.command or b"" for line in sessions]))
        lost = (line for line in commands.values() if not spared or line not in sessions)
        dropped = _count(lost)
        last = max(commands, default=sent)
        if number == self._segments.numbers()[-1]:  # what fills a hole before its end is nowhere
            last = max([last, *(line.seq for line in found)])
        known = sent if self._cursor.position else min(commands, default=1) - 1
        if missing := max(0, last - known - len(commands)):
            dropped[""] += missing
        # A disk that syncs nothing has no more room than another; a power cut has it counted again.
        self._cursor.lose(dropped, Position(number + 1, 0, last), must_sync=False)
        self._disk.remove(self._segments.path(number))
        return dropped

    def remove(self) -> None:
        """Remove all files of the run, the cursor last, and the folder if nothing else is in it.

        Raises:
            OSError: The disk does not let us.
        """
        folder = self._segments.folder
        numbers = self._segments.numbers()
        earlier = numbers[:-1]
        # A process before us, or a try that failed, may have removed some: their names can come
        # back until the folder is synced, and must not without the last one.
        several = bool(numbers) and numbers[-1] > 1
        if several:
            self._cursor.sync()
        self._cursor.close()
        for number in earlier:
            self._disk.remove(self._segments.path(number))
        if several:  # the last one tells that the run is concluded
            self._disk.sync_folder(folder)
        names = self._disk.names(folder)
        for name in filter(_OURS.fullmatch, names):
            self._disk.remove(folder / name)
        if all(map(_OURS.fullmatch, names)):
            with suppress(FileNotFoundError):
                self._disk.remove_folder(folder)


def _count(lost: Iterable[Line]) -> Counter[str]:
    """Lost commands by type; one that tells of losses stands for those."""
    found: Counter[str] = Counter()
    for line in lost:
        kind = event_type(line)
        losses = reported_by(line.command or b"") if kind == OVERFLOW else None
        found.update(losses or {kind: 1})
    return found


def event_type(line: Line) -> str:
    """What a line's command is, for counting: its event type, shortened, or ``customers``."""
    match = _EVENT_TYPE.search(line.command or b"")
    return match[1][:TYPE_LENGTH].decode("utf-8", "replace") if match else "customers"
