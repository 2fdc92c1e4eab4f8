"""Tells a local collector, and it alone, how the library is: what its live page counts down.

    POST {collector}/_/state
    {"run":"000007-3fa9c1","app_name":"comet","cookie":"...","timestamp":1700000000.5,"state":"away",
     "session_start":1699999000.1,"away_since":1699999990.2,"session_timeout":60.0,
     "waiting":12,"backoff":null,"quit":false,
     "mistakes":[{"sentence":"...","caller":"game.py:41","count":3}],
     "denied":{"boss":"403 Not authorized"}}

Once a second, and a last time with ``quit`` true. Nothing depends on the answer.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from exponea_game.delivery.transport import Transport

INTERVAL = 1.0
"""Seconds between two reports."""
CHANGE_LOOK = 0.1
"""Seconds between two looks for a change, which is reported at once."""


class Reporter:
    """Reports to a collector.

    Args:
        collector: Its address.
        status: What to report, as a dict that JSON can express.
        transport: How requests are made.
    """

    def __init__(
        self, collector: str, status: Callable[[], dict[str, Any]], transport: Transport
    ) -> None:
        self._address, self._status, self._transport = f"{collector}/_/state", status, transport

    def work(self, stop: threading.Event) -> None:
        """Report until ``stop``; a collector that is not there is asked again a second later."""
        last: object = None
        since = INTERVAL
        while not stop.wait(CHANGE_LOOK):
            status = self._status()
            since += CHANGE_LOOK
            now = (status["state"], status["session_start"], status["cookie"])
            if now != last or since >= INTERVAL:
                last, since = now, 0.0
                self._tell(status)

    def quit(self) -> None:
        """Report a last time: the run is over."""
        self._tell({**self._status(), "quit": True})

    def _tell(self, status: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json"}
        with suppress(OSError):  # the collector is not there: the courier says so
            self._transport(self._address, headers, json.dumps(status).encode())
