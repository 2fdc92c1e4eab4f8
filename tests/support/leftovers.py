"""What games that are gone have left on the disk: a quit does not wait for a busy machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from support.desktop import GAMES_PYTHON, PATIENCE


def send_leftovers(home: Path, environment: Mapping[str, str]) -> None:
    """Deliver all of it, as a person would by hand.

    Args:
        home: Where it lies.
        environment: Where it goes: what the game was told of that.
    """
    send = [*GAMES_PYTHON, "-m", "exponea_game", "send", "--home", str(home)]
    subprocess.run(send, env={**os.environ, **environment}, check=True, timeout=4 * PATIENCE)
