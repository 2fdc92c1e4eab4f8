"""An exception becomes the properties of the event ``error``.

    {"error_type":"levels.LevelError","error_place":"levels.boss:42",
     "frames":["game:10","pyglet.app.base:165","levels.boss:42"],"thread":"MainThread"}

A frame is its module and line. Nothing tells where the game lies on the player's disk, and the
message, which may name a person, is left out unless it is asked for.
"""

from __future__ import annotations

import sys
from collections import deque
from types import FrameType, TracebackType
from typing import Any

FRAMES = 10
"""Frames that are told: the innermost."""
MESSAGE = 300
"""Characters of a message."""
NOT_THE_GAMES = frozenset({"site-packages", "dist-packages"})
"""Folders of other people's code."""
LIBRARIES = frozenset({"exponea_game", "pyglet", "arcade", "requests", "urllib3", "PIL", "numpy"})
"""The same where a game is frozen, and has no such folders."""


def describe_failure(
    error: BaseException, thread: str, *, with_message: bool = False
) -> dict[str, Any]:
    """The properties of the event.

    Args:
        error: The exception.
        thread: The name of the thread that it ended.
        with_message: Whether to tell its message, too.
    """
    frames: deque[str] = deque(maxlen=FRAMES)
    place = ""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        shown = f"{_module(trace.tb_frame)}:{trace.tb_lineno}"
        if not _module(trace.tb_frame).startswith("exponea_game."):
            frames.append(shown)
        if _is_the_games(trace.tb_frame):
            place = shown
        trace = trace.tb_next
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else _qualified(kind)
    properties: dict[str, Any] = {
        "error_type": name,
        "error_place": place or (frames[-1] if frames else ""),
        "frames": list(frames),
        "thread": thread,
    }
    if with_message:
        properties["error_message"] = str(error)[:MESSAGE]
    return properties


def _qualified(kind: type[BaseException]) -> str:
    module = kind.__module__
    return kind.__qualname__ if module == "__main__" else f"{module}.{kind.__qualname__}"


def _module(frame: FrameType) -> str:
    """A frame's module, without a word about folders; of a script, its name."""
    name = str(frame.f_globals.get("__name__", ""))
    if name in ("", "__main__") or "/" in name or "\\" in name:
        return _folders(frame)[-1].removesuffix(".py")
    return name


def _folders(frame: FrameType) -> list[str]:
    return frame.f_code.co_filename.replace("\\", "/").split("/")


def _is_the_games(frame: FrameType) -> bool:
    package, folders = _module(frame).partition(".")[0], _folders(frame)
    theirs = NOT_THE_GAMES.isdisjoint(folders) and package not in sys.stdlib_module_names
    return theirs and package not in LIBRARIES and not package.startswith("<")
