"""A game's loop at several rates, bare and with a real window, while a server takes the events."""

from __future__ import annotations

import os
import sys
import tempfile

from clients import CLIENTS, OURS, OWN
from environment import HERE, run, work
from sink import sink
from turns import Figures, in_turn

QUICKEST = ("mixpanel", "sentry_logs", "opentelemetry_logs")
"""The rivals whose calls cost least: set beside where there is no time for all."""
SECONDS = {60: 10, 144: 8, 240: 5}
"""How long each loop goes on: 600, 1,152 and 1,200 frames."""


def frames() -> Figures:
    """A loop at 240 Hz."""
    return {
        f"{events} a frame": in_turn(
            CLIENTS, "frames", events=events, repeats=2, seconds=SECONDS[240]
        )
        for events in (1, 10, 100)
    }


def rates() -> Figures:
    """The same at 60 and 144 Hz; at 240 Hz on a slow disk, and while a backlog leaves."""
    figures = {
        f"{rate} Hz, {events} a frame": in_turn(
            CLIENTS if events == 10 else OWN + QUICKEST, "frames", rate=rate, events=events,
            repeats=1, seconds=SECONDS[rate],
        )
        for rate in (60, 144)
        for events in (1, 10, 100)
    }  # fmt: skip
    figures["240 Hz, 10 a frame, each write takes 30 ms"] = in_turn(
        [OURS], "frames", repeats=1, seconds=SECONDS[240], stall=30
    )
    figures["240 Hz, 10 a frame, 50,000 leaving, 200 ms"] = {OURS: leaving()}
    return figures


def leaving() -> Figures | None:
    """A loop while what an earlier run left is on its way to a server that takes 200 ms."""
    with tempfile.TemporaryDirectory(dir=work()) as folder:
        with sink("refused") as server:
            run(OURS, "fill", server.url, folder=folder, count=50_000)
        with sink("healthy", 0.2) as server:
            found = run(OURS, "frames", server.url, folder=folder, seconds=SECONDS[240])
            return found and found | {"arrived": server.seen()["events"]}


def windows() -> Figures:
    """A real window."""
    sys.path.insert(0, str(HERE.parent))
    from support.desktop import Desktop

    with Desktop() as desktop:
        os.environ["DISPLAY"] = desktop.environment["DISPLAY"]
        return {
            f"{rate} Hz, {events} events a frame": in_turn(
                CLIENTS if events == 10 and rate != 144 else OWN, "window", rate=rate,
                events=events, repeats=1, seconds=SECONDS[rate],
            )
            for rate in (60, 144, 240)
            for events in (1, 10, 100)
        }  # fmt: skip
