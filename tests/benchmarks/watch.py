"""Whether a client keeps the service's limits and the order of its players' events.

largest    commands in one request, at the most
busiest    requests in any second, at the most: a second that ends when the server has read the
           last of them, and does not contain its own beginning
overtaken  events that came after a later one of the same customer, by their timestamps
times      the timestamps of all events: the same one twice is a copy
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any


class Watch:
    """Looks into requests as the batch interface of the tracking API has them."""

    def __init__(self) -> None:
        self.largest = self.busiest = self.overtaken = 0
        self.times: set[float] = set()
        self._second: deque[float] = deque()
        self._newest: dict[str, float] = {}

    def look(self, now: float, body: bytes, event_type: str) -> None:
        """Look into one request; others than of that interface are passed over."""
        self._second.append(now)
        while self._second[0] <= now - 1.0:
            self._second.popleft()
        self.busiest = max(self.busiest, len(self._second))
        if not body.startswith(b'{"commands":'):
            return
        commands = json.loads(body)["commands"]
        self.largest = max(self.largest, len(commands))
        for data in (command["data"] for command in commands):
            if data.get("event_type") == event_type:
                self._take(json.dumps(data["customer_ids"], sort_keys=True), data["timestamp"])

    def _take(self, customer: str, at: float) -> None:
        self.times.add(at)
        newest = self._newest.get(customer, 0.0)
        self.overtaken += at < newest
        self._newest[customer] = max(at, newest)

    def told(self) -> dict[str, Any]:
        """What was found."""
        return {"largest": self.largest, "busiest": self.busiest, "overtaken": self.overtaken}
