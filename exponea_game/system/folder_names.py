"""Names of folders that every system takes, and folders that Windows can reach.

Windows keeps the names of some devices for itself, whatever follows a dot behind them, and drops
dots and blanks at a name's end. A path of more than 260 characters it reaches only with a prefix
that turns all such rules off, so that it goes before a path to which they were applied.

Source: Microsoft Learn, "Naming Files, Paths, and Namespaces".
"""

from __future__ import annotations

import os
import sys
from pathlib import Path, PureWindowsPath

LONGEST_NAME = 60
"""Characters of a folder's name: in any script they fit into the 255 bytes that systems take."""
LONGEST_HOME = 200
"""Characters of a home's path that leave room for what lies in it."""
DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"}
)
_PREFIX, _NETWORK = "\\\\?\\", "\\\\?\\UNC\\"


def folder_name(text: str) -> str:
    """A name for a folder, as near to a text as all systems allow; empty where nothing is left."""
    allowed = "".join(c if c.isalnum() or c in " ._-" else "_" for c in text)
    name = allowed[:LONGEST_NAME].strip(" .")
    is_device = name.split(".")[0].rstrip().upper() in DEVICES
    return f"_{name}" if is_device else name


def reachable(folder: Path) -> Path:
    """The same folder, by a path that may be long: what lies in it is found all the same."""
    if sys.platform != "win32":
        return folder
    absolute = without_tails(os.path.abspath(folder))  # noqa: PTH100 - pathlib drops neither dots nor blanks
    return Path(with_prefix(absolute) if len(absolute) > LONGEST_HOME else absolute)


def without_tails(absolute: str) -> str:
    """An absolute path of Windows as it is made: without dots and blanks at its names' ends.

    They are dropped from a path's last name alone: the folder that was made is not found by the
    paths of what lies in it.
    """
    if absolute.startswith(_PREFIX):
        return absolute
    path = PureWindowsPath(absolute)
    names = path.parts[1:]
    return str(PureWindowsPath(path.anchor, *(name.rstrip(" .") or name for name in names)))


def with_prefix(absolute: str) -> str:
    """An absolute path of Windows that may be longer than 260 characters."""
    if absolute.startswith(_PREFIX):
        return absolute
    is_network = absolute.startswith("\\\\")
    return _NETWORK + absolute[2:] if is_network else _PREFIX + absolute
