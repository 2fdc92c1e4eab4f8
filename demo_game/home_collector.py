"""Where play data goes: to the project the environment names, or to a collector of our own.

Where the collector's packages are missing, the game is played all the same: what it tracks then
waits in the library's journal, on this machine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

DEFAULT_COLLECTOR = "http://127.0.0.1:8321"
DEFAULT_SERVICE = "https://api.exponea.com"
ADVICE = """Play data stays on this machine: the collector needs {}, which is not installed.
To watch it arrive, type this and start the game again: pip install "exponea-game[collector]\""""


@contextmanager
def destination() -> Iterator[str]:
    """Give the address play data goes to, and run a collector there if there is no project.

    The address is empty where there can be no collector.
    """
    asked = os.environ.get("EXPONEA_COLLECTOR")
    if asked:
        yield DEFAULT_COLLECTOR if asked == "1" else asked
    elif os.environ.get("EXPONEA_PROJECT_TOKEN") or os.environ.get("EXPONEA_CONFIG"):
        yield os.environ.get("EXPONEA_BASE_URL", DEFAULT_SERVICE)
    else:
        yield from _collected()


def _collected() -> Iterator[str]:
    """The address of a collector that runs as long as the game."""
    try:
        from exponea_game.collector import Collector
    except ModuleNotFoundError as missing:
        print(ADVICE.format(missing.name), file=sys.stderr, flush=True)
        yield ""
        return
    with Collector(port=0) as collector:
        os.environ["EXPONEA_COLLECTOR"] = collector.url
        yield collector.url
