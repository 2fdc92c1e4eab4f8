"""The journal of one run: segments of lines that are only ever appended to.

    <home>/runs/000007-3fa9c1.lock           held by the process that lives in the run
    <home>/runs/000007-3fa9c1/00000001.jsonl segments of lines (see line); the newest grows
    <home>/runs/000007-3fa9c1/acked.json     how far the server has everything (see reader)

Appending happens on the caller's thread with one ``write``: when it returns, the line outlives the
process. Everything else that touches the disk is in ``maintain``, called about once a second from
a thread of the library: syncing, new segments, and mending. After a write slower than 10 ms lines
wait in memory and ``catch_up`` writes them out, many times a second, until it has met no slow write
for some seconds; after a fault of the disk ``maintain`` does. A failed sync is never repeated on
the same descriptor, and a file that was deleted or cut under us is left: the run goes on in a new
segment.

A new segment goes on where the disk was last certain: its first line tells what held then, and all
that was written since follows once more. So a power cut cannot keep a line and lose what led to it.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import nullcontext, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from exponea_game.journal.backlog import Backlog, Waiting, commands
from exponea_game.journal.line import render, render_head
from exponea_game.system.clock import stopwatch
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import JSON, encode

SEGMENT_LIMIT = 1 << 20
"""Bytes after which a new segment is begun: what is dropped or removed at once."""
FOLDERS = 6
"""Folders above a run's that a first start may have made."""
PERSEVERANCE = 10
"""Times the disk is asked once more for lines that it took, but did not make certain."""
STALL = 0.010
"""Seconds a write on the caller's thread may take before the next ones are kept from the disk."""
CALM = 3.0
"""Seconds without a stall after which callers write to the disk again."""


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

    Attributes:
        lock: Guards everything that appends; callers may hold it around an append.
        seq: The last ``seq`` given out.
        synced: The newest segment that is on the disk itself: those before it may go.
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
    ) -> None:
        self.lock = threading.RLock()
        self.folder, self._disk, self._clock, self._carries = folder, disk, encode(clock), ""
        self.number, self.seq, self.synced = number, seq, 0
        self._tail_seq, self._tail_elapsed, self._tail_will = (
            seq,
            elapsed,
            will,
        )  # of the last line written
        self._synced_tail = (
            seq,
            elapsed,
            will,
        )  # the same of the last line that is on the disk itself
        self._path: Path | None = None
        self._unreadable = 0
        self._descriptor: int | None = None
        self._size = self._synced_size = 0
        self._work = threading.RLock()
        self._direct = self._busy = self._broken = self._new_name = self._rooted = False
        self._late: deque[tuple[float, JSON | None, JSON | None]] = deque()
        self._backlog = Backlog()
        self._last_stall = float("-inf")
        self.fault: OSError | None = None
        self.urgent = threading.Event()

    # On the caller's thread.

    def append(self, elapsed: float, command: JSON | None = None, will: JSON | None = None) -> None:
        """Append one line; never raises because of the disk.

        Args:
            elapsed: Seconds since the run began.
            command: A command, or None for a proof of life.
            will: The will that holds from here on, or None if it stays.
        """
        with self.lock:
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
        members = "" if will is None else f',"will":{will}'
        seq = self.seq
        if command is not None:
            members, seq = f'{members},"cmd":{command}', seq + 1
        line = render(seq, elapsed, members)
        self.seq = seq  # before the write: a hole counts a loss, a repetition would cause one
        if not self._direct or self._descriptor is None:
            self._backlog.add(Waiting(line, seq, elapsed, will))
            if self.fault is None and not self.urgent.is_set():
                self.urgent.set()
            return
        begun = stopwatch()
        try:
            written = self._disk.write(self._descriptor, line)
            if written != len(line):
                raise OSError(f"only {written} of {len(line)} bytes were written")
        except OSError as error:
            self._fail(error)
            self._backlog.add(Waiting(line, seq, elapsed, will))
            return
        ended = stopwatch()
        if ended - begun > STALL:
            self._last_stall, self._direct = ended, False
            self.urgent.set()
        self._size += written
        if self._size > SEGMENT_LIMIT and not self.urgent.is_set():
            self.urgent.set()
        self._tail_seq, self._tail_elapsed = seq, elapsed
        if will is not None:
            self._tail_will = will

    def _fail(self, error: OSError) -> None:
        with self.lock:
            self.fault, self._broken, self._direct = error, True, False
            self._last_stall = stopwatch()
            self.urgent.clear()

    # On the library's thread.

    def begin(self) -> None:
        """Open the first segment, so that callers can write; a fault leaves it to ``maintain``."""
        try:
            self._next_segment()
        except OSError as error:
            self._fail(error)
        else:
            self._direct = True

    def carry(self, session: str) -> None:
        """Say on each further segment which session of an earlier run goes on in this one."""
        with self.lock:
            self._carries = encode(session)

    def maintain(self) -> None:
        """Write out what waits in memory, begin a new segment where due, and sync."""
        with self._work:
            try:
                self._abandon_broken()
                self._check()
                if self._descriptor is None or self._size > SEGMENT_LIMIT:
                    self._next_segment()
                if not self._direct:
                    self._drain()
                self._sync_segment()
            except OSError as error:
                self._fail(error)
            with self.lock:
                if not self._broken:
                    self.fault = None

    def catch_up(self) -> None:
        """Begin a new segment where due, and write out what waits in memory since a stall.

        A fault is left to ``maintain``.
        """
        with self._work:
            try:
                if self._size > SEGMENT_LIMIT and not self._broken:
                    self._next_segment()
                if not self._direct and not self._broken:
                    self._drain()
            except OSError as error:
                self._fail(error)
            with self.lock:
                if self._direct or not self._backlog:
                    self.urgent.clear()

    def sync(self) -> None:
        """Wait until everything appended before is on the disk itself.

        Raises:
            OSError: It is not.
        """
        with self._work:
            if self.fault is not None:
                raise self.fault
            try:
                self._sync_segment()
            except OSError as error:
                self._fail(error)
                raise

    def _sync_segment(self) -> None:
        with self.lock:
            descriptor, size, new_name = self._descriptor, self._size, self._new_name
            tail = self._tail_seq, self._tail_elapsed, self._tail_will
            path = self._path
        if descriptor is None or path is None or size == self._synced_size:
            return
        self._disk.sync(descriptor)
        if new_name:
            self._sync_names()
            self._new_name = False
        self._synced_size, self._synced_tail, self.synced = size, tail, int(path.stem)

    def _sync_names(self) -> None:
        self._disk.sync_folder(self.folder)
        if self._rooted:
            return
        for folder in list(self.folder.parents)[:FOLDERS]:
            with suppress(PermissionError):  # not ours: so it was there before us
                self._disk.sync_folder(folder)
        self._rooted = True

    def close(self) -> None:
        """Write out and sync what can be, and give the file up."""
        self.maintain()
        with self.lock:
            self._direct, self._broken = False, True
        self._abandon_broken()

    @property
    def complete(self) -> bool:
        """Whether the disk has everything."""
        with self.lock:
            return self.fault is None and not self._backlog

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
            lines = list(self._backlog)
        bound = bound or self._path is not None
        return list(islice(commands(lines, after, bound=bound), limit))

    def _abandon_broken(self) -> None:
        """Give up the descriptor after a fault; what follows goes into a new segment."""
        with self.lock:
            if self._broken and self._descriptor is not None:
                self._disk.close(self._descriptor)
                self._descriptor = None
            self._broken = False

    def _check(self) -> None:
        """Notice a file that was deleted or cut under us."""
        with self.lock:
            descriptor, size = self._descriptor, self._size
        if descriptor is not None:
            links, there = self._disk.links(descriptor)
            if links == 0 or there < size:
                raise OSError("the segment was deleted or cut by another program")

    def _next_segment(self) -> None:
        path = self.folder / f"{self.number + 1:08}.jsonl"
        if self._path is None and self._backlog:
            self._first_segment(path)
            return
        try:
            descriptor = self._disk.create(path)
        except FileNotFoundError:
            self._disk.make_folder(self.folder)
            descriptor = self._disk.create(path)
        except FileExistsError:
            self.number += 1
            raise
        self.number += 1
        try:
            self._sync_segment()  # so that there is little to write once more
            self._switch(path, descriptor)
        except OSError:
            self._disk.close(descriptor)
            raise

    def _first_segment(self, path: Path) -> None:
        """Begin the run on the disk with all that waited in memory, or not at all.

        It may be sent already: a part of it would tell the next launch of other sessions.
        """
        with self.lock:
            chunk = list(self._backlog)
            head = self._first_lines()
        data = b"".join([head, *(waiting.line for waiting in chunk)])
        self._disk.make_folder(self.folder)
        part = path.with_suffix(".part")
        self._disk.remove(part)
        descriptor = self._disk.create(part)
        try:
            if self._disk.write(descriptor, data) != len(data):
                raise OSError("only a part of the first segment was written")
            self._disk.sync(descriptor)
        finally:
            self._disk.close(descriptor)
        self._disk.rename(part, path)
        descriptor = self._disk.open(path, append=True)
        with self.lock:
            self.number, self._descriptor, self._path = self.number + 1, descriptor, path
            self._size, self._synced_size, self._new_name = len(head), 0, True
            self._written(chunk, len(data) - len(head))

    def _switch(self, path: Path, descriptor: int) -> None:
        # Where lines wait in memory, no caller writes, and none has to wait for a slow disk.
        with self.lock if self._direct else nullcontext():
            first = self._first_lines()
            try:
                if self._disk.write(descriptor, first) != len(first):
                    raise OSError("only a part of the segment's first lines was written")
            except OSError as error:
                self._fail(error)  # before the lock is free: nothing follows in the former one
                raise
            with self.lock:
                former, self._descriptor, self._path = self._descriptor, descriptor, path
                self._size, self._synced_size, self._new_name = len(first), 0, True
        if former is not None:
            self._disk.close(former)

    def _first_lines(self) -> bytes:
        seq, elapsed, will = self._synced_tail
        head = render_head(seq, elapsed, self._clock, will, self._carries)
        if self._path is None or self._size == self._synced_size:
            return head
        try:
            again = self._disk.read(self._path, self._synced_size, self._size - self._synced_size)
        except FileNotFoundError:  # deleted by another program
            return head
        except OSError:
            self._unreadable += 1
            if self._unreadable < PERSEVERANCE:
                raise
            return head
        self._unreadable = 0
        return head + again.rstrip(b"\n") + b"\n"

    def _drain(self) -> None:
        """Write out what waits. Nothing overtakes it: callers keep lines until all is out.

        What comes meanwhile waits for the next time, or a slow disk would keep us here.
        """
        left = len(self._backlog)
        while left > 0 and (chunk := self._chunk()):
            left -= len(chunk)
            data = b"".join(item.line for item in chunk)
            self._write(data)
            with self.lock:
                self._written(chunk, len(data))
        if not self._torn and self._calm:
            self._ask()

    def _ask(self) -> None:
        """Let callers write to the disk again if it takes a line quickly that says nothing new.

        A disk that nobody has asked anything for some seconds is not quick for that.
        """
        line = render(self._tail_seq, self._tail_elapsed, "")
        self._write(line)
        with self.lock:
            self._size += len(line)
            self._direct = self._calm and not self._backlog

    @property
    def _calm(self) -> bool:
        """Whether no write was slow lately."""
        return stopwatch() - self._last_stall > CALM

    def _write(self, data: bytes) -> None:
        assert self._descriptor is not None  # noqa: S101 - maintain has opened it
        begun = stopwatch()
        if self._disk.write(self._descriptor, data) != len(data):
            raise OSError("only a part of the waiting lines was written")
        if stopwatch() - begun > STALL:
            self._last_stall = stopwatch()

    def _chunk(self) -> list[Waiting]:
        """The oldest lines that wait, about as much as a segment holds."""
        with self.lock:
            return [] if self._torn else self._backlog.oldest(SEGMENT_LIMIT)

    @property
    def _torn(self) -> bool:
        """Whether the next segment has to come first: nothing follows a torn line."""
        return self._broken or self._descriptor is None

    def _written(self, chunk: list[Waiting], size: int) -> None:
        self._size += size
        self._backlog.take(chunk)
        for waiting in chunk:
            self._tail_seq, self._tail_elapsed = waiting.seq, waiting.elapsed
            if waiting.will is not None:
                self._tail_will = waiting.will
