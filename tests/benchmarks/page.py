"""BENCHMARKS.md, written from the figures: the bars first, then everything that was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clients import RIVALS

Figures = dict[str, Any]
OURS = "exponea_game"

HOW = """# Benchmarks

The game must never feel its tracker. These are the figures for that, measured and written by
`python3 dev.py bench`, together with a floor and with rivals in the same run: PostHog, Segment,
Amplitude, Mixpanel, the logs of Sentry and OpenTelemetry, and Snowplow, from PyPI, in an
environment of their own, with their defaults, pointed at the same local server
([the code](tests/benchmarks)). The plain numbers are in
[results.json](tests/benchmarks/results.json).

*{machine}.* Other programs may be busy on it as well. So clients take turns, the best of up to
three rounds counts for each figure, and the time that a thread stood in the kernel's run queue is
taken off (`/proc/thread-self/schedstat`; for frames, the schedule moves with it). What is left is
the client's own work, its waits for the interpreter lock, and the disk. Absolute figures hold for
one machine; the ratios to the floor and to the rivals carry over.

**nothing** is an empty function. **floor** encodes an event and writes it to a file with one
`os.write`: the least that survives a kill. An event has six properties unless said otherwise.

The best rival is another one from row to row. None of them writes to the disk: what they save there
is what a kill costs them.
"""


@dataclass(frozen=True)
class Bar:
    """Something promised: what, how much, what came out, and why if it did not."""

    what: str
    limit: float
    unit: str
    value: float | None
    floor: float | None = None
    rival: float | None = None
    more: bool = False
    why: str = ""

    @property
    def reached(self) -> bool:
        if self.value is None:
            return False
        return self.value >= self.limit if self.more else self.value <= self.limit


def get(figures: Figures | None, *names: str) -> Any:
    """A figure deep inside; None where it was not measured."""
    found: Any = figures
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def rivals(figures: Figures | None, name: str, *, more: bool = False) -> float | None:
    """The best of the rivals."""
    values = [get(figures, rival, name) for rival in RIVALS]
    known = [value for value in values if value is not None]
    return (max if more else min)(known, default=None)


WHY = {
    "inspector": "In these frames a row of the panel is new, and painted as well as copied.",
    "cold": "Nearly all of it is the price of code and data that left the processor's caches "
    "during the frame: the floor, a tenth of the code, pays 44 us.",
    "import": "Python's own modules (re, logging, dataclasses, typing, json, pathlib) are three "
    "quarters of it, and pyglet has imported most of them already: beside it, the import costs "
    "about half. What a run needs beyond them, requests above all, is imported by `configure` or "
    "`attach`, before the first frame.",
    "cpu": "Between two requests the worker sleeps, and finds the processor's caches cold after "
    "it; its wakes cost as well. It is the same work as without the pauses: the floors of delivery "
    "show what the pauses cost a program that does nothing but post, by `http.client` and by "
    "`requests`.",
    "p50": "Within the spread of this machine from day to day: the same code took 6.7 to 7.2 us. "
    "The floor is a little less than half of it.",
    "p99": "While the worker delivers, calls in a tight loop wait for the interpreter lock that it "
    "holds for tens of microseconds at a time; a second processor that is free lets it run all the "
    "while. With a server that refuses, where the worker rests, the bar is reached.",
    "p999": "The ten worst of 10,000 calls in a tenth of a second, while the worker delivers: they "
    "wait for the interpreter lock that it holds for a few tens of microseconds at a time.",
}


def bars(sections: Figures) -> list[Bar]:
    """Everything promised, with what came out."""
    calls, frames = sections.get("calls", {}), sections.get("frames", {})
    made = []
    for name, limit, label in (("p50", 7, "median"), ("p99", 25, "p99"), ("p999", 120, "p99.9")):
        for mode in ("healthy", "refused", "hang"):
            here = calls.get(mode, {})
            made.append(
                Bar(
                    f"`track_event`, {label}, server {mode}",
                    limit,
                    "us",
                    get(here, OURS, name),
                    get(here, "floor", name),
                    rivals(here, name),
                    why=WHY.get(name, ""),
                )
            )
    cold = sections.get("cold", {})
    made.append(
        Bar("in a frame (cold), median", 60, "us", get(cold, OURS, "p50"),
            get(cold, "floor", "p50"), rivals(cold, "p50"), why=WHY["cold"])
    )  # fmt: skip
    here = calls.get("refused", {})
    made.append(
        Bar("first call", 300, "us", get(here, OURS, "first"), get(here, "floor", "first"),
            rivals(here, "first"))
    )  # fmt: skip
    for events, limit in ((10, 0.5), (100, 10)):
        here = frames.get(f"{events} a frame")
        made.append(
            Bar(f"240 Hz, {events} events a frame: frames missed", limit, "%",
                get(here, OURS, "missed_percent"), get(here, "floor", "missed_percent"),
                rivals(here, "missed_percent"))
        )  # fmt: skip
    delivery = sections.get("delivery", {})
    post = sections.get("floors", {})
    free = delivery.get("at once, without the service's rate")
    once = delivery.get("at once")
    made += [
        Bar("delivery, a local server, batches of 50, no limit of requests", 30_000, "events/s",
            get(free, OURS, "per_second"), get(post, "http.client", "per_second"),
            rivals(once, "per_second", more=True), more=True),
        Bar("processor per 1,000 events, capture included, no limit of requests", 25, "ms",
            get(free, OURS, "cpu_ms_per_1000"), get(post, "http.client", "cpu_ms_per_1000"),
            rivals(once, "cpu_ms_per_1000")),
        Bar("processor per 1,000 events, at the service's 100 requests a second", 25, "ms",
            get(once, OURS, "cpu_ms_per_1000"),
            get(post, "http.client, 100 a second", "cpu_ms_per_1000"),
            rivals(once, "cpu_ms_per_1000"), why=WHY["cpu"]),
        Bar("100,000 waiting, 200 ms an answer: all gone", 1667, "events/s",
            get(delivery, "after 200 ms", OURS, "per_second"), None,
            rivals(delivery.get("after 200 ms"), "per_second", more=True), more=True),
    ]  # fmt: skip
    memory = sections.get("memory", {})
    million = sections.get("million", {})
    made += [
        Bar("memory grown with 100,000 waiting", 3, "MB", get(memory, OURS, "grown_mb"),
            get(memory, "floor", "grown_mb"), rivals(memory, "grown_mb")),
        Bar("first send with 1,000,000 waiting", 100, "ms", get(million, OURS, "first_ms")),
        Bar("memory grown by that", 20, "MB", get(million, OURS, "grown_mb")),
    ]  # fmt: skip
    for mode in ("refused", "hang"):
        here = get(sections.get("quitting"), mode)
        seconds = get(here, OURS, "seconds")
        made += [
            Bar(f"quit with 1,000 events, server {mode}", 300, "ms",
                None if seconds is None else round(1000 * seconds)),
            Bar(f"of them arrived, then or later, server {mode}", 1000, "events",
                get(here, OURS, "arrived"), None, rivals(here, "arrived", more=True), more=True),
        ]  # fmt: skip
    for kind in ("threads", "files"):
        here = sections.get("ends")
        made.append(
            Bar(f"{kind} left when the tracker has ended", 0, kind,
                get(here, OURS, f"left_{kind}"), get(here, "floor", f"left_{kind}"),
                rivals(here, f"left_{kind}"))
        )  # fmt: skip
    killed = sections.get("killed", {})
    importing = sections.get("importing", {})
    made += [
        Bar("kill -9 with 1,013 waiting: kept", 1013, "events", get(killed, OURS, "kept"),
            None, rivals(killed, "kept", more=True), more=True),
        Bar("`import exponea_game`", 30, "ms", get(importing, OURS, "ms"), None,
            rivals(importing, "ms"), why=WHY["import"]),
    ]  # fmt: skip
    for players, figures in sections.get("fleet", {}).items():
        made += [
            Bar(f"{players}, an hour's outage: worst second against the steady rate", 2, "times",
                figures["worst_of_steady"]),
            Bar(f"{players}: the last event after", 600, "s", figures["last_event_s"]),
        ]  # fmt: skip
    panel = get(sections.get("inspector"), "1280x720") or {}
    for name, where in (("thread", "on the game's thread"), ("drawn", "until drawn in software")):
        made += [
            Bar(f"the inspector open, a frame, {where}, {share}", 1, "ms",
                get(panel, "open", f"{name}_{share}"), get(panel, "absent", f"{name}_{share}"),
                why=WHY["inspector"])
            for share in ("p50", "p99")
        ]  # fmt: skip
    return made


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
    "frame_ms": "frame, median ms", "frame_p99_ms": "p99 ms", "late_p99_ms": "late, p99 ms",
    "missed_percent": "missed %", "lock_away_ms": "lock away at the longest, ms",
}  # fmt: skip
WINDOW = {
    "frames": "frames", "missed_percent": "missed %",
    "skipped_percent": "missed %, with the waits for a processor", "late_ms": "late, median ms",
    "late_p99_ms": "p99 ms", "late_worst_ms": "worst ms",
    "lock_away_ms": "lock away at the longest, ms",
}  # fmt: skip
ENDS = {
    "idle_threads": "threads, idle", "idle_files": "open files, idle", "idle_mb": "MB, idle",
    "left_threads": "threads left", "left_files": "open files left",
}  # fmt: skip
DELIVERY = {
    "delivered": "delivered", "of": "of", "per_second": "events/s",
    "cpu_ms_per_1000": "processor ms per 1,000", "capture_ms_per_1000": "of it in the calls",
    "bytes_per_event": "bytes each", "requests": "requests",
}  # fmt: skip
PANEL = {
    f"{name}_{part}": f"{words} {part}"
    for name, words in (("thread", "thread"), ("drawn", "until drawn,"), ("frame", "whole frame,"))
    for part in ("p50", "p99", "worst")
}
PARTS: dict[str, tuple[str, dict[str, str]]] = {
    "calls": ("The cost of a call, us: 10,000 in a loop, server {}", CALL),
    "sizes": ("The cost of a call by size and by threads, us: {}", CALL),
    "cold": ("The cost of a call in a frame that did something else before, us", CALL),
    "disks": ("The cost of a call beside a slow or a busy disk, us: {}", CALL),
    "frames": ("A loop at 240 Hz with more than 1 ms of work: {}", FRAME),
    "rates": ("A loop at other rates, and while a backlog leaves: {}", FRAME),
    "windows": ("A real pyglet window: {}", WINDOW),
    "delivery": ("Delivery, the server answers {}", DELIVERY),
    "floors": ("The floor of delivery: the same bytes", DELIVERY),
    "importing": ("Import, processor ms beyond an empty program", {"ms": "ms"}),
    "memory": ("Memory with 100,000 waiting", {"grown_mb": "MB grown", "count": "calls made"}),
    "million": (
        "A million waiting",
        {"first_ms": "first request after, ms", "grown_mb": "MB grown", "journal_mb": "MB on disk"},
    ),
    "ends": ("What a client holds, and leaves when it has ended", ENDS),
    "quitting": (
        "The end of the program after a thousand events: server {}",
        {"seconds": "s to end", "delivered": "delivered", "arrived": "arrived, then or later"},
    ),
    "killed": ("kill -9 with 1,013 events waiting", {"of": "tracked", "kept": "arrived"}),
    "inspector": ("The inspector over a real window, ms: {}", PANEL),
    "demo": (
        "The demo game without a graphics card",
        {
            "per_second": "frames/s", "drawn_p50": "a frame until drawn, ms, p50",
            "drawn_p99": "p99", "gap_p99": "between two, ms, p99", "gap_worst": "worst",
            "missed_percent": "missed %",
        },
    ),
    "fleet": (
        "An hour's outage of a fleet",
        {
            "steady_per_second": "requests/s as a rule", "worst_per_second": "worst second after",
            "worst_of_steady": "times the rule", "refused_per_second": "requests/s meanwhile",
            "last_event_s": "last event after, s",
        },
    ),
}  # fmt: skip
NOTES = {
    "inspector": "A game with a hundred shapes at 60 Hz, drawn without a graphics card by a single "
    "thread. **thread** is from the end of the game's own drawing to the swap of the buffers, "
    "**until drawn** the same with the renderer's work, **whole frame** with the game's own "
    "drawing. The three take turns every four seconds.",
    "demo": "At 1280x720, played by its autopilot. A gap of more than one and a half periods is a "
    "missed frame.",
    "disks": "On the slow disk each write takes 30 ms. The first call meets it; what follows waits "
    "in memory and is written out by another thread twenty times a second. Calls within that "
    "time are the only ones that a kill could cost.",
    "delivery": "The service takes 50 commands in a request and 100 requests a second from one "
    "address, which is 5,000 events a second, and the library keeps to that; without the limit it "
    "shows what it can. Rivals gather more in a request. At 20 and 200 ms several requests are in "
    "the air.",
    "windows": "Without a graphics card: pyglet draws in software, under Xvfb. **nothing** is the "
    "same game without the library, in turn with it. A period of the clock in which no frame began "
    "is a missed one.",
    "fleet": "Each player makes a request a minute while all is well, and has 60 events waiting "
    "when the server is back. The delays are the library's own `wire.backoff`.",
    "importing": "Bytecode is cached, files are in memory. `configure` imports requests, opens the "
    "journal and starts the threads; then everything is there.",
}


def part(name: str, section: Figures) -> str:
    """One section: a table, or one for each of its cases."""
    title, columns = PARTS[name]
    figures = section["figures"]
    told = [f"## {title.split(':')[0].split(',')[0].replace(' {}', '')}" if "{}" in title else ""]
    if "{}" in title:
        for case, found in figures.items():
            told += [f"**{title.format(case)}**", by_client(found, columns)]
    else:
        told = [f"## {title}", by_client(figures, columns)]
    if name in NOTES:
        told.append(NOTES[name])
    return "\n\n".join([*told, f"*Measured {section['at']}.*"])


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
        "\\n".join(reasons).replace("\\n", "\n"),
        "![The cost of a call](assets/pictures/bench-calls.svg)",
        "![Frames missed](assets/pictures/bench-frames.svg)",
        "![What survives a kill](assets/pictures/bench-kill.svg)",
        "![Time to quit](assets/pictures/bench-quit.svg)",
        *[part(name, results[name]) for name in PARTS if name in results],
    ]
    path.write_text("\n\n".join(filter(None, pages)) + "\n")
