"""The tracking API as its documentation describes it, without a network.

An event is stored once, however often it comes: the same customer, type, time and properties make
it the same. It can be down, lose its answers after storing all or a part, refuse commands by
themselves (the type ``refused``) or the whole batch because of one (``poison``), and ask for
patience.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from exponea_game.delivery.transport import Reply

STATES = ("up", "up", "up", "down", "mute", "halting", "flaky", "busy", "locked", "portal")


class Server:
    """A server that keeps what it was told.

    Attributes:
        state: One of ``STATES``.
        stored: Each event or update that was accepted, by what makes it the same.
        refused: Those that were refused.
        received: How often each came.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.state = "up"
        self.stored: dict[str, Any] = {}
        self.refused: dict[str, Any] = {}
        self.received: Counter[str] = Counter()
        self.batches = 0

    def __call__(self, address: str, headers: Mapping[str, str], data: bytes) -> Reply:
        """Answer a request, in the place of ``exponea_game.delivery.courier.Transport``."""
        self.batches += 1
        state = self.state
        if state == "flaky":
            state = self._chance.choice(("up", "down", "mute", "halting", "busy"))
        if state == "down":
            raise ConnectionRefusedError("nobody listens")
        if state == "busy":
            return Reply(429, {"Retry-After": "2"}, b"{}")
        if state == "locked":
            return Reply(401, {}, b'{"success":false,"errors":["unauthorized"]}')
        if state == "portal":
            return Reply(200, {}, b"<html>Please log in to the hotel's network</html>")
        commands = json.loads(data)["commands"]
        if len(commands) > 1 and any(_type(command) == "poison" for command in commands):
            return Reply(400, {}, b'{"success":false,"errors":["unreadable"]}')
        if state == "halting":
            commands = commands[: self._chance.randint(0, len(commands))]
        results = [self._take(command) for command in commands]
        if state != "up":
            raise TimeoutError("no answer came")
        if len(results) == 1 and _type(commands[0]) == "poison":
            return Reply(400, {}, b'{"success":false,"errors":["unreadable"]}')
        return Reply(200, {}, json.dumps({"success": True, "results": results}).encode())

    def close(self) -> None:
        """There is no connection to give up."""

    def _take(self, command: Any) -> Any:
        key = identity(command)
        self.received[key] += 1
        if _type(command) in ("refused", "poison"):
            self.refused[key] = command
            return {"success": False, "errors": ["not with us"]}
        self.stored[key] = command
        return {"success": True}

    def events(self, event_type: str) -> list[Any]:
        """The stored events of a type."""
        commands = self.stored.values()
        return [command["data"] for command in commands if _type(command) == event_type]


def _type(command: Any) -> str:
    return str(command["data"].get("event_type", "customers"))


_in_order = json.JSONEncoder(sort_keys=True).encode


def identity(command: Any) -> str:
    """What makes two commands the same one."""
    return _in_order(command["data"])
