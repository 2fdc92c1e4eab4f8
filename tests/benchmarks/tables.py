"""Everything that was measured, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Figures = dict[str, Any]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(text, line)) + " |" for line in lines)


def text(value: object) -> str:
    """A figure for a table."""
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def by_client(figures: Figures, columns: dict[str, str]) -> str:
    """A row for each client; one that did not end in time has none but that."""
    rows = []
    for client, found in figures.items():
        if found is None:
            rows.append([client, "did not end in time", *[""] * (len(columns) - 1)])
        else:
            rows.append([client, *[found.get(name) for name in columns]])
    return table(["", *columns.values()], rows)


CALL = {"p50": "median", "p99": "p99", "p999": "p99.9", "worst": "worst", "first": "first call"}
FRAME = {
    "frame_p50": "frame, ms, median", "frame_p99": "p99", "frame_p999": "p99.9",
    "frame_worst": "worst", "late_p50": "late, ms, median", "late_p99": "p99",
    "late_p999": "p99.9", "late_worst": "worst",
    "late_percent": "late %", "missed_percent": "missed %",
    "skipped_percent": "missed %, nothing taken off", "away_worst": "lock away, ms, worst",
    "tracked": "events", "arrived": "arrived by the end",
}  # fmt: skip
ENDS = {
    "idle_threads": "threads, idle", "idle_files": "open files, idle", "idle_mb": "MB, idle",
    "left_threads": "threads left", "left_files": "open files left",
}  # fmt: skip
DELIVERY = {
    "delivered": "delivered", "of": "of", "per_second": "events/s",
    "cpu_ms_per_1000": "processor ms per 1,000", "capture_ms_per_1000": "of it in the calls",
    "bytes_per_event": "bytes each", "requests": "requests",
    "largest": "commands in a request", "busiest": "requests in a second",
    "overtaken": "behind a later event",
}  # fmt: skip
PANEL = {
    f"{name}_{part}": f"{words} {part}"
    for name, words in (("thread", "thread"), ("drawn", "until drawn,"), ("frame", "whole frame,"))
    for part in ("p50", "p99", "worst")
}

PARTS: dict[str, tuple[str, dict[str, str]]] = {
    "calls": ("10,000 in a loop, server {}", CALL),
    "sizes": ("{}", CALL),
    "cold": ("", CALL),
    "disks": ("{}", CALL),
    "frames": ("{}", FRAME),
    "rates": ("{}", FRAME),
    "windows": ("{}", FRAME),
    "delivery": ("The server answers {}", DELIVERY),
    "floors": ("", {"per_second": "events/s", "cpu_ms_per_1000": "processor ms per 1,000"}),
    "importing": ("", {"ms": "median of 12", "worst": "worst"}),
    "memory": ("", {"grown_mb": "MB grown", "count": "calls made"}),
    "million": (
        "",
        {"first_ms": "first request after, ms", "grown_mb": "MB grown", "journal_mb": "MB on disk"},
    ),
    "launches": (
        "",
        {
            "ms": "processor ms of configure", "beyond_ms": "beyond finding nothing",
            "wall_ms": "ms by the wall clock",
        },
    ),
    "idle": ("", {"mb": "MB"}),
    "pythons": (
        "Python {}",
        {
            "p50": "a call, us, median", "p99": "p99", "p999": "p99.9",
            "missed_percent": "240 Hz, 10 a frame: missed %", "frame_p99": "frame, ms, p99",
            "per_second": "events/s", "cpu_ms_per_1000": "processor ms per 1,000",
        },
    ),
    "wakes": ("With {}", {"per_second": "wake-ups a second"}),
    "ends": ("", ENDS),
    "quitting": (
        "Server {}",
        {
            "seconds": "s to end", "worst": "worst", "delivered": "delivered",
            "arrived": "arrived, then or later",
        },
    ),
    "killed": ("", {"of": "tracked", "kept": "arrived"}),
    "network": (
        "Until then {}",
        {
            "after_s": "first event after, s", "p99": "99 %", "worst": "worst",
            "of": "tracked meanwhile", "arrived": "arrived ten seconds later",
        },
    ),
    "inspector": ("{}", PANEL),
    "collector_page": (
        "",
        {
            "first_rows_s": "first rows after, s", "all_rows_s": "all after",
            "per_second": "frames/s", "gap_p99": "between two, ms, p99",
            "work_p50": "work in a frame, ms, p50", "work_p99": "p99",
            "taken_per_second": "events/s taken", "answer_p50": "an answer, ms, p50",
            "answer_p99": "p99", "answer_worst": "worst",
        },
    ),
    "demo": (
        "",
        {
            "per_second": "frames/s", "drawn_p50": "a frame until drawn, ms, p50",
            "drawn_p99": "p99", "gap_p99": "between two, ms, p99", "gap_worst": "worst",
            "missed_percent": "missed %",
        },
    ),
    "fleet": (
        "",
        {
            "steady_per_second": "requests/s as a rule", "worst_per_second": "worst second after",
            "worst_of_steady": "times the rule", "refused_per_second": "requests/s meanwhile",
            "first_p50_s": "a player's first event after, s, median", "first_p99_s": "99 %",
            "last_event_s": "last event after, s",
        },
    ),
}  # fmt: skip
"""For each section its columns, and what stands over the table of each case; a section without that
is a single table."""


def part(name: str, section: Figures) -> str:
    """The tables of one section."""
    heading, columns = PARTS[name]
    cases = section["figures"] if heading else {"": section["figures"]}
    told = []
    for case, found in cases.items():
        over = heading.format(case)
        told += [over and f"## {over[0].upper()}{over[1:]}", by_client(found, columns)]
    return "\n\n".join(filter(None, [*told, f"*Measured {section['at']}.*"]))
