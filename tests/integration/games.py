"""Games without a window, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop import Program

TESTS = Path(__file__).parents[1]


@contextmanager
def playing(home: Path, url: str, code: str) -> Iterator[Program]:
    """A game without a window, run as a process of its own; it is killed at the end."""
    unwanted = {name for name in os.environ if name.startswith("EXPONEA_")}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {
        "EXPONEA_GAME_HOME": str(home),
        "EXPONEA_BASE_URL": url,
        "EXPONEA_PROJECT_TOKEN": "abc",
        "EXPONEA_AUTHORIZATION": "Token key",
        "PYTHONPATH": str(TESTS),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Program(process)
    finally:
        process.kill()
        process.wait()
