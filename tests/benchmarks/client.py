"""One measurement of one client, in a process of its own; the result is a line of JSON.

python client.py NAME SCENARIO URL FOLDER [key=value ...]
"""

from __future__ import annotations

import errno
import importlib
import json
import logging
import os
import socket
import sys
import threading
import time
import urllib.request
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
import play  # noqa: E402 - both environments run this file
from clients import CLIENTS, Track  # noqa: E402
from play import EVENT, PROPERTIES, work  # noqa: E402
from stopwatch import RunQueue, clock, each, summary  # noqa: E402

SIZES: dict[str, dict[str, Any]] = {
    "small": {},
    "typical": PROPERTIES,
    "large": {f"property_{number}": f"value {number} " + "x" * 90 for number in range(50)},
}


LATER = 10.0
"""Seconds after the first event in which the others may arrive."""


def memory() -> float:
    """Megabytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def seen(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/_/seen", timeout=30) as answer:
        return dict(json.load(answer))


def calls(track: Track, count: int = 10_000, size: str = "typical", threads: int = 1) -> Any:
    """The cost of each call in a loop that does nothing else."""
    properties = SIZES[size]
    call: Callable[[int], None] = lambda _number: track(EVENT, properties)  # noqa: E731
    first = each(call, 1, 10.0)
    before, rounds = memory(), [array("q")] * threads

    def part(place: int) -> None:
        rounds[place] = each(call, count // threads, 6.0)

    workers = [threading.Thread(target=part, args=(place,)) for place in range(1, threads)]
    for worker in workers:
        worker.start()
    part(0)
    for worker in workers:
        worker.join()
    grown = round(memory() - before - 8 * count / 1e6, 1)  # without the times themselves
    spent = [took for spent in rounds for took in spent]
    return {"first": first[0] / 1000, **summary(spent), "count": len(spent), "grown_mb": grown}


def cold(track: Track, count: int = 1200) -> Any:
    """The cost of a call in a frame that did something else before."""
    track(EVENT, PROPERTIES)
    queue, spent = RunQueue(), []
    for _ in range(count):
        time.sleep(0.003)
        work()
        queue.waited()
        start = clock()
        track(EVENT, PROPERTIES)
        spent.append(clock() - start - queue.waited())
    return summary(spent)


def deliver(track: Track, count: int = 100_000) -> Any:
    """Track, and wait to be told that the server has all; processor's time is of all threads."""
    begun, used = time.time(), time.process_time()
    for _ in range(count):
        track(EVENT, PROPERTIES)
    captured = time.process_time() - used
    print(json.dumps({"begun": begun}), flush=True)
    sys.stdin.readline()
    return {"begun": begun, "captured": captured, "used": time.process_time() - used}


def leave(track: Track, count: int = 1000) -> Any:
    """Some events, and then the end of the program, without a word to the library."""
    for _ in range(count):
        track(EVENT, PROPERTIES)
    return {"left_at": time.time()}


def wait(track: Track, count: int = 1013) -> Any:
    """Some events, and then nothing: whoever started this kills it."""
    for _ in range(count):
        track(EVENT, PROPERTIES)
    print("{}", flush=True)
    time.sleep(600)


def slow_disk(seconds: float) -> None:
    """Have each write of the library's to a file take so long."""
    from exponea_game.system.disk import Disk

    write = Disk.write

    def slowly(descriptor: int, data: bytes) -> int:
        time.sleep(seconds)
        return write(descriptor, data)

    Disk.write = staticmethod(slowly)  # type: ignore[assignment]


def held() -> dict[str, float]:
    """What this process holds: threads, open files, megabytes."""
    there = Path("/proc/self")
    threads, files = len(list((there / "task").iterdir())), len(list((there / "fd").iterdir()))
    return {"threads": threads, "files": files, "mb": memory()}


def ends(track: Track, before: Any = None, close: Any = None) -> Any:
    """What a client holds while nothing happens, and what is left of it when it has ended."""
    track(EVENT, PROPERTIES)
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
        track(EVENT, PROPERTIES)
    return {"count": count}


def first_send(track: Track, url: str, started: float, before: float) -> Any:
    """From the start of the tracker until the server has its first request, and a second on."""
    while not seen(url)["requests"]:
        time.sleep(0.002)
    ended = seen(url)["first"]
    time.sleep(1.0)
    first, grown = round((ended - started) * 1000, 1), round(memory() - before, 1)
    return {"first_ms": first, "grown_mb": grown}


def returns(track: Track, url: str, seconds: int, back: Callable[[], None]) -> Any:
    """From the end of an outage until the first event is there, and what is there a while later."""
    for _ in range(seconds):
        track(EVENT, PROPERTIES)
        time.sleep(1.0)
    back()
    ended = seen(url)["well_since"] or time.time()
    while not seen(url)["events"]:
        time.sleep(0.02)
    after = seen(url)["first"] - ended
    time.sleep(LATER)
    found = {"of": seconds, "arrived": seen(url)["events"]}
    return {"after_s": round(after, 2), "worst": round(after, 2), **found}


def no_network(kind: str) -> Callable[[], None]:
    """Take the network away: its names or its routes; returns what brings it back."""
    if not kind:
        return lambda: None
    place, name = {"names": (socket, "getaddrinfo"), "route": (socket.socket, "connect")}[kind]
    there = getattr(place, name)

    def refuse(*_given: object, **_named: object) -> None:
        if kind == "names":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))

    setattr(place, name, refuse)
    return lambda: setattr(place, name, there)


SCENARIOS: dict[str, Callable[..., Any]] = {
    made.__name__: made
    for made in [
        calls, cold, deliver, leave, wait, ends, fill, first_send, returns, play.frames,
        play.window, play.rest,
    ]
}  # fmt: skip


def unpaced() -> None:
    """Leave the service's rate out: at 100 requests a second all would look alike."""
    import exponea_game

    courier = exponea_game.api.tracker._life.engine.courier
    assert courier._pace.limited, "the courier keeps its pace elsewhere"
    courier._pace.limited = False


def main(name: str, scenario: str, url: str, folder: str, *pairs: str) -> None:
    logging.disable(logging.CRITICAL)
    options: dict[str, Any] = {}
    for key, _, value in (pair.partition("=") for pair in pairs):
        options[key] = int(value) if value.isdecimal() else value
    bound = bool(options.pop("bound", 0))
    if scenario == "first_send":  # what configure would import is measured by itself
        importlib.import_module("exponea_game.run.engine")
        importlib.import_module("requests")
    back = no_network(str(options.pop("outage", "")))
    before, started = held(), time.time()
    track, close = CLIENTS[name](url, folder, bound)
    made = time.time() - started
    if stall := options.pop("stall", 0):
        slow_disk(stall / 1000)
    if options.pop("unpaced", 0):
        unpaced()
    if scenario == "first_send":
        options |= {"url": url, "started": started, "before": before["mb"]}
    if scenario == "returns":
        options |= {"url": url, "back": back}
    if scenario == "ends":
        options |= {"before": before, "close": close}
    if scenario == "window":
        options["attached"] = int(name == "exponea_game")
    result = SCENARIOS[scenario](track, **options)
    print(json.dumps({**result, "made_ms": round(made * 1000, 1)}), flush=True)
    if scenario not in ("leave", "wait"):
        os._exit(0)  # how a program ends is measured by itself


if __name__ == "__main__":
    main(*sys.argv[1:])
