"""A batch: commands read from a journal, and how far behind them the server will have everything.

Lines go in one after another. A line that holds nothing but the next command is by far the most
frequent one, and many of them are taken at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from exponea_game.events.limits import BATCH_BYTES, BATCH_LIMIT
from exponea_game.journal.line import Line, following


class Position(NamedTuple):
    """A place between two lines: all commands up to ``seq`` lie before it."""

    segment: int
    offset: int
    seq: int


@dataclass
class Batch:
    """Commands to send, the place behind them, and how many before them are missing.

    Attributes:
        end: The place behind the last line.
        limit: Commands at the most.
        commands: The commands.
        ends: The place behind each of them, as in ``Position``.
        missing: How many commands before them are missing.
        size: Bytes of the commands.
        binding: Whether a line among them changes the will: then the journal must be on the disk
            itself before the server is told, or a power cut would let the two tell different tales.
    """

    end: Position
    limit: int = BATCH_LIMIT
    commands: list[bytes] = field(default_factory=list)
    ends: list[tuple[int, int, int]] = field(default_factory=list)
    missing: int = 0
    size: int = 0
    binding: bool = False

    @property
    def full(self) -> bool:
        """Whether it holds as much as a request may."""
        return len(self.commands) >= self.limit or self.size >= BATCH_BYTES

    def add(self, command: bytes, end: Position) -> None:
        """Add a command that ends at a place."""
        self.commands.append(command)
        self.ends.append(end)
        self.end = end
        self.size += len(command)

    def take_plain(self, data: bytes, start: int) -> None:
        """Take lines as long as each holds nothing but the next command.

        Args:
            data: Bytes of the segment in which the batch ends.
            start: Where they begin there.
        """
        segment, offset, seq = self.end
        room, bytes_left = self.limit - len(self.commands), BATCH_BYTES - self.size
        for command, end in following(data, offset - start, seq):
            if room <= 0 or bytes_left <= 0:
                break
            room, bytes_left, seq = room - 1, bytes_left - len(command), seq + 1
            self.commands.append(command)
            self.ends.append((segment, start + end, seq))
        if seq > self.end.seq:
            self.size, self.end = BATCH_BYTES - bytes_left, Position(*self.ends[-1])

    def take(self, line: Line | None, size: int, *, fresh: bool = False) -> None:
        """Step over a line of so many bytes, and add its command if it is no repetition.

        Args:
            line: The line, or None if it is damaged.
            size: Its bytes.
            fresh: Whether it is the first without a cursor: it tells where ``seq`` is.
        """
        segment, offset, known = self.end
        if line is None:
            self.end = Position(segment, offset + size, known)
            return
        before = line.seq - (line.command is not None)
        known = before if fresh else known
        self.binding |= "will" in line.others and "clock" not in line.others
        self.missing += max(0, before - known)
        self.end = Position(segment, offset + size, max(line.seq, known))
        if line.command is not None and line.seq > known:
            self.add(line.command, self.end)

    def halves(self) -> tuple[Batch, Batch]:
        """The same commands in two batches."""
        half = len(self.commands) // 2
        former, latter = self.ends[:half], self.ends[half:]
        middle, end = Position(*former[-1]), Position(*latter[-1])
        holes = max(0, end.seq - middle.seq - len(latter))
        first = Batch(middle, half, self.commands[:half], former, self.missing - holes)
        return first, Batch(self.end, self.limit, self.commands[half:], latter, holes)
