"""What happens in one run becomes lines of its journal: events, sessions and who plays.

Each method takes the run's lock, does its work in memory, and appends. A session's start shares a
line with the will that names it, an end with the will that it annuls, and a change of the
player with the will under the new ids: whatever dies between two lines, the journal is true.

A time is never given twice in a run, so that two events are never taken for copies of one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from exponea_game.errors import EventError
from exponea_game.events.commands import customer, event, event_at
from exponea_game.events.limits import COMMAND_LIMIT
from exponea_game.journal.losses import OVERFLOW
from exponea_game.journal.writer import Journal
from exponea_game.player.identity import Identity
from exponea_game.run.shared_properties import SharedProperties
from exponea_game.run.timestamps import Timestamps
from exponea_game.sessions.rules import Sessions
from exponea_game.sessions.session import PROOF_INTERVAL, Ended, Reason, Session, Transition
from exponea_game.sessions.will import render_ended, render_will
from exponea_game.settings import Settings
from exponea_game.system.clock import Clock, Reading
from exponea_game.system.json_text import JSON, encode

PROOF_DUE = PROOF_INTERVAL - 2.0
"""Seconds after which a tick proves that the run is alive: with one every two seconds, in time."""
LARGE = COMMAND_LIMIT // 4
"""Characters of a command whose bytes are counted: as UTF-8, one takes up to four."""
ID_BYTES = 6
"""Of chance in a session's id: with the player it is told of, it is one among all."""


class State(NamedTuple):
    """The session at a moment, for whoever shows it; Unix seconds."""

    timestamp: float
    start: float | None
    away_since: float | None


def _check_size(command: JSON) -> None:
    size = len(command.encode())
    if size > COMMAND_LIMIT:
        raise EventError(f"the event has {size} bytes as JSON; at most {COMMAND_LIMIT}")


def _nobody(*_: float) -> None:
    return None


def _never() -> float:
    return float("-inf")


class Recorder:
    """Records one run.

    game      tells of events, of the player and of the windows; so do signals, of the end
    keeper    ``tick`` and ``loss``
    any       ``state`` and ``identity``, for whoever shows the run
    lock      the journal's: taken around each of these, and held while it appends. ``identity`` is
              replaced as one.

    Args:
        settings: The tracker's settings.
        clock: The run's clock.
        journal: The run's journal.
        name: The run's name.
        identity: Who plays.
        device: What is known of the machine.
        chance: Gives so many random bytes, for the ids of sessions.

    Attributes:
        unasked: How many commands it has told by itself, without a call of the game's.
        returning: Says since when the player seems to be back, if that has yet to prove itself.
        last_input: Says when the game last had input, on the run's clock.
        lapse: Says at a moment since when the player has been idle, once for each time.
        changed: Called where the session has changed; it must not wait for anything.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        journal: Journal,
        name: str,
        identity: Identity,
        device: Mapping[str, str],
        chance: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._clock, self._journal, self._lock = clock, journal, journal.lock
        self._auto_close = settings.manual_session_auto_close
        self._sessions = Sessions(
            name,
            settings.session_timeout,
            automatic=settings.automatic_session_tracking,
            auto_close=self._auto_close,
            prefix=chance(ID_BYTES).hex(),
        )
        self.returning: Callable[[], float | None] = _nobody
        self.last_input: Callable[[], float] = _never
        self.lapse: Callable[[float], float | None] = _nobody
        self.changed: Callable[[], object] = _nobody
        self._written: Session | None = None
        self.unasked = 0
        self._deadline = float("inf")
        self._times = Timestamps()
        self._proof = 0.0
        self._shared = SharedProperties(settings, identity, device)

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
                elapsed, moment = self._touch()
            else:
                moment = self._clock.began + elapsed
            if timestamp is None:
                time = self._times.stamp_text(moment)
            else:
                time = f"{self._times.distinct(timestamp):.6f}"
            shared = self._shared
            whole = shared.base.under(properties, text)
            command = event_at(shared.ids, event_type, time, whole, comment)
            if len(command) > LARGE:
                _check_size(command)
            self._proof = elapsed  # as in _append, without a call
            self._journal.append(elapsed, command)

    def customer(self, properties: object, text: JSON, timestamp: float | None = None) -> None:
        """Append an update of the customer; the arguments are as in ``event``."""
        with self._lock:
            elapsed = self._look()
            at = self._times.stamp(self._clock.began + elapsed) if timestamp is None else timestamp
            whole = self._shared.customer_base.under(properties, text)
            self._append(elapsed, customer(self._shared.ids, at, whole))

    def identify(
        self, ids: Mapping[str, str], properties: object, text: JSON, timestamp: float | None
    ) -> None:
        """The player gets more ids; the session goes on and will end under them."""
        with self._lock:
            elapsed = self._look()
            self._shared.become(self.identity.named(ids))
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
            now = self._moment()
            transitions, anew = self._sessions.part(now)
            self._write(transitions, now)
            save(identity)
            self._shared.become(identity)
            if anew:
                now = self._moment()
                self._write(self._sessions.present(now), now)

    def installation(self) -> None:
        """Append the cookie's ``installation``; a repetition is an exact copy."""
        with self._lock:
            shared = self._shared
            born, whole = shared.identity.born, shared.installation
            command = event(shared.ids, '"installation"', born, whole)
            self._append(self._look(), command)
            self.unasked += 1

    def wish(self, customer_ids: Mapping[str, str], timestamp: float) -> None:
        """Append a player's wish to be forgotten; a repetition is an exact copy.

        Args:
            customer_ids: By which the service knows the player.
            timestamp: Unix seconds of the wish.
        """
        with self._lock:
            command = event(encode(customer_ids), '"forget_me"', timestamp, "{}")
            self._append(self._look(), command)

    def loss(self, properties: object, text: JSON) -> None:
        """Append that events were lost: no sign of the player, unlike an event of the game's.

        Args:
            properties: How many, and of which types.
            text: The same, as JSON.
        """
        with self._lock:
            elapsed = self._look()
            shared = self._shared
            whole = shared.base.under(properties, text)
            timestamp = self._times.stamp(self._clock.began + elapsed)
            self._append(elapsed, event(shared.ids, f'"{OVERFLOW}"', timestamp, whole))

    def set_defaults(self, properties: Mapping[str, Any]) -> None:
        """Replace the properties that every event carries from here on."""
        with self._lock:
            elapsed = self._look()
            self._shared.set_defaults(properties)
            if self._sessions.open is not None:
                self._append(elapsed, None, self._will())

    def use(self, settings: Settings) -> None:
        """Go on with other settings, as far as a run can."""
        with self._lock:
            elapsed = self._look()
            self._shared.use(settings)
            if self._sessions.open is not None:
                self._append(elapsed, None, self._will())

    # Sessions.

    def present(self, since: float | None = None) -> None:
        """The player has been there since a moment on the run's clock; without one, since now."""
        with self._lock:
            now = self._moment(since)
            self._write(self._sessions.present(now, since), now)

    def away(self, since: float) -> None:
        """The player has been away since a moment on the run's clock."""
        with self._lock:
            now = self._moment()
            self._write(self._sessions.away(since, now, self.returning()), now)

    def tick(self) -> None:
        """Time has passed: ends what is over, and proves that the run is alive."""
        with self._lock:
            now = self._moment()
            session = self._sessions.open
            present = session is not None and session.away_since is None
            if present and now.elapsed - self._proof > PROOF_DUE:
                self._append(now.elapsed, None)

    def exit(self, status: int | None = None) -> None:
        """The event loop has exited, or the last window is closed: perhaps the game quits.

        Args:
            status: The status with which the game exits, where that can be seen.
        """
        with self._lock:
            now = self._moment()
            self._write(self._sessions.exit(now, status), now)

    def quit(self, *, hold: bool, reason: Reason = Reason.QUIT, status: int | None = None) -> None:
        """The game ends.

        Args:
            hold: Keep the session for a relaunch.
            reason: ``QUIT`` or ``ERROR``.
            status: The status with which the game exits, where that can be seen.
        """
        with self._lock:
            now = self._moment()
            transitions = self._sessions.quit(now, hold=hold, reason=reason, status=status)
            self._write(transitions, now)

    def start(self, timestamp: float | None) -> bool:
        """Start a session by hand; says whether one began."""
        with self._lock:
            before = self._sessions.open
            if before is not None and self._auto_close:
                self.end(timestamp)
            now = self._moment()
            self._write(self._sessions.start(timestamp, now), now)
            return self._sessions.open is not before

    def end(self, timestamp: float | None) -> bool:
        """End the session by hand; says whether there was one."""
        with self._lock:
            now = self._now()
            transitions = self._sessions.end(timestamp, now)
            self._write(transitions, now)
            return bool(transitions)

    def carry_on(self, session: Session) -> None:
        """Go on with a session that an earlier run left open."""
        with self._lock:
            now = self._now()
            self._sessions.carry_on(session, now)
            self._write([], now)

    @property
    def identity(self) -> Identity:
        """Who plays."""
        return self._shared.identity

    @identity.setter
    def identity(self, identity: Identity) -> None:
        self._shared.identity = identity

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The properties that every event carries."""
        return self._shared.defaults

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

    def _now(self) -> Reading:
        now = self._clock.read()
        wall = self._times.stamp(self._clock.began + now.elapsed)
        return Reading(wall, now.awake, now.elapsed, now.ahead)

    def _moment(self, returning: float | None = None) -> Reading:
        """This moment, once what time alone has ended is over, and what input has begun has begun.

        Between two sessions a wall clock that was set is believed; within one nothing moves.

        Args:
            returning: Since when the player is back; what is known of it by default.
        """
        now = self._now()
        returning = self.returning() if returning is None else returning
        self._write(self._sessions.tick(now, returning), now)
        if (idle_since := self.lapse(now.elapsed)) is not None:
            self._write(self._sessions.away(idle_since, now, returning), now)
        if self._sessions.open is None and self._clock.correct():
            self._times.begin_anew()
            now = self._now()
        self._write(self._sessions.input(self.last_input(), now, returning), now)
        return now

    def _look(self) -> float:
        """This moment on the run's clock, once it is known that there was no gap before it."""
        elapsed = self._clock.elapsed()
        return elapsed if elapsed < self._deadline else self._moment().elapsed

    def _touch(self) -> tuple[float, float]:
        """An event is tracked where it may begin a session, or move the end of one.

        Returns:
            The moment that the session knows: on the run's clock, and in Unix seconds.
        """
        now = self._moment()
        self._write(self._sessions.event(now, self.returning()), now)
        return now.elapsed, self._clock.began + now.elapsed

    def _append(self, elapsed: float, command: JSON | None, will: JSON | None = None) -> None:
        if command is not None and len(command) > LARGE:
            _check_size(command)
        self._proof = elapsed
        self._journal.append(elapsed, command, will)

    def _will(self) -> JSON:
        return render_will(self._sessions.open, self._shared.context)

    def _write(self, transitions: list[Transition], now: Reading) -> None:
        """Write what happened, and the will where it changed."""
        session = self._sessions.open
        changed = bool(transitions) or session is not self._written
        for transition in transitions:
            about, context = transition.session, self._shared.context
            self.unasked += 1
            if isinstance(transition, Ended):
                self._append(now.elapsed, context.end(transition), render_ended(about))
                self._written = None
            else:
                self._append(now.elapsed, context.start(about), render_will(about, context))
                self._written = about
        if session is not self._written:
            self._append(now.elapsed, None, self._will())
            self._written = session
        self._deadline = self._sessions.deadline
        self._shared.enter(session)
        if changed:
            self.changed()
