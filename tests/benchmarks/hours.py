"""A player plays for hours on made-up time: ten events a second, each delivered in its second.

python hours.py FOLDER    prints a line of JSON: megabytes of the process after each part of it
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]
from exponea_game.delivery.transport import Reply  # noqa: E402 - found from the line above
from exponea_game.events.properties import encode_properties  # noqa: E402
from exponea_game.settings import Settings  # noqa: E402
from exponea_game.system.disk import Disk  # noqa: E402
from exponea_game.testing import FakeWindow  # noqa: E402
from exponea_game.testing.rehearsal import MadeUpWorld, RehearsedEngine, Server  # noqa: E402

PROPERTIES = {
    "level": 3, "seconds": 41.2, "world": "ice caves", "deaths": 2, "boss": False, "score": 123456,
}  # fmt: skip
PROJECT = {"project_token": "abc", "authorization": "Token key", "environment": "test"}
EVENTS = 10
"""In a second."""
MINUTE, HOUR = 60, 3600
"""Seconds."""


class Forgetful(Server):
    """Takes everything, and keeps nothing but how much it was."""

    taken = 0

    def __call__(self, _address: str, _headers: Mapping[str, str], data: bytes, /) -> Reply:
        """Answer a batch.

        Raises:
            ConnectionError: It cannot be reached.
        """
        if not self.reachable:
            raise ConnectionError("nobody is there")
        count = data.count(b'"command_id"')
        self.taken += count
        return Reply(200, {}, json.dumps({"results": [{"success": True}] * count}).encode())


class Hours:
    """A game that is played in a made-up world, but on a real disk.

    Args:
        home: The game's folder.
    """

    def __init__(self, home: Path) -> None:
        self.world, self.server = MadeUpWorld(), Forgetful()
        self.world.disk, self.world.server = Disk(), self.server  # type: ignore[assignment]
        self.engine = RehearsedEngine(Settings(home=home, **PROJECT), self.world)  # type: ignore[arg-type]
        self.window = FakeWindow()
        self.engine.windows.attach(self.window)

    def play(self, seconds: int) -> None:
        """Play so long."""
        for _ in range(seconds):
            for _ in range(EVENTS):
                text, _ = encode_properties(PROPERTIES)
                self.engine.recorder.event('"shot"', PROPERTIES, text)
            self.world.machine.pass_time(1.0)
            self.engine.turn()


def memory() -> float:
    """Megabytes of this process in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def main(folder: str) -> None:
    """Play, and print what that took."""
    hours = Hours(Path(folder))
    hours.play(MINUTE)
    minute = memory()
    hours.play(HOUR - MINUTE)
    hour = memory()
    hours.play(9 * HOUR)
    grown = {"an hour": round(hour - minute, 2), "ten hours": round(memory() - minute, 2)}
    print(json.dumps({**grown, "events": hours.server.taken}))
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
