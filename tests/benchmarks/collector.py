"""How much the collector takes in, and how it answers with millions of events in its file.

    python tests/benchmarks/collector.py [--seconds 10] [--events 2000000]

The collector is a process of its own on one core, with a file; the sender is on another.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from exponea_game.collector import queries
from exponea_game.collector.rules import judge
from exponea_game.collector.schema import reading
from exponea_game.collector.store import Request, Store

PROPERTIES = {"level": 3, "score": 1200, "mode": "story", "seconds": 41.25, "won": True, "id": 7}
TYPES = ("session_start", "coin", "coin", "coin", "level_start", "level_end", "shop", "session_end")
PLAYERS = 500
REPEATS = 9


def commands(first: int, number: int, start: float) -> list[dict[str, object]]:
    return [
        {
            "name": "customers/events",
            "data": {
                "customer_ids": {"cookie": f"cookie-{at % PLAYERS}"},
                "event_type": TYPES[at // PLAYERS % len(TYPES)],
                "timestamp": start + at * 0.01,
                "properties": PROPERTIES | {"score": at},
            },
        }
        for at in range(first, first + number)
    ]


def program(file: Path) -> tuple[subprocess.Popen[str], int]:
    words = ["-m", "exponea_game", "collector", "--port", "0", "--db", str(file)]
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
    assert process.stdout
    return process, int(process.stdout.readline().rsplit(":", 1)[1])


def cpu_seconds(process: subprocess.Popen[str]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def intake(file: Path, batch: int, seconds: float, start: float) -> str:
    process, port = program(file)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json"}
    base = "/track/v2/projects/bench/"
    sent, began, idle, waits = 0, time.perf_counter(), cpu_seconds(process), []
    while (now := time.perf_counter()) - began < seconds:
        made = commands(sent, batch, start)
        path, body = (
            ("batch", {"commands": made}) if batch > 1 else ("customers/events", made[0]["data"])
        )
        text = json.dumps(body)
        asked = time.perf_counter()
        connection.request("POST", base + path, text, headers)
        assert json.load(connection.getresponse())["success"]
        waits.append(time.perf_counter() - asked)
        sent += batch
    took = now - began
    cpu = (cpu_seconds(process) - idle) / sent * 1e6
    process.terminate()
    process.wait()
    waits.sort()
    median, slow = (waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.99))
    rate = f"{sent / took:9,.0f} events/s  {cpu:5.0f} ms CPU per 1,000"
    return f"{rate}  answer p50 {median:.1f} p99 {slow:.1f} ms"


def fill(file: Path, number: int) -> None:
    store = Store(file)
    began = time.perf_counter()
    start = time.time() - number * 0.01
    for first in range(0, number, 5000):
        judged = [judge(command, "bench", start) for command in commands(first, 5000, start)]
        request = Request("bench", "batch", start + first * 0.01, 0)
        store.commit([lambda own, r=request, j=judged: own.take(r, j)])
    store.close()
    took = time.perf_counter() - began
    print(f"filled with {number:,} in {took:.0f} s, {file.stat().st_size / 1e9:.2f} GB")


def questions(file: Path, number: int) -> Iterator[tuple[str, float]]:
    newest = time.time()
    asked: dict[str, Callable[[object], object]] = {
        "summary": queries.summary,
        "newest 1,000 events": queries.events,
        "newest 1,000 of a type": lambda d: queries.events(d, type="shop"),
        "newest 1,000 of a rare type": lambda d: queries.events(d, type="nothing"),
        "newest 1,000 of a customer": lambda d: queries.events(d, customer="cookie-7"),
        "newest 1,000 since a minute ago": lambda d: queries.events(d, since=newest - 60),
        "newest 1,000 since the beginning": lambda d: queries.events(d, since=1.0),
        "1,000 from the middle": lambda d: queries.events(d, after=number // 2),
        "sessions": queries.sessions,
        "customers": queries.customers,
        "a page's first question": queries.overview,
        "a stream's message": lambda d: queries.records(d, queries.last_id(d) - 10),
    }
    for name, ask in asked.items():
        times = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            with reading(file) as database:
                ask(database)
            times.append(time.perf_counter() - began)
        yield name, sorted(times)[REPEATS // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--events", type=int, default=2_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        print("into an empty file, one core")
        for batch in (50, 1):
            print(f"  batches of {batch:2}", intake(file, batch, options.seconds, batch * 1e6))
        file = Path(folder) / "full.db"
        fill(file, options.events)
        for name, took in questions(file, options.events):
            print(f"  {name:34} {took * 1000:8.1f} ms")
        print(f"into a file of {options.events:,}")
        for batch in (50, 1):
            print(f"  batches of {batch:2}", intake(file, batch, options.seconds, time.time()))


if __name__ == "__main__":
    main()
