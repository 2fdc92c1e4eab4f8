"""How a program begins: imports, memory, and a backlog that an earlier run left."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from clients import CLIENTS, OURS, RIVALS
from environment import python, run, with_bytecode, work
from sink import sink
from turns import REPEATS, Figures, in_turn, middle

MODULES = {
    "exponea_game": "exponea_game", "posthog": "posthog", "segment": "segment.analytics",
    "amplitude": "amplitude", "mixpanel": "mixpanel", "sentry_logs": "sentry_sdk",
    "opentelemetry_logs": "opentelemetry.exporter.otlp.proto.http._log_exporter",
    "snowplow": "snowplow_tracker",
}  # fmt: skip


PYTHONS = "import atexit, contextlib, math, operator, threading, weakref"
"""Those of the standard library that the import needs."""
A_WINDOW = "type('Window', (), {'dispatch_event': print})()"
"""As much of a window as the library asks for: a real one costs a display."""


IMPORTS = 12
"""Rounds of imports, and one before them in which bytecode is made."""
IN_A_GAME = """
import os, time
import pyglet
import exponea_game
took = time.thread_time()
{}
print(1000 * (time.thread_time() - took), flush=True)
os._exit(0)
"""
"""A game that has imported this library tells what its own thread does next, in milliseconds."""


def importing() -> Figures:
    """Milliseconds of an import and of a beginning, in processor's time."""
    with tempfile.TemporaryDirectory(dir=work()) as home:
        programs = {"": "", **{name: f"import {module}" for name, module in MODULES.items()}}
        programs |= PARTS
        begun = _beginnings(home)
        took: dict[str, list[float]] = {name: [] for name in (*programs, *begun)}
        for _ in range(1 + IMPORTS):
            for name, code in programs.items():
                took[name].append(_process(name if name in RIVALS else OURS, code, home))
            for name, code in begun.items():
                took[name].append(_thread(code, home))
    spent = {name: times[1:] for name, times in took.items()}
    none, pyglet = median(spent.pop("")), median(spent["pyglet"])
    before = dict.fromkeys(begun, 0.0) | {"exponea_game, pyglet there": pyglet}
    return {
        name: {
            "ms": round(median(times) - before.get(name, none), 1),
            "worst": round(max(times) - before.get(name, none), 1),
        }
        for name, times in spent.items()
    }


PARTS = {
    "requests": "import requests",
    "pyglet": "import pyglet",
    "exponea_game, pyglet there": "import pyglet; import exponea_game",
    "Python's modules": PYTHONS,
}
"""Programs that show what the import of this library consists of."""


def _beginnings(home: str) -> dict[str, str]:
    """What a game does that has imported pyglet and this library."""
    configure = f"configure(project_token='a', authorization='Token a', home={home!r})"
    attach = f"exponea_game.attach({A_WINDOW})"
    return {
        "in a game: configure": f"exponea_game.{configure}",
        "in a game: configure and attach": f"exponea_game.{configure}; {attach}",
        "in a game: import requests": "import requests",
    }


def _process(client: str, code: str, folder: str) -> float:
    """Milliseconds of processor's time that a program takes."""
    command, quiet = [python(client), "-c", code], subprocess.DEVNULL
    process = subprocess.Popen(command, env=with_bytecode(), cwd=folder, stderr=quiet)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{client} could not run: {code}"
    return 1000 * (used.ru_utime + used.ru_stime)


def _thread(code: str, folder: str) -> float:
    """Milliseconds of processor's time that a game's thread takes for some code."""
    command = [python(OURS), "-c", IN_A_GAME.format(code)]
    done = subprocess.run(
        command, env=with_bytecode(), cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    return float(done.stdout)


def memory() -> Figures:
    """Megabytes that 100,000 waiting events take, with a server that refuses."""
    return in_turn(CLIENTS, "calls", "refused", repeats=1, count=100_000, bound=1)


def million() -> Figures:
    """The first send with a million events waiting, each time after another run that was killed."""
    return {OURS: middle(_million() for _ in range(REPEATS))}


def _million() -> Figures | None:
    with tempfile.TemporaryDirectory(dir=work()) as folder, sink("refused") as server:
        run(OURS, "fill", server.url, folder=folder, bound=1)
        files = sum(path.stat().st_size for path in Path(folder).rglob("*.jsonl"))
        with sink("healthy") as server:
            found = run(OURS, "first_send", server.url, folder=folder, bound=1)
    return found and {**found, "journal_mb": round(files / 1e6)}
