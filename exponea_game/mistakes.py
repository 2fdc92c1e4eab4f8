"""The caller's mistakes: raised in strict mode, otherwise logged once per kind, with the place."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import suppress

from exponea_game.errors import EventError, SettingsError
from exponea_game.system.json_text import printable
from exponea_game.system.log import WARNING, error_inside, numberless, once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    R = TypeVar("R")

RECENT = 20
"""Kinds of mistakes that are remembered, for whoever shows them."""
SENTENCE_LIMIT = 300
"""Characters of a sentence that are."""

_PACKAGE = __file__.removesuffix("mistakes.py")  # compared with code's file names


def caller() -> str:
    """The file and line of the game that called the library, such as ``game.py:41``."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the public way costs milliseconds
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    if frame is None:
        return "unknown"
    name = frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{name}:{frame.f_lineno}"


def called_from(place: str) -> str:
    """The line that called the line at a place, where both are the game's; with its bracket.

    A game often tracks through a module of its own: its one line there makes all mistakes.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the public way costs milliseconds
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    behind = None if frame is None else frame.f_back
    file = "" if behind is None else behind.f_code.co_filename.replace("\\", "/")
    if behind is None or "/site-packages/" in file or "/lib/python" in file or "<" in file:
        return place
    return f"{place} (from {file.rpartition('/')[2]}:{behind.f_lineno})"


class Mistakes:
    """Counts the mistakes of a game's calls.

    Args:
        strict: Whether they are raised.

    Attributes:
        strict: Whether they are raised.
        count: How many there were.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.strict, self.count = strict, 0
        self._recent: dict[tuple[str, str], int] = {}

    @property
    def recent(self) -> list[dict[str, str | int]]:
        """The latest kinds of mistakes, each with its place and how often it was made."""
        return [
            {"sentence": sentence, "caller": place, "count": count}
            for (sentence, place), count in self._recent.copy().items()
        ]

    def report(self, sentence: str) -> None:
        """The game made a mistake.

        Raises:
            EventError: In strict mode.
        """
        self.count += 1
        if self.strict:
            raise EventError(sentence)
        place = caller()
        self._remember(printable(sentence[:SENTENCE_LIMIT]), place)
        once(
            WARNING, "%s: %s", called_from(place), sentence, kind=f"{place}: {numberless(sentence)}"
        )

    def _remember(self, sentence: str, place: str) -> None:
        count = self._recent.pop((sentence, place), 0)
        self._recent[sentence, place] = count + 1
        if len(self._recent) > RECENT:
            with suppress(KeyError, StopIteration, RuntimeError):  # another thread did the same
                del self._recent[next(iter(self._recent))]

    def failed(self, error: Exception) -> None:
        """A call has failed: by a mistake of the game's, or an error of our own.

        Raises:
            EventError, SettingsError: The game's mistake, in strict mode.
        """
        if not isinstance(error, (EventError, SettingsError)):
            error_inside(error)
        elif self.strict:
            raise error
        else:
            self.report(str(error))


def never_raises(default: R) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let nothing but the caller's mistakes in strict mode leave a tracker's method.

    Args:
        default: What the method returns otherwise.
    """

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(method)
        def guarded(*arguments: P.args, **keywords: P.kwargs) -> R:
            tracker: Any = arguments[0]
            try:
                return method(*arguments, **keywords)
            except Exception as error:  # noqa: BLE001 - nothing leaves but the caller's mistakes
                tracker.mistakes.failed(error)
            return default

        return guarded

    return decorate
