"""Where play data goes: to the project the environment names, or to a collector of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

DEFAULT_ADDRESS = "http://127.0.0.1:8321"


@contextmanager
def destination() -> Iterator[str]:
    """Give the address of a local collector, empty when a real project is configured."""
    asked = os.environ.get("EXPONEA_COLLECTOR", "")
    if asked or os.environ.get("EXPONEA_PROJECT_TOKEN"):
        yield DEFAULT_ADDRESS if asked == "1" else asked
        return
    from exponea_game.collector import Collector

    with Collector(port=0) as collector:
        os.environ["EXPONEA_COLLECTOR"] = collector.url
        yield collector.url
