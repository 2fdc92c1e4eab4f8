"""Where play data goes: to the project the environment names, or to a collector of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

DEFAULT_COLLECTOR = "http://127.0.0.1:8321"
DEFAULT_SERVICE = "https://api.exponea.com"


@contextmanager
def destination() -> Iterator[str]:
    """Give the address play data goes to, and run a collector there if there is no project."""
    asked = os.environ.get("EXPONEA_COLLECTOR")
    if asked:
        yield DEFAULT_COLLECTOR if asked == "1" else asked
    elif os.environ.get("EXPONEA_PROJECT_TOKEN") or os.environ.get("EXPONEA_CONFIG"):
        yield os.environ.get("EXPONEA_BASE_URL", DEFAULT_SERVICE)
    else:
        from exponea_game.collector import Collector

        with Collector(port=0) as collector:
            os.environ["EXPONEA_COLLECTOR"] = collector.url
            yield collector.url
