"""What Windows tells a program of the end of its console; to be imported there alone.

Python's ``SIGBREAK`` comes too late for that: the C runtime notes the signal for the main thread
and returns, and with its return the system ends the program. What is called here is called on a
thread of the system's, and the program lives until it returns, for five seconds at the most. Ctrl+C
and Ctrl+Break are left to Python.

Sources: Microsoft Learn, "HandlerRoutine callback function", "SetConsoleCtrlHandler function".
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # noqa: S101 - so the type checkers know where this runs

import ctypes
from collections.abc import Callable
from ctypes import wintypes

CLOSED, LOGGED_OFF, SHUT_DOWN = 2, 5, 6
"""What ends the program: its console's end, and, for one without windows, the user's session's."""

_Handler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.SetConsoleCtrlHandler.argtypes = [_Handler, wintypes.BOOL]


def watch_console(ended: Callable[[], None]) -> Callable[[], None]:
    """Call something before the system ends the program with its console.

    Args:
        ended: What to call; the program ends when it returns.

    Returns:
        What takes it away; not to be called by ``ended``.
    """

    def hear(event: int) -> bool:
        if event in (CLOSED, LOGGED_OFF, SHUT_DOWN):
            ended()
        return False  # whoever watches besides has a turn

    handler = _Handler(hear)
    _kernel32.SetConsoleCtrlHandler(handler, True)  # noqa: FBT003 - the system's interface
    return lambda: _kernel32.SetConsoleCtrlHandler(handler, False)  # noqa: FBT003
