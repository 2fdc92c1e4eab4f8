"""Games with a window, each a process of its own that does what a test tells it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.desktop import Desktop, Program, Puppet, wait_until
from support.leftovers import send_leftovers

from exponea_game.collector import Collector

PUPPET = Path(__file__).parents[1] / "support" / "puppet.py"


class Game(Puppet):
    """A puppet game that tracks its sessions and reports to a collector."""

    def __init__(
        self, desktop: Desktop, program: Program, collector: Collector, home: Path
    ) -> None:
        super().__init__(desktop, program)
        self.collector, self.home = collector, home

    def state(self) -> tuple[float, float | None, float | None]:
        """The moment, the start of the session and when the player left it, in Unix seconds."""
        state = "exponea_game.api.tracker._life.engine.recorder.state"
        return tuple(self.ask(f"[{state}.timestamp, {state}.start, {state}.away_since]"))

    def is_present(self) -> float:
        """Wait until the player is in a session; its start."""
        wait_until(lambda: self.state()[1] is not None and self.state()[2] is None, "presence")
        return self.state()[1]

    def is_away(self) -> float:
        """Wait until the player has left a session that is still open; when that was."""
        return wait_until(lambda: self.state()[2], "absence")

    def passes(self, moment: float) -> None:
        """Wait until a moment in Unix seconds is over."""
        wait_until(lambda: self.state()[0] > moment, "the time to pass")

    def _is_over(self) -> bool:
        return self.program.process.poll() is not None

    def types(self) -> list[str]:
        """The session events that have arrived."""
        return [e["event_type"] for e in self.collector.events() if "session" in e["event_type"]]

    def arrives(self, *types: str) -> list[dict[str, Any]]:
        """Wait until these session events, and no others, have arrived.

        What a quit has left is sent by hand.
        """
        wait_until(lambda: len(self.types()) >= len(types) or self._is_over(), f"{types}")
        if len(self.types()) < len(types):
            send_leftovers(self.home, {"EXPONEA_COLLECTOR": self.collector.url})
        assert self.types() == list(types)
        return [e for e in self.collector.events() if "session" in e["event_type"]]
