"""Reading a run's journal: the commands behind a place, in batches.

Opening never reads what waits: reading begins where the cursor stands, or, without one, with the
oldest segment that is there. A line that is damaged is stepped over, and a hole in ``seq`` is a
loss, counted under no event type.
"""

from __future__ import annotations

from exponea_game.events.limits import BATCH_LIMIT
from exponea_game.journal.batch import Batch, Position
from exponea_game.journal.line import Line, lines, parse
from exponea_game.journal.segments import Segments

CHUNK = 1 << 17
"""Bytes read at once."""
LINE_LIMIT = 1 << 20
"""Bytes without a newline that are damage, not a line."""


class Reader:
    """Reads the commands of one run's segments; only the courier's thread enters it.

    Args:
        segments: The segments.
        live: Whether the run still writes: then the end of its last line may yet come.
    """

    def __init__(self, segments: Segments, *, live: bool) -> None:
        self._segments, self._live = segments, live
        self._chunk, self._chunk_at = b"", (0, 0)
        self._end = (0, 0)

    def read(self, after: Position | None, limit: int = BATCH_LIMIT) -> Batch:
        """The next batch behind a place, possibly empty, and the place behind it.

        What this process has not written itself is looked at: a checksum makes no command.

        Args:
            after: The place, or None for the oldest segment that is there.
            limit: Commands to read at the most.

        Raises:
            OSError: The journal cannot be read.
        """
        batch = self._read(after, limit)
        while batch.commands and not self._live:
            batch.leave_out_damage()
            if batch.commands:
                break
            missing, batch = batch.missing, self._read(batch.end, limit)
            batch.missing += missing
        return batch

    def _read(self, after: Position | None, limit: int) -> Batch:
        batch = Batch(after or Position(0, 0, 0), limit)
        if after is not None:
            self._take_plain(batch)
            if batch.full:
                return batch
        segments = self._segments.numbers()
        while self._live and segments and not self._segments.size(segments[-1]):
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
            again = self._again(batch.end, line, segments) if line else None
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
                head = next(lines(self._segments.read(number, 0, CHUNK)), None)
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
            data = self._bytes(place, size)
            self._chunk, self._chunk_at = data, (place.segment, place.offset)
            end = data.find(b"\n")
            if end >= 0:
                return data[: end + 1], True
            if len(data) < size or size > LINE_LIMIT:
                return data, size > LINE_LIMIT
            size *= 4

    def _bytes(self, place: Position, size: int) -> bytes:
        """Some bytes from a place: of a dead run those that whoever has examined it has seen."""
        if not self._live:
            if self._end[0] != place.segment:
                self._end = place.segment, self._segments.end(place.segment)
            size = max(0, min(size, self._end[1] - place.offset))
        return self._segments.read(place.segment, place.offset, size)
