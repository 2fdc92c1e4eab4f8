"""Ctrl+C, Ctrl+Break and the end of a console, as Windows has a program meet them."""

from __future__ import annotations

CTRL_C, CTRL_BREAK, CLOSED, LOGGED_OFF, SHUT_DOWN = 0, 1, 2, 5, 6
END_CONSOLE = """
import ctypes, threading
routine = ctypes.WinDLL("kernelbase").CtrlRoutine  # what the system starts in each of its programs
routine.argtypes = [ctypes.c_size_t]
threading.Thread(target=routine, args=(EVENT,), daemon=True).start()
"""
"""Lines of a program that meets one, whose number stands for ``EVENT``."""
WAIT = "\nthreading.Event().wait(60)\n"
