"""The caller's mistakes: raised in strict mode, otherwise logged once per kind, with the place."""

from __future__ import annotations

import os
import sys
from logging import WARNING
from types import FrameType

from exponea_game.commands import EventError
from exponea_game.log import once

_PACKAGE = os.path.dirname(__file__) + os.sep  # noqa: PTH120 - compared with code's file names


def caller() -> str:
    """The file and line of the game that called the library, such as ``game.py:41``."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the public way costs milliseconds
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    if frame is None:
        return "unknown"
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"  # noqa: PTH119


class Mistakes:
    """Counts the mistakes of a game's calls.

    Args:
        strict: Raise them.

    Attributes:
        count: How many there were.
    """

    def __init__(self, *, strict: bool) -> None:
        self.strict, self.count = strict, 0

    def told(self, sentence: str) -> None:
        """The game made a mistake.

        Raises:
            EventError: In strict mode.
        """
        self.count += 1
        if self.strict:
            raise EventError(sentence)
        once(WARNING, "%s: %s", caller(), sentence)
