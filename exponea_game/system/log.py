"""The library's log: a trouble that repeats itself every second is said once."""

from __future__ import annotations

import logging

KINDS_LIMIT = 1000
"""Troubles told apart; beyond, they are passed over."""

logger = logging.getLogger("exponea_game")
_said: set[tuple[str, str]] = set()


def once(level: int, message: str, *arguments: object, error: Exception | None = None) -> None:
    """Log, unless the same was said before.

    Args:
        level: As in ``logging``.
        message: With ``%s`` for the arguments.
        *arguments: Part of what makes it the same.
        error: An error of our own, to be shown with its traceback.
    """
    try:
        kind = (message, str((*arguments, error)))
    except Exception:  # noqa: BLE001 - an error of a caller's object may not even have a text
        kind = (message, type(error).__name__)
    if kind not in _said and len(_said) < KINDS_LIMIT:
        _said.add(kind)
        logger.log(level, message, *arguments, exc_info=error)


def error_inside(error: Exception) -> None:
    """Log an error of our own."""
    once(logging.ERROR, "an error inside the library; the game goes on", error=error)
