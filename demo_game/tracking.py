"""Play data: everything the game tells its makers, one function each, and nothing anywhere else.

The whole integration of exponea_game is here: `configure` and `attach` in `begin`, one line for
each event. Nothing is called at all while the player does not agree ("Send play data" in the
settings). A game of your own needs no `finish`: whatever ends it ends the session.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import exponea_game

NAME = "Comet Courier"
Arguments = ParamSpec("Arguments")

tracked: list[str] = []
"""The types of all events tracked so far, in order: what a collector should have received."""
_agreed = False


def begin(window: Any, *, newly: bool = False) -> None:
    """Start to send play data: the sessions of this window come by themselves from here on.

    Args:
        window: The game's window.
        newly: The player has just agreed, and had not before.
    """
    global _agreed
    exponea_game.configure(app_name=NAME)
    if newly:
        exponea_game.set_consent("granted")
    exponea_game.attach(window, inspector=True)  # on F9: this game is for developers to look into
    _agreed = True


def end() -> None:
    """The player does not agree any more: what has not been sent is destroyed."""
    global _agreed
    _agreed = False
    exponea_game.set_consent("denied")


def finish() -> None:
    """The game is over: it waits 0.3 seconds at the most for what was tracked last to arrive.

    By itself that happens when the program ends, which is too late for a collector of its own.
    """
    if _agreed:
        exponea_game.stop()


def event(report: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Report only if the player agrees, and count it; the function's name is the event's type."""

    @functools.wraps(report)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        if _agreed:
            report(*args, **kwargs)
            tracked.append(report.__name__)

    return guarded


def player(name: str, before: str) -> None:
    """The player signed on with a name; without one they stay, or become, anonymous."""
    if _agreed and before not in ("", name):
        exponea_game.anonymize()
    if _agreed and name:
        exponea_game.identify_customer({"registered": name.casefold()}, {"name": name})


@event
def level_start(level: int, attempt: int) -> None:
    """A level begins, for the first time or again."""
    exponea_game.track_event("level_start", {"level": level, "attempt": attempt})


@event
def level_complete(level: int, seconds: float, score: int) -> None:
    """A level was won, in so many seconds of its time."""
    seconds = round(seconds, 1)
    exponea_game.track_event("level_complete", {"level": level, "seconds": seconds, "score": score})


@event
def level_failed(level: int, cause: str, x: float, y: float) -> None:
    """A level was lost: why, and where on the map."""
    where = {"x": round(x), "y": round(y)}
    exponea_game.track_event("level_failed", {"level": level, "cause": cause, **where})


@event
def upgrade_bought(item: str, grade: int, price: int) -> None:
    """The ship got better."""
    exponea_game.track_event("upgrade_bought", {"item": item, "grade": grade, "price": price})


@event
def virtual_payment(item: str, price: int) -> None:
    """Crystals were spent."""
    exponea_game.track_virtual_payment("crystals", price, item, "upgrade")


@event
def settings_changed(setting: str, value: bool) -> None:
    """The player turned something on or off."""
    exponea_game.track_event("settings_changed", {"setting": setting, "value": value})
