"""Windows tells a program's windows that the user logs off, or that the machine is shut down.

First comes a question (WM_QUERYENDSESSION), to which the game's window says yes by itself, and then
how it is (WM_ENDSESSION). With the return from the latter the program may be ended at any moment,
so that what is to be kept is kept by then. A program with windows learns it in no other way.

Source: Microsoft Learn, "WM_ENDSESSION message".
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

ON_WINDOWS = sys.platform == "win32"
WM_ENDSESSION = 0x16


def watch_log_off(window: Any, ended: Callable[[], None]) -> Callable[[], None]:
    """Call something when the user's session ends.

    Args:
        window: A window of pyglet's, which keeps in a dictionary of its own what each message does.
        ended: What to call, on the thread of the windows.

    Returns:
        What takes it away.
    """
    handlers = getattr(window, "_event_handlers", None)
    if not ON_WINDOWS or not isinstance(handlers, dict):
        return _nothing
    earlier = handlers.get(WM_ENDSESSION)

    def hear(message: int, ends: int, why: int) -> Any:
        if ends:
            ended()
        return earlier(message, ends, why) if earlier else 0

    def remove() -> None:
        if handlers.get(WM_ENDSESSION) is not hear:
            return
        if earlier is None:
            del handlers[WM_ENDSESSION]
        else:
            handlers[WM_ENDSESSION] = earlier

    handlers[WM_ENDSESSION] = hear
    return remove


def _nothing() -> None:
    pass
