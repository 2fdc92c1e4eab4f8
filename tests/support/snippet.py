"""Runs a snippet of the documentation from standard input; its windows close by themselves."""

from __future__ import annotations

import logging
import sys
from typing import Any

SECONDS = 0.3


def close_soon() -> None:
    """Let a loop of any kind end shortly after it began."""
    import pyglet

    def end(_: Any) -> None:
        for window in list(pyglet.app.windows):
            window.has_exit = True
        pyglet.app.exit()

    pyglet.clock.schedule_once(end, SECONDS)


logging.basicConfig(level=logging.WARNING)
source = sys.stdin.read()
if "window" in source.lower():
    close_soon()
exec(compile(source, "snippet", "exec"), {"__name__": "__main__"})
