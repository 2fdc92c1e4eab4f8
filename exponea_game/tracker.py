"""The object a game talks to: nothing here blocks, raises into the game, or takes noticeable time.

Calls before ``configure`` are kept and leave once a project is known. Mistakes of the caller are
logged, or raised in strict mode; errors of our own are logged.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from weakref import WeakKeyDictionary

from exponea_game._undisturbed import undisturbed
from exponea_game.errors import EventError
from exponea_game.events.commands import check_customer_ids
from exponea_game.events.properties import LONGER, encode_properties
from exponea_game.mistakes import Mistakes, never_raises
from exponea_game.run.arguments import Arguments, check_seconds, check_window
from exponea_game.run.lifecycle import LAST_DECISION, Lifecycle, bring_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Unpack

    from exponea_game.inspector.inspector import Inspector
    from exponea_game.inspector.subject import Subject
    from exponea_game.run.disclosure import Disclosure
    from exponea_game.run.engine import Engine
    from exponea_game.run.flushed import Flushed
    from exponea_game.settings import Given

DEFAULTS_LIMIT = 64_000
"""Bytes of default properties, as JSON: they are part of every event."""


class Tracker:
    """Tracks one game: its sessions, events and player.

    Args:
        **settings: As the attributes of ``Settings``; what is not given comes from ``EXPONEA_*``
            variables and the TOML file that ``EXPONEA_CONFIG`` names.

    Raises:
        SettingsError: Only in strict mode: a setting cannot be used.
    """

    def __init__(self, **settings: Unpack[Given]) -> None:
        self.mistakes = Mistakes()
        self._life = Lifecycle(settings, self.mistakes)
        self._arguments = Arguments(self.mistakes)
        self._types = self._arguments.types
        self._inspectors: WeakKeyDictionary[Any, Inspector] = WeakKeyDictionary()

    @never_raises(None)
    def configure(self, **settings: Unpack[Given]) -> None:
        """Say where events go and how sessions work; optional, and possible at any time.

        Args:
            **settings: As the attributes of ``Settings``. Those that decide where files lie and how
                sessions are told hold for the whole run: they must come before the first event.

        Raises:
            SettingsError: Only in strict mode: a setting cannot be used, or comes too late.
        """
        self._life.configure(settings)
        bring_in()

    @never_raises(None)
    def attach(self, window: Any, inspector: bool | None = None) -> None:
        """Track sessions by a window's presence, from here on; twice changes nothing.

        Args:
            window: A ``pyglet.window.Window`` or an ``arcade.Window``.
            inspector: Whether F9 shows over the game what the library is doing, for its
                developers; by default as the variable ``EXPONEA_INSPECTOR`` says.
        """
        check_window(window)
        self._life.attach(window)
        if inspector is None:
            from exponea_game.settings_checks import NO

            inspector = os.environ.get("EXPONEA_INSPECTOR", "").lower() not in NO
        if inspector:
            self._inspect(window)

    def _inspect(self, window: Any) -> None:
        with undisturbed:
            from exponea_game.inspector.inspector import Inspector

        if window not in self._inspectors:
            self._inspectors[window] = Inspector(window, self._subject())

    def _subject(self) -> Subject:
        """What an inspector shows of this tracker."""
        from exponea_game.inspector.subject import Subject
        from exponea_game.run.insight import Gatherer

        def engine() -> Engine | None:
            return self._life.engine

        return Subject(
            gather=Gatherer(engine).gather,
            disclose=lambda: self.what_is_sent().text,
            recorder=lambda: (run := engine()) and run.recorder,
            now=lambda: None if (run := engine()) is None else run.clock.read().wall,
            why_silent=lambda: self._life.why_silent,
            forget=self.forget_me,
            decide=self.set_consent,
        )

    @never_raises(None)
    def detach(self, window: Any) -> None:
        """Leave a window as it was before ``attach``."""
        check_window(window)
        if window in self._inspectors:
            self._inspectors.pop(window).detach()
        self._life.detach(window)

    @never_raises(None)
    def note_input(self) -> None:
        """The player has done something that no window sees, such as moving a controller's stick.

        It costs next to nothing and may be called in each frame that sees input. It counts after
        the machine has slept, and with ``idle_timeout``.
        """
        if self._life.engine is not None:
            self._life.engine.windows.note_input()

    # Events.

    @never_raises(None)
    def track_error(self, error: BaseException) -> None:
        """Track an exception that the game has caught, as the event ``error``.

        One that nobody catches is tracked by itself (``track_errors``).

        Args:
            error: The exception.
        """
        if not isinstance(error, BaseException):
            kind = type(error).__name__
            raise EventError(f"error is of type {kind}; it must be an exception")
        engine = self._life.engine or self._life.open()
        if engine is not None:
            engine.failures.track(error, threading.current_thread().name)

    def track_event(
        self,
        event_type: str,
        properties: Mapping[str, Any] | None = None,
        timestamp: float | None = None,
    ) -> None:
        """Track an event. When the call returns, the event outlives the process.

        Args:
            event_type: Its name, such as ``"level_complete"``.
            properties: Texts, numbers, booleans, None, and lists and dicts of them.
            timestamp: Unix seconds; this moment by default.

        Raises:
            EventError: Only in strict mode: an argument cannot be tracked.
        """
        try:
            engine = self._life.engine or self._life.open()
            if engine is None:
                return
            kind = None
            if type(event_type) is str and not event_type[LONGER]:  # else not hashed
                kind = self._types.get(event_type)
            if kind is None:
                kind = self._arguments.event_type(event_type)
            text, wrong = encode_properties(properties)
            if wrong or timestamp is not None or engine.commented:
                careful = self._arguments.with_care(event_type, wrong, timestamp, engine.commented)
                engine.recorder.event(kind, properties, text, *careful)
            else:
                engine.recorder.event(kind, properties, text)
        except Exception as error:  # noqa: BLE001 - nothing leaves but the caller's mistakes
            self.mistakes.failed(error)

    def track_payment(
        self, properties: Mapping[str, Any] | None = None, timestamp: float | None = None
    ) -> None:
        """Track a payment with real money, as the event ``payment``.

        Args:
            properties: As the mobile SDKs name them: ``brutto`` (the value), ``currency``,
                ``payment_system``, ``item_id``, ``product_title``, ``receipt``.
            timestamp: Unix seconds; this moment by default.
        """
        self.track_event("payment", properties, timestamp)

    def track_virtual_payment(
        self, currency: str, amount: float, item_name: str, item_type: str
    ) -> None:
        """Track a payment with the game's own currency, as the event ``virtual_payment``.

        Args:
            currency: Its name, such as ``"crystals"``.
            amount: How much was paid.
            item_name: What for.
            item_type: What kind of thing that is.
        """
        self.track_event(
            "virtual_payment",
            {
                "currency": currency,
                "amount": amount,
                "item_name": item_name,
                "item_type": item_type,
            },
        )

    @never_raises(None)
    def track_consent(
        self, category: str, accepted: bool, valid_until: float | None = None, **more: Any
    ) -> None:
        """Track what a player allows the service's campaigns, as the event ``consent``.

        It is not the library's own consent (see ``set_consent``), and nothing reads it back. The
        service takes an invalid event for a refusal: what is invalid is not tracked.

        Args:
            category: The consent category's id, as the project names it.
            accepted: Whether the player accepts.
            valid_until: Unix seconds, in the future; without an end by default.
            **more: Further properties, such as where the player was asked.
        """
        from exponea_game.events.consent import consent

        engine = self._life.engine or self._life.open()
        if engine is not None:
            now = engine.clock.read().wall
            self.track_event("consent", consent(category, accepted, valid_until, more, now))

    @never_raises(None)
    def set_default_properties(self, properties: Mapping[str, Any]) -> None:
        """Make properties part of every event from here on; an event's own win.

        Args:
            properties: They replace the earlier ones, and are copied.
        """
        text = self._arguments.default_properties(properties)
        if len(text.encode()) > DEFAULTS_LIMIT:
            raise EventError(f"default properties are too long; at most {DEFAULTS_LIMIT} bytes")
        with undisturbed:
            import json

        copied = json.loads(text)
        engine = self._life.engine or self._life.open(copied)
        if engine is not None:
            engine.recorder.set_defaults(copied)

    # The player.

    @never_raises(None)
    def identify_customer(
        self,
        customer_ids: Mapping[str, str],
        properties: Mapping[str, Any] | None = None,
        timestamp: float | None = None,
    ) -> None:
        """Say who plays; the session goes on.

        Args:
            customer_ids: Such as ``{"registered": "player@example.com"}``; added to those known.
            properties: Of the customer, such as ``{"language": "en"}``.
            timestamp: When the properties were so, in Unix seconds; this moment by default.
        """
        ids = check_customer_ids(customer_ids)
        text = self._arguments.properties(properties)
        engine = self._life.engine or self._life.open()
        if engine is not None:
            engine.identify(ids, properties, text, self._arguments.timestamp(timestamp))

    @never_raises(None)
    def anonymize(self) -> None:
        """Forget who plays, as at a log-out: the next player has another cookie and session."""
        engine = self._life.engine or self._life.open()
        if engine is not None:
            engine.anonymize()

    @never_raises("")
    def customer_cookie(self) -> str:
        """The id of the player whom nobody has named: a UUID, kept until ``anonymize``."""
        engine = self._life.engine or self._life.open()
        return "" if engine is None else engine.recorder.identity.cookie

    @never_raises(None)
    def set_token_provider(self, provider: Callable[[dict[str, str]], str | None] | None) -> None:
        """Say where tokens of players come from, for an event stream that wants them.

        Args:
            provider: Gets a player's ids and returns a JWT that the game's own backend has issued
                for them, or None. It is asked on a thread of the library's, never in a frame and
                never twice at once, and may take its time. None ends the asking.
        """
        if provider is not None and not callable(provider):
            kind = type(provider).__name__
            raise EventError(f"provider is of type {kind}; it must be a function of a player's ids")
        self._life.set_token_provider(provider)

    # Sessions by hand.

    @never_raises(None)
    def track_session_start(self, timestamp: float | None = None) -> None:
        """Start a session, where ``automatic_session_tracking`` is off.

        Args:
            timestamp: Unix seconds; this moment by default.
        """
        engine = self._manual("track_session_start")
        if engine is not None and not engine.recorder.start(self._arguments.timestamp(timestamp)):
            self.mistakes.report("track_session_start was called in a session; end that one first")

    @never_raises(None)
    def track_session_end(self, timestamp: float | None = None) -> None:
        """End the session, where ``automatic_session_tracking`` is off.

        Args:
            timestamp: Unix seconds; this moment by default.
        """
        engine = self._manual("track_session_end")
        if engine is not None and not engine.recorder.end(self._arguments.timestamp(timestamp)):
            self.mistakes.report("track_session_end was called without a session; start one first")

    def _manual(self, name: str) -> Engine | None:
        engine = self._life.engine or self._life.open()
        if engine is not None and engine.settings.automatic_session_tracking:
            right = "configure(automatic_session_tracking=False) makes that the game's task"
            self.mistakes.report(f"{name} was called, but windows start and end sessions; {right}")
            return None
        return engine

    # The player's decisions.

    @never_raises(None)
    def set_consent(self, consent: str) -> None:
        """Say what the player decided; it is kept for the launches to come.

        Args:
            consent: ``"granted"``: what waited in memory is written and sent, with its times.
                ``"denied"``: what waits is destroyed, nothing is tracked. ``"pending"``: the player
                is to be asked again; until then nothing more is written or sent.
        """
        self._life.set_consent(consent)

    @never_raises(None)
    def forget_me(self) -> None:
        """Delete everything about the player on this machine, and ask the service to forget.

        The service takes the wish as the event ``forget_me`` under the player's ids, for a public
        token may delete nothing; the project acts on it. It is tried again until it has arrived.
        """
        self._life.forget_me()

    @never_raises(None)
    def stop(self, wipe: bool = False) -> None:
        """End the session and track nothing more until ``configure`` is called.

        Args:
            wipe: Also delete everything about the player on this machine, sent or not.
        """
        if not isinstance(wipe, bool):  # to delete by mistake could not be undone
            kind = type(wipe).__name__
            self.mistakes.report(
                f"wipe is of type {kind}; it must be True or False: nothing is wiped"
            )
            wipe = False
        self._life.stop(wipe=wipe)

    # Delivery.

    def flush(self, timeout: float = 5.0) -> Flushed:
        """Deliver what waits, and wait for it: for tools and tests, not for a frame.

        Args:
            timeout: Seconds to wait at the most.

        Returns:
            What was sent and what is left.
        """
        with undisturbed:
            from exponea_game.run.flushed import Flushed
        try:
            engine = self._life.engine or self._life.open()
            if engine is None:
                return Flushed(0, 0, self._life.why_silent)
            seconds = max(0.0, check_seconds("timeout", timeout))
            self._life.settle(seconds)
            return Flushed(*engine.flush(seconds))
        except Exception as error:  # noqa: BLE001 - nothing leaves but the caller's mistakes
            self.mistakes.failed(error)
        return Flushed(0, 0, "an error inside the library")

    def what_is_sent(self) -> Disclosure:
        """Everything that was or will be sent about the player, in plain words and as data.

        Raises:
            OSError: The files that tell it cannot be read.
        """
        engine = self._life.engine or self._life.open()
        bring_in()
        self._life.settle(LAST_DECISION)
        from exponea_game.run.disclosure import NOTHING, Disclosure, disclose

        return disclose(engine) if engine is not None else Disclosure(NOTHING, [], [])
