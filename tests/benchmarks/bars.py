"""What is promised, next to what came out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clients import OURS, RIVALS

Figures = dict[str, Any]


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
    "inspector": "In these frames the panel is laid out anew, four times a second, or one of its "
    "rows is new and painted.",
    "cold": "Nearly all of it is the price of code and data that left the processor's caches "
    "during the frame: the floor pays it as well.",
    "import": "Python's own modules (logging, typing, json, threading) are most of it, and pyglet "
    "has imported them already. What a run needs beyond them, requests above all, is imported by "
    "`configure` or `attach`, before the first frame.",
    "cpu": "Between two rows of requests the worker sleeps, and finds the processor's caches cold "
    "after it; its wakes cost as well. It is the same work as without the pauses: the floors of "
    "delivery show what the pauses cost a program that does nothing but post, by `http.client` and "
    "by `requests`.",
    "p50": "Within the spread of this machine from day to day. The floor is about half of it.",
    "p99": "While the worker delivers, calls in a tight loop wait for the interpreter lock that it "
    "holds for tens of microseconds at a time; a second processor that is free lets it run all the "
    "while. With a server that refuses, where the worker rests, the bar is reached.",
    "p999": "The ten worst of 10,000 calls in a tenth of a second, while the worker delivers: they "
    "wait for the interpreter lock that it holds for a few tens of microseconds at a time.",
}


def beside(
    what: str, limit: float, unit: str, figures: Figures | None, name: str, *, more: bool = False,
    why: str = "",
) -> Bar:  # fmt: skip
    """A bar for one figure of a table, with the floor's and the best rival's beside it."""
    ours, floor = get(figures, OURS, name), get(figures, "floor", name)
    return Bar(what, limit, unit, ours, floor, rivals(figures, name, more=more), more, why)


def of_calls(sections: Figures) -> Iterator[Bar]:
    calls = sections.get("calls")
    for name, limit, label in (("p50", 7, "median"), ("p99", 25, "p99"), ("p999", 120, "p99.9")):
        for mode in ("healthy", "refused", "hang"):
            what = f"`track_event`, {label}, server {mode}"
            yield beside(what, limit, "us", get(calls, mode), name, why=WHY[name])
    cold = "in a frame (cold), median"
    yield beside(cold, 60, "us", sections.get("cold"), "p50", why=WHY["cold"])
    yield beside("first call", 300, "us", get(calls, "refused"), "first")


def of_frames(sections: Figures) -> Iterator[Bar]:
    for events, limit in ((10, 0.5), (100, 10)):
        figures = get(sections.get("frames"), f"{events} a frame")
        what = f"240 Hz, {events} events a frame: frames missed"
        yield beside(what, limit, "%", figures, "missed_percent")


def of_delivery(sections: Figures) -> Iterator[Bar]:
    delivery, post = sections.get("delivery"), sections.get("floors")
    free = get(delivery, "at once, without the service's rate", OURS)
    once, slow = get(delivery, "at once"), get(delivery, "after 200 ms")
    speed, cpu, plain = "per_second", "cpu_ms_per_1000", "http.client"
    yield Bar(
        "delivery, a local server, batches of 50, no limit of requests", 30_000, "events/s",
        get(free, speed), get(post, plain, speed), rivals(once, speed, more=True), more=True,
    )  # fmt: skip
    yield Bar(
        "processor per 1,000 events, capture included, no limit of requests", 25, "ms",
        get(free, cpu), get(post, plain, cpu), rivals(once, cpu),
    )  # fmt: skip
    yield Bar(
        "processor per 1,000 events, at the service's 100 requests a second", 25, "ms",
        get(once, OURS, cpu), get(post, f"{plain}, 100 a second", cpu), rivals(once, cpu),
        why=WHY["cpu"],
    )  # fmt: skip
    what = "100,000 waiting, 200 ms an answer: all gone"
    yield beside(what, 1667, "events/s", slow, speed, more=True)
    for name, limit, unit, what in LIMITS:
        found = [get(delivery, case, OURS, name) for case in delivery or ()]
        value = max((known for known in found if known is not None), default=None)
        yield Bar(
            f"delivery, server at once, after 20 and after 200 ms: {what}", limit, unit, value
        )


LIMITS = (
    ("largest", 50, "commands", "commands in a request"),
    ("busiest", 100, "requests", "requests in any second"),
    ("overtaken", 0, "events", "events behind a later one of the same customer"),
)
"""What the service allows, and the order."""


def of_starts(sections: Figures) -> Iterator[Bar]:
    million = get(sections.get("million"), OURS)
    what = "memory grown with 100,000 waiting"
    yield beside(what, 3, "MB", sections.get("memory"), "grown_mb")
    yield Bar("first send with 1,000,000 waiting", 100, "ms", get(million, "first_ms"))
    yield Bar("memory grown by that", 20, "MB", get(million, "grown_mb"))
    what, importing = "`import exponea_game`", sections.get("importing")
    yield beside(what, 30, "ms", importing, "ms", why=WHY["import"])


def of_ends(sections: Figures) -> Iterator[Bar]:
    for state, figures in sections.get("quitting", {}).items():
        seconds = get(figures, OURS, "worst")
        took = None if seconds is None else round(1000 * seconds)
        yield Bar(f"quit with 1,000 events, server {state}", 300, "ms", took)
        what = f"of them arrived, then or later, server {state}"
        yield beside(what, 1000, "events", figures, "arrived", more=True)
    for kind in ("threads", "files"):
        what = f"{kind} left when the tracker has ended"
        yield beside(what, 0, kind, sections.get("ends"), f"left_{kind}")
    what = "kill -9 with 1,013 waiting: kept"
    yield beside(what, 1013, "events", sections.get("killed"), "kept", more=True)


def of_fleet(sections: Figures) -> Iterator[Bar]:
    for players in ("100,000 players", "1,000,000 players"):
        found = get(sections.get("fleet"), players)
        what = f"{players}, an hour's outage: worst second against the steady rate"
        yield Bar(what, 2, "times", get(found, "worst_of_steady"))
        yield Bar(f"{players}: the last event after", 600, "s", get(found, "last_event_s"))


def of_inspector(sections: Figures) -> Iterator[Bar]:
    panel = get(sections.get("inspector"), "1280x720")
    for name, where in (("thread", "on the game's thread"), ("drawn", "until drawn in software")):
        for share in ("p50", "p99"):
            figure = f"{name}_{share}"
            what = f"the inspector open, a frame, {where}, {share}"
            values = get(panel, "open", figure), get(panel, "absent", figure)
            yield Bar(what, 1, "ms", *values, why=WHY["inspector"])


def bars(sections: Figures) -> Iterator[Bar]:
    """Everything promised, with what came out."""
    for of in (of_calls, of_frames, of_delivery, of_starts, of_ends, of_fleet, of_inspector):
        yield from of(sections)
