"""The journal's memory: lines that wait while the disk does not take them, oldest first.

Where there are too many, the oldest go; the hole that they leave in ``seq`` counts them as lost. An
event that tells of losses stays: nobody else knows of what it tells, and a hole counts as one.
The journal's lock guards it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from exponea_game.journal.line import parse
from exponea_game.journal.losses import OVERFLOW
from exponea_game.system.json_text import JSON, encode

MEMORY_LIMIT = 8 << 20
"""Bytes that wait in memory while the disk does not take them; beyond, the oldest go."""
_OVERFLOW = f'"event_type":"{OVERFLOW}"'


class Waiting(NamedTuple):
    """A line that waits, its command, and what holds once it is written."""

    line: bytes
    seq: int
    elapsed: float
    will: JSON | None
    command: JSON | None

    @property
    def tells_of_losses(self) -> bool:
        """Whether its command is an event that tells of losses."""
        return self.command is not None and _OVERFLOW in self.command


class Memory:
    """The lines that wait.

    Attributes:
        size: Their bytes.
    """

    def __init__(self) -> None:
        self._lines: deque[Waiting] = deque()
        self.size = 0

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._lines)

    def add(self, waiting: Waiting) -> None:
        """Add a line."""
        self._lines.append(waiting)
        self.size += len(waiting.line)
        while self.size > MEMORY_LIMIT:
            others = (i for i, line in enumerate(self._lines) if not line.tells_of_losses)
            self._drop(next(others, 0))

    def _drop(self, index: int = 0) -> None:
        self.size -= len(self._lines[index].line)
        del self._lines[index]

    def oldest(self, limit: int) -> list[Waiting]:
        """The oldest lines, of a little more than so many bytes together."""
        chunk: list[Waiting] = []
        size = 0
        for waiting in self._lines:
            if size > limit:
                break
            chunk.append(waiting)
            size += len(waiting.line)
        return chunk

    def take(self, chunk: Iterable[Waiting]) -> None:
        """Forget lines that are written, but for those that were dropped meanwhile."""
        for waiting in chunk:
            if self._lines and self._lines[0] is waiting:
                self._drop()


def recall(data: bytes) -> Iterator[Waiting]:
    """The lines of a run's segments, as they waited before they were written.

    Args:
        data: The bytes of all its segments, oldest first: each repeats lines of the one before.
    """
    for raw in dict.fromkeys(data.splitlines()):
        line = parse(raw)
        if line is None or "clock" in line.others:
            continue
        will = encode(line.others["will"]) if "will" in line.others else None
        command = None if line.command is None else line.command.decode()
        if will is not None or command is not None:
            yield Waiting(raw + b"\n", line.seq, line.elapsed, will, command)


def commands(lines: Iterable[Waiting], after: int, *, bound: bool) -> Iterator[tuple[int, bytes]]:
    """The commands among lines: their ``seq`` and bytes.

    Args:
        lines: The lines.
        after: The last ``seq`` not wanted.
        bound: Whether a session's start or end is not among them, nor what follows.
    """
    for waiting in takewhile(lambda waiting: waiting.will is None, lines) if bound else lines:
        if waiting.command is not None and waiting.seq > after:
            yield waiting.seq, waiting.command.encode()
