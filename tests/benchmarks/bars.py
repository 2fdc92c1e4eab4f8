"""What is promised, next to what came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from clients import OURS, RIVALS
from collector_page import FLOOD, FLOOR, PAGE

CONCLUDED = "2,000 concluded runs"
FAILED = "the server failed for ten seconds"
MADE_UP = f"{OURS}, 10,000 of them"
Figures = dict[str, Any]
Values = tuple[float | None, ...]


@dataclass(frozen=True)
class Bar:
    """Something promised: what, how much, what came out, and why if it did not.

    A bar may hold several figures, say of a median and of percentiles: all have to be reached. Each
    is at most its limit, or at least where ``more`` is wanted. ``section`` has the whole tables.

    A limit in seconds was set on a machine where the floor, or the best rival as ``compared`` says,
    came to ``there``. The limit ``here`` is as many times what that comes to on this one: it helps
    to read a figure, and what was promised decides.
    """

    section: str
    what: str
    unit: str
    limits: Values
    values: Values
    rivals: Values = ()
    floors: Values = ()
    more: bool = False
    why: str = ""
    there: Values = ()
    compared: Literal["floors", "rivals"] = "floors"

    @property
    def here(self) -> Values:
        """The limits at this machine's pace."""
        if not self.there:
            return self.limits
        found: Values = getattr(self, self.compared)
        return tuple(
            limit if None in (limit, here, there) else round(limit * here / there, 3)
            for limit, here, there in zip(self.limits, found, self.there, strict=True)
        )

    @property
    def gaps(self) -> Values:
        """By how much each figure falls short: 0 where it is reached, None where none is known."""
        sign = -1 if self.more else 1
        return tuple(
            None if limit is None or value is None else max(0.0, sign * (value - limit))
            for limit, value in zip(self.limits, self.values, strict=True)
        )

    @property
    def reached(self) -> bool | None:
        """Whether all figures are; None where one was not measured."""
        return None if None in self.gaps else not any(self.gaps)


def get(figures: Figures | None, *names: str) -> Any:
    """A figure deep inside; None where it was not measured."""
    found: Any = figures
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def worst(cases: Iterable[Figures], client: str, name: str, *, more: bool = False) -> float | None:
    """A client's worst figure over all cases; None where it has none in one of them."""
    values = [get(case, client, name) for case in cases]
    return None if None in values else (min if more else max)(values, default=None)


def best_rival(cases: Iterable[Figures], name: str, *, more: bool = False) -> float | None:
    """The best among the rivals' worst figures."""
    cases = list(cases)
    known = [
        value
        for rival in RIVALS
        if (value := worst(cases, rival, name, more=more)) is not None
    ]  # fmt: skip
    return (max if more else min)(known, default=None)


def beside(
    section: str, what: str, unit: str, limits: Values, cases: Iterable[Figures], *names: str,
    more: bool = False, why: str = "", there: Values = (),
) -> Bar:  # fmt: skip
    """A bar for some figures of tables by client, each the worst of all cases."""
    cases = list(cases)
    return Bar(
        section, what, unit, limits,
        values=tuple(worst(cases, OURS, name, more=more) for name in names),
        rivals=tuple(best_rival(cases, name, more=more) for name in names),
        floors=tuple(worst(cases, "floor", name, more=more) for name in names),
        more=more, why=why, there=there,
    )  # fmt: skip


def of_calls(sections: Figures) -> Iterator[Bar]:
    states = list(sections.get("calls", {}).values())
    floor = worst(states, "floor", "p50")
    yield beside(
        "calls", "`track_event`, any state of the server: median (1.6 times the floor) / p99 / "
        "p99.9", "us", (floor and 1.6 * floor, 20, 100), states, "p50", "p99", "p999",
        there=(None, 5.4, 22),
        why="The floor encodes and writes alone. A call also checks its properties, takes the time "
        "and a lock, adds the player and a checksum, and counts. The ten slowest of 10,000 fall "
        "into a tenth of a second, in which 4 MB are synced as well, and four files begun.",
    )  # fmt: skip
    frame = [sections.get("cold", {})]
    yield beside(
        "cold", "the same in a frame (cold), median: the best rival's", "us",
        (best_rival(frame, "p50"),), frame, "p50",
        why="Nearly all of it is the price of code and data that left the processor's caches "
        "during the frame: the floor pays it as well.",
    )  # fmt: skip
    yield beside(
        "calls", "first call, any state of the server", "us", (100,), states, "first", there=(57,),
        why="Code and data that nothing has touched before: the floor pays it as well.",
    )  # fmt: skip


def of_frames(sections: Figures) -> Iterator[Bar]:
    loads = [get(sections.get("frames"), f"{events} a frame") or {} for events in (1, 10, 100)]
    missed = "missed_percent"
    yield Bar(
        "frames", "a loop at 240 Hz with 1 / 10 / 100 events a frame: frames missed", "%",
        (0, 0, 1),
        values=tuple(worst([load], OURS, missed) for load in loads),
        rivals=tuple(best_rival([load], missed) for load in loads),
        floors=tuple(worst([load], "floor", missed) for load in loads),
    )  # fmt: skip


def of_delivery(sections: Figures) -> Iterator[Bar]:
    delivery, floors = sections.get("delivery", {}), sections.get("floors")
    once, slow = delivery.get("at once", {}), delivery.get("after 200 ms", {})
    free = get(delivery, "at once, without the service's rate", OURS)
    speed, processor, plain = "per_second", "cpu_ms_per_1000", "http.client"
    yield Bar(
        "delivery", "delivery to a local server, 50 commands a batch, no limit of requests",
        "events/s", (45_000,), (get(free, speed),), (best_rival([once], speed, more=True),),
        (get(floors, plain, speed),), more=True, there=(38_000,), compared="rivals",
        why="After each request the worker leaves the interpreter lock to the game.",
    )  # fmt: skip
    yield Bar(
        "delivery", "processor per 1,000 events, capture included, at the service's 100 requests a "
        "second", "ms", (18,), (get(once, OURS, processor),), (best_rival([once], processor),),
        (get(floors, f"{plain}, 100 a second", processor),), there=(25.1,), compared="rivals",
        why="Between two rows of requests the worker sleeps, and finds the processor's caches cold "
        "after it; its wakes cost as well. The [floors](docs/figures/floors.md) show what pauses "
        "cost a program that does nothing but post.",
    )  # fmt: skip
    yield beside(
        "delivery", "100,000 waiting, 200 ms an answer: all gone", "events/s", (1667,), [slow],
        speed, more=True,
    )  # fmt: skip
    paced = [case for case in delivery.values() if get(case, OURS, "largest") is not None]
    yield beside(
        "delivery", "commands in a request / requests in any second / events behind a later one of "
        "the same customer", "", (50, 100, 0), paced, "largest", "busiest", "overtaken",
    )  # fmt: skip


def of_starts(sections: Figures) -> Iterator[Bar]:
    memory = [sections.get("memory", {})]
    yield beside(
        "memory", "memory grown with 100,000 waiting", "MB", (1,), memory, "grown_mb"
    )  # fmt: skip
    yield beside(
        "million", "first send with 1,000,000 waiting, ms / memory grown by it, MB", "", (60, 10),
        [sections.get("million", {})], "first_ms", "grown_mb",
        why="What the killed run wrote last, some 2 MB, is read and looked at line by line, and "
        "before anything of it is sent, that and its conclusion are synced.",
    )  # fmt: skip
    launches = sections.get("launches", {})
    yield Bar(
        "launches", "a launch after five killed runs / 2,000 concluded ones, beyond one that finds "
        "nothing", "ms", (20, 50),
        tuple(get(launches, case, "beyond_ms") for case in ("five killed runs", CONCLUDED)),
        why="Of each concluded run the cursor is read, for nothing else tells of a conclusion; "
        "it is locked when its turn to be delivered comes.",
    )  # fmt: skip
    yield Bar(
        "idle", "memory grown by ten hours of play at ten events a second", "MB", (1,),
        (get(sections.get("idle"), "ten hours of play, beyond a minute", "mb"),),
    )  # fmt: skip
    importing = sections.get("importing", {})
    begun, floor = (
        get(importing, f"in a game: {what}", "ms")
        for what in ("configure and attach", "import requests")
    )
    yield beside(
        "importing", "`import exponea_game`, beyond an empty program", "ms", (15,), [importing],
        "ms",
        why="Python's own modules (threading, collections, weakref) are most of it, "
        "and pyglet has imported them already. What a run needs beyond them, requests above all, "
        "is imported by `configure` or `attach`, before the first frame.",
    )  # fmt: skip
    yield Bar(
        "importing", "`configure` and `attach`, on the game's thread (floor: `import requests`)",
        "ms", (80,), (begun,), (), (floor,),
        why="Most of it is the import of requests, the rest some eighty modules of this library: "
        "a game that has imported requests does not wait for the former.",
    )  # fmt: skip


def of_ends(sections: Figures) -> Iterator[Bar]:
    states = list(sections.get("quitting", {}).values())
    yield beside(
        "quitting", "quit with 1,000 fresh events, any state of the server", "s", (0.3,), states,
        "worst",
    )  # fmt: skip
    yield beside(
        "quitting", "of these 1,000 arrived, then or later", "events", (1000,), states, "arrived",
        more=True,
    )  # fmt: skip
    yield beside(
        "killed", "kill -9 with 1,013 waiting: kept", "events", (1013,),
        [sections.get("killed", {})], "kept", more=True,
    )  # fmt: skip
    yield beside(
        "ends", "threads / files left when the tracker has ended", "", (0, 0),
        [sections.get("ends", {})], "left_threads", "left_files",
    )  # fmt: skip


def of_fleet(sections: Figures) -> Iterator[Bar]:
    fleets = [get(sections.get("fleet"), f"{many} players") for many in ("100,000", "1,000,000")]
    for name, limit, unit, what in (
        ("worst_of_steady", 2, "times the steady rate", "the server's worst second"),
        ("last_event_s", 600, "s", "the last event is there after"),
    ):
        yield Bar(
            "fleet", f"100,000 / 1,000,000 players after an hour's outage: {what}", unit,
            (limit, limit), tuple(get(fleet, name) for fleet in fleets),
        )  # fmt: skip


def of_inspector(sections: Figures) -> Iterator[Bar]:
    panel = get(sections.get("inspector"), "1280x720")
    for name, where in (("thread", "on the game's thread"), ("drawn", "until drawn in software")):
        shares = f"{name}_p50", f"{name}_p99"
        opened, absent = (
            tuple(get(panel, state, share) for share in shares) for state in ("open", "absent")
        )
        yield Bar(
            "inspector", f"the inspector open, a frame, {where}: median / p99", "ms", (1, 1),
            opened, (), absent,
            why="In these frames the panel is laid out anew, four times a second, or one of its "
            "rows is new and painted.",
        )  # fmt: skip


def of_network(sections: Figures) -> Iterator[Bar]:
    outages = sections.get("network", {})
    away = [found for outage, found in outages.items() if outage.startswith("there was no")]
    yield beside(
        "network", "the network is back (no route or no name before): first event leaves after",
        "s", (5,), away or [{}], "worst",
    )  # fmt: skip
    yield Bar(
        "network", "a server is back that failed for ten seconds: first event leaves after, worst "
        "of 10,000 clients", "s", (10,), (get(outages, FAILED, MADE_UP, "worst"),),
        (best_rival([outages.get(FAILED, {})], "worst"),),
    )  # fmt: skip


def of_collector(sections: Figures) -> Iterator[Bar]:
    found = sections.get("collector_page", {})
    page, floor, flood = (found.get(case) for case in (PAGE, FLOOR, FLOOD))
    yield Bar(
        "collector_page", "the collector, 50 streams open and the page shown: events taken",
        "a second", (2000,), (get(flood, "taken_per_second"),), more=True,
    )  # fmt: skip
    yield Bar(
        "collector_page", "its page with 100,000 stored, drawn in software: first rows after", "s",
        (0.5,), (get(page, "first_rows_s"),), floors=(get(floor, "first_rows_s"),),
        why="The floor is an answer of one line, opened by the same browser in the same way.",
    )  # fmt: skip
    yield Bar(
        "collector_page", "the same while ten players play: frames", "a second", (60,),
        (get(page, "per_second"),), floors=(get(floor, "per_second"),), more=True,
        why="The floor is an answer of one line, watched by the same browser in the same way.",
    )  # fmt: skip


def of_wakes(sections: Figures) -> Iterator[Bar]:
    server, collector = (
        get(sections.get("wakes"), case) or {}
        for case in ("a server that is well", "the collector")
    )
    bare = worst([server], "nothing", "per_second")
    found = (worst([case], OURS, "per_second") for case in (server, collector))
    yield Bar(
        "wakes", "an idle game: wake-ups for us, all threads, with a server / with the collector",
        "a second", (2, 2),
        tuple(None if None in (woken, bare) else max(0.0, woken - bare) for woken in found),
        (best_rival([server], "per_second"), None), (bare, None),
        why="One wake-up from rest is several for the kernel: a thread that syncs, or that asks "
        "the collector, waits for the answer as well.",
    )  # fmt: skip


def bars(sections: Figures) -> Iterator[Bar]:
    """Everything promised, with what came out."""
    for of in (
        of_calls, of_frames, of_delivery, of_starts, of_ends, of_network, of_fleet, of_inspector,
        of_collector, of_wakes,
    ):  # fmt: skip
        yield from of(sections)
