"""How much leaves, at what cost, and how far that is from a program that does nothing but post."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time

from clients import OURS, RIVALS, SENDERS
from environment import start, work
from sink import Sink, sink
from turns import REPEATS, Figures, middle


def delivery() -> Figures:
    """Events a second to a server that answers at once, after 20 ms, and after 200 ms."""
    return {
        "at once": {name: deliver(name, 50_000, repeats=2) for name in SENDERS},
        "at once, without the service's rate": {OURS: deliver(OURS, 50_000, unpaced=1)},
        "after 20 ms": {
            OURS: deliver(OURS, 50_000, 0.02),
            **{name: deliver(name, 10_000, 0.02) for name in RIVALS},
        },
        "after 200 ms": {
            OURS: deliver(OURS, 100_000, 0.2),
            **{name: deliver(name, 2000, 0.2) for name in RIVALS},
        },
    }


def deliver(
    name: str, count: int, delay: float = 0.0, repeats: int = 1, **options: object
) -> Figures | None:
    """What a delivery of so many events comes to, to a server that takes so many seconds."""
    results: list[Figures | None] = []
    for _ in range(repeats):
        with (
            sink("healthy", delay, watch=name == OURS and not options) as server,
            tempfile.TemporaryDirectory(dir=work()) as folder,
        ):
            process = start(name, "deliver", server.url, folder, count=count, bound=1, **options)
            results.append(_delivered(process, server, count))
    return middle(results)


def _delivered(process: subprocess.Popen[str], server: Sink, count: int) -> Figures | None:
    """What a delivery came to, once the server has all or nothing more comes."""
    timer = threading.Timer(120.0, process.kill)
    timer.start()
    assert process.stdout is not None
    there, quiet, line = -1, time.monotonic(), process.stdout.readline()
    while line and there < count and time.monotonic() - quiet < 15.0 and timer.is_alive():
        time.sleep(0.1)
        before, there = there, server.seen()["events"]
        quiet = quiet if there == before else time.monotonic()
    seen = server.seen()
    told, _ = process.communicate("\n", timeout=30) if process.poll() is None else ("", "")
    timer.cancel()
    if not told or not seen["events"]:
        return None
    result, events = json.loads(told.splitlines()[-1]), seen["events"]
    return {
        "delivered": events,
        "of": count,
        "per_second": round(events / (seen["last"] - result["begun"])),
        "cpu_ms_per_1000": round(result["used"] * 1e6 / events, 1),
        "capture_ms_per_1000": round(result["captured"] * 1e6 / count, 1),
        "bytes_per_event": round(seen["bytes"] / events),
        "requests": seen["requests"],
        **{name: seen[name] for name in ("largest", "busiest", "overtaken") if name in seen},
    }


POST = """
import http.client, json, sys, time
import requests

url, client, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
commands = b",".join([b'{"command_id":"1",' + b"x" * 400] * 50)
body = b'{"commands":[' + commands + b"]}"
host, port = url.removeprefix("http://").split(":")
connection, session = http.client.HTTPConnection(host, int(port)), requests.Session()

def plain():
    connection.request("POST", "/batch", body)
    connection.getresponse().read()

post = plain if client == "http.client" else lambda: session.post(f"{url}/batch", body).content
post()
count = 300 if pause else 1000
took, used = time.perf_counter(), time.process_time()
for _ in range(count):
    post()
    time.sleep(pause)
took, used = time.perf_counter() - took, time.process_time() - used
per_second, cpu = round(50 * count / took), round(used * 1e6 / 50 / count, 1)
print(json.dumps({"per_second": per_second, "cpu_ms_per_1000": cpu}))
"""
"""The same bytes, posted by a program that does nothing else."""


def floors() -> Figures:
    """The same bytes by ``http.client`` and ``requests``, at full speed and at the service's."""
    programs = {
        "http.client": ("http.client", 0.0),
        "requests": ("requests", 0.0),
        "http.client, 100 a second": ("http.client", 0.01),
        "requests, 100 a second": ("requests", 0.01),
    }
    rounds: dict[str, list[Figures | None]] = {name: [] for name in programs}
    for _ in range(REPEATS):
        for name, (client, pause) in programs.items():
            with sink() as server:
                command = [sys.executable, "-c", POST, server.url, client, str(pause)]
                told = subprocess.run(command, capture_output=True, text=True, check=True)
                rounds[name].append(json.loads(told.stdout))
    return {name: middle(results) for name, results in rounds.items()}
