"""The segment files of one run: which there are, where they lie, and how long they are."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from pathlib import Path

from exponea_game.journal.line import lines
from exponea_game.system.disk import Disk

LARGEST_SEGMENT = 16 << 20
"""Bytes of one that are read at once, twice what one holds unless a sync hangs for seconds. What
follows so many without a whole line is none of ours."""
_SEGMENT = re.compile(r"(\d{8})\.jsonl")


class Segments:
    """The segment files in a run's folder.

    Args:
        folder: The run's folder.
        disk: Where it lies.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder, self.disk = folder, disk

    def numbers(self) -> list[int]:
        """The numbers of those that are there, oldest first.

        Raises:
            OSError: The folder cannot be read.
        """
        matches = map(_SEGMENT.fullmatch, self.disk.names(self.folder))
        return [int(match[1]) for match in matches if match]

    def path(self, number: int) -> Path:
        """Where one lies."""
        return self.folder / f"{number:08}.jsonl"

    def size(self, number: int) -> int:
        """Bytes of one.

        Raises:
            OSError: It is not there.
        """
        return self.disk.size(self.path(number))

    def total(self) -> int:
        """Bytes of all together; one that is removed meanwhile has none.

        Raises:
            OSError: The folder cannot be read.
        """
        total = 0
        for number in self.numbers():
            with suppress(FileNotFoundError):
                total += self.size(number)
        return total

    def read(self, number: int, offset: int, size: int) -> bytes:
        """Some bytes of one.

        Raises:
            OSError: It cannot be read.
        """
        return self.disk.read(self.path(number), offset, size)

    def whole(self, number: int) -> bytes:
        """All bytes of one, as far as there are lines of ours.

        Raises:
            OSError: It cannot be read.
        """
        size = self.size(number)
        data = piece = self.read(number, 0, min(size, LARGEST_SEGMENT))
        while len(data) < size and next(lines(piece), None) is not None:
            piece = self.read(number, len(data), min(size - len(data), LARGEST_SEGMENT))
            data += piece
        return data

    def end(self, number: int) -> int:
        """Behind which bytes of one nothing is ours; far away for one that is not long.

        Raises:
            OSError: It cannot be read.
        """
        return sys.maxsize if self.size(number) <= LARGEST_SEGMENT else len(self.whole(number))
