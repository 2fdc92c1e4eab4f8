"""Tells a local collector, and it alone, how the library is: what its live page counts down.

    POST {collector}/_/state
    {"run":"000007-3fa9c1","app_name":"comet","cookie":"...","timestamp":1700000000.5,"state":"away",
     "session_start":1699999000.1,"away_since":1699999990.2,"session_timeout":60.0,
     "waiting":12,"backoff":null,"quit":false,
     "mistakes":[{"sentence":"...","caller":"game.py:41","count":3}],
     "denied":{"boss":"403 Not authorized"}}

At once where a session begins, changes or ends; with the next look of the keeper where anything
else has changed; else every few seconds, and a last time with ``quit`` true. Nothing depends on the
answer.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from exponea_game.delivery.transport import Transport

INTERVAL = 3.0
"""Seconds between two reports of a run in which nothing changes: the collector takes one that is
silent for five for stopped."""
PAUSE = 0.1
"""Seconds between two reports at the least."""


class Reporter:
    """Reports to a collector.

    reporter  runs ``work``, then calls ``quit``
    keeper    calls ``look``
    any       calls ``wake``: where a session changes, and where the run ends
    No lock: what was reported last is replaced as one.

    Args:
        collector: Its address.
        status: What to report, as a dict that JSON can express.
        transport: How requests are made.
    """

    def __init__(
        self, collector: str, status: Callable[[], dict[str, Any]], transport: Transport
    ) -> None:
        self._address, self._status, self._transport = f"{collector}/_/state", status, transport
        self._reported: dict[str, Any] = {}
        self._news = threading.Event()

    def wake(self) -> None:
        """There is something to report."""
        self._news.set()

    def look(self) -> None:
        """Have reported what has changed since the last report."""
        if _but_for_the_time(self._status()) != self._reported:
            self.wake()

    def work(self, stop: threading.Event) -> None:
        """Report until ``stop``; a collector that is not there is asked again as if it were."""
        while not stop.is_set():
            self._news.clear()
            status = self._status()
            self._reported = _but_for_the_time(status)
            self._tell(status)
            if self._news.wait(INTERVAL):
                stop.wait(PAUSE)

    def quit(self) -> None:
        """Report a last time: the run is over."""
        self._tell({**self._status(), "quit": True})

    def _tell(self, status: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json"}
        with suppress(OSError):  # the collector is not there: the courier says so
            self._transport(self._address, headers, json.dumps(status).encode())


def _but_for_the_time(status: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in status.items() if name != "timestamp"}
