"""The figures in BENCHMARKS.md, which a person reads, and in docs/figures, a page a section.

The words are the pages' own. What stands in them between two marks is written from the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bars import Bar, bars
from tables import PARTS, part, table, text

Figures = dict[str, Any]

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def write(results: Figures, root: Path) -> None:
    """Write the figures into their pages, which have to be there."""
    for name, figures in blocks(results).items():
        page = root / name
        before, rest = page.read_text(encoding="utf-8").split(BEGIN)
        after = rest.split(END)[1]
        page.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}", encoding="utf-8")


def blocks(results: Figures) -> dict[str, str]:
    """What stands between the marks, by page."""
    measured = [name for name in PARTS if name in results]
    return {
        "BENCHMARKS.md": summary(results),
        **{f"docs/figures/{name}.md": part(name, results[name]) for name in measured},
    }


def summary(results: Figures) -> str:
    """What is promised, a line each, and by how much and why something falls short."""
    found = list(bars({name: results[name]["figures"] for name in PARTS if name in results}))
    head = ["", "promised", "at the pace of here", "reached", "best rival", "floor", ""]
    short = [
        f"- *{bar.what}*: by {several(bar.gaps)} {bar.unit}. {bar.why}".strip()
        for bar in found
        if bar.reached is False
    ]
    return "\n\n".join(
        [
            f"*{results['machine']}.*",
            table(head, map(row, found)),
            *(["Short of its promise:", "\n".join(short)] if short else []),
        ]
    )


def row(bar: Bar) -> Iterator[str]:
    """A line of the summary."""
    yield f"[{bar.what}](docs/figures/{bar.section}.md)" if bar.section else bar.what
    yield f"{'≥' if bar.more else '≤'} {several(bar.limits)} {bar.unit}".strip()
    yield several(bar.here) if bar.there else ""
    for values in (bar.values, bar.rivals, bar.floors):
        yield several(values)
    yield {True: "yes", False: "**no**", None: "not measured"}[bar.reached]


def several(values: tuple[float | None, ...]) -> str:
    """The figures of one cell."""
    known = any(value is not None for value in values)
    return " / ".join(map(text, values)) if known else text(None)
