"""The segment that a journal writes to, and how much of it is on the disk itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from exponea_game.journal.memory import Waiting
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import JSON


class Tail(NamedTuple):
    """What holds behind a line: the last ``seq``, the last sign of life, and the will."""

    seq: int
    elapsed: float
    will: JSON


class Segment:
    """A file that grows.

    The journal's lock guards it where callers may write; ``sync`` is called without.

    Args:
        disk: Where it lies.
        path: Its file; None before the first one.
        descriptor: The open file; None once it is given up.
        size: Its bytes.
        tail: What holds behind its last line.
        synced_tail: What holds behind the last line that is on the disk itself, be it in an
            earlier segment.

    Attributes:
        seq: The last command's, behind the last line, with the last sign of life and the will.
        first: The bytes that it began with, which repeat what another one has.
        synced_size: Its bytes that are on the disk itself.
    """

    def __init__(
        self,
        disk: Disk,
        path: Path | None,
        descriptor: int | None,
        size: int,
        tail: Tail,
        synced_tail: Tail,
    ) -> None:
        self._disk, self.path, self.descriptor = disk, path, descriptor
        self.size, self.first, self.synced_size = size, size, 0
        self.seq, self.elapsed, self.will = tail
        self.synced_tail = synced_tail

    @property
    def tail(self) -> Tail:
        """What holds behind the last line."""
        return Tail(self.seq, self.elapsed, self.will)

    def write(self, data: bytes) -> None:
        """Add whole lines; ``wrote`` says what they were.

        Raises:
            OSError: They are not, or not all, written: nothing may follow them here.
        """
        assert self.descriptor is not None  # noqa: S101 - the journal has looked
        written = self._disk.write(self.descriptor, data)
        if written != len(data):
            raise OSError(f"only {written} of {len(data)} bytes were written")

    def wrote(self, lines: Iterable[Waiting], size: int) -> None:
        """Lines of so many bytes were added."""
        self.size += size
        for line in lines:
            self.seq, self.elapsed = line.seq, line.elapsed
            self.will = self.will if line.will is None else line.will

    def check(self) -> None:
        """Notice a file that was deleted or cut under us.

        Raises:
            OSError: It was.
        """
        size = self.size
        if self.descriptor is not None:
            links, there = self._disk.links(self.descriptor)
            if links == 0 or there < size:
                raise OSError("the segment was deleted or cut by another program")

    def unsynced(self) -> bytes:
        """The lines that are not synced.

        Raises:
            OSError: They cannot be read.
        """
        if self.path is None or self.size == self.synced_size:
            return b""
        data = self._disk.read(self.path, self.synced_size, self.size - self.synced_size)
        return data.rstrip(b"\n") + b"\n"

    def close(self) -> None:
        """Give the file up."""
        if self.descriptor is not None:
            self._disk.close(self.descriptor)
            self.descriptor = None
