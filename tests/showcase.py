"""The demo game plays itself on a display of its own, and what a collector received is shown.

    python tests/showcase.py [--seconds 20] [--picture FILE]

On the way the player turns to another program and comes back. The exit status is 0 only if the
collector then holds one session, begun and ended, and each event that the game tracked, once.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop import Desktop
from rich.console import Console
from rich.table import Column, Table

from exponea_game.collector import Collector

ROOT = Path(__file__).parent.parent
TITLE = "Comet Courier"
OF_THE_LIBRARY = ("installation", "session_start", "session_end")
HEADING = "What the collector received"
PRESENT, AWAY = 2.0, 2.0
"""Seconds: longer than it takes to be sure of the focus, and far from the end of a session."""


def main(words: Sequence[str] | None = None) -> int:
    """Play, show and judge."""
    parser = argparse.ArgumentParser(description=__doc__, prog="showcase")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to play")
    parser.add_argument("--picture", type=Path, default=ROOT / "build" / "demo.png")
    options = parser.parse_args(words)
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    with Collector() as collector:
        print(f"There is no display, so the game plays itself, and reports to {collector.url}.")
        tracked = play(collector.url, options.seconds, options.picture)
        events, sessions = collector.events(), collector.sessions()
    show(events)
    found = faults(tracked, events, sessions)
    for fault in found:
        print(f"WRONG: {fault}")
    if not found:
        print(f"One session, begun and ended, and every event that was tracked ({len(tracked)}).")
        print(f"The last frame is in {options.picture}.")
    return int(bool(found))


def play(collector: str, seconds: float, picture: Path) -> list[str]:
    """Let the game play itself, away from it for a moment, and return what it says it tracked."""
    with tempfile.TemporaryDirectory() as home, Desktop() as desktop:
        report = Path(home, "report.json")
        words = ["--autopilot", "--seconds", str(seconds), "--picture", picture]
        words += ["--report", report, "--home", home]
        places = {"EXPONEA_COLLECTOR": collector, "EXPONEA_GAME_HOME": home}
        with desktop.run("-m", "demo_game", *words, **places) as game:
            desktop.focus(TITLE)
            time.sleep(PRESENT)
            desktop.leave()
            time.sleep(AWAY)
            desktop.focus(TITLE)
            if game.wait(seconds + 30):
                sys.exit("showcase: the game failed; its words are above")
        tracked: list[str] = json.loads(report.read_text())["tracked"]
        return tracked


def faults(
    tracked: list[str], events: list[dict[str, Any]], sessions: list[dict[str, Any]]
) -> list[str]:
    """What is wrong with what was received, in words.

    Args:
        tracked: The types of the events that the game tracked.
        events: All that the collector holds.
        sessions: The starts among them, paired with ends.
    """
    received = Counter(event["event_type"] for event in events)
    expected = Counter([*tracked, *OF_THE_LIBRARY])
    wrong = [f"{count} {kind} lost" for kind, count in (expected - received).items()]
    wrong += [f"{count} {kind} too many" for kind, count in (received - expected).items()]
    if not wrong and not (sessions[0]["start"] and sessions[0]["end"]):
        wrong.append("the session_end is not that of the session_start")
    return wrong


def show(events: list[dict[str, Any]]) -> None:
    """Print a table of events, in the order in which they happened.

    What the first says of the machine is not repeated with those that follow.
    """
    narrow = [Column(heading, no_wrap=True) for heading in ("seconds", "event")]
    table = Table(*narrow, "properties", title=HEADING)
    told: set[tuple[str, str]] = set()
    begun = min((event["timestamp"] for event in events), default=0.0)
    for event in sorted(events, key=lambda event: event["timestamp"]):
        own = {name: str(value) for name, value in event["properties"].items()}
        fresh = [f"{name} {value}" for name, value in own.items() if (name, value) not in told]
        told = told or set(own.items())
        since = f"{event['timestamp'] - begun:.1f}"
        table.add_row(since, event["event_type"], ", ".join(fresh))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
