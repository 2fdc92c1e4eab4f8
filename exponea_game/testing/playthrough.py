"""What a game's own tests need: a player who plays, and what the game tracked meanwhile.

    def test_a_lost_level_is_tracked(exponea):        # the fixture, see pytest_plugin
        game = Game(exponea.window)                   # attaches to it and tracks, as ever
        exponea.alt_tab(seconds=40)
        game.lose()
        exponea.assert_tracked("level_failed", {"level": 3})
        exponea.assert_sessions("open")

The library is the real one; disk, network, clocks and window are made up (see rehearsal). Nothing
is written, nothing is sent, and no time is lost: hours pass in a moment. A mistake of the game's,
such as a property that cannot be tracked, raises ``EventError``.
"""

# ruff: noqa: SLF001 - it stands where the tracker's and the run's own threads would

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from unittest import mock

from exponea_game import api
from exponea_game.errors import SettingsError
from exponea_game.run.lifecycle import Lifecycle
from exponea_game.settings import Settings
from exponea_game.testing.rehearsal import BEGINNING, FakeWindow, MadeUpWorld, RehearsedEngine, kept
from exponea_game.testing.timeline import Act, Event, Session, draw, events, sessions
from exponea_game.tracker import Tracker

__all__ = ["Event", "FakeWindow", "Playthrough", "Session"]

COLLECTOR = "http://rehearsal.invalid"
STEP = 1.0
"""Seconds that pass at once: as often as the library looks."""
NEAR = 10.0
"""Seconds after something has happened, and before, in which time passes step by step."""
STRIDE = 0.75
"""Of the session's timeout, what passes at once where nothing happens: no less than a whole timeout
is taken for a sleep, and what ends meanwhile is dated to its moment."""
SETTLED = 0.5
"""Seconds that a player stays, so that the library believes it."""


class Playthrough:
    """One player at one machine, played by a test.

    Args:
        tracker: The tracker that the game uses: the package's functions by default.
        **settings: As the attributes of ``Settings``; what the game configures wins.

    Attributes:
        window: A window to attach to, for games that are tested without one of their own.
    """

    def __init__(self, tracker: Tracker = api.tracker, **settings: Any) -> None:
        self.window = FakeWindow()
        self._tracker, self._settings = tracker, settings
        self._world = MadeUpWorld()
        self._run: RehearsedEngine | None = None
        self._acts: list[Act] = []
        self._environment = mock.patch.dict(os.environ, {"EXPONEA_COLLECTOR": COLLECTOR})

    def __enter__(self) -> Playthrough:
        self._environment.start()
        os.environ.pop("DO_NOT_TRACK", None)
        tracker, mistakes = self._tracker, self._tracker.mistakes
        self._real, self._before = tracker._life, (mistakes.strict, mistakes.count)
        given = {**self._real.given, "strict": True, **self._settings}
        try:
            tracker._life = Lifecycle(given, mistakes, self._world, self._begin)
        except SettingsError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._run is not None:
            self._run.die()
        self._tracker._life = self._real
        self._tracker.mistakes.strict, self._tracker.mistakes.count = self._before
        self._environment.stop()

    @property
    def _life(self) -> Lifecycle:
        return self._tracker._life

    def _begin(self, settings: Settings, permitted: bool) -> RehearsedEngine:
        self._act("the game starts")
        self._run = RehearsedEngine(settings, self._world, permitted=permitted)
        self._run.turn()
        return self._run

    # What happens.

    @property
    def now(self) -> float:
        """Unix time in the made-up world."""
        return self._world.machine.wall

    def wait(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0) -> None:
        """Let time pass; whoever is at the game stays, whoever is away stays away."""
        left = whole = seconds + 60.0 * minutes + 3600.0 * hours
        while left > 0:
            near = min(left, whole - left) < NEAR
            step = min(STEP if near else self._stride(), left)
            self._world.machine.pass_time(step)
            self._turn()
            left -= step

    def _stride(self) -> float:
        """Seconds that pass at once where nothing happens."""
        return STEP if self._run is None else max(STEP, STRIDE * self._run.settings.session_timeout)

    def leave(self) -> None:
        """The player turns to another program."""
        self._go(here=False)

    def come_back(self) -> None:
        """The player turns to the game."""
        self._go(here=True)

    def alt_tab(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0) -> None:
        """The player turns to another program, and comes back after that time."""
        self.leave()
        self.wait(seconds, minutes=minutes, hours=hours)
        self.come_back()

    def sleep(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0) -> None:
        """The player closes the lid, opens it after that time, and goes on as before."""
        asleep = seconds + 60.0 * minutes + 3600.0 * hours
        self._act(f"the machine falls asleep for {asleep:g} s")
        self._world.machine.pass_time(asleep, asleep=True)
        self._turn()
        if self._world.here:
            self._tracker.note_input()
            self._turn()

    def go_offline(self) -> None:
        """No server can be reached from here on."""
        self._world.server.reachable = False
        self._act("the network is gone")

    def go_online(self) -> None:
        """The network is back."""
        self._world.server.reachable = True
        self._act("the network is back")

    def quit(self) -> None:
        """The player quits the game."""
        self._act("the player quits")
        self._tracker.stop()

    def crash(self) -> None:
        """The process is killed between two lines of the game."""
        self._act("the game is killed")
        if self._run is not None:
            self._run.die()
        self._life.engine, self._life.stopped = None, True

    def relaunch(self) -> None:
        """The player starts the game again; windows that were attached are so again."""
        if not self._life.stopped:
            self.quit()
        self._life.stopped = False
        self._tracker.customer_cookie()  # any call opens the home

    def _go(self, *, here: bool) -> None:
        self._world.here = here
        self._act("the player comes back" if here else "the player leaves")
        self._turn()
        if here:
            self.wait(SETTLED)

    def _turn(self) -> None:
        if self._run is not None and not self._run._closed:
            self._run.turn()

    def _act(self, words: str) -> None:
        self._acts.append(Act(self.now, len(self.events), words))

    # What was tracked.

    @property
    def commands(self) -> list[dict[str, Any]]:
        """All events and customer updates that were written or sent, in the journal's order.

        Of a player who has not agreed to it there are none.
        """
        if self._run is None:
            return []
        if self._run.run.lock is not None and not self._run._closed:
            self._run.journal.maintain()
        return [*self._world.server.commands, *kept(self._run)]

    @property
    def events(self) -> list[Event]:
        """All events, the library's too, in the order of the journal."""
        return events(self.commands)

    @property
    def sessions(self) -> list[Session]:
        """All sessions, oldest first."""
        return sessions(self.events)

    @property
    def customer_ids(self) -> dict[str, str]:
        """Who the player is, as the last command says; empty before the first."""
        return dict(self.commands[-1]["data"]["customer_ids"]) if self.commands else {}

    @property
    def customer_properties(self) -> dict[str, Any]:
        """What the game said about the player; the last word on each property."""
        known: dict[str, Any] = {}
        for command in self.commands:
            if command["name"] == "customers":
                known |= command["data"]["properties"]
        return known

    # Assertions.

    def assert_tracked(
        self,
        event_type: str,
        properties: Mapping[str, Any] | None = None,
        *,
        times: int | None = None,
    ) -> list[Event]:
        """The game has tracked such an event, or exactly so many; returns them.

        Args:
            event_type: Its type.
            properties: Some of its properties.
            times: How many there are; at least one by default.

        Raises:
            AssertionError: It has not; the text shows what happened.
        """
        wanted = dict(properties or {})
        found = [e for e in self.events if e.type == event_type and e.has(wanted)]
        if len(found) == times or (times is None and found):
            return found
        number = "at least once" if times is None else f"{times} times"
        what = f"{event_type} {wanted or ''}".strip()
        raise self._failure(f"{what} was tracked {len(found)} times, not {number}")

    def assert_not_tracked(
        self, event_type: str, properties: Mapping[str, Any] | None = None
    ) -> None:
        """The game has tracked no such event.

        Raises:
            AssertionError: It has.
        """
        self.assert_tracked(event_type, properties, times=0)

    def assert_sessions(self, *reasons: str) -> None:
        """There were so many sessions, and they ended for these reasons.

        Args:
            *reasons: As ``session_end`` has them, or ``"open"`` for one that goes on.

        Raises:
            AssertionError: It was otherwise; the text shows what happened.
        """
        found = tuple(session.reason or "open" for session in self.sessions)
        if found != reasons:
            raise self._failure(f"the sessions are {found or 'none'}, not {reasons or 'none'}")

    def _failure(self, words: str) -> AssertionError:
        return AssertionError(f"{words}\n\n{self.timeline()}")

    def timeline(self) -> str:
        """What the player did and what was tracked, a line each, with seconds from the begin."""
        return draw(self._acts, self.events, BEGINNING)
