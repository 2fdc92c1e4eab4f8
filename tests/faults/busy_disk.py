"""Kills games on a disk that another program keeps busy, and counts what becomes of their events.

    python -m tests.faults.busy_disk --kills 200 [--folder DIR] [--megabytes 8]

Each game is a process of its own on one home. It tracks an event every other millisecond and tells
each whose call has returned, until it is killed with -9. Another program writes files and syncs
them all the while, in the same folder. Then one healthy launch delivers all, and what did not
arrive is held against what that launch reports as lost.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exponea_game.collector import Collector

from .conftest import deliver_all, game
from .zygote import Zygote

BUSY = """
import os, sys, time
folder, size, pause = sys.argv[1], int(sys.argv[2]) << 20, float(sys.argv[3])
data = os.urandom(1 << 20)
while True:
    descriptor = os.open(folder + "/busy", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for _ in range(size >> 20):
        os.write(descriptor, data)
    os.fsync(descriptor)
    os.close(descriptor)
    time.sleep(pause)
"""
"""Another program: writes a file and syncs it, for ever."""


def kill_games(home: Path, kills: int) -> list[str]:
    """Start and kill so many games; returns the events whose calls had returned."""
    chance, returned = random.Random(0), []
    with Zygote() as zygote:
        for kill in range(kills):
            running = zygote.start("tracks_until_killed", home=home, name=str(kill))
            running.lines(at_least=1)
            time.sleep(chance.uniform(0.05, 0.6))
            returned += [line.split()[1] for line in running.kill()]
            print(f"\r{kill + 1} kills, {len(returned)} calls returned", end="", flush=True)
    print()
    return returned


@contextmanager
def busy_disk(folder: str, megabytes: int, pause: float) -> Iterator[None]:
    """Another program is at work in a folder."""
    busy = subprocess.Popen([sys.executable, "-c", BUSY, folder, str(megabytes), str(pause)])
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


def compare(home: Path, returned: list[str]) -> tuple[int, int]:
    """How many events did not arrive, and how many are reported as lost."""
    with Collector(keep=1_000_000) as collector:
        deliver_all(home, collector.url)
        tracker = game(home, collector.url, automatic_session_tracking=False)
        tracker.flush(5.0)  # what was reported last
        tracker.stop()
        events = collector.events()
    arrived = {e["properties"]["id"] for e in events if e["event_type"] == "shot"}
    losses = [e["properties"] for e in events if e["event_type"] == "journal_overflow"]
    counted = sum(loss["events"] + loss["damaged"] for loss in losses)
    return len(set(returned) - arrived), counted


def main() -> None:
    """Do it, and print the figures."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--folder", help="on the disk that is to be busy")
    parser.add_argument("--megabytes", type=int, default=8, help="of the other program's files")
    parser.add_argument("--pause", type=float, default=0.02, help="seconds between two of them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        home = Path(folder, "home")
        with busy_disk(folder, options.megabytes, options.pause):
            returned = kill_games(home, options.kills)
        lost, counted = compare(home, returned)
    print(
        f"{options.kills} kills, {len(returned)} calls had returned: "
        f"{lost} of their events are lost, {counted} are counted as lost"
    )


if __name__ == "__main__":
    main()
