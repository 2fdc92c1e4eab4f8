"""Launches of a game in this process, driven by hand, with a made-up server and clock."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from simulation.server import Server
from support.fakes import FakeClock, FakeWorld, event_type
from support.homes import die

from exponea_game.run.engine import Engine
from exponea_game.settings import Settings
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import encode

PROJECT = {"project_token": "abc", "authorization": "Token key", "environment": "test"}


class Launch(Engine):
    """One launch of a game; its threads' work is done when a test says so."""

    def __init__(
        self,
        home: Path,
        *,
        clock: FakeClock | None = None,
        disk: Disk | None = None,
        server: Any = None,
        **settings: Any,
    ) -> None:
        self.clock: Any
        self.server = server or Server(random.Random(0))
        super().__init__(
            Settings(home=home, **{**PROJECT, **settings}),
            FakeWorld(clock=clock or FakeClock(), disk=disk, server=self.server),
        )
        # However long a busy machine takes for a request: what is sent at once comes in any order.
        self.courier._flights.one_at_a_time()

    def track(self, first: int, last: int, event_type: str = "numbered", size: int = 0) -> None:
        """Track events with these numbers and so many bytes more."""
        for number in range(first, last):
            properties = {"number": number, "more": "x" * size}
            self.recorder.event(encode(event_type), properties, encode(properties))

    def wait(self, seconds: float) -> None:
        """Let time pass, with a look at each second."""
        for _ in range(round(seconds)):
            self.clock.now += 1.0
            self.look()

    def deliver(self) -> None:
        """Deliver until nothing waits, and tell what was lost meanwhile."""
        for _ in range(2):
            self.look()
            while self.courier.step(flush=True) is not None:
                assert not self.courier.last_error, self.courier.last_error
                self.clock.now += 1.0
                if self.journal.fault is not None:
                    self.look()

    def die(self) -> None:
        """What is left of a process that was killed: the files; its descriptors are closed."""
        self._closed = True
        die(self)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the events that arrived."""
        return [event["properties"]["number"] for event in self.server.events("numbered")]

    @property
    def types(self) -> list[str]:
        """The types of all that arrived."""
        return [event_type(command) for command in self.server.stored.values()]

    @property
    def told(self) -> list[Any]:
        """What the server was told about losses."""
        return [event["properties"] for event in self.server.events("journal_overflow")]
