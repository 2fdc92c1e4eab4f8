"""Everything that was measured, as tables in Markdown, with what has to be known to read them."""

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
    "calls": ("The cost of a call, us: 10,000 in a loop, server {}", CALL),
    "sizes": ("The cost of a call by size, by threads and in long rows, us: {}", CALL),
    "cold": ("The cost of a call in a frame that did something else before, us", CALL),
    "disks": ("The cost of a call beside a slow or a busy disk, us: {}", CALL),
    "frames": ("A loop at 240 Hz with about 1 ms of work: {}", FRAME),
    "rates": ("A loop at other rates, on a slow disk, and while a backlog leaves: {}", FRAME),
    "windows": ("A real pyglet window: {}", FRAME),
    "delivery": ("Delivery, the server answers {}", DELIVERY),
    "floors": (
        "The floor of delivery: the same bytes",
        {"per_second": "events/s", "cpu_ms_per_1000": "processor ms per 1,000"},
    ),
    "importing": (
        "Import, processor ms beyond an empty program",
        {"ms": "median of 12", "worst": "worst"},
    ),
    "memory": ("Memory with 100,000 waiting", {"grown_mb": "MB grown", "count": "calls made"}),
    "million": (
        "A million waiting",
        {"first_ms": "first request after, ms", "grown_mb": "MB grown", "journal_mb": "MB on disk"},
    ),
    "ends": ("What a client holds, and leaves when it has ended", ENDS),
    "quitting": (
        "The end of the program after a thousand events: server {}",
        {
            "seconds": "s to end", "worst": "worst", "delivered": "delivered",
            "arrived": "arrived, then or later",
        },
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
    "cold": "1,200 frames in each round.",
    "calls": "The loop takes less than a tenth of a second, in which the library makes its first "
    "request; more follow, closer and closer. Below, 200,000 calls in a row are made while it "
    "delivers all the time.",
    "disks": "On the slow disk each write takes 30 ms. The first call meets it; what follows waits "
    "in memory and is written out by another thread twenty times a second, until that thread finds "
    "the disk quick again. Calls within that time are the only ones that a kill could cost. Rivals "
    "write nothing, so that a slow disk is nothing to them. On the busy "
    "disk another program writes and syncs without a rest.",
    "frames": "**frame** is from the moment at which a frame was due to its end; where that is "
    "more than the period, 4.17 ms, the frame is missed, and the game drops what it cannot catch "
    "up with. **late** is from that moment to its beginning, in per cent where that is more than "
    "1 ms: what the timer takes, and the wait for the interpreter lock. **missed, nothing taken "
    "off** leaves in what was waited for a processor. **lock away** is the time that a frame's "
    "thread neither ran nor waited for a processor: somebody else had the interpreter lock, or the "
    "disk the write. Of 1,200 frames a round p99.9 is the second worst. **arrived** is what the "
    "server had when the loop ended: events leave while it goes on.",
    "rates": "One round of 10 seconds at 60 Hz, 8 at 144 and 5 at 240. Of the 600 frames at 60 Hz "
    "p99.9 is the worst. With 1 and 100 events a frame, the three rivals whose calls cost least.",
    "windows": "The same as the loops, in one round, with a window of pyglet's that its event loop "
    "serves and that is cleared and drawn in each frame, without a graphics card, under Xvfb. "
    "**nothing** is the same game without the library.",
    "delivery": "The service takes 50 commands in a request and 100 requests a second from one "
    "address, which is 5,000 events a second, and the library keeps to that; without the limit it "
    "shows what it can. The server itself counts: the commands in each request, the requests in "
    "any second (one that ends when it has read the last of them and does not contain its own "
    "beginning), and the events that come after a later one of the same customer, by their "
    "timestamps. Rivals gather more in a request. To the server that takes 20 ms they send 10,000 "
    "events, to that of 200 ms 2,000. There the library has several requests in the air.",
    "million": "From the start of the tracker, without the imports that `configure` makes, with "
    "what a killed run left; the memory is that of the first second.",
    "quitting": "**healthy** takes all at once, **slow** after 200 ms, **failing** answers 500, "
    "**refused** is not there, **hang** never answers. The library's end is measured five times, "
    "of which the least that arrived counts. 30 s: did not end, and was ended. What arrives later "
    "does so when the program is started again and the server is well; an event that arrives "
    "twice counts once.",
    "fleet": "Each player makes a request a minute while all is well unless said otherwise, with "
    "an event in each, and has an hour of events waiting when the server is back. The delays are "
    "the library's own `wire.backoff`.\n\n"
    "On paper: after many failures a player asks again after a time between 0 and 300 s, each "
    "equally likely. At the end of the outage the time left until then is less than *t* for a "
    "share 1 - (1 - t/300)² of *N* players; none is left at 300 s. So *N* (1 - t/300) / 150 a "
    "second come back, each with *b* requests of 50 events, and those who are back make a request "
    "every *s* seconds. The sum is at most 1 + (b s / 300)² times the steady *N / s*, as long as "
    "*b s* is at most 300: 1.16 for a request a minute (two batches from an hour), whatever *N* "
    "is, and twice for a request every five minutes. Rarer ones come with their one batch at "
    "*N* / 150 a second, which is more than twice their steady rate: with the last event within "
    "ten minutes, players who make less than a request in twenty minutes cannot keep to it.",
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
