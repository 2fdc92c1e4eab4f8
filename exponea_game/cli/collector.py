"""Serves a local stand-in for the Exponea API until interrupted."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sqlite3
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exponea_game.collector import Collector

HELP = "A local stand-in for the Exponea API with a live page."
PORT = 8321  # where EXPONEA_COLLECTOR=1 looks
CLOSING = 4.0
"""Seconds to end in when the console is closed on Windows, which gives five."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command takes."""
    parser.add_argument("--port", type=int, default=PORT, help="0 takes a free one (%(default)s)")
    parser.add_argument("--db", metavar="FILE", help="keep everything in this file")
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    parser.add_argument(
        "--authorization", metavar="'Token ...'", help="the only Authorization header to accept"
    )
    parser.add_argument(
        "--jwt-secret", metavar="SECRET", help="check the tokens of event streams with this key"
    )
    parser.add_argument(
        "--keep",
        type=_at_least_one,
        metavar="N",
        default=None,
        help="events to keep (ten million); the oldest go first",
    )


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def main(options: argparse.Namespace) -> int:
    """Serve; the first line of output is the address."""
    try:
        from exponea_game.collector import Collector
        from exponea_game.collector.schema import ForeignFileError
        from exponea_game.collector.store import KEEP
    except ModuleNotFoundError as missing:
        print(f"{missing}. Install exponea-game[collector].", file=sys.stderr)
        return 1
    keep = KEEP if options.keep is None else options.keep
    try:
        collector = Collector(
            options.port, options.db, options.authorization, keep, options.jwt_secret
        )
    except ForeignFileError as error:
        print(f"No collector: {error}", file=sys.stderr)
        return 1
    except (OSError, OverflowError, sqlite3.Error) as error:
        print(f"No collector on port {options.port}: {error}", file=sys.stderr)
        return 1
    for name in ("SIGTERM", "SIGBREAK"):  # the latter: Ctrl+Break
        if number := getattr(signal, name, None):
            with contextlib.suppress(ValueError):  # in a thread of another program
                signal.signal(number, _interrupt)
    with contextlib.suppress(KeyboardInterrupt), _until_the_console_ends(collector.stop):
        if options.open:
            webbrowser.open(collector.url)  # it listens, and answers in a moment
        collector.run(partial(_announce, collector))
    return 0


def _announce(collector: Collector) -> None:
    print(collector.url, flush=True)
    where = "1" if collector.port == PORT else collector.url
    print(f"A game started with EXPONEA_COLLECTOR={where} reports here.", flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if sys.platform == "win32":

    @contextlib.contextmanager
    def _until_the_console_ends(stop: Callable[[], None]) -> Iterator[None]:
        """The program is ended as soon as it has heard of its console's end: so that waits."""
        from exponea_game.system.windows_console import watch_console

        closing, ended = threading.Event(), threading.Event()

        def close() -> None:
            closing.set()
            stop()
            ended.wait(CLOSING)

        forget = watch_console(close)
        try:
            yield
        finally:
            ended.set()
            if not closing.is_set():
                forget()

else:

    @contextlib.contextmanager
    def _until_the_console_ends(_stop: Callable[[], None]) -> Iterator[None]:
        """Elsewhere that is a signal, for which a program has all the time it wants."""
        yield
