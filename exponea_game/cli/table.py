"""Rows for people: a drawn table where rich is there and a person looks, else aligned columns."""

from __future__ import annotations

import sys
from collections.abc import Sequence

COLOURS = {"ok": "green", "warning": "yellow", "failed": "bold red"}
"""For cells that are a verdict."""


def show(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table.

    Args:
        columns: The titles.
        rows: A value for each column; the last column is wrapped where there is no room.
    """
    cells = [[str(value) for value in row] for row in rows]
    if sys.stdout is None or not sys.stdout.isatty() or not _drawn(columns, cells):
        _plain(columns, cells)


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


def _plain(columns: Sequence[str], rows: list[list[str]]) -> None:
    lines = [list(columns), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        aligned = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(aligned).rstrip())
