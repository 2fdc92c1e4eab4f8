"""A batch: the commands of one request, from the journal to the server's answer.

It is read from a journal (``end``, ``commands``), gets the run it belongs to from the outbox
(``run``), is told what of it is not to go (``apart``), is sent (``destination``, ``wait``) and
answered (``verdict``). One that is to be sent again loses what its last request left on it.

Lines go in one after another. A line that holds nothing but the next command is by far the most
frequent one, and many of them are taken at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count, repeat
from typing import NamedTuple

from exponea_game.destination import Destination
from exponea_game.events.limits import BATCH_BYTES, BATCH_LIMIT
from exponea_game.events.verdict import Verdict
from exponea_game.journal.line import Line, behind_repeated, following, is_command


class Position(NamedTuple):
    """A place between two lines: all commands up to ``seq`` lie before it."""

    segment: int
    offset: int
    seq: int


@dataclass(eq=False, repr=False)
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
        run: The name of the run they come from.
        apart: The commands that are not to go, by index, each with the marker under which it waits
            apart; empty where the server has it.
        destination: Where the last request went.
        wait: Waits for its answer; None unless it has been sent.
        verdict: What the answer says; None until it is there.
    """

    end: Position
    limit: int = BATCH_LIMIT
    commands: list[bytes] = field(default_factory=list)
    ends: list[tuple[int, int, int]] = field(default_factory=list)
    missing: int = 0
    size: int = 0
    binding: bool = False
    run: str = ""
    apart: Mapping[int, bytes] = field(default_factory=dict)
    destination: Destination | None = None
    wait: Callable[[], None] | None = None
    verdict: Verdict | None = None

    @property
    def full(self) -> bool:
        """Whether it holds as much as a request may."""
        return len(self.commands) >= self.limit or self.size >= BATCH_BYTES

    @property
    def in_flight(self) -> bool:
        """Whether it has been sent and its answer is still to come."""
        return self.wait is not None and self.verdict is None

    @property
    def to_go(self) -> list[bytes]:
        """The commands that are to be sent."""
        if not self.apart:
            return self.commands
        return [own for index, own in enumerate(self.commands) if index not in self.apart]

    def to_be_sent_again(self) -> None:
        """Forget the last request."""
        self.destination = self.wait = self.verdict = None
        self.apart = {}

    def has_room(self, size: int) -> bool:
        """Whether a command of so many bytes goes in; one that is too large goes alone."""
        return not self.commands or (not self.full and self.size + size <= BATCH_BYTES)

    def add(self, command: bytes, end: Position) -> None:
        """Add a command that ends at a place."""
        self.commands.append(command)
        self.ends.append(end)
        self.end = end
        self.size += len(command)

    def leave_out_damage(self) -> None:
        """Leave out what is no command: it is missing."""
        whole = [pair for pair in zip(self.commands, self.ends, strict=True) if is_command(pair[0])]
        self.missing += len(self.commands) - len(whole)
        self.commands, self.ends = [pair[0] for pair in whole], [pair[1] for pair in whole]
        self.size = sum(map(len, self.commands))

    def take_plain(self, data: bytes, start: int) -> None:
        """Take lines as long as each holds nothing but the next command, or one before it.

        Args:
            data: Bytes of the segment in which the batch ends.
            start: Where they begin there.
        """
        if self.full:
            return
        segment, begin, seq = self.end
        offset = start + behind_repeated(data, begin - start, seq)
        if offset > begin:
            self.end = Position(segment, offset, seq)
        room, size = self.limit - len(self.commands), BATCH_BYTES - self.size
        commands, ends, is_full = following(data, offset - start, seq, room, size)
        if is_full and not (commands or self.commands):  # it goes alone
            commands, ends, is_full = following(data, offset - start, seq, 1, len(data))
        if is_full:
            self.limit = len(self.commands) + len(commands)
        if commands:
            self.commands += commands
            self.ends += zip(repeat(segment), map(start.__add__, ends), count(seq + 1))
            self.size += sum(map(len, commands))
            self.end = Position(*self.ends[-1])

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
        command = line.command if fresh or line.seq > known else None
        if command is not None and not self.has_room(len(command)):
            self.limit = len(self.commands)  # it does not go in: the batch is full
            return
        before = line.seq - (line.command is not None)
        known = before if fresh else known
        self.binding |= "will" in line.others and "clock" not in line.others
        self.missing += max(0, before - known)
        self.end = Position(segment, offset + size, max(line.seq, known))
        if command is not None:
            self.add(command, self.end)
