"""Shows what a game keeps on this machine: runs, what waits, what was refused or lost.

It changes nothing. What cannot be understood is named, and what stands beside it is shown.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from exponea_game.cli import place, table
from exponea_game.cli.kept import Kept, events, moment, rejected, survey
from exponea_game.cli.plain import plain
from exponea_game.recovery.runs import Home

HELP = "Show what waits on this machine, and what was refused or lost; changes nothing."


SECOND = "%Y-%m-%d %H:%M:%S"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of this command."""
    parser.add_argument(
        "what",
        nargs="?",
        default="runs",
        choices=PRINT,
        help="runs (the default), the events that wait, or what the server rejected",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for programs")
    parser.add_argument("--all", action="store_true", help="events that are delivered, too")
    place.arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Print what was asked for; 1 where the home is not there, or damaged."""
    home = place.home(place.settings(options))
    damage: list[str] = []
    try:
        if not home.disk.has(home.folder):
            damage.append(f"there is no home at {home.folder}: has the game been played here?")
        else:
            if home.disk.has(home.runs) and not home.runs.is_dir():
                damage.append(f"{home.runs} is no folder")
            PRINT[options.what](home, options, damage)
    except OSError as error:
        damage.append(f"{home.folder} cannot be read: {error}")
    for sentence in damage:
        print(plain(f"exponea-game journal: {sentence}"), file=sys.stderr)
    return 1 if damage else 0


def _print_runs(home: Home, options: argparse.Namespace, damage: list[str]) -> None:
    kept = survey(home)
    damage += [run.fault for run in kept if run.fault]
    if options.json:
        return _print_json(asdict(run) for run in kept)
    print(plain(home.folder))
    if kept:
        columns = ("run", "state", "began", "last seen", "waiting", "bytes", "lost")
        table.show(columns, [_row(run) for run in kept])
    waiting, lost = sum(run.waiting for run in kept), sum(sum(run.lost.values()) for run in kept)
    refused = sum(1 for _ in rejected(home, damage))
    print(f"{waiting} waiting, {refused} rejected, {lost} lost")
    return None


def _row(run: Kept) -> tuple[object, ...]:
    state = "playing" if run.alive else "left open" if run.session is not None else "ended"
    lost = ", ".join(f"{count} {name or 'damaged'}" for name, count in run.lost.items())
    if run.fault:
        return (run.run, "damaged", "", "", "", "", "see below")
    moments = (_minute(run.began), _minute(run.seen))
    return (run.run, state, *moments, run.waiting, run.size, lost or "none")


def _print_events(home: Home, options: argparse.Namespace, damage: list[str]) -> None:
    found = events(home, damage, delivered=options.all)
    if options.json:
        return _print_json(
            {"run": run, "seq": seq, "sent": sent, "command": command}
            for run, sent, seq, command in found
        )
    empty = True
    for run, sent, _, command in found:
        empty = False
        print(plain(f"{run}  {'sent   ' if sent else 'waiting'}  {_shown(command)}"))
    if empty:
        print("No event is kept here." if options.all else "No event waits here.")
    return None


def _print_rejected(home: Home, options: argparse.Namespace, damage: list[str]) -> None:
    found = rejected(home, damage)
    if options.json:
        return _print_json(found)
    empty = True
    for refusal in found:
        empty = False
        print(plain(f"{refusal.get('run')}  {_shown(refusal.get('command'))}"))
        print(f"    {plain(refusal.get('error'))}")
    if empty:
        print("The server has rejected nothing.")
    return None


def _shown(command: object) -> str:
    """A command on one line."""
    data = command.get("data") if isinstance(command, dict) else None
    if not isinstance(data, dict):
        return "a damaged command"
    timestamp = data.get("timestamp", data.get("update_timestamp"))
    kind = data.get("event_type", "(customer)")
    properties = json.dumps(data.get("properties"), ensure_ascii=False)
    return f"{_local(timestamp)}  {kind}  {properties}"


def _local(timestamp: object) -> str:
    """A moment in the time zone of this machine."""
    try:
        seconds = moment(timestamp, "this")
        return "unknown" if seconds is None else f"{datetime.fromtimestamp(seconds):{SECOND}}"
    except (ValueError, OverflowError, OSError):  # in milliseconds, most likely
        return str(timestamp)[:20]


def _minute(timestamp: float | None) -> str:
    return _local(timestamp)[: len("2000-01-01 00:00")]


def _print_json(objects: Iterable[dict[str, Any]]) -> None:
    for value in objects:
        print(json.dumps(value))


PRINT = {"runs": _print_runs, "events": _print_events, "rejected": _print_rejected}
