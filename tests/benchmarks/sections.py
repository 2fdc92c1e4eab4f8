"""What is measured, one function a section: each returns figures by client, as JSON.

Clients take turns within a repetition, and the best of the repetitions counts for each figure: the
machine may be busy with other work, which only ever makes things slower.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clients import CLIENTS, RIVALS
from demo import demo
from environment import HERE, ROOT, python, run, start, work
from fleet import fleet
from inspector import inspector
from sink import Sink, sink

Figures = dict[str, Any]

REPEATS = 3
MORE_IS_BETTER = {"per_second", "delivered", "count", "frames", "of"}
MODES = ("healthy", "refused", "hang")


def best(results: Iterable[Figures | None]) -> Figures | None:
    """The best of each figure over the repetitions; None if one of them did not end."""
    found = list(results)
    if not found or any(result is None for result in found):
        return None
    first: Figures = found[0] or {}
    return {
        key: (max if key in MORE_IS_BETTER else min)(result[key] for result in found if result)
        for key in first
    }


def in_turn(
    names: Iterable[str], scenario: str, mode: str = "healthy", delay: float = 0.0,
    repeats: int = REPEATS, **options: object,
) -> Figures:  # fmt: skip
    """Run clients in turn, and keep the best."""
    rounds: dict[str, list[Figures | None]] = {name: [] for name in names}
    for _ in range(repeats):
        for name, results in rounds.items():
            if None in results:
                continue
            with sink(mode, delay) as server:
                results.append(run(name, scenario, server.url, **options))
    return {name: best(results) for name, results in rounds.items()}


def calls() -> Figures:
    """The cost of a call, with a server that is well, refuses, or hangs."""
    return {mode: in_turn(CLIENTS, "calls", mode) for mode in MODES}


def sizes() -> Figures:
    """The same with other events, and from eight threads."""
    sizes = ("small", "typical", "large")
    figures = {size: in_turn(CLIENTS, "calls", size=size, repeats=2) for size in sizes}
    figures["eight threads"] = in_turn(CLIENTS, "calls", threads=8, repeats=2)
    return figures


def cold() -> Figures:
    """The cost of a call in a frame that has done something else before."""
    return in_turn(CLIENTS, "cold")


def disks() -> Figures:
    """The cost of a call where each write takes 30 ms, and where another program writes."""
    figures = {"slow": in_turn(["exponea_game"], "slow_disk")}
    busy = "import os,sys\nd=os.open(sys.argv[1],os.O_WRONLY|os.O_CREAT)\nb=os.urandom(1<<20)\n"
    busy += "while 1:\n for _ in range(16): os.write(d,b)\n os.fsync(d); os.lseek(d,0,0)\n"
    with tempfile.TemporaryDirectory(dir=work()) as folder:
        other = subprocess.Popen([sys.executable, "-c", busy, f"{folder}/busy"])
        try:
            figures["busy"] = in_turn(["floor", "exponea_game"], "calls", count=50_000)
        finally:
            other.kill()
            other.wait()
    return figures


def frames() -> Figures:
    """A loop at 240 Hz: the frames that are missed."""
    return {
        f"{events} a frame": in_turn(CLIENTS, "frames", events=events, repeats=2, seconds=4)
        for events in (1, 10, 100)
    }


def rates() -> Figures:
    """The same at 60 and 144 Hz, and at 240 Hz while a backlog leaves for a slow server."""
    ours = ("nothing", "floor", "exponea_game")
    figures = {
        f"{rate} Hz, {events} a frame": in_turn(
            CLIENTS if events == 10 else ours, "frames", rate=rate, events=events, repeats=2
        )
        for rate in (60, 144)
        for events in (1, 10, 100)
    }
    with tempfile.TemporaryDirectory(dir=work()) as folder, sink("refused") as server:
        run("exponea_game", "fill", server.url, folder=folder, count=50_000)
        with sink("healthy", 0.2) as server:
            full = run("exponea_game", "frames", server.url, folder=folder, seconds=5)
    figures["240 Hz, 10 a frame, 50,000 leaving, 200 ms"] = {"exponea_game": full}
    return figures


def windows() -> Figures:
    """A real window, with and without the library in turn."""
    sys.path.insert(0, str(HERE.parent))
    from desktop import Desktop

    with Desktop() as desktop:
        os.environ["DISPLAY"] = desktop.environment["DISPLAY"]
        return {
            f"{rate} Hz, {events} events a frame": in_turn(
                ("nothing", "exponea_game"), "window", rate=rate, events=events, repeats=2
            )
            for rate in (60, 144, 240)
            for events in (1, 10, 100)
        }


def delivery() -> Figures:
    """Events a second to a server that answers at once, after 20 ms, and after 200 ms."""
    clients = [name for name in CLIENTS if name not in ("nothing", "floor")]
    ours = "exponea_game"
    return {
        "at once": {name: _deliver(name, 50_000) for name in clients},
        "at once, without the service's rate": {ours: _deliver(ours, 50_000, unpaced=1)},
        "after 20 ms": {
            ours: _deliver(ours, 50_000, 0.02, repeats=1),
            **{name: _deliver(name, 10_000, 0.02, repeats=1) for name in RIVALS},
        },
        "after 200 ms": {
            ours: _deliver(ours, 100_000, 0.2, repeats=1),
            **{name: _deliver(name, 2000, 0.2, repeats=1) for name in RIVALS},
        },
    }


def _deliver(
    name: str, count: int, delay: float = 0.0, repeats: int = REPEATS, **options: object
) -> Figures | None:
    results = []
    for _ in range(repeats):
        with sink("healthy", delay) as server, tempfile.TemporaryDirectory(dir=work()) as folder:
            process = start(name, "deliver", server.url, folder, count=count, bound=1, **options)
            results.append(_delivered(process, server, count))
    return best(results)


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
    return {name: best(results) for name, results in rounds.items()}


MODULES = {
    "exponea_game": "exponea_game", "posthog": "posthog", "segment": "segment.analytics",
    "amplitude": "amplitude", "mixpanel": "mixpanel", "sentry_logs": "sentry_sdk",
    "opentelemetry_logs": "opentelemetry.exporter.otlp.proto.http._log_exporter",
    "snowplow": "snowplow_tracker",
}  # fmt: skip


PYTHONS = "import logging, dataclasses, json, typing, pathlib, threading, functools, fcntl, zlib"
"""Those of the standard library that the import needs."""
A_WINDOW = "type('Window', (), {'dispatch_event': print})()"
"""As much of a window as the library asks for: a real one costs a display."""


def importing() -> Figures:
    """Milliseconds of an import, beyond those of the interpreter, in processor's time."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(work() / "bytecode"), "PYTHONPATH": str(ROOT)}
    programs = {"": "", **{name: f"import {module}" for name, module in MODULES.items()}}
    start = "; exponea_game.configure(project_token='a', authorization='Token a', home='{}')"
    with tempfile.TemporaryDirectory(dir=work()) as home:
        programs["exponea_game, configure"] = "import exponea_game" + start.format(home)
        attached = programs["exponea_game, configure"] + f"; exponea_game.attach({A_WINDOW})"
        programs["exponea_game, configure and attach"] = attached + "; exponea_game.stop()"
        programs["exponea_game, configure"] += "; exponea_game.stop()"
        programs["requests"] = "import requests"
        programs["pyglet"] = "import pyglet"
        programs["exponea_game, pyglet there"] = "import pyglet; import exponea_game"
        programs["Python's modules"] = PYTHONS
        took: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(12):
            for name, code in programs.items():
                client = name if name in RIVALS else "exponea_game"
                process = subprocess.Popen(
                    [python(client), "-c", code], env=environment, cwd=home,
                    stderr=subprocess.DEVNULL,
                )  # fmt: skip
                _, status, used = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                if process.returncode == 0:
                    took[name].append(1000 * (used.ru_utime + used.ru_stime))
    empty = min(took.pop(""))
    pyglet = min(took["pyglet"]) - empty
    took["exponea_game, pyglet there"] = [t - pyglet for t in took["exponea_game, pyglet there"]]
    return {name: {"ms": round(min(times) - empty, 1)} for name, times in took.items() if times}


def memory() -> Figures:
    """Megabytes that 100,000 waiting events take, with a server that refuses."""
    return in_turn(CLIENTS, "calls", "refused", repeats=1, count=100_000, bound=1)


def ends() -> Figures:
    """Threads, open files and memory while nothing happens; what is left after the end."""
    return in_turn(CLIENTS, "ends", repeats=1)


def million() -> Figures:
    """The first send with a million events waiting."""
    with tempfile.TemporaryDirectory(dir=work()) as folder, sink("refused") as server:
        run("exponea_game", "fill", server.url, folder=folder, bound=1, patience=200.0)
        files = sum(path.stat().st_size for path in Path(folder).rglob("*.jsonl"))
        with sink("healthy") as server:
            result = run("exponea_game", "first_send", server.url, folder=folder, bound=1)
    return {"exponea_game": {**(result or {}), "journal_mb": round(files / 1e6)}}


def quitting() -> Figures:
    """Seconds a program takes to end after 1,000 events, and what of them arrives in the end."""
    return {mode: {name: _quit(name, mode) for name in CLIENTS} for mode in MODES}


def _quit(name: str, mode: str) -> Figures:
    with tempfile.TemporaryDirectory(dir=work()) as folder:
        with sink(mode) as server:
            process = start(name, "leave", server.url, folder)
            took = _ended(process)
            delivered = 0 if mode != "healthy" else server.seen()["events"]
        arrived = _arrives(name, folder, 1000) if delivered < 1000 else 0
        return {"seconds": took, "delivered": delivered, "arrived": delivered + arrived}


def _ended(process: subprocess.Popen[str]) -> float | None:
    """Seconds from a program's last line to its end; None if that takes too long."""
    assert process.stdout is not None
    timer = threading.Timer(30.0, process.kill)
    timer.start()
    line = process.stdout.readline()
    left = time.time()
    process.wait()
    timer.cancel()
    return round(time.time() - left, 3) if line and process.returncode == 0 else None


def _arrives(name: str, folder: str, count: int) -> int:
    """How many of the events arrive when the program is started again and the server is well."""
    with sink() as server:
        process = start(name, "wait", server.url, folder, count=0)
        _until(server, count)
        process.kill()
        process.communicate()
        return min(count, int(server.seen()["events"]))


def _until(server: Sink, count: int) -> None:
    deadline = time.monotonic() + 4.0
    while time.monotonic() < deadline and server.seen()["events"] < count:
        time.sleep(0.05)


def killed() -> Figures:
    """How many of 1,013 events arrive after a kill with the server down, and a new start."""
    figures = {}
    for name in CLIENTS:
        with tempfile.TemporaryDirectory(dir=work()) as folder:
            process = start(name, "wait", "http://127.0.0.1:9", folder)
            assert process.stdout is not None
            timer = threading.Timer(30.0, process.kill)
            timer.start()
            process.stdout.readline()
            timer.cancel()
            process.send_signal(signal.SIGKILL)
            process.communicate()
            figures[name] = {"of": 1013, "kept": _arrives(name, folder, 1013)}
    return figures


SECTIONS = {
    made.__name__: made
    for made in (
        calls, sizes, cold, disks, frames, rates, windows, delivery, floors, importing, memory,
        million, ends, quitting, killed, fleet, inspector, demo,
    )
}  # fmt: skip
