"""The caller's mistakes: raised in strict mode, otherwise logged once per kind, with the place."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from logging import WARNING
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from exponea_game.system.log import error_inside, once

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = __file__.removesuffix("errors.py")  # compared with code's file names


class EventError(ValueError):
    """The game called with something that cannot be tracked; the text says what would be right."""


class SettingsError(ValueError):
    """A setting cannot be used; the text names it, its value and what would be right.

    Attributes:
        setting: Its name; ``EXPONEA_CONFIG`` where the file cannot be used.
    """

    def __init__(self, sentence: str, setting: str = "") -> None:
        super().__init__(sentence)
        self.setting = setting


def caller() -> str:
    """The file and line of the game that called the library, such as ``game.py:41``."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the public way costs milliseconds
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    if frame is None:
        return "unknown"
    name = frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    return f"{name}:{frame.f_lineno}"


class Mistakes:
    """Counts the mistakes of a game's calls.

    Attributes:
        strict: Whether they are raised.
        count: How many there were.
    """

    def __init__(self) -> None:
        self.strict, self.count = False, 0

    def report(self, sentence: str) -> None:
        """The game made a mistake.

        Raises:
            EventError: In strict mode.
        """
        self.count += 1
        if self.strict:
            raise EventError(sentence)
        once(WARNING, "%s: %s", caller(), sentence)

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
