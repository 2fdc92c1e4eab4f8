"""Holds a file as a virus scanner or a backup does for a moment: on Windows, shared with nobody."""

from __future__ import annotations

import ctypes
from ctypes import wintypes
from pathlib import Path

_READ, _OPEN_EXISTING, _SHARED_WITH_NOBODY = 0x80000000, 3, 0


class Hold:
    """Another program's hold on a file, from its making to ``let_go``."""

    def __init__(self, path: Path) -> None:
        self._kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        self._kernel32.CreateFileW.restype = wintypes.HANDLE
        arguments = (str(path), _READ, _SHARED_WITH_NOBODY, None, _OPEN_EXISTING, 0, None)
        self._handle = self._kernel32.CreateFileW(*arguments)
        if self._handle == wintypes.HANDLE(-1).value:
            raise ctypes.WinError(ctypes.get_last_error())

    def let_go(self) -> None:
        """Give the file to whoever asks next; once is enough."""
        if self._handle:
            self._kernel32.CloseHandle(wintypes.HANDLE(self._handle))
            self._handle = None
