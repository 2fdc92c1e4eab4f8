"""The demo game plays itself on a display of its own, and what a collector received is shown.

    python -m tests.support.showcase [--seconds 20] [--picture FILE]

On the way the player turns to another program and comes back. The exit status is 0 only if the
collector then holds one session, begun and ended, and each event that the game tracked, once.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Column, Table

from exponea_game.collector import Collector
from exponea_game.events.names import ADDED

from .desktop import Desktop, wait_until

ROOT = Path(__file__).parents[2]
TITLE = "Comet Courier"
OF_THE_LIBRARY = ("installation", "session_start", "session_end")
HEADING = "What the collector received"


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
        stays = presence(collector.url)
    show(events, stays)
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
            wait_until(lambda: "present" in states(collector), "a report of presence")
            desktop.go_elsewhere()
            wait_until(lambda: "away" in states(collector), "a report of absence")
            desktop.focus(TITLE)
            if game.wait(seconds + 30):
                sys.exit("showcase: the game failed; its words are above")
        send = [sys.executable, "-m", "exponea_game", "send"]  # what the game did not wait for
        subprocess.run(send, env={**os.environ, **places}, stdout=subprocess.DEVNULL, check=True)
        tracked: list[str] = json.loads(report.read_text(encoding="utf-8"))["tracked"]
        return tracked


def presence(collector: str) -> list[dict[str, Any]]:
    """The times for which the game has reported itself in one state so far."""
    stays: list[dict[str, Any]] = requests.get(f"{collector}/_/presence", timeout=5).json()
    return stays


def states(collector: str) -> list[str]:
    """These states alone."""
    return [stay["state"] for stay in presence(collector)]


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


def show(events: list[dict[str, Any]], stays: list[dict[str, Any]]) -> None:
    """Print a table of events and states, in the order in which they happened.

    What an event says of the machine and of the session is not repeated with those that follow.
    """
    told: set[tuple[str, str]] = set()
    rows = [(stay["since"], "", stay["state"]) for stay in stays]
    for event in events:
        own = {name: str(value) for name, value in event["properties"].items()}
        fresh = [f"{name} {value}" for name, value in own.items() if (name, value) not in told]
        told |= {(name, value) for name, value in own.items() if name in ADDED}
        rows.append((event["timestamp"], event["event_type"], ", ".join(fresh)))
    narrow = [Column(heading, no_wrap=True) for heading in ("seconds", "event")]
    table = Table(*narrow, "properties, or the player's state", title=HEADING)
    rows.sort()
    for moment, event_type, words in rows:
        table.add_row(f"{moment - rows[0][0]:.1f}", event_type, words)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
