"""Games without a window, each a process of its own."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path

from support.desktop import Program, running


def project(url: str) -> dict[str, str]:
    """What tells a game of a project at that address."""
    return {
        "EXPONEA_BASE_URL": url,
        "EXPONEA_PROJECT_TOKEN": "abc",
        "EXPONEA_AUTHORIZATION": "Token key",
    }


def playing(home: Path, url: str, code: str) -> AbstractContextManager[Program]:
    """A game without a window, run as a process of its own; it is killed at the end."""
    unwanted = {name for name in os.environ if name.startswith("EXPONEA_")}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {"EXPONEA_GAME_HOME": str(home), **project(url)}
    return running("-c", code, environment=environment)
