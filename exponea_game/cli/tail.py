"""Follows what a collector receives, one line for each event.

With ``--json`` a line is the event's JSON, for other programs; else it is for people: an event's
own properties come first, and those of every event (an SDK's, and the game's default properties,
which session events carry too) are counted behind them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import requests

from exponea_game.cli.plain import plain

HELP = "Follow what a collector receives, in the terminal."
COLLECTOR = "http://127.0.0.1:8321"
PATIENCE = 60.0  # seconds; a stream that is alive says so every 15
PAGE = 1_000  # events that are asked for at once
LEARNT = 50  # session events that are looked at for default properties
ADDRESS = re.compile(r"https?://[^\s/]+/*")

OF_AN_SDK = {
    "application_id", "app_version", "brand", "browser", "device_id", "device_model",
    "device_type", "environment", "os_name", "os_version", "platform", "sdk", "sdk_version",
    "session_id",
}  # fmt: skip
OF_A_SESSION = {
    "duration", "exit_status", "reason", "recovered", "resumed", "uncertainty",
}  # fmt: skip
SYSTEM = ("session_start", "session_end", "installation")

Event = dict[str, Any]
Cell = tuple[str, str]
"""A text and its style."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command takes."""
    parser.add_argument(
        "collector",
        nargs="?",
        help=f"its address, such as localhost:8321 (EXPONEA_COLLECTOR, else {COLLECTOR})",
    )
    parser.add_argument("--type", metavar="TYPE", help="only events of this type")
    parser.add_argument("--customer", metavar="ID", help="only events with this cookie or other id")
    parser.add_argument(
        "--where",
        metavar="PROPERTY:VALUE",
        action="append",
        type=_condition,
        default=[],
        help="only events with this property, such as level:3; may be given again",
    )
    parser.add_argument("--text", metavar="TEXT", help="only events that hold this text")
    parser.add_argument(
        "-n",
        "--last",
        metavar="N",
        type=_number,
        default=10,
        help="begin with the last so many that fit (%(default)s)",
    )
    parser.add_argument("--no-follow", action="store_true", help="end there")
    parser.add_argument(
        "--all-properties", action="store_true", help="show those of every event, too"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _condition(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not (name and colon):
        raise argparse.ArgumentTypeError(f"must be PROPERTY:VALUE, such as level:3, not {text!r}")
    return name, value


def _number(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must be 0 or more, not {number}")
    return number


def main(options: argparse.Namespace) -> int:
    """Print events until interrupted."""
    url = options.collector or os.environ.get("EXPONEA_COLLECTOR", "1")
    try:
        url = address(url)
        show = _print_json if options.json else Lines(_learnt(url), whole=options.all_properties)
        for event in follow(url, options):
            show(event)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except requests.ConnectionError:
        words = f"nothing answers at {url}; start one with exponea-game collector"
        print(plain(f"The collector cannot be read: {words}"), file=sys.stderr)
        return 1
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        print(plain(f"The collector cannot be read: {error}"), file=sys.stderr)
        return 1
    return 0


def address(given: str) -> str:
    """A collector's address as people write it, as a URL.

    Raises:
        ValueError: It is none.
    """
    if given in ("1", ""):
        return COLLECTOR
    text = given if "://" in given else f"http://{given}"
    if not ADDRESS.fullmatch(text):
        raise ValueError(f"its address must be such as localhost:8321, not {given!r}")
    return text.rstrip("/")


def follow(url: str, options: argparse.Namespace) -> Iterator[Event]:
    """The last events of a collector that fit, then those that come.

    Args:
        url: The collector's address.
        options: Which events, how many of the last, and whether to wait for more.

    Raises:
        requests.RequestException: The collector is not there, or goes away.
        ValueError: Something else answers there.
    """
    with requests.get(f"{url}/_/stream", stream=True, timeout=PATIENCE) as answer:
        answer.raise_for_status()
        if "event-stream" not in answer.headers.get("content-type", ""):
            raise ValueError(f"something else answers at {url}")
        lines = answer.iter_lines(chunk_size=None)
        messages = (json.loads(line[5:]) for line in lines if line.startswith(b"data:"))
        hello = next(messages, {"cursor": 0})
        yield from _last(url, hello["cursor"] + 1, options)
        for message in () if options.no_follow else messages:
            yield from (event for event in message["events"] if matches(event, options))


def _last(url: str, before: int, options: argparse.Namespace) -> Iterable[Event]:
    """The last events that fit, however far back they are."""
    asked = {"type": options.type, "customer": options.customer}
    filters = {name: value for name, value in asked.items() if value}
    found: deque[Event] = deque()
    while len(found) < options.last:
        page = _ask(url, limit=PAGE, before=before, **filters)
        fitting = [event for event in page if matches(event, options)]
        found.extendleft(fitting[::-1][: options.last - len(found)])
        if len(page) < PAGE:
            break
        before = page[0]["id"]
    return found


def _learnt(url: str) -> set[str]:
    """The default properties that session events of this collector carry."""
    events = [event for kind in SYSTEM for event in _ask(url, type=kind, limit=LEARNT)]
    return {name for event in events for name in event["properties"]} - OF_A_SESSION


def _ask(url: str, **query: object) -> list[Event]:
    answer = requests.get(
        f"{url}/_/events", {k: str(v) for k, v in query.items()}, timeout=PATIENCE
    )
    answer.raise_for_status()
    events = answer.json()
    if not isinstance(events, list):
        raise ValueError(f"something else answers at {url}")
    return events


def matches(event: Event, options: argparse.Namespace) -> bool:
    """Whether an event passes all filters."""
    if options.type and event["event_type"] != options.type:
        return False
    if options.customer and options.customer not in event["customer_ids"].values():
        return False
    if options.text and options.text.lower() not in json.dumps(event, ensure_ascii=False).lower():
        return False
    return all(_holds(event["properties"], name, value) for name, value in options.where)


def _holds(properties: Event, name: str, wanted: str) -> bool:
    if name not in properties:
        return False
    value = properties[name]
    return wanted == (value if isinstance(value, str) else json.dumps(value))


def _print_json(event: Event) -> None:
    print(json.dumps(event), flush=True)


class Lines:
    """Prints each event as a line for people, coloured where rich is there.

    Args:
        common: Names of properties that come with every event.
        whole: Show them all the same.
    """

    def __init__(self, common: set[str], *, whole: bool = False) -> None:
        self._common, self._whole = OF_AN_SDK | common, whole
        self._print = _coloured() or _uncoloured

    def __call__(self, event: Event) -> None:
        """Print one."""
        if event["event_type"] in SYSTEM:
            self._common |= event["properties"].keys() - OF_A_SESSION
        self._print(cells(event, set() if self._whole else self._common))


def _uncoloured(parts: list[Cell]) -> None:
    print("  ".join(text for text, _ in parts), flush=True)


def _coloured() -> Callable[[list[Cell]], None] | None:
    try:
        from rich.console import Console
        from rich.text import Text
    except ModuleNotFoundError:
        return None
    console = Console(highlight=False, soft_wrap=True)
    return lambda parts: console.print(Text("  ").join(Text(*part) for part in parts))


def cells(event: Event, common: set[str] = OF_AN_SDK) -> list[Cell]:
    """An event as parts of a line, each with its style; control characters are spelt out."""
    ids = event["customer_ids"]
    player = next((value for name, value in ids.items() if name != "cookie"), None)
    player = player or ids.get("cookie", "")[:8]
    own = {name: value for name, value in event["properties"].items() if name not in common}
    folded = len(event["properties"]) - len(own)
    words = [f"{name}={_brief(value)}" for name, value in own.items()]
    late = event["received"] - event["timestamp"]
    session = event["event_type"] in ("session_start", "session_end")
    return [
        (_clock(event["timestamp"]), "dim"),
        (f"{plain(player):20.20}", "cyan"),
        (f"{plain(event['event_type']):20}", "bold blue" if session else "bold"),
        (plain(" ".join(words)), ""),
        *([(f"+{folded}", "dim")] if folded else []),
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
