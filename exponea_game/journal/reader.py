"""Reading a run's journal: the commands that the server does not have yet.

    acked.json   {"segment":3,"offset":81234,"seq":9120,"closed":false,"lost":{"shot":12}}

The cursor says how far the server has everything: the commands up to ``seq``, which end at
``offset`` of ``segment``. It is moved only after the server's answer, so that each command is sent
at least once. ``lost`` counts commands by event type that the limit dropped and nobody was told of
yet. ``closed`` says that the run owes nothing but what its journal holds.

Reading begins at the cursor; opening never reads what waits. Where the cursor is lost, the oldest
segment that is there will do: the server stores a repeated event once. A line that is damaged is
stepped over, and a hole in ``seq`` is a loss, counted under no event type.
"""

from __future__ import annotations

import re
import sys
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

from exponea_game.events.limits import BATCH_LIMIT
from exponea_game.journal.batch import Batch, Position
from exponea_game.journal.line import Line, lines, parse
from exponea_game.system.disk import Disk
from exponea_game.system.two_slot_file import TwoSlotFile

CURSOR = "acked.json"
CURSOR_SIZE = 4096
"""Bytes of a cursor's slot."""
LOST_TYPES = 40
"""Event types counted apart among the lost; the rest go under no type."""
LOST_TYPE_LENGTH = 32
"""Bytes of their names: all must fit into a cursor's slot."""
CHUNK = 1 << 17
"""Bytes read at once."""
LINE_LIMIT = 1 << 20
"""Bytes without a newline that are damage, not a line."""

_SEGMENT = re.compile(r"(\d{8})\.jsonl")
_EVENT_TYPE = re.compile(rb'"event_type":"((?:[^"\\]|\\.)*)"')


class Reader:
    """Reads one run's journal from its cursor on.

    Args:
        folder: The run's folder.
        disk: Where it lies.
        live: Whether the run still writes: then the end of its last line may yet come.

    Attributes:
        cursor: How far the server has everything; None while the oldest segment will do.
        closed: Whether the run owes nothing but what its journal holds.
        lost: Commands that were lost and not reported yet, by event type.
    """

    def __init__(self, folder: Path, disk: Disk, *, live: bool) -> None:
        self.folder, self._disk, self._live = folder, disk, live
        self._file = TwoSlotFile(folder / CURSOR, CURSOR_SIZE, disk)
        self._lock = threading.Lock()
        self._chunk, self._chunk_at = b"", (0, 0)
        self.cursor = Position(1, 0, 0) if live else None
        self.closed, self.lost = False, Counter[str]()
        self._swept = 1

    def load(self) -> None:
        """Read the cursor of an earlier run.

        Raises:
            OSError: It cannot be read.
        """
        value = self._file.read()
        self.cursor = None
        try:
            self.closed, self.lost = bool(value["closed"]), Counter(value["lost"])
            self.cursor = Position(*(int(value[name]) for name in Position._fields))
        except (TypeError, ValueError, KeyError):
            return

    def segments(self) -> list[int]:
        """The numbers of the segments that are there, oldest first.

        Raises:
            OSError: The folder cannot be read.
        """
        matches = map(_SEGMENT.fullmatch, self._disk.names(self.folder))
        return [int(match[1]) for match in matches if match]

    def path(self, segment: int) -> Path:
        """Where a segment lies."""
        return self.folder / f"{segment:08}.jsonl"

    def read(self, after: Position | None, limit: int = BATCH_LIMIT) -> Batch:
        """The next batch behind a place, possibly empty, and the place behind it.

        Args:
            after: The place, or None for the oldest segment that is there.
            limit: Commands to read at the most.

        Raises:
            OSError: The journal cannot be read.
        """
        batch = Batch(after or Position(0, 0, 0), limit)
        if after is not None:
            self._take_plain(batch)
            if batch.full:
                return batch
        segments = self.segments()
        while self._live and segments and not self._disk.size(self.path(segments[-1])):
            del segments[-1]  # while a new segment is empty, lines are still added to the former
        if after is None:
            batch.end = Position(segments[0] if segments else 1, 0, 0)
        fresh = after is None and batch.end.segment > 1
        while not batch.full:
            raw, whole = self._raw_line(batch.end, segments)
            if not raw:
                later = [number for number in segments if number > batch.end.segment]
                if not later:
                    break
                batch.end = Position(later[0], 0, batch.end.seq)
                continue
            if not whole and batch.end.segment == segments[-1] and self._live:
                break
            line = parse(raw.rstrip(b"\n"))
            again = self._again(batch.end, line, segments) if line and not fresh else None
            if again is not None:
                batch.end = Position(again, 0, batch.end.seq)
                continue
            batch.take(line, len(raw), fresh=fresh)
            fresh = fresh and line is None
            if not fresh:
                self._take_plain(batch)
        return batch

    def _take_plain(self, batch: Batch) -> None:
        """Take what is in memory already of the segment in which a batch ends."""
        segment, start = self._chunk_at
        if segment == batch.end.segment and batch.end.offset >= start:
            batch.take_plain(self._chunk, start)

    def _again(self, place: Position, line: Line, segments: list[int]) -> int | None:
        """The segment that fills the hole before a line, if there is one and one that does."""
        if line.seq - (line.command is not None) <= place.seq:
            return None
        for number in segments:
            if number > place.segment:
                head = next(lines(self._disk.read(self.path(number), 0, CHUNK)), None)
                if head is not None and "clock" in head.others:
                    return number if head.seq <= place.seq else None
        return None

    def _raw_line(self, place: Position, segments: list[int]) -> tuple[bytes, bool]:
        """The bytes from a place to the next newline, and whether there is one."""
        if place.segment not in segments:
            return b"", False
        segment, start = self._chunk_at
        offset = place.offset - start
        if segment == place.segment and 0 <= offset < len(self._chunk):
            end = self._chunk.find(b"\n", offset)
            if end >= 0:
                return self._chunk[offset : end + 1], True
        size = CHUNK
        while True:
            data = self._disk.read(self.path(place.segment), place.offset, size)
            self._chunk, self._chunk_at = data, (place.segment, place.offset)
            end = data.find(b"\n")
            if end >= 0:
                return data[: end + 1], True
            if len(data) < size or size > LINE_LIMIT:
                return data, size > LINE_LIMIT
            size *= 4

    def settle(self, batch: Batch) -> None:
        """The server has everything before the batch's end: move the cursor there.

        Raises:
            OSError: The cursor cannot be written.
        """
        with self._lock:
            if self.cursor is None or batch.end > self.cursor:
                self.cursor = batch.end
            if batch.missing:
                self.lost[""] += batch.missing
            self._save()

    def lose(self, lost: Counter[str]) -> None:
        """Count losses of a run that is about to go, and make that certain.

        Raises:
            OSError: The cursor cannot be written.
        """
        with self._lock:
            self.lost += lost
            self._save()
        self._file.sync()

    def forget_lost(self) -> None:
        """What was lost is reported.

        Raises:
            OSError: The cursor cannot be written.
        """
        with self._lock:
            self.lost.clear()
            self._save()

    def close_run(self) -> None:
        """The run owes nothing but what its journal holds.

        Raises:
            OSError: The cursor cannot be written.
        """
        with self._lock:
            self.closed = True
            self._save()

    def _save(self) -> None:
        common = dict(self.lost.most_common(LOST_TYPES))
        rest = self.lost.total() - sum(common.values())
        lost = {**common, "": common.get("", 0) + rest} if rest else common
        place = self.cursor._asdict() if self.cursor else {}
        self._file.write({**place, "closed": self.closed, "lost": lost})

    def sweep(self, needed: int = sys.maxsize) -> None:
        """Remove the segments before the cursor, once the cursor is on the disk itself.

        Args:
            needed: The first segment that stays in any case.

        Raises:
            OSError: The disk does not let us.
        """
        first = min(needed, self.cursor.segment if self.cursor else 0)
        if first <= self._swept:
            return
        done = [number for number in self.segments() if number < first]
        if done:
            self._sync_cursor()
            for number in done:
                self._disk.remove(self.path(number))
            self._disk.sync_folder(self.folder)
        self._swept = first

    def _sync_cursor(self) -> None:
        """Make certain what the cursor says, also where it could not be written before."""
        with self._lock:
            self._save()
        self._file.sync()

    def drop(self, segment: int) -> Counter[str]:
        """Remove a segment whether or not the server has it; counts what was not sent.

        Raises:
            OSError: The disk does not let us.
        """
        data = self._disk.read_all(self.path(segment))
        with self._lock:
            sent = self.cursor.seq if self.cursor else 0
            commands = [line for line in lines(data) if line.command and line.seq > sent]
            dropped = Counter(map(event_type, commands))
            last = max((line.seq for line in commands), default=sent)
            self.cursor = max(self.cursor or Position(0, 0, 0), Position(segment + 1, 0, last))
            self.lost += dropped
            self._save()
        self._file.sync()
        self._disk.remove(self.path(segment))
        return dropped

    def size(self) -> int:
        """Bytes of all segments.

        Raises:
            OSError: The folder cannot be read.
        """
        return sum(self._disk.size(self.path(number)) for number in self.segments())

    def close(self) -> None:
        """Give the files up."""
        self._file.close()

    def remove(self) -> None:
        """Remove the whole run; the cursor goes last.

        Raises:
            OSError: The disk does not let us.
        """
        earlier = self.segments()[:-1]
        if earlier:
            self._sync_cursor()
        self.close()
        for number in earlier:
            self._disk.remove(self.path(number))
        if earlier:  # the last one tells that nothing is owed any more
            self._disk.sync_folder(self.folder)
        for name in self._disk.names(self.folder):
            self._disk.remove(self.folder / name)
        with suppress(FileNotFoundError):
            self._disk.remove_folder(self.folder)


def event_type(line: Line) -> str:
    """What a line's command is, for counting: its event type, shortened, or ``customers``."""
    match = _EVENT_TYPE.search(line.command or b"")
    return match[1][:LOST_TYPE_LENGTH].decode("utf-8", "replace") if match else "customers"
