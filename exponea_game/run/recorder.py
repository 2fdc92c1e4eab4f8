"""What happens in one run becomes lines of its journal: events, sessions and who plays.

Each method takes the run's lock, does its work in memory, and appends. A session's start shares a
line with the will that owes its end, an end with the will that it annuls, and a change of the
player with the will under the new ids: whatever dies between two lines, the journal is true.

A time is never given twice in a run, so that two events are never taken for copies of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exponea_game.errors import EventError
from exponea_game.events.commands import Base, customer, event
from exponea_game.events.limits import COMMAND_LIMIT
from exponea_game.journal.writer import Journal
from exponea_game.player.identity import Identity
from exponea_game.sessions.rules import PROOF_INTERVAL, Ended, Session, Sessions, Transition
from exponea_game.sessions.will import Context, render_ended, render_will
from exponea_game.settings import Settings
from exponea_game.system.clock import Clock, Reading
from exponea_game.system.json_text import JSON, encode

MICROSECONDS = 1_000_000
"""In a second: the resolution of the times we send."""
PROOF_DUE = PROOF_INTERVAL - 1.0
"""Seconds after which a tick proves that the run is alive: with one a second, in time."""


GIVEN_TIMES = 100
"""Times given by the caller that are remembered."""


@dataclass(frozen=True, slots=True)
class State:
    """The session at a moment, for whoever shows it; Unix seconds."""

    timestamp: float
    start: float | None
    away_since: float | None


class Recorder:
    """Records one run.

    Args:
        settings: The tracker's settings.
        clock: The run's clock.
        journal: The run's journal.
        name: The run's name.
        identity: Who plays.
        device: What is known of the machine.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        journal: Journal,
        name: str,
        identity: Identity,
        device: Mapping[str, str],
    ) -> None:
        self._clock, self._journal, self._lock = clock, journal, journal.lock
        self._automatic = settings.automatic_session_tracking
        self._sessions = Sessions(
            name,
            settings.session_timeout,
            automatic=self._automatic,
            auto_close=settings.manual_session_auto_close,
        )
        self._written: Session | None = None
        self._deadline = float("inf")
        self._last_time = 0  # Unix time in microseconds
        self._given_times: dict[float, int] = {}
        self._proof = 0.0
        self._application_id, self._stage = settings.application_id, settings.stage
        self._for_customers = settings.allow_default_customer_properties
        self._device = dict(device)
        self._defaults = dict(settings.default_properties)
        self._become(identity)

    # Events and customers.

    def event(
        self,
        event_type: JSON,
        properties: object,
        text: JSON,
        timestamp: float | None = None,
        comment: JSON = "",
    ) -> None:
        """Append an event.

        Args:
            event_type: Its type, as JSON.
            properties: Its properties, for their names.
            text: Its properties, as JSON.
            timestamp: Unix seconds given by the caller, or None for this moment.
            comment: A member of the command for the developer, as JSON with its comma.

        Raises:
            EventError: It is longer than the service takes.
        """
        with self._lock:
            elapsed = self._clock.elapsed()
            if elapsed >= self._deadline:
                self.tick()
            at = self._stamp(elapsed) if timestamp is None else self._distinct(timestamp)
            whole = self._base.under(properties, text)
            self._append(elapsed, event(self._ids, event_type, at, whole, comment))

    def customer(self, properties: object, text: JSON, timestamp: float | None = None) -> None:
        """Append an update of the customer; the arguments are as in ``event``."""
        with self._lock:
            elapsed = self._clock.elapsed()
            at = self._stamp(elapsed) if timestamp is None else timestamp
            whole = self._customer_base.under(properties, text)
            self._append(elapsed, customer(self._ids, at, whole))

    def identify(
        self, identity: Identity, properties: object, text: JSON, timestamp: float | None
    ) -> None:
        """The player gets more ids; the session goes on and will end under them."""
        with self._lock:
            self._become(identity)
            elapsed = self._clock.elapsed()
            if self._sessions.open is not None:
                self._append(elapsed, None, self._will())
            self.customer(properties, text, timestamp)

    def become(self, identity: Identity, save: Callable[[Identity], None]) -> None:
        """Another player: ends the session under the old ids, starts one under the new.

        Args:
            identity: The new player.
            save: Keeps the identity; called between the two.
        """
        with self._lock:
            now = self._now()
            transitions, anew = self._sessions.part(now)
            self._write(transitions, now)
            save(identity)
            self._become(identity)
            if anew:
                now = self._now()
                self._write(self._sessions.present(now), now)

    def installation(self) -> None:
        """Append the cookie's ``installation``; a repetition is an exact copy."""
        with self._lock:
            text = encode(self._device)
            whole = self._base.under(self._device, text)
            command = event(self._ids, '"installation"', self.identity.born, whole)
            self._append(self._clock.elapsed(), command)

    def wish(self, customer_ids: Mapping[str, str], timestamp: float) -> None:
        """Append a player's wish to be forgotten; a repetition is an exact copy.

        Args:
            customer_ids: By which the service knows the player.
            timestamp: Unix seconds of the wish.
        """
        with self._lock:
            command = event(encode(customer_ids), '"forget_me"', timestamp, "{}")
            self._append(self._clock.elapsed(), command)

    def set_defaults(self, properties: Mapping[str, Any]) -> None:
        """Replace the properties that every event carries from here on."""
        with self._lock:
            self._defaults = dict(properties)
            self._become(self.identity)
            if self._sessions.open is not None:
                self._append(self._clock.elapsed(), None, self._will())

    def use(self, settings: Settings) -> None:
        """Go on with other settings, as far as a run can."""
        with self._lock:
            self._application_id, self._stage = settings.application_id, settings.stage
            self._for_customers = settings.allow_default_customer_properties
            self.set_defaults({**self._defaults, **settings.default_properties})

    # Sessions.

    def present(self, since: float | None = None) -> None:
        """The player has been there since a moment on the run's clock; without one, since now."""
        with self._lock:
            now = self._now()
            self._write(self._sessions.present(now, since), now)

    def away(self, since: float) -> None:
        """The player has been away since a moment on the run's clock."""
        with self._lock:
            now = self._now()
            self._write(self._sessions.away(since, now), now)

    def tick(self, returning: float | None = None) -> None:
        """Time has passed: ends what is over, and proves that the run is alive.

        Args:
            returning: Since when the player seems to be back, if that has yet to prove itself.
        """
        with self._lock:
            now = self._now()
            self._write(self._sessions.tick(now, returning), now)
            session = self._sessions.open
            present = session is not None and session.away_since is None
            if present and now.elapsed - self._proof > PROOF_DUE:
                self._append(now.elapsed, None)

    def quit(self, *, hold: bool) -> None:
        """The game ends; ``hold`` keeps the session for a relaunch."""
        with self._lock:
            now = self._now()
            self._write(self._sessions.quit(now, hold=hold), now)

    def start(self, timestamp: float | None) -> bool:
        """Start a session by hand; says whether one began."""
        with self._lock:
            now = self._now()
            before = self._sessions.open
            at = now.wall if timestamp is None else timestamp
            self._write(self._sessions.start(at, now), now)
            return self._sessions.open is not before

    def end(self, timestamp: float | None) -> bool:
        """End the session by hand; says whether there was one."""
        with self._lock:
            now = self._now()
            transitions = self._sessions.end(now.wall if timestamp is None else timestamp, now)
            self._write(transitions, now)
            return bool(transitions)

    def carry_on(self, session: Session) -> None:
        """Go on with a session that an earlier run left open."""
        with self._lock:
            now = self._now()
            self._sessions.carry_on(session, now)
            self._write([], now)

    @property
    def state(self) -> State:
        """The session at this moment."""
        with self._lock:
            now, session = self._clock.read(), self._sessions.open
            if session is None:
                return State(now.wall, None, None)
            left = (
                None if session.away_since is None else now.wall - now.elapsed + session.away_since
            )
            return State(now.wall, session.start, left)

    # Underneath.

    def _become(self, identity: Identity) -> None:
        self.identity, self._ids = identity, encode(identity.ids)
        self._common = {
            "application_id": self._application_id,
            "device_id": identity.device_id,
            "environment": self._stage,
            **self._defaults,
        }
        self._base = Base(self._common)
        self._customer_base = Base(self._defaults if self._for_customers else {})

    def _now(self) -> Reading:
        now = self._clock.read()
        return Reading(self._stamp(now.elapsed), now.awake, now.elapsed)

    def _stamp(self, elapsed: float) -> float:
        """Unix time at a moment, in whole microseconds, later than any given out before."""
        at = int((self._clock.began + elapsed) * MICROSECONDS)
        self._last_time = max(at, self._last_time + 1)
        return self._last_time / MICROSECONDS

    def _distinct(self, timestamp: float) -> float:
        """A caller's time; one given again and again differs by microseconds."""
        times = self._given_times.pop(timestamp, 0)
        self._given_times[timestamp] = times + 1
        if len(self._given_times) > GIVEN_TIMES:
            del self._given_times[next(iter(self._given_times))]
        return timestamp + times / MICROSECONDS

    def _append(self, elapsed: float, command: JSON | None, will: JSON | None = None) -> None:
        if command is not None and len(command) > COMMAND_LIMIT // 4:
            size = len(command.encode())
            if size > COMMAND_LIMIT:
                raise EventError(f"the event has {size} bytes as JSON; at most {COMMAND_LIMIT}")
        self._proof = elapsed
        self._journal.append(elapsed, command, will)

    def _context(self) -> Context:
        return Context(self.identity.ids, {**self._common, **self._device})

    def _will(self) -> JSON:
        return render_will(self._sessions.open, self._context())

    def _write(self, transitions: list[Transition], now: Reading) -> None:
        """Write what happened, and the will where it changed."""
        session = self._sessions.open
        for transition in transitions:
            if isinstance(transition, Ended):
                self._append(
                    now.elapsed, self._context().end(transition), render_ended(transition.session)
                )
                self._written = None
                continue
            whole = self._base.under(self._device, encode(self._device))
            start = transition.session.start
            self._written = transition.session
            will = render_will(transition.session, self._context())
            self._append(now.elapsed, event(self._ids, '"session_start"', start, whole), will)
        if session is not self._written:
            self._append(now.elapsed, None, self._will())
            self._written = session
        self._deadline = self._sessions.deadline
