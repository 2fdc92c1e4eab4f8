"""BENCHMARKS.md, written from the figures: the bars first, then everything that was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bars import bars
from pictures import PICTURES
from tables import PARTS, part, table, text

Figures = dict[str, Any]

HOW = """# Benchmarks

The game must never feel its tracker. These are the figures for that, measured and written by
`python3 dev.py bench`, together with a floor and with rivals in the same run: PostHog, Segment,
Amplitude, Mixpanel, the logs of Sentry and OpenTelemetry, and Snowplow, from PyPI, in an
environment of their own, with their defaults, pointed at the same local server
([the code](tests/benchmarks)). The plain numbers are in
[results.json](tests/benchmarks/results.json).

*{machine}.* Clients take turns, in up to three rounds, and of each figure the middle of the rounds
counts (of two, their mean); of what is called the worst, the worst of all rounds. No round is
picked because it is good. Other programs may be busy on the machine as well, so the time that a
thread was ready to run and had no processor is taken off (`/proc/thread-self/schedstat`; for
frames, the schedule moves with it). What is left is the client's own work, its waits for the
interpreter lock, and the disk. A client's own threads can keep the game's thread from a processor
as well: what comes out if nothing is taken off is told for the frames. Absolute figures hold for
one machine; the ratios to the floor and to the rivals carry over.

**nothing** is an empty function. **floor** encodes an event and writes it to a file with one
`os.write`: the least that survives a kill. An event has six properties unless said otherwise.

The best rival is another one from row to row. None of them writes to the disk: what they save there
is what a kill costs them. What happens once in a run (the first call, an end) is one number a
round.
"""


def write(results: Figures, path: Path) -> None:
    """Write the page."""
    sections = {name: results[name]["figures"] for name in PARTS if name in results}
    rows, reasons = [], []
    for bar in bars(sections):
        said = "yes" if bar.reached else "not measured" if bar.value is None else "**no**"
        if said == "**no**":
            gap = abs(bar.value - bar.limit) if bar.value is not None else 0
            reasons.append(f"- *{bar.what}*: by {gap:,.3g} {bar.unit}. {bar.why}")
        limit = f"{'≥' if bar.more else '≤'} {text(bar.limit)} {bar.unit}"
        rows.append([bar.what, limit, bar.value, bar.floor, bar.rival, said])
    pages = [
        HOW.format(machine=results["machine"]).strip(),
        "## What is promised, and what came out",
        table(["", "promised", "measured", "floor", "best rival", "reached"], rows),
        "Short of its promise:" if reasons else "",
        "\n".join(reasons),
        *(f"![{told}](assets/pictures/{name})" for name, (_, _, told) in PICTURES.items()),
        *[part(name, results[name]) for name in PARTS if name in results],
    ]
    path.write_text("\n\n".join(filter(None, pages)) + "\n")
