"""What is measured, one function a section: each returns figures by client, as JSON."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clients import CLIENTS, OURS, OWN
from collector_page import collector_page
from deliveries import delivery, floors
from demo import demo
from endings import ends, killed, quitting
from environment import work
from fleet import fleet
from idle import idle
from launches import launches
from loops import QUICKEST, frames, rates, windows
from network import network
from panel import inspector
from pythons import pythons
from starts import importing, memory, million
from turns import Figures, in_turn
from wakes import wakes

BLOCKS = 20.0
"""Seconds after which a client whose calls have not come back is one that blocks."""


def calls() -> Figures:
    """The cost of a call, with a server that is well, refuses, or hangs."""
    modes = ("healthy", "refused", "hang")
    return {mode: in_turn(CLIENTS, "calls", mode, patience=BLOCKS) for mode in modes}


def sizes() -> Figures:
    """The same with other events, from eight threads, and in long rows."""
    sizes = ("small", "typical", "large")
    figures = {size: in_turn(CLIENTS, "calls", size=size, repeats=2) for size in sizes}
    figures["eight threads"] = in_turn(CLIENTS, "calls", threads=8, repeats=2)
    cheap = (*OWN, *QUICKEST)
    figures["200,000 in a row"] = in_turn(cheap, "calls", count=200_000, repeats=2)
    return figures


def cold() -> Figures:
    """The cost of a call in a frame that has done something else before."""
    return in_turn(CLIENTS, "cold", repeats=2)


def disks() -> Figures:
    """The cost of a call where each write takes 30 ms, and where another program writes."""
    figures = {"slow": in_turn([OURS], "calls", stall=30)}
    with busy():
        figures["busy"] = in_turn(CLIENTS, "calls", count=20_000, repeats=2)
    return figures


BUSY = """
import os, sys
file, block = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), os.urandom(1 << 20)
while True:
    for _ in range(16):
        os.write(file, block)
    os.fsync(file)
    os.lseek(file, 0, 0)
"""


@contextmanager
def busy() -> Iterator[None]:
    """With a program beside it that writes and syncs without a rest."""
    with tempfile.TemporaryDirectory(dir=work()) as folder:
        other = subprocess.Popen([sys.executable, "-c", BUSY, f"{folder}/busy"])
        try:
            yield
        finally:
            other.kill()
            other.wait()


SECTIONS: dict[str, Callable[[], Figures]] = {
    made.__name__: made
    for made in (
        calls, sizes, cold, disks, frames, rates, windows, delivery, floors, importing, memory,
        million, launches, idle, wakes, ends, quitting, killed, network, fleet, pythons, inspector,
        demo,
        collector_page,
    )
}  # fmt: skip
