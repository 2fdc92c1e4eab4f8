"""Follows what a collector receives, one line for each event.

With ``--json`` a line is the event's JSON, for other programs; else it is for people.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import requests

HELP = "Follow what a collector receives, in the terminal."
COLLECTOR = "http://127.0.0.1:8321"
PATIENCE = 60.0  # seconds; a stream that is alive says so every 15

Event = dict[str, Any]
Print = Callable[[Event], None]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command takes."""
    parser.add_argument(
        "collector", nargs="?", help=f"its address (EXPONEA_COLLECTOR, {COLLECTOR})"
    )
    parser.add_argument("--type", help="only events of this type")
    parser.add_argument("--customer", metavar="ID", help="only events with this cookie or other id")
    parser.add_argument(
        "--where", metavar="PROPERTY:VALUE", action="append", default=[], help="only such events"
    )
    parser.add_argument("--text", help="only events that hold this text")
    parser.add_argument("-n", "--last", type=int, default=10, help="begin with so many (10)")
    parser.add_argument("--no-follow", action="store_true", help="end there")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def main(options: argparse.Namespace) -> int:
    """Print events until interrupted."""
    show = _print_json if options.json else _printer()
    try:
        asked = {"type": options.type, "customer": options.customer}
        filters = {name: value for name, value in asked.items() if value}
        url = _address(options.collector)
        for event in follow(url, options.last, filters, on=not options.no_follow):
            if matches(event, options):
                show(event)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (requests.RequestException, ValueError) as error:
        print(f"The collector cannot be read: {error}", file=sys.stderr)
        return 1
    return 0


def _address(given: str | None) -> str:
    address = given or os.environ.get("EXPONEA_COLLECTOR", "1")
    return (COLLECTOR if address == "1" else address).rstrip("/")


def follow(url: str, last: int, filters: dict[str, str], *, on: bool) -> Iterator[Event]:
    """The newest events of a collector, then those that come.

    Args:
        url: The collector's address.
        last: How many to begin with.
        filters: Which to begin with: ``type``, ``customer``.
        on: Whether to wait for more; else it ends there.

    Raises:
        requests.RequestException: The collector is not there, or goes away.
    """
    with requests.get(f"{url}/_/stream", stream=True, timeout=PATIENCE) as answer:
        answer.raise_for_status()
        lines = answer.iter_lines(chunk_size=None)
        messages = (json.loads(line[5:]) for line in lines if line.startswith(b"data:"))
        hello = next(messages)
        query = {"limit": str(last), "before": str(hello["cursor"] + 1), **filters}
        if last > 0:
            yield from requests.get(f"{url}/_/events", query, timeout=PATIENCE).json()
        if on:
            for message in messages:
                yield from message["events"]


def matches(event: Event, options: argparse.Namespace) -> bool:
    """Whether an event passes all filters."""
    if options.type and event["event_type"] != options.type:
        return False
    if options.customer and options.customer not in event["customer_ids"].values():
        return False
    if options.text and options.text.lower() not in json.dumps(event, ensure_ascii=False).lower():
        return False
    return all(_holds(event["properties"], *wanted.partition(":")[::2]) for wanted in options.where)


def _holds(properties: Event, name: str, wanted: str) -> bool:
    if name not in properties:
        return False
    value = properties[name]
    return wanted == (value if isinstance(value, str) else json.dumps(value))


def _print_json(event: Event) -> None:
    print(json.dumps(event), flush=True)


def _printer() -> Print:
    try:
        from rich.console import Console
        from rich.text import Text
    except ModuleNotFoundError:
        return lambda event: print("  ".join(text for text, _ in cells(event)), flush=True)
    console = Console(highlight=False, soft_wrap=True)
    return lambda event: console.print(Text("  ").join(Text(*cell) for cell in cells(event)))


def cells(event: Event) -> list[tuple[str, str]]:
    """An event as parts of a line, each with its style; control characters are spelt out."""
    ids = event["customer_ids"]
    player = next((value for name, value in ids.items() if name != "cookie"), None)
    player = player or ids.get("cookie", "")[:8]
    properties = " ".join(f"{name}={_brief(value)}" for name, value in event["properties"].items())
    late = event["received"] - event["timestamp"]
    session = event["event_type"] in ("session_start", "session_end")
    return [
        (_clock(event["timestamp"]), "dim"),
        (f"{_plain(player):20.20}", "cyan"),
        (f"{_plain(event['event_type']):20}", "bold blue" if session else "bold"),
        (_plain(properties), ""),
        (f"+{late:.1f}s", "yellow" if late > 10 else "dim"),
    ]


def _clock(timestamp: float) -> str:
    try:
        at = datetime.fromtimestamp(timestamp)
    except (ValueError, OverflowError, OSError):  # in milliseconds, most likely
        return f"{timestamp:.0f}"
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"


def _brief(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
