"""The library's log: a fault that repeats itself every second is logged once.

Nothing that a game's log handlers do reaches a caller or ends a thread of ours: what they raise is
passed over, and what they track while they handle one of our records logs nothing more. Nothing is
logged while a lock of ours is held (see ``Quiet``), for a handler may wait for a thread that
waits for the lock.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import cache

from exponea_game._undisturbed import undisturbed

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    import re
    from types import TracebackType
    from typing import Any

DEBUG, INFO, WARNING, ERROR = 10, 20, 30, 40
"""As in ``logging``, which is imported with a run or by the first record: many games need none."""
KINDS_LIMIT = 100
"""Kinds of one message that are told apart; beyond, they are passed over."""

_logged: dict[str, set[str]] = {}


@cache
def logger() -> logging.Logger:
    """The library's logger; asked for on the game's thread before a thread of ours may."""
    with undisturbed:
        import logging

    return logging.getLogger("exponea_game")


class _State(threading.local):
    """What a thread is doing: how many locks of ours it holds, and what it has yet to log."""

    def __init__(self) -> None:
        self.held, self.emitting = 0, False
        self.waiting: list[tuple[int, str, tuple[object, ...], Exception | None]] = []


_state = _State()


def once(
    level: int,
    message: str,
    *arguments: object,
    kind: str | None = None,
    error: Exception | None = None,
) -> None:
    """Log, unless the same kind was logged before.

    Args:
        level: As in ``logging``.
        message: With ``%s`` for the arguments.
        *arguments: For the message.
        kind: What makes it the same; the arguments and the error by default, but for numbers.
        error: An error of our own, to be shown with its traceback.
    """
    if kind is None:
        try:
            kind = numberless(str((*arguments, error)))
        except Exception:  # noqa: BLE001 - an error of a caller's object may not even have a text
            kind = type(error).__name__
    kinds = _logged.setdefault(message, set())
    if kind not in kinds and len(kinds) < KINDS_LIMIT:
        kinds.add(kind)
        emit(level, message, *arguments, error=error)


def numberless(text: str) -> str:
    """A text without what differs between two faults of one kind: a time, a size, a count."""
    return _number().sub("0", text)


@cache
def _number() -> re.Pattern[str]:
    """A number; like the logger, imported with a run or by the first record."""
    with undisturbed:
        import re

    return re.compile(r"\d[\w.]*(?:[+-]\d+)?")


def emit(level: int, message: str, *arguments: object, error: Exception | None = None) -> None:
    """Log, as soon as this thread holds no lock of ours; the arguments are as in ``once``."""
    if _state.emitting:
        return
    _state.waiting.append((level, message, arguments, error))
    if not _state.held:
        _emit_waiting()


def _emit_waiting() -> None:
    _state.emitting = True
    try:
        while _state.waiting:
            level, message, arguments, error = _state.waiting.pop(0)
            with suppress(Exception):  # of a game's handler: its fault is its own
                logger().log(level, message, *arguments, exc_info=error)
    finally:
        _state.emitting = False


class Quiet:
    """While a thread is in it, what it logs waits: ``with quiet, lock`` logs once it is free."""

    def __enter__(self) -> None:
        _state.held += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | Any
    ) -> None:
        _state.held -= 1
        if not _state.held and _state.waiting:
            _emit_waiting()


quiet = Quiet()


class QuietLock:
    """A lock that its thread may take again; what is logged under it waits until it is free."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        quiet.__enter__()
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | Any
    ) -> None:
        self._lock.release()
        quiet.__exit__(kind, error, at)


def error_inside(error: Exception) -> None:
    """Log an error of our own."""
    once(ERROR, "an error inside the library; the game goes on", error=error)
