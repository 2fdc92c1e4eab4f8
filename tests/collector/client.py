"""A game's side of the tracking API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import requests


class Client:
    """Speaks the tracking API as a game would."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        self.url = url
        self._headers = headers or {}

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        options = {"json": body, "timeout": 5, "headers": self._headers} | options
        return requests.post(f"{self.url}/track/v2/projects/local/{path}", **options)

    def track(self, event_type: str, timestamp: float = 1.0, **more: Any) -> requests.Response:
        return self.post("customers/events", event(event_type, timestamp, **more))

    def batch(self, *commands: Any) -> requests.Response:
        return self.post("batch", {"commands": list(commands)})

    def get(self, path: str) -> Any:
        return requests.get(f"{self.url}/_/{path}", timeout=5).json()


def event(event_type: str, timestamp: float = 1.0, **more: Any) -> dict[str, Any]:
    data = {"customer_ids": {"cookie": "c1"}, "event_type": event_type, "properties": {}}
    return data | {"timestamp": timestamp} | more


def command(event_type: str, timestamp: float = 1.0, **more: Any) -> dict[str, Any]:
    return {"name": "customers/events", "data": event(event_type, timestamp, **more)}


def eventually(condition: Callable[[], Any], within: float = 10.0) -> Any:
    """The first truth of a condition that is asked again and again."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return found
