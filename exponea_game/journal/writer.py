"""The journal of one run: segments of lines that are only ever appended to.

    <home>/runs/000007-3fa9c1.lock           held by the process that lives in the run
    <home>/runs/000007-3fa9c1/00000001.jsonl segments of lines (see line); the newest grows
    <home>/runs/000007-3fa9c1/acked.json     how far the server has everything (see cursor)

Appending happens on the caller's thread with one ``write``: when it returns, the line outlives the
process. Everything else that touches the disk is in ``maintain``, called every second or two from
a thread of the library: syncing, new segments, and mending. While the disk stalls (see stall) or
is at fault, lines wait in memory; the next caller that may write takes a few of them along, and
``catch_up`` writes them out. A failed sync is never repeated on the same descriptor, and a file
that was deleted or cut under us is left: the run goes on in a new segment. Where syncs fail again
and again, they are tried ever more rarely (see resync).

A new segment goes on where the last one was synced: its first line tells what held then, and all
that was written since follows once more. So a power cut cannot keep a line and lose what led to it.

    game                  keeper                              courier
    append -> segment     maintain, catch_up: write out       sync, before a session's start or end
           or memory      what waits, new segments, sync      is sent; waiting

    lock   all but ``synced`` and ``urgent``. The game takes it: held around one write at the most,
           never around a sync. While lines wait in memory no caller writes, and who writes them
           out holds no lock.
    work   whatever asks the disk for more than one write: keeper, and the courier that syncs.
    Order  work, then lock; never the other way.
    Free   ``synced`` only grows: who reads it late removes less, and nothing wrong. ``fault`` is
           replaced as one.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import nullcontext, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from exponea_game.journal import stall
from exponea_game.journal.line import render_entry, render_head
from exponea_game.journal.memory import Memory, Waiting, commands, recall
from exponea_game.journal.resync import Resync
from exponea_game.journal.segment import Segment, Tail
from exponea_game.journal.stall import Stall
from exponea_game.journal.tally import Tally
from exponea_game.system.clock import Seconds, stopwatch
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import JSON, encode

SEGMENT_LIMIT = 1 << 20
"""Bytes after which a new segment is begun: what is dropped or removed at once."""
REPEATED_LIMIT = 4 * SEGMENT_LIMIT
"""Bytes that are written once more into a new segment, at the most."""
TAKEN_ALONG = 1 << 16
"""Bytes of memory that a caller writes out with its own line: as quickly as the line alone."""
FOLDERS = 6
"""Folders above a run's that a first start may have made."""
PERSEVERANCE = 60
"""Times the disk is asked once more for lines that it took, but did not sync: a minute at least.
Then the run goes on without them; they lie where they were written, and a power cut may take them
and with them what later lines build on."""


class Journal:
    """A run's journal, for appending.

    Args:
        folder: The run's folder.
        disk: Where it lies.
        clock: The clocks when the run began, for each segment's first line.
        number: The last segment that is there.
        seq: The last ``seq`` given out.
        elapsed: The run's last sign of life.
        will: The will that holds, as JSON.
        stopwatch: By which the disk's writes are timed.

    Attributes:
        lock: Guards everything that appends; callers hold it around an append.
        number: The last segment that was begun.
        seq: The last ``seq`` given out.
        synced: The newest segment that is on the disk itself: those before it may go.
        alone: The newest segment that goes on without what was not synced before it: where there is
            no room, those before it may go as well.
        fault: What is wrong with the disk, or None.
        urgent: Set while lines wait in memory for a slow disk, or the segment is full: then call
            ``catch_up`` often.
    """

    def __init__(
        self,
        folder: Path,
        disk: Disk,
        clock: Any,
        number: int = 0,
        seq: int = 0,
        elapsed: float = 0.0,
        will: JSON = "null",
        stopwatch: Seconds = stopwatch,
    ) -> None:
        self.lock, self._work = threading.RLock(), threading.RLock()
        self._folder, self._disk, self._stopwatch = folder, disk, stopwatch
        self._clock, self._carries = encode(clock), ""
        self.number, self.seq, self.synced, self.alone = number, seq, 0, 0
        tail = Tail(seq, elapsed, will)
        self._segment = Segment(disk, None, None, 0, tail, tail)
        self._memory, self._stall = Memory(), Stall()
        self._tally = Tally(folder, disk)
        self._busy, self._late = False, deque[tuple[float, JSON | None, JSON | None]]()
        self._unreadable, self._rooted, self._resync = 0, False, Resync()
        self._synced_seq, self._copies, self._placed = 0, list[int](), False
        self.fault: OSError | None = None
        self._held: OSError | None = None
        self._broken = self._closed = self._takes_nothing = False
        self.urgent = threading.Event()

    # On the caller's thread.

    def append(self, elapsed: float, command: JSON | None = None, will: JSON | None = None) -> None:
        """Append one line; never raises because of the disk.

        The caller holds ``lock``, where others may append as well: to take it once more would cost
        each event.

        Args:
            elapsed: Seconds since the run began.
            command: A command, or None for a proof of life.
            will: The will that holds from here on, or None if it stays.
        """
        if self._busy:  # a signal handler that interrupted an append on this thread
            self._late.append((elapsed, command, will))
            return
        self._busy = True
        try:
            self._append(elapsed, command, will)
            while self._late:
                self._append(*self._late.popleft())
        finally:
            self._busy = False

    def _append(self, elapsed: float, command: JSON | None, will: JSON | None) -> None:
        seq = self.seq if command is None else self.seq + 1
        line = render_entry(seq, elapsed, command, will)
        self.seq = seq  # before the write: a hole counts a loss, a repetition would cause one
        if not self._stall.calm or self._memory.size:
            self._append_late(Waiting(line, seq, elapsed, will, command))
            return
        # The way of nearly every event: flat, for each call on it costs the game.
        segment, stopwatch = self._segment, self._stopwatch
        begun = stopwatch()
        try:
            written = self._disk.write(segment.descriptor, line)  # type: ignore[arg-type]
            if written != len(line):
                raise OSError(f"only {written} of {len(line)} bytes were written")
        except OSError as error:
            self._keep_waiting(Waiting(line, seq, elapsed, will, command))
            self._fail(error)
            return
        ended = stopwatch()
        segment.size += written
        segment.seq, segment.elapsed = seq, elapsed
        if will is not None:
            segment.will = will
        if ended - begun > stall.STALL:
            self._stall.slow(begun, ended)
            self.urgent.set()
        if segment.size - segment.first > SEGMENT_LIMIT and not self.urgent.is_set():
            self.urgent.set()

    def _append_late(self, waiting: Waiting) -> None:
        """Append a line where others wait in memory, or the disk is not to be asked."""
        if not self._stall.calm:
            self._keep_waiting(waiting)
            if not self._takes_nothing and not self.urgent.is_set():
                self.urgent.set()
            return
        try:
            self._write([*self._memory, waiting], locked=True)
        except OSError as error:
            self._keep_waiting(waiting)
            self._fail(error)
        if not self._stall.calm:
            self.urgent.set()

    def _keep_waiting(self, waiting: Waiting) -> None:
        """Keep a line in memory; where the disk knows the run, the next launch can count it."""
        self._memory.add(waiting)
        if self._segment.path is not None:
            self._tally.note(waiting.seq)

    def _write(self, chunk: list[Waiting], *, locked: bool = False) -> bool:
        """Write lines to the segment, and forget those that waited; says whether it was quick.

        Args:
            chunk: The lines.
            locked: Whether the lock is held, as by a caller, who waits for one write alone.
        """
        if self._held:
            raise self._held
        data = chunk[0].line if len(chunk) == 1 else b"".join(line.line for line in chunk)
        begun = self._stopwatch()
        self._segment.write(data)
        ended = self._stopwatch()
        with nullcontext() if locked else self.lock:
            self._segment.wrote(chunk, len(data))
            self._memory.take(chunk)
            return not self._stall.slow(begun, ended)

    def _fail(self, error: OSError) -> None:
        with self.lock:
            first, self.fault = not self._takes_nothing, error
            self._broken = self._takes_nothing = True
            self._stall.fail()
            if first:  # a fault of a moment is mended at once
                self.urgent.set()
            else:
                self.urgent.clear()

    # On the library's thread.

    def begin(self) -> None:
        """Open the first segment, so that callers can write; a fault leaves it to ``maintain``."""
        try:
            self._next_segment()
        except OSError as error:
            self._fail(error)
        else:
            self._stall.calm = True

    def hold(self, reason: OSError | None) -> None:
        """Write nothing more: what is appended waits in memory, until this is called with None."""
        with self.lock:
            self._held = self.fault = reason
            self._takes_nothing = reason is not None
            self._stall.fail()
            self.urgent.clear()

    def take_back(self, data: bytes) -> None:
        """Write nothing to the disk that was, and have all that it has wait in memory again.

        Args:
            data: The bytes of all segments, oldest first; the caller removes them.
        """
        with self._work, self.lock:
            self._segment.close()
            nothing = Tail(0, 0.0, "null")
            self._segment = Segment(self._disk, None, None, 0, nothing, nothing)
            self._synced_seq, self._copies, self._placed = 0, [], False
            later, self._memory = self._memory, Memory()
            for waiting in (*recall(data), *later):
                self._memory.add(waiting)

    def carry(self, session: str) -> None:
        """Say on each further segment which session of an earlier run goes on in this one."""
        with self.lock:
            self._carries = encode(session)

    def maintain(self) -> None:
        """Write out what waits in memory, begin a new segment where due, and sync."""
        with self._work:
            if self._closed or self._held:
                return
            try:
                self._abandon_broken()
                self._segment.check()
                if self._segment.descriptor is None or self._is_full:
                    self._next_segment()
                if self._has_lines_to_write_out():
                    self._write_out()
                if not self._try_to_sync():
                    self._move_on()
            except OSError as error:
                self._fail(error)
            with self.lock:
                if not self._broken:
                    self.fault = self._held or self._resync.error
                    self._takes_nothing = self._held is not None

    def catch_up(self) -> None:
        """Begin a new segment where due, write out what waits in memory, mend a first fault.

        A fault that lasts is left to ``maintain``.
        """
        with self._work:
            if self._closed or self._held:
                self.urgent.clear()
                return
            if self._broken:
                self.maintain()
            try:
                if self._is_full and not self._broken:
                    self._next_segment()
                if not self._broken and self._has_lines_to_write_out():
                    self._write_out()
            except OSError as error:
                self._fail(error)
            with self.lock:
                if self._broken or not self._memory:
                    self.urgent.clear()

    def sync(self, seq: int | None = None) -> None:
        """Wait until what was appended before is on the disk itself.

        Args:
            seq: The last command that has to be; by default, everything has.

        Raises:
            OSError: It is not.
        """
        with self._work:
            if seq is not None and seq <= self._synced_seq:
                return
            if self.fault is not None:
                raise self.fault
            try:
                if not self._torn and self._has_lines_to_write_out():
                    self._write_out()
                self._sync_segment()
            except OSError as error:
                self._fail(error)
                raise

    def _sync_segment(self) -> None:
        with self.lock:
            segment = self._segment
            descriptor, size, tail = segment.descriptor, segment.size, segment.tail
        if descriptor is None or segment.path is None or size == segment.synced_size:
            return
        try:
            self._disk.sync(descriptor)
            if not segment.synced_size:
                self._sync_names()
        except OSError as error:
            raise self._resync.failed(error, self._stopwatch()) from error
        self._resync.succeeded()
        segment.synced_size, segment.synced_tail = size, tail
        self._synced_seq = tail.seq
        self.synced = int(segment.path.stem)

    def _try_to_sync(self) -> bool:
        """Sync, unless that has failed of late; says whether it has not failed just now.

        Callers go on writing meanwhile. Where it fails, a new segment is to follow.
        """
        if not self._resync.is_due(self._stopwatch()):
            return True
        try:
            self._sync_segment()
        except OSError:
            return False
        return True

    def _move_on(self) -> None:
        """Write once more, elsewhere, what is in doubt."""
        self._next_segment()
        self._write_out()

    def _sync_names(self) -> None:
        self._disk.sync_folder(self._folder)
        if self._rooted:
            return
        for folder in list(self._folder.parents)[:FOLDERS]:
            with suppress(PermissionError):  # not ours: so it was there before us
                self._disk.sync_folder(folder)
        self._rooted = True

    def close(self) -> None:
        """Write out and sync what can be, and give the file up."""
        with self._work:  # who maintains it at this moment makes no new file behind us
            self._resync.ask_now()
            self.maintain()
            with self.lock:
                self._stall.calm, self._closed = False, True
                self._segment.close()
                if self._memory:
                    self._tally.close()
                else:
                    self._tally.remove()

    @property
    def calm(self) -> bool:
        """Whether callers may write to the disk."""
        return self._stall.calm

    def note(self, begun: float, ended: float) -> None:
        """Somebody else's write on the caller's thread took so long, on the stopwatch."""
        with self.lock:
            if self._stall.slow(begun, ended):
                self.urgent.set()

    def take_copies(self) -> list[int]:
        """The segments that are not synced, and of which a later one has each line: they may go."""
        with self.lock:
            copies, self._copies = self._copies, []
        return copies

    @property
    def complete(self) -> bool:
        """Whether the disk has everything."""
        with self.lock:
            return self.fault is None and not self._memory

    def waiting(self, after: int, limit: int, *, bound: bool = False) -> list[tuple[int, bytes]]:
        """Commands that wait in memory because of a fault: their ``seq`` and bytes.

        Where the disk has a part of the run, a session's start or end is not among them, nor what
        follows: who finds the run must be able to tell from the disk which sessions are open.

        Args:
            after: The last ``seq`` not wanted.
            limit: How many, at most.
            bound: Whether the same holds because of what the disk has of an earlier run.
        """
        if self.fault is None:  # the lock is left to the game: nothing that is late is missed
            return []
        with self.lock:
            lines = list(self._memory)
        bound = bound or self._placed or self._segment.path is not None
        return list(islice(commands(lines, after, bound=bound), limit))

    def _abandon_broken(self) -> None:
        """Give up the descriptor after a fault; what follows goes into a new segment."""
        with self.lock:
            if self._broken:
                self._segment.close()
            self._broken = False

    def _next_segment(self) -> None:
        path = self._folder / f"{self.number + 1:08}.jsonl"
        if self._segment.path is None and self._memory:
            self._first_segment(path)
            return
        try:
            descriptor = self._disk.create(path)
        except FileNotFoundError:
            self._disk.make_folder(self._folder)
            descriptor = self._disk.create(path)
        except FileExistsError:
            self.number += 1
            raise
        self.number += 1
        try:
            if self._resync.error is None:
                self._try_to_sync()  # so that there is little to write once more
            if self._resync.error is not None:
                with self.lock:
                    self._stall.calm = False  # no caller waits for all of that
            self._switch(path, descriptor)
        except OSError:
            self._disk.close(descriptor)
            with suppress(OSError):  # a full disk, asked again and again, has room for names
                self._disk.remove(path)
            raise

    def _first_segment(self, path: Path) -> None:
        """Begin the run on the disk with all that waited in memory, or not at all.

        It may be sent already: a part of it would tell the next launch of other sessions. Nothing
        follows it before its name is synced as well: what came meanwhile takes its place, whole.
        """
        if self._resync.error and not self._resync.is_due(self._stopwatch()):
            raise self._resync.error
        with self.lock:
            chunk = list(self._memory)
            head, _ = self._first_lines()
        self._disk.make_folder(self._folder)
        part = path.with_suffix(".part")
        self._disk.remove(part)
        former = self._segment
        written = Segment(
            self._disk, part, self._disk.create(part), 0, former.tail, former.synced_tail
        )
        try:
            written.write(b"".join([head, *(waiting.line for waiting in chunk)]))
            assert written.descriptor is not None  # noqa: S101 - just opened
            self._sync_first(written.descriptor)
        finally:
            written.close()
        self._disk.rename(part, path)
        self._placed = True
        self._sync_first()
        self._resync.succeeded()
        written.path, written.descriptor = path, self._disk.open(path, append=True)
        with self.lock:
            self.number += 1
            self._segment = written
            written.wrote(chunk, len(head) + sum(len(waiting.line) for waiting in chunk))
            self._memory.take(chunk)

    def _sync_first(self, descriptor: int | None = None) -> None:
        """Sync the first segment's bytes, or the names that lead to it.

        Raises:
            UnsyncedError: The disk does not confirm it.
        """
        try:
            if descriptor is None:
                self._sync_names()
            else:
                self._disk.sync(descriptor)
        except OSError as error:
            raise self._resync.failed(error, self._stopwatch()) from error

    def _switch(self, path: Path, descriptor: int) -> None:
        # Where lines wait in memory, no caller writes, and none has to wait for a slow disk.
        with self.lock if self._stall.calm else nullcontext():
            former = self._segment
            self._limit_what_is_repeated()
            head, again = self._first_lines()
            first = head + again
            tails = former.tail, former.synced_tail
            segment = Segment(self._disk, path, descriptor, len(first), *tails)
            begun = self._stopwatch()
            try:
                segment.write(first)
            except OSError as error:
                self._fail(error)  # before the lock is free: nothing follows in the former one
                raise
            ended = self._stopwatch()
            with self.lock:  # whoever has waited for that write makes none of its own
                self._segment = segment
                self._stall.slow(begun, ended)
                if again and former.path and not former.synced_size:
                    self._copies.append(int(former.path.stem))
        former.close()

    def _limit_what_is_repeated(self) -> None:
        """Repeat nothing where too much is not synced, as on a disk that syncs nothing for long.

        A power cut may take it then, and the next launch counts it.
        """
        segment = self._segment
        if segment.size - segment.synced_size > REPEATED_LIMIT:
            segment.synced_size, segment.synced_tail = segment.size, segment.tail
            self.alone = self.number

    def _first_lines(self) -> tuple[bytes, bytes]:
        """What a new segment begins with: what is synced, and all since then."""
        seq, elapsed, will = self._segment.synced_tail
        head = render_head(seq, elapsed, self._clock, will, self._carries)
        try:
            again = self._segment.unsynced()
        except FileNotFoundError:  # deleted by another program
            return head, b""
        except OSError:
            self._unreadable += 1
            if self._unreadable < PERSEVERANCE:
                raise
            return head, b""
        self._unreadable = 0
        return head, again

    def _has_lines_to_write_out(self) -> bool:
        """Whether lines wait, or may wait; from here on no caller writes.

        What came in while others were written out would wait for the next call, which may be long.
        """
        with self.lock:
            if self._memory:
                self._stall.calm = False
            return not self._stall.calm

    def _write_out(self) -> None:
        """Write out what waits. Callers keep lines in memory meanwhile, so nothing overtakes it.

        What comes meanwhile waits for the next time, or a slow disk would keep us here.
        """
        left, quick = len(self._memory), True
        # A disk that nobody has asked anything is not quick for that.
        chunk = self._oldest() or ([] if self._torn else [self._proof()])
        while chunk:
            left -= len(chunk)
            quick = self._write(chunk) and quick
            chunk = self._oldest() if left > 0 else []
        with self.lock:
            calm = quick and not self._torn and self._stall.over(self._stopwatch())
            self._stall.calm = calm and self._memory.size <= TAKEN_ALONG

    def _proof(self) -> Waiting:
        """A line that says nothing new."""
        seq, elapsed, _ = self._segment.tail
        return Waiting(render_entry(seq, elapsed, None, None), seq, elapsed, None, None)

    def _oldest(self) -> list[Waiting]:
        """The oldest lines that wait, about as much as a segment holds."""
        with self.lock:
            return [] if self._torn else self._memory.oldest(SEGMENT_LIMIT)

    @property
    def _is_full(self) -> bool:
        """Whether another segment is due; what this one repeats does not count."""
        return self._segment.size - self._segment.first > SEGMENT_LIMIT

    @property
    def _torn(self) -> bool:
        """Whether the next segment has to come first: nothing follows a torn line."""
        return self._broken or self._segment.descriptor is None
