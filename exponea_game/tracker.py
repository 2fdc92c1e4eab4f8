"""The object a game talks to: nothing here blocks, raises into the game, or takes noticeable time.

Calls before ``configure`` are kept and leave once a project is known. Mistakes of the caller are
logged, or raised in strict mode; errors of our own are logged.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from exponea_game.errors import EventError, caller, never_raises
from exponea_game.events.commands import check_customer_ids, check_event_type, check_timestamp
from exponea_game.events.properties import encode_properties
from exponea_game.run.disclosure import NOTHING, Disclosure, disclose
from exponea_game.run.lifecycle import Lifecycle, bring_in_requests
from exponea_game.system.json_text import JSON, encode, printable
from exponea_game.system.log import error_inside

TYPES_LIMIT = 500
"""Event types whose JSON is remembered."""
DEFAULTS_LIMIT = 64_000
"""Bytes of default properties, as JSON: they are part of every event."""

if TYPE_CHECKING:
    from exponea_game.inspector.subject import Subject
    from exponea_game.run.engine import Engine


class Flushed(NamedTuple):
    """What ``flush`` came to.

    Attributes:
        sent: Commands the server answered for.
        left: Commands that still wait.
        trouble: Why, in the server's or the network's words; empty where nothing is wrong.
    """

    sent: int
    left: int
    trouble: str

    def __bool__(self) -> bool:
        return self.left == 0


class Tracker(Lifecycle):
    """Tracks one game: its sessions, events and player.

    Args:
        **settings: As the attributes of ``Settings``; what is not given comes from ``EXPONEA_*``
            variables and the TOML file that ``EXPONEA_CONFIG`` names.

    Raises:
        SettingsError: Only in strict mode: a setting cannot be used.
    """

    @never_raises(None)
    def attach(self, window: Any, inspector: bool | None = None) -> None:
        """Track sessions by a window's presence, from here on; twice changes nothing.

        Args:
            window: A ``pyglet.window.Window`` or an ``arcade.Window``.
            inspector: Whether F9 shows over the game what the library is doing, for its
                developers; by default as the variable ``EXPONEA_INSPECTOR`` says.
        """
        if not hasattr(window, "dispatch_event"):
            kind = type(window).__name__
            raise EventError(f"window is of type {kind}; it must be a pyglet.window.Window")
        self._windows.add(window)
        engine = self._engine or self._open()
        if engine is not None:
            bring_in_requests()
            engine.windows.attach(window)
        if inspector is None:
            from exponea_game.settings_checks import NO

            inspector = os.environ.get("EXPONEA_INSPECTOR", "").lower() not in NO
        if inspector:
            self._inspect(window)

    def _inspect(self, window: Any) -> None:
        from exponea_game.inspector.inspector import Inspector

        if window not in self._inspectors:
            self._inspectors[window] = Inspector(window, self._subject())

    def _subject(self) -> Subject:
        """What an inspector shows of this tracker."""
        from exponea_game.inspector.subject import Subject
        from exponea_game.run.insight import Gatherer

        def engine() -> Engine | None:
            return self._engine

        return Subject(
            gather=Gatherer(engine).gather,
            disclose=lambda: self.what_is_sent().text,
            recorder=lambda: (run := engine()) and run.recorder,
            now=lambda: None if (run := engine()) is None else run.clock.read().wall,
            forget=self.forget_me,
            decide=self.set_consent,
        )

    @never_raises(None)
    def detach(self, window: Any) -> None:
        """Leave a window as it was before ``attach``."""
        self._windows.discard(window)
        if window in self._inspectors:
            self._inspectors.pop(window).detach()
        if self._engine is not None:
            self._engine.windows.detach(window)

    @never_raises(None)
    def note_input(self) -> None:
        """The player has done something that no window sees, such as moving a controller's stick.

        It costs next to nothing and may be called in each frame that sees input. It counts after
        the machine has slept, and with ``idle_timeout``.
        """
        if self._engine is not None:
            self._engine.windows.note_input()

    # Events.

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
            engine = self._engine or self._open()
            if engine is None:
                return
            known = isinstance(event_type, str) and self._types.get(event_type)
            kind = known or self._type(event_type)
            text, wrong = encode_properties(properties)
            if wrong or timestamp is not None or self._comments:
                self._track_with_care(engine, kind, properties, text, wrong, timestamp)
            else:
                engine.recorder.event(kind, properties, text)
        except Exception as error:  # noqa: BLE001 - nothing leaves but the caller's mistakes
            self._failed(error)

    def _track_with_care(
        self,
        engine: Engine,
        kind: JSON,
        properties: object,
        text: JSON,
        wrong: list[str],
        timestamp: float | None,
    ) -> None:
        for sentence in wrong:
            self.mistakes.report(sentence)
        comment = f'"comment":{encode(printable(caller()))},' if self._comments else ""
        engine.recorder.event(kind, properties, text, self._time(timestamp), comment)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, EventError):
            if self.mistakes.strict:
                raise error
            self.mistakes.report(str(error))
        else:
            error_inside(error)

    def _type(self, event_type: object) -> JSON:
        text = encode(check_event_type(event_type))
        if len(self._types) < TYPES_LIMIT:
            self._types[str(event_type)] = text
        return text

    def _time(self, timestamp: object) -> float | None:
        if timestamp is None:
            return None
        try:
            return check_timestamp(timestamp)
        except EventError as error:
            self.mistakes.report(f"{error}; this moment is taken")
            return None

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
    def set_default_properties(self, properties: Mapping[str, Any]) -> None:
        """Make properties part of every event from here on; an event's own win.

        Args:
            properties: They replace the earlier ones, and are copied.
        """
        text, wrong = encode_properties(properties)
        for sentence in wrong:
            self.mistakes.report(sentence)
        if len(text.encode()) > DEFAULTS_LIMIT:
            raise EventError(f"default properties are too long; at most {DEFAULTS_LIMIT} bytes")
        engine = self._engine or self._open()
        if engine is not None:
            engine.recorder.set_defaults(_decode(text))

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
        text, wrong = encode_properties(properties)
        for sentence in wrong:
            self.mistakes.report(sentence)
        engine = self._engine or self._open()
        if engine is not None:
            engine.identify(ids, properties, text, self._time(timestamp))

    @never_raises(None)
    def anonymize(self) -> None:
        """Forget who plays, as at a log-out: the next player has another cookie and session."""
        engine = self._engine or self._open()
        if engine is not None:
            engine.anonymize()

    @never_raises("")
    def customer_cookie(self) -> str:
        """The id of the player whom nobody has named: a UUID, kept until ``anonymize``."""
        engine = self._engine or self._open()
        return "" if engine is None else engine.recorder.identity.cookie

    # Sessions by hand.

    @never_raises(None)
    def track_session_start(self, timestamp: float | None = None) -> None:
        """Start a session, where ``automatic_session_tracking`` is off.

        Args:
            timestamp: Unix seconds; this moment by default.
        """
        engine = self._manual("track_session_start")
        if engine is not None and not engine.recorder.start(self._time(timestamp)):
            self.mistakes.report("track_session_start was called in a session; end that one first")

    @never_raises(None)
    def track_session_end(self, timestamp: float | None = None) -> None:
        """End the session, where ``automatic_session_tracking`` is off.

        Args:
            timestamp: Unix seconds; this moment by default.
        """
        engine = self._manual("track_session_end")
        if engine is not None and not engine.recorder.end(self._time(timestamp)):
            self.mistakes.report("track_session_end was called without a session; start one first")

    def _manual(self, name: str) -> Engine | None:
        engine = self._engine or self._open()
        if engine is not None and engine.settings.automatic_session_tracking:
            right = "configure(automatic_session_tracking=False) makes that the game's task"
            self.mistakes.report(f"{name} was called, but windows start and end sessions; {right}")
            return None
        return engine

    # Delivery.

    @never_raises(Flushed(0, 0, "an error inside the library"))
    def flush(self, timeout: float = 5.0) -> Flushed:
        """Deliver what waits, and wait for it: for tools and tests, not for a frame.

        Args:
            timeout: Seconds to wait at the most.

        Returns:
            What was sent and what is left.
        """
        engine = self._engine or self._open()
        if engine is None:
            return Flushed(0, 0, "tracking is stopped")
        return Flushed(*engine.flush(max(0.0, timeout)))

    def what_is_sent(self) -> Disclosure:
        """Everything that was or will be sent about the player, in plain words and as data.

        Raises:
            OSError: The files that tell it cannot be read.
        """
        engine = self._engine or self._open()
        return disclose(engine) if engine is not None else Disclosure(NOTHING, [], [])


def _decode(text: JSON) -> dict[str, Any]:
    """A copy of properties that shares nothing with the caller's."""
    import json

    return dict(json.loads(text))
