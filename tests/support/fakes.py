"""Stand-ins that several test files share: a clock that is set, a disk that breaks, a server."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from exponea_game.delivery.transport import Reply
from exponea_game.run.world import World
from exponea_game.system.clock import WRONG, Reading
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import encode

BEGAN = 1_700_000_000.0
"""Unix time at which runs of a fake clock begin."""


class FakeClock:
    """A clock that stands where a test puts it: ``now`` is in seconds since the run began."""

    def __init__(self, now: float = 0.0, began: float = BEGAN, boot: str = "boot") -> None:
        self.now, self.began, self.boot, self.slept = now, began, boot, 0.0
        self.ahead = 0.0
        self.boot_elapsed = began - BEGAN + 1000.0

    def elapsed(self) -> float:
        return self.now

    def read(self) -> Reading:
        return Reading(self.began + self.now, self.now - self.slept, self.now, self.ahead)

    def correct(self) -> bool:
        if abs(self.ahead) < WRONG:
            return False
        self.began, self.ahead = self.began + self.ahead, 0.0
        return True


class BrokenDisk(Disk):
    """The real disk, whose methods named in ``broken`` fail."""

    broken: frozenset[str] = frozenset()

    def __getattribute__(self, name: str) -> Any:
        if name in object.__getattribute__(self, "broken"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return object.__getattribute__(self, name)


class FakeWorld(World):
    """The real world, but for the parts that are given."""

    def __init__(self, *, clock: Any = None, disk: Disk | None = None, server: Any = None) -> None:
        super().__init__()
        self.disk = disk or self.disk
        self._clock, self._server = clock, server

    def clock(self) -> Any:
        return self._clock or super().clock()

    def transport(self, patience: float | None = None) -> Any:
        return self._server or super().transport(patience)

    def chance(self) -> float:
        return 0.5


class FakeServer:
    """Posts to nowhere: gives the ``answers`` in turn, then accepts everything.

    An answer is a ``Reply``, an ``OSError`` to raise, or a set of event types to refuse.
    """

    def __init__(self, *answers: Reply | OSError | set[str]) -> None:
        self.answers = list(answers)
        self.requests: list[list[dict[str, Any]]] = []
        self.headers: Mapping[str, str] = {}
        self.address = ""

    def __call__(self, address: str, headers: Mapping[str, str], data: bytes) -> Reply:
        commands = json.loads(data)["commands"]
        self.requests.append(commands)
        self.address, self.headers = address, headers
        answer = self.answers.pop(0) if self.answers else set[str]()
        if isinstance(answer, OSError):
            raise answer
        if isinstance(answer, Reply):
            return answer
        return reply(200, success=True, results=[_result(command, answer) for command in commands])

    def close(self) -> None:
        """There is no connection to give up."""

    @property
    def types(self) -> list[list[str]]:
        """The event types of each request."""
        return [[event_type(command) for command in request] for request in self.requests]


def _result(command: dict[str, Any], refused: set[str]) -> dict[str, Any]:
    if event_type(command) in refused:
        return {"success": False, "errors": ["not wanted"], "command_id": command["command_id"]}
    return {"success": True, "command_id": command["command_id"]}


def reply(status: int, headers: Mapping[str, str] | None = None, **body: Any) -> Reply:
    """An answer of the service."""
    return Reply(status, headers or {}, json.dumps(body).encode())


def event_type(command: dict[str, Any]) -> str:
    """What a command is: its event type, or ``customers``."""
    return str(command["data"].get("event_type", command["name"]))


def command(event_type: str, number: int = 0) -> str:
    """A command of the batch request, as JSON."""
    data = {"event_type": event_type, "timestamp": 1.0 + number, "properties": {}}
    return encode({"name": "customers/events", "data": data})


def journaled(home: Path) -> list[dict[str, Any]]:
    """All commands in a home's journals, oldest first; what a later segment repeats counts once."""
    found = []
    for run in sorted(home.glob("runs/*")):
        files = [path.read_bytes().splitlines() for path in sorted(run.glob("*.jsonl"))]
        for line in dict.fromkeys(chain(*files)):
            try:
                content = json.loads(line)
            except ValueError:  # torn on purpose
                continue
            found += [content["cmd"]] if "cmd" in content else []
    return found


def journaled_types(home: Path) -> list[str]:
    """The event types of ``journaled``."""
    return [event_type(command) for command in journaled(home)]
