"""The object a game talks to: nothing here blocks, raises into the game, or takes noticeable time.

The first call opens the home; calls before ``configure`` are kept and leave once a project is
known. Mistakes of the caller are logged, or raised in strict mode; errors of our own are logged.

What a run needs is imported when the home is opened, so that a game's own imports stay short.
"""

from __future__ import annotations

import atexit
import functools
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from logging import ERROR, WARNING
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from exponea_game.checks import SettingsError
from exponea_game.commands import (
    EventError,
    check_customer_ids,
    check_event_type,
    check_timestamp,
)
from exponea_game.consent import CHOICES, decided, keep
from exponea_game.disclosure import NOTHING, Disclosure, disclose
from exponea_game.disk import Disk
from exponea_game.encoding import JSON, encode, encode_properties, printable
from exponea_game.log import error_inside, once
from exponea_game.mistakes import Mistakes, caller
from exponea_game.settings import NO, Settings

TYPES_LIMIT = 500
"""Event types whose JSON is remembered."""
DEFAULTS_LIMIT = 64_000
"""Bytes of default properties, as JSON: they are part of every event."""

if TYPE_CHECKING:
    from exponea_game.engine import Engine
    from exponea_game.inspector import Inspector

FOR_THE_RUN = (
    "home",
    "app_name",
    "app_version",
    "session_timeout",
    "automatic_session_tracking",
    "manual_session_auto_close",
    "journal_limit",
)
"""Settings that hold for a whole run: ``configure`` cannot change them after its first event."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Flushed:
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


def _harmless(default: R) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Nothing but the caller's mistakes in strict mode leaves a public method."""

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(method)
        def guarded(*arguments: P.args, **keywords: P.kwargs) -> R:
            tracker: Any = arguments[0]
            try:
                return method(*arguments, **keywords)
            except EventError as error:
                if tracker.mistakes.strict:
                    raise
                tracker.mistakes.told(str(error))
            except SettingsError:
                raise
            except Exception as error:  # noqa: BLE001 - nothing leaves into the game
                error_inside(error)
            return default

        return guarded

    return decorate


class Tracker:
    """Tracks one game: its sessions, events and player.

    Args:
        **settings: As the attributes of ``Settings``; what is not given comes from ``EXPONEA_*``
            variables and the TOML file that ``EXPONEA_CONFIG`` names.

    Raises:
        SettingsError: A setting cannot be used.
    """

    _disk = Disk()

    def __init__(self, **settings: Any) -> None:
        self._given = settings
        self._settings = Settings.load(**settings) if settings else None
        self._set_up()
        _trackers.add(self)

    def _set_up(self) -> None:
        self._engine: Engine | None = None
        self._stopped = self._denied = self._exiting = False
        self._windows: weakref.WeakSet[Any] = weakref.WeakSet()
        self._inspectors: weakref.WeakKeyDictionary[Any, Inspector] = weakref.WeakKeyDictionary()
        self._opening = threading.RLock()
        self._types: dict[str, JSON] = {}
        self._comments = bool(self._settings and self._settings.collector)
        self.mistakes = Mistakes(strict=bool(self._settings and self._settings.strict))

    # Set-up.

    def configure(self, **settings: Any) -> None:
        """Say where events go and how sessions work; optional, and possible at any time.

        Args:
            **settings: As the attributes of ``Settings``. Those that decide where files lie and how
                sessions are told hold for the whole run: they must come before the first event.

        Raises:
            SettingsError: A setting cannot be used, or comes too late.
        """
        with self._opening:
            new = Settings.load(**{**self._given, **settings})
            engine = self._engine
            if engine is not None:
                for name in FOR_THE_RUN:
                    old = getattr(engine.settings, name)
                    if name in settings and getattr(new, name) != old:
                        self._too_late(name, old)
                        new = replace(new, **{name: old})
            self._given, self._settings, self._stopped = {**self._given, **settings}, new, False
            self.mistakes.strict, self._denied = new.strict, False
            self._comments = new.collector is not None
            if engine is None:
                self._open()
            else:
                engine.use(new)
            _bring_in_requests()

    def _too_late(self, name: str, old: object) -> None:
        sentence = (
            f"{name} stays {old!r} until the next launch: it must be set before the first event"
        )
        if self.mistakes.strict:
            raise SettingsError(sentence)
        self.mistakes.told(sentence)

    def _open(self) -> Engine | None:
        with self._opening:
            if self._engine is None and not self._stopped and not self._denied:
                if self._settings is None:
                    self._settings = self._load()
                from exponea_game.engine import home_folder
                from exponea_game.home import Home

                folder = home_folder(self._settings)
                consent = decided(folder, self._disk, self._settings.consent)
                if consent == "denied":
                    self._denied = True
                    Home(folder, self._disk).wipe()
                    return None
                self._engine = self._begin(self._settings, permitted=consent == "granted")
                atexit.register(self._exit)
                for window in list(self._windows):
                    self._engine.windows.attach(window)
            return self._engine

    def _exit(self) -> None:
        """The program ends; a later event still gets a run, and leaves at the next launch."""
        self._windows.clear()
        with self._opening:
            engine, self._engine, self._exiting = self._engine, None, True
        if engine is not None:
            engine.close()

    def _begin(self, settings: Settings, *, permitted: bool) -> Engine:
        """Begin a run; a rehearsal begins one in a made-up world (see testing)."""
        from exponea_game.engine import Engine

        engine = Engine(settings, permitted=permitted)
        if not self._exiting:  # no thread may be started any more
            engine.start()
        return engine

    def _load(self) -> Settings:
        """The settings of a game that did not configure: a wrong variable must not break it."""
        try:
            settings = Settings.load()
        except SettingsError as error:
            once(ERROR, "%s; the defaults hold", error)
            settings = Settings()
        self.mistakes.strict, self._comments = settings.strict, settings.collector is not None
        return settings

    @_harmless(None)
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
            _bring_in_requests()
            engine.windows.attach(window)
        if inspector is None:
            inspector = os.environ.get("EXPONEA_INSPECTOR", "").lower() not in NO
        if inspector:
            self._inspect(window)

    def _inspect(self, window: Any) -> None:
        from exponea_game.inspector import Inspector

        if window not in self._inspectors:
            self._inspectors[window] = Inspector(window, self, lambda: self._engine)

    @_harmless(None)
    def detach(self, window: Any) -> None:
        """Leave a window as it was before ``attach``."""
        self._windows.discard(window)
        if window in self._inspectors:
            self._inspectors.pop(window).detach()
        if self._engine is not None:
            self._engine.windows.detach(window)

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
            self.mistakes.told(sentence)
        comment = f'"comment":{encode(printable(caller()))},' if self._comments else ""
        engine.recorder.event(kind, properties, text, self._time(timestamp), comment)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, EventError):
            if self.mistakes.strict:
                raise error
            self.mistakes.told(str(error))
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
            self.mistakes.told(f"{error}; this moment is taken")
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

    @_harmless(None)
    def set_default_properties(self, properties: Mapping[str, Any]) -> None:
        """Make properties part of every event from here on; an event's own win.

        Args:
            properties: They replace the earlier ones, and are copied.
        """
        text, wrong = encode_properties(properties)
        for sentence in wrong:
            self.mistakes.told(sentence)
        if len(text.encode()) > DEFAULTS_LIMIT:
            raise EventError(f"default properties are too long; at most {DEFAULTS_LIMIT} bytes")
        engine = self._engine or self._open()
        if engine is not None:
            engine.recorder.set_defaults(_decode(text))

    # The player.

    @_harmless(None)
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
            self.mistakes.told(sentence)
        engine = self._engine or self._open()
        if engine is not None:
            engine.identify(ids, properties, text, self._time(timestamp))

    @_harmless(None)
    def anonymize(self) -> None:
        """Forget who plays, as at a log-out: the next player has another cookie and session."""
        engine = self._engine or self._open()
        if engine is not None:
            engine.anonymize()

    @_harmless("")
    def customer_cookie(self) -> str:
        """The id of the player whom nobody has named: a UUID, kept until ``anonymize``."""
        engine = self._engine or self._open()
        return "" if engine is None else engine.recorder.identity.cookie

    # Sessions by hand.

    @_harmless(None)
    def track_session_start(self, timestamp: float | None = None) -> None:
        """Start a session, where ``automatic_session_tracking`` is off.

        Args:
            timestamp: Unix seconds; this moment by default.
        """
        engine = self._manual("track_session_start")
        if engine is not None and not engine.recorder.start(self._time(timestamp)):
            self.mistakes.told("track_session_start was called in a session; end that one first")

    @_harmless(None)
    def track_session_end(self, timestamp: float | None = None) -> None:
        """End the session, where ``automatic_session_tracking`` is off.

        Args:
            timestamp: Unix seconds; this moment by default.
        """
        engine = self._manual("track_session_end")
        if engine is not None and not engine.recorder.end(self._time(timestamp)):
            self.mistakes.told("track_session_end was called without a session; start one first")

    def _manual(self, name: str) -> Engine | None:
        engine = self._engine or self._open()
        if engine is not None and engine.settings.automatic_session_tracking:
            right = "configure(automatic_session_tracking=False) makes that the game's task"
            self.mistakes.told(f"{name} was called, but windows start and end sessions; {right}")
            return None
        return engine

    # Delivery.

    @_harmless(Flushed(0, 0, "an error inside the library"))
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

    @_harmless(None)
    def stop(self, wipe: bool = False) -> None:
        """End the session and track nothing more until ``configure`` is called.

        Args:
            wipe: Also delete everything about the player on this machine, sent or not.
        """
        with self._opening:
            engine = self._engine or (self._open() if wipe else None)
            self._engine, self._stopped = None, True
        atexit.unregister(self._exit)
        if engine is not None:
            engine.close(wipe=wipe)

    close = stop

    # The player's decision.

    @_harmless(None)
    def set_consent(self, consent: str) -> None:
        """Say what the player decided; it is kept for the launches to come.

        Args:
            consent: ``"granted"``: what waited in memory is written and sent, with its times.
                ``"denied"``: what waits is destroyed, nothing is tracked. ``"pending"``: from the
                next launch on the player is to be asked again.
        """
        if consent not in CHOICES:
            raise EventError(f"consent is {consent!r:.40}; it must be one of {', '.join(CHOICES)}")
        from exponea_game.engine import home_folder

        with self._opening:
            self._denied = consent == "denied"
            settings = self._settings = self._settings or self._load()
            try:
                keep(home_folder(settings), self._disk, consent)
            except OSError as error:
                once(WARNING, "the player's decision cannot be kept: %s", error)
            if consent == "denied" and self._engine is not None:
                engine, self._engine = self._engine, None
                engine.close(wipe=True)
            elif consent == "granted" and self._engine is not None:
                self._engine.permit()
            elif consent == "granted":
                self._open()

    @_harmless(None)
    def forget_me(self) -> None:
        """Delete everything about the player on this machine, and ask the service to forget.

        The service takes the wish as the event ``forget_me`` under the player's ids, for a public
        token may delete nothing; the project acts on it. It is tried again until it has arrived.
        """
        with self._opening:
            engine = self._engine or self._open()
            if engine is None:
                return
            forgotten = engine.recorder.identity
            engine.close(wipe=True)
            self._engine = None
            engine = self._open()
            if engine is not None:
                engine.recorder.wish(forgotten)

    def what_is_sent(self) -> Disclosure:
        """Everything that was or will be sent about the player, in plain words and as data.

        Raises:
            OSError: The files that tell it cannot be read.
        """
        engine = self._engine or self._open()
        return disclose(engine) if engine is not None else Disclosure(NOTHING, [], [])

    def _forked(self) -> None:
        """In a child process: the run belongs to the parent; the next call makes one of its own."""
        if self._engine is not None:
            self._engine.give_up_in_child()
        atexit.unregister(self._exit)
        self._set_up()


def _decode(text: JSON) -> dict[str, Any]:
    """A copy of properties that shares nothing with the caller's."""
    import json

    return dict(json.loads(text))


def _bring_in_requests() -> None:
    """Import ``requests`` before the first frame: beside a running loop it would cost several."""
    import requests  # noqa: F401


_trackers: weakref.WeakSet[Tracker] = weakref.WeakSet()


def _after_fork() -> None:
    for tracker in list(_trackers):
        tracker._forked()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
