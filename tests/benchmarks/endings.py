"""How a program ends: what a client leaves behind, how long it takes, and what arrives."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from clients import CLIENTS, OURS, SENDERS
from environment import start, work
from sink import Sink, sink
from turns import Figures, in_turn, middle


def ends() -> Figures:
    """Threads, open files and memory while nothing happens; what is left after the end."""
    return in_turn(CLIENTS, "ends", repeats=1)


STATES = {
    "healthy": ("healthy", 0.0),
    "slow": ("healthy", 0.2),
    "failing": ("failing", 0.0),
    "refused": ("refused", 0.0),
    "hang": ("hang", 0.0),
}
"""A server that takes all, takes 200 ms for it, answers 500, is not there, and never answers."""
QUITS = 5
"""Times that this library's end is measured."""
PATIENCE = 30.0
"""Seconds after which a program that has not ended is ended; it counts as having taken them."""
AGAIN = 3.0
"""Seconds in which a program that is started again may send what was left."""


def quitting() -> Figures:
    """Seconds a program takes to end after 1,000 events, and what of them arrives in the end."""
    return {
        state: {name: _quits(name, *how, QUITS if name == OURS else 1) for name in CLIENTS}
        for state, how in STATES.items()
    }


def _quits(name: str, mode: str, delay: float, times: int) -> Figures | None:
    return middle(_quit(name, mode, delay) for _ in range(times))


def _quit(name: str, mode: str, delay: float, count: int = 1000) -> Figures:
    """One end of a program, and one more start for what it left."""
    with tempfile.TemporaryDirectory(dir=work()) as folder:
        with sink(mode, delay, watch=True) as server:
            took = _ended(start(name, "leave", server.url, folder, count=count))
            taken, there = set[float](), 0
            if mode == "healthy":
                taken, there = server.times(), server.seen()["events"]
        arrived = there
        if arrived < count and name in SENDERS:
            with sink(watch=True) as server:
                again = _arrives(name, folder, server, count)
                # what tells its events apart may send one again that has arrived: stored once
                arrived = len(taken | server.times()) or there + again
    return {"seconds": took, "worst": took, "delivered": there, "arrived": arrived}


def _ended(process: subprocess.Popen[str]) -> float:
    """Seconds from a program's last line to its end."""
    with _patience(process):
        line = process.stdout.readline() if process.stdout else ""
        left = time.time()
        process.wait()
    return round(time.time() - left, 3) if line and process.returncode == 0 else PATIENCE


@contextmanager
def _patience(process: subprocess.Popen[str]) -> Iterator[None]:
    """A program that takes too long is ended."""
    timer = threading.Timer(PATIENCE, process.kill)
    timer.start()
    yield
    timer.cancel()


def _arrives(name: str, folder: str, server: Sink, count: int) -> int:
    """How many of the events arrive when the program is started again and the server is well."""
    process = start(name, "wait", server.url, folder, count=0)
    deadline = time.monotonic() + AGAIN
    while time.monotonic() < deadline and server.seen()["events"] < count:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    return int(server.seen()["events"])


def killed() -> Figures:
    """How many of 1,013 events arrive after a kill with the server down, and a new start."""
    figures = {}
    for name in SENDERS:
        with tempfile.TemporaryDirectory(dir=work()) as folder:
            process = start(name, "wait", "http://127.0.0.1:9", folder)
            with _patience(process):
                _ = process.stdout and process.stdout.readline()
            process.kill()
            process.communicate()
            with sink() as server:
                figures[name] = {"of": 1013, "kept": _arrives(name, folder, server, 1013)}
    return figures
