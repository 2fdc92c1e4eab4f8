"""One measurement of one client, in a process of its own; the result is a line of JSON.

python client.py NAME SCENARIO URL FOLDER [key=value ...]
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import threading
import time
import urllib.request
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
from clients import CLIENTS, Track  # noqa: E402 - both environments run this file
from stopwatch import RunQueue, at, clock, each, summary  # noqa: E402

EVENT = "bench_event"
PROPERTIES: dict[str, dict[str, Any]] = {
    "small": {},
    "typical": {
        "level": 3, "seconds": 41.2, "world": "ice caves", "deaths": 2, "boss": False,
        "score": 123456,
    },
    "large": {f"property_{number}": f"value {number} " + "x" * 90 for number in range(50)},
}  # fmt: skip
WORK = 2200
"""Rounds of a frame's own work: 1 to 2 ms of Python."""


def memory() -> float:
    """Megabytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def seen(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/_/seen", timeout=30) as answer:
        return dict(json.load(answer))


def calls(track: Track, count: int = 10_000, size: str = "typical", threads: int = 1) -> Any:
    """The cost of each call in a loop that does nothing else."""
    properties = PROPERTIES[size]
    call: Callable[[int], None] = lambda _number: track(EVENT, properties)  # noqa: E731
    first = each(call, 1, 10.0)
    before, rounds = memory(), [array("q")] * threads

    def work(place: int) -> None:
        rounds[place] = each(call, count // threads, 6.0)

    workers = [threading.Thread(target=work, args=(place,)) for place in range(1, threads)]
    for worker in workers:
        worker.start()
    work(0)
    for worker in workers:
        worker.join()
    grown = round(memory() - before - 8 * count / 1e6, 1)  # without the times themselves
    spent = [took for part in rounds for took in part]
    return {"first": first[0] / 1000, **summary(spent), "count": len(spent), "grown_mb": grown}


def frames(track: Track, rate: int = 240, events: int = 10, seconds: float = 2.0) -> Any:
    """A game's loop: sleep until the frame is due, work, track."""
    properties, period = PROPERTIES["typical"], 1 / rate
    queue = RunQueue()
    took, late, away, missed = [], [], [], 0
    due = time.perf_counter()
    for _ in range(int(seconds * rate)):
        while (left := due - time.perf_counter()) > 0:
            time.sleep(left)
        start = time.perf_counter()
        due += queue.waited() / 1e9  # the machine's fault: the schedule moves with it
        late.append(max(0.0, start - due))
        away.append(work())
        for _ in range(events):
            track(EVENT, properties)
        end = time.perf_counter()
        waited = queue.waited() / 1e9
        took.append(end - start - waited)
        due += waited + period
        if late[-1] + took[-1] > period:
            missed += 1
            due = max(due, end)  # a game drops what it cannot catch up with
    return {
        "frame_ms": round(at(sorted(took), 0.5) * 1000, 2),
        "frame_p99_ms": round(at(sorted(took), 0.99) * 1000, 2),
        "late_p99_ms": round(at(sorted(late), 0.99) * 1000, 2),
        "missed_percent": round(100 * missed / len(took), 2),
        "lock_away_ms": round(max(away) * 1000, 2),
    }


def work() -> float:
    """A frame's own Python; the longest time in it that somebody else had the interpreter lock."""
    queue, longest, total = _queue(), 0.0, 0
    for _ in range(20):
        start = time.perf_counter()
        for number in range(WORK):
            total += number
        took = time.perf_counter() - start
        if took > 0.0005:
            took -= queue.waited() / 1e9
        longest = max(longest, took)
    return longest


_queues: dict[int, RunQueue] = {}


def _queue() -> RunQueue:
    thread = threading.get_ident()
    if thread not in _queues:
        _queues[thread] = RunQueue()
    _queues[thread].waited()
    return _queues[thread]


def cold(track: Track, count: int = 300) -> Any:
    """The cost of a call in a frame that did something else before."""
    track(EVENT, PROPERTIES["typical"])
    queue, spent = RunQueue(), []
    for _ in range(count):
        time.sleep(0.003)
        work()
        queue.waited()
        start = clock()
        track(EVENT, PROPERTIES["typical"])
        spent.append(clock() - start - queue.waited())
    return summary(spent)


def deliver(track: Track, count: int = 100_000) -> Any:
    """Track, and wait to be told that the server has all; processor's time is of all threads."""
    begun, used = time.time(), time.process_time()
    for _ in range(count):
        track(EVENT, PROPERTIES["typical"])
    captured = time.process_time() - used
    print(json.dumps({"begun": begun}), flush=True)
    sys.stdin.readline()
    return {"begun": begun, "captured": captured, "used": time.process_time() - used}


def leave(track: Track, count: int = 1000) -> Any:
    """Some events, and then the end of the program, without a word to the library."""
    for _ in range(count):
        track(EVENT, PROPERTIES["typical"])
    return {"left_at": time.time()}


def wait(track: Track, count: int = 1013) -> Any:
    """Some events, and then nothing: whoever started this kills it."""
    for _ in range(count):
        track(EVENT, PROPERTIES["typical"])
    print("{}", flush=True)
    time.sleep(600)


def slow_disk(track: Track, stall: int = 30) -> Any:
    """Each write to the journal takes long; a call meets one in seconds, not each."""
    from exponea_game.disk import Disk

    write = Disk.write

    def slowly(descriptor: int, data: bytes) -> int:
        time.sleep(stall / 1000)
        return write(descriptor, data)

    Disk.write = staticmethod(slowly)
    return calls(track)


def window(
    track: Track, rate: int = 60, events: int = 10, seconds: int = 3, attached: bool = True
) -> Any:
    """A real window that draws and tracks in each frame; a period without a frame is a miss."""
    import pyglet

    window = pyglet.window.Window(320, 240, vsync=False)
    if attached:
        import exponea_game

        exponea_game.attach(window)
    queue, period = RunQueue(), 1 / rate
    late, away, last, missed, skipped = [], [], [0.0], [0], [0]

    def frame(_elapsed: float) -> None:
        now = time.perf_counter()
        if last[0]:
            whole = now - last[0]
            gap = max(0.0, whole - queue.waited() / 1e9)
            late.append(max(0.0, gap - period))
            missed[0] += max(0, round(gap / period) - 1)
            skipped[0] += max(0, round(whole / period) - 1)
        last[0] = now
        away.append(work())
        for _ in range(events):
            track(EVENT, PROPERTIES["typical"])

    pyglet.clock.schedule_interval(frame, period)
    pyglet.clock.schedule_once(lambda _elapsed: pyglet.app.exit(), float(seconds))
    pyglet.app.run(period)
    late.sort()
    return {
        "missed_percent": round(100 * missed[0] / (len(late) + missed[0]), 2),
        "skipped_percent": round(100 * skipped[0] / (len(late) + skipped[0]), 2),
        "late_ms": round(at(late, 0.5) * 1000, 2),
        "late_p99_ms": round(at(late, 0.99) * 1000, 2),
        "late_worst_ms": round(late[-1] * 1000, 2),
        "lock_away_ms": round(max(away) * 1000, 2),
        "frames": len(late) + 1,
    }


def held() -> dict[str, float]:
    """What this process holds: threads, open files, megabytes."""
    there = Path("/proc/self")
    threads, files = len(list((there / "task").iterdir())), len(list((there / "fd").iterdir()))
    return {"threads": threads, "files": files, "mb": memory()}


def ends(track: Track, before: Any = None, close: Any = None) -> Any:
    """What a client holds while nothing happens, and what is left of it when it has ended."""
    track(EVENT, PROPERTIES["typical"])
    time.sleep(3.0)
    idle = held()
    close()
    left = held()
    return {
        "idle_threads": idle["threads"] - before["threads"],
        "idle_files": idle["files"] - before["files"],
        "idle_mb": round(idle["mb"] - before["mb"], 1),
        "left_threads": left["threads"] - before["threads"],
        "left_files": left["files"] - before["files"],
    }


def fill(track: Track, count: int = 1_000_000) -> Any:
    """Leave a backlog behind."""
    for _ in range(count):
        track(EVENT, PROPERTIES["typical"])
    return {"count": count}


def first_send(track: Track, url: str = "") -> Any:
    """From the start of the tracker until the server has its first request."""
    before = memory()
    while not seen(url)["requests"]:
        time.sleep(0.002)
    ended = seen(url)["first"]
    time.sleep(1.0)
    return {"first_ms": round((ended - STARTED[0]) * 1000, 1), "grown_mb": memory() - before}


STARTED = [0.0]

SCENARIOS: dict[str, Callable[..., Any]] = {
    made.__name__: made
    for made in [
        calls,
        frames,
        cold,
        deliver,
        leave,
        wait,
        slow_disk,
        window,
        ends,
        fill,
        first_send,
    ]
}


def main(name: str, scenario: str, url: str, folder: str, *pairs: str) -> None:
    logging.disable(logging.CRITICAL)
    options: dict[str, Any] = {}
    for key, _, value in (pair.partition("=") for pair in pairs):
        options[key] = int(value) if value.isdecimal() else value
    bound = bool(options.pop("bound", 0))
    begun = time.perf_counter()
    if scenario == "first_send":  # what configure would import is measured by itself
        importlib.import_module("exponea_game.engine")
        importlib.import_module("requests")
        begun = time.perf_counter()
    before = held()
    track, close = CLIENTS[name](url, folder, bound)
    STARTED[0] = time.time() - (time.perf_counter() - begun)
    made = time.perf_counter() - begun
    if options.pop("unpaced", 0) and name == "exponea_game":
        import exponea_game  # at the service's rate of 100 requests a second all would look alike

        exponea_game.api.tracker._engine.courier._pace = 0.0
    if scenario == "first_send":
        options["url"] = url
    if scenario == "ends":
        options |= {"before": before, "close": close}
    if scenario == "window":
        options["attached"] = name == "exponea_game"
    result = SCENARIOS[scenario](track, **options)
    print(json.dumps({**result, "made_ms": round(made * 1000, 1)}), flush=True)
    if scenario not in ("leave", "wait"):
        os._exit(0)  # how a program ends is measured by itself


if __name__ == "__main__":
    main(*sys.argv[1:])
