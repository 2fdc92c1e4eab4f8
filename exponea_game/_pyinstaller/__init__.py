"""Tells PyInstaller, which finds this by an entry point, what it cannot see by itself.

Each file is for the module in its name, and counts only where a game uses that module.
"""

from __future__ import annotations

from pathlib import Path


def hook_dirs() -> list[str]:
    """The folders with hooks: this one."""
    return [str(Path(__file__).parent)]
