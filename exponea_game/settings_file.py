"""The TOML file that holds settings: read within limits, whatever its name leads to."""

from __future__ import annotations

import os
import stat
import sys
from typing import Any

from exponea_game.errors import SettingsError

FILE = "EXPONEA_CONFIG"
"""The variable that names the file."""
FILE_LIMIT = 1 << 18
"""Bytes of the file; a device has no end, and a parser takes seconds for a megabyte of brackets."""
DOTS_LIMIT = 1_000
"""Dots in a line. A key takes a time that grows with the square of its parts: a second for 10,000.
Newer Pythons refuse as many by themselves."""
TEXT_LIMIT = 200
"""Characters of what is wrong with it: a parser may repeat the file."""


def read_table(path: str) -> dict[str, Any]:
    """The table ``[tool.exponea_game]`` or ``[exponea_game]``; empty where there is none.

    Raises:
        SettingsError: The file cannot be read, or is no TOML.
    """
    if sys.version_info >= (3, 11):  # here, since few games have a file to read
        import tomllib
    else:
        import tomli as tomllib
    try:
        content = tomllib.loads(_with_few_dots(_read(path).decode()))
    except (OSError, ValueError, RecursionError) as error:  # a ValueError: no TOML, or no UTF-8
        text = f"{error}"[:TEXT_LIMIT]
        raise SettingsError(f"{FILE} names {path!r}, which is no TOML: {text}", FILE) from None
    tool = content.get("tool")
    places = (tool, content) if isinstance(tool, dict) else (content,)
    table: Any = next((p["exponea_game"] for p in places if "exponea_game" in p), {})
    if not isinstance(table, dict):
        raise SettingsError(f"exponea_game in {path!r} is no table of settings", FILE)
    return table


def _read(path: str) -> bytes:
    """The file's bytes; a pipe is not waited for.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no file, or too long.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no file")
        content = file.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise ValueError(f"it is longer than {FILE_LIMIT} bytes")
    return content


def _with_few_dots(text: str) -> str:
    """The text itself.

    Raises:
        ValueError: One of its lines may be a key of too many parts.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > DOTS_LIMIT:
            raise ValueError(f"its line {number} has more than {DOTS_LIMIT} dots")
    return text
