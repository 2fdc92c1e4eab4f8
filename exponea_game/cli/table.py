"""Rows for people: a drawn table where rich is there and a person looks, else aligned columns.

Where a line has no room for the columns, each row becomes a few lines of its own. Whatever stands
in a cell is harmless for a terminal.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence

from exponea_game.cli.plain import plain

COLOURS = {"ok": "green", "warning": "yellow", "failed": "bold red"}
"""For cells that are a verdict."""
GAP = 2
"""Blanks between two columns."""
LAST = 10
"""Characters that the last column needs at least, in which it is wrapped."""


def show(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table.

    Args:
        columns: The titles.
        rows: A value for each column; the last column is wrapped where there is no room.
    """
    cells = [[plain(value) for value in row] for row in rows]
    width = _width()
    if width and _needed(columns, cells) > width:
        _stacked(columns, cells, width)
    elif sys.stdout is None or not sys.stdout.isatty() or not _drawn(columns, cells):
        _aligned(columns, cells, width)


def _width() -> int:
    """Characters of a line; 0 where it has no end, as in a file."""
    if sys.stdout is not None and (sys.stdout.isatty() or os.environ.get("COLUMNS")):
        return shutil.get_terminal_size().columns
    return 0


def _widths(columns: Sequence[str], rows: list[list[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(columns, *rows, strict=True)]


def _needed(columns: Sequence[str], rows: list[list[str]]) -> int:
    widths = _widths(columns, rows)
    return sum(width + GAP for width in widths[:-1]) + min(widths[-1], LAST)


def _drawn(columns: Sequence[str], rows: list[list[str]]) -> bool:
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        return False
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in columns:
        table.add_column(title, overflow="fold", no_wrap=title != columns[-1])
    for row in rows:
        table.add_row(*(Text(cell, COLOURS.get(cell, "")) for cell in row))
    Console().print(table)
    return True


def _aligned(columns: Sequence[str], rows: list[list[str]], width: int) -> None:
    widths = _widths(columns, rows)
    indent = sum(own + GAP for own in widths[:-1])
    for row in [list(columns), *rows]:
        pairs = zip(row[:-1], widths, strict=False)
        line = "".join(cell.ljust(own + GAP) for cell, own in pairs)
        first, *rest = _wrapped(row[-1], width - indent) if width else [row[-1]]
        print((line + first).rstrip())
        for more in rest:
            print(" " * indent + more)


def _stacked(columns: Sequence[str], rows: list[list[str]], width: int) -> None:
    indent = max(map(len, columns)) + 2 * GAP
    for row in rows:
        print("\n".join(_wrapped(row[0], width)))
        for title, cell in zip(columns[1:], row[1:], strict=True):
            first, *rest = _wrapped(cell, max(LAST, width - indent))
            print(f"{' ' * GAP}{title.ljust(indent - GAP)}{first}".rstrip())
            for more in rest:
                print(" " * indent + more)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(LAST, width), break_on_hyphens=False) or [""]
