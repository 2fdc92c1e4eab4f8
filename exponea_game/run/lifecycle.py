"""When a tracker's run begins and ends: configured, stopped, refused by the player, forked, over.

The first call that needs a run opens the home; ``configure`` may come before or after. A program
that ends closes its run; what is tracked even later gets a run of its own, without threads, and
leaves at the next launch. A forked child makes a run of its own.

What a run needs is imported when it begins, so that a game's own imports stay short.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Mapping
from logging import WARNING
from typing import TYPE_CHECKING, Any

from exponea_game.errors import EventError, Mistakes, SettingsError, never_raises
from exponea_game.player.consent import CHOICES, Decision, Wish, decided, keep, load
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import JSON
from exponea_game.system.log import once

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Unpack

    from exponea_game.run.engine import Engine
    from exponea_game.settings import Given, Settings


class Lifecycle:
    """The run of a tracker, from one to the next.

    Args:
        **settings: As the attributes of ``Settings``; what is not given comes from ``EXPONEA_*``
            variables and the TOML file that ``EXPONEA_CONFIG`` names.

    Raises:
        SettingsError: Only in strict mode: a setting cannot be used.
    """

    _disk = Disk()

    def __init__(self, **settings: Unpack[Given]) -> None:
        self._given: dict[str, Any] = {**settings}
        self.mistakes = Mistakes(strict=settings.get("strict") is True)
        self._settings = self._load(self._given) if settings else None
        self._set_up()
        _alive.add(self)

    def _set_up(self) -> None:
        self._engine: Engine | None = None
        self._stopped = self._denied = self._exiting = False
        self._windows: weakref.WeakSet[Any] = weakref.WeakSet()
        self._inspectors: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self._opening = threading.RLock()
        self._types: dict[str, JSON] = {}

    def _load(self, given: dict[str, Any], former: Mapping[str, Any] | None = None) -> Settings:
        """Settings; what cannot be used is told and taken out: what held before holds on.

        Args:
            given: What is given, and was before.
            former: What was given before.
        """
        from exponea_game.settings import Settings

        ignored: frozenset[str] = frozenset()
        while True:
            try:
                settings = Settings.load(os.environ, ignored, **given)
                break
            except SettingsError as error:
                name = error.setting
                if self.mistakes.strict or name in ignored:
                    raise
                self.mistakes.report(f"{error}; it is left out")
                wrong = given.pop(name, None)
                if former and former.get(name, wrong) is not wrong:
                    given[name] = former[name]
                elif wrong is None:  # a variable, or in the file
                    ignored |= {name}
        self.mistakes.strict, self._comments = settings.strict, settings.collector is not None
        return settings

    @never_raises(None)
    def configure(self, **settings: Unpack[Given]) -> None:
        """Say where events go and how sessions work; optional, and possible at any time.

        Args:
            **settings: As the attributes of ``Settings``. Those that decide where files lie and how
                sessions are told hold for the whole run: they must come before the first event.

        Raises:
            SettingsError: Only in strict mode: a setting cannot be used, or comes too late.
        """
        with self._opening:
            if settings.get("strict") is True:
                self.mistakes.strict = True
            given: dict[str, Any] = {**self._given, **settings}
            new, engine = self._load(given, self._given), self._engine
            if engine is not None:
                new = self._as_far_as_possible(new, engine.settings, settings)
            self._given, self._settings, self._stopped, self._denied = given, new, False, False
            if engine is None:
                self._open()
            else:
                engine.use(new)
            bring_in_requests()

    def _as_far_as_possible(
        self, new: Settings, old: Settings, given: Mapping[str, object]
    ) -> Settings:
        """The new settings, but for those that hold for the whole run."""
        from dataclasses import replace

        from exponea_game.settings import FOR_THE_RUN

        for name in FOR_THE_RUN:
            value = getattr(old, name)
            if name in given and getattr(new, name) != value:
                until = "until the next launch: it must be set before the first event"
                if self.mistakes.strict:
                    raise SettingsError(f"{name} stays {value!r} {until}", name)
                self.mistakes.report(f"{name} stays {value!r} {until}")
            new = replace(new, **{name: value})
        return new

    def _home(self) -> Path:
        from exponea_game.recovery.opening import home_folder

        self._settings = self._settings or self._load(self._given)
        return home_folder(self._settings)

    def _open(self) -> Engine | None:
        with self._opening:
            if self._engine is not None or self._stopped or self._denied:
                return self._engine
            home = self._home()
            assert self._settings is not None  # noqa: S101 - just loaded
            consent = decided(home, self._disk, self._settings.consent)
            if consent == "denied":
                self._refuse(home)
                return None
            self._engine = self._begin(self._settings, permitted=consent == "granted")
            atexit.register(self._exit)
            self._grant_wish(self._engine, home)
            for window in list(self._windows):
                self._engine.windows.attach(window)
            return self._engine

    def _open_again(self) -> Engine | None:
        """Open also where nothing is tracked any more, for what concerns what was tracked."""
        self._stopped = False
        return self._open()

    def _begin(self, settings: Settings, *, permitted: bool) -> Engine:
        """Begin a run; a rehearsal begins one in a made-up world (see testing)."""
        from exponea_game.run.engine import Engine

        engine = Engine(settings, permitted=permitted)
        if not self._exiting:  # no thread may be started any more
            engine.start()
        return engine

    def _refuse(self, home: Path) -> None:
        from exponea_game.recovery.runs import Home

        self._denied = True
        Home(home, self._disk).wipe()

    def _exit(self) -> None:
        """The program ends."""
        self._windows.clear()
        with self._opening:
            engine, self._engine, self._exiting = self._engine, None, True
        if engine is not None:
            engine.close()

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
        with self._opening:
            engine = self._engine or (self._open_again() if wipe else None)
            self._engine, self._stopped = None, True
        atexit.unregister(self._exit)
        if engine is not None:
            engine.close(wipe=wipe)

    close = stop

    @never_raises(None)
    def set_consent(self, consent: str) -> None:
        """Say what the player decided; it is kept for the launches to come.

        Args:
            consent: ``"granted"``: what waited in memory is written and sent, with its times.
                ``"denied"``: what waits is destroyed, nothing is tracked. ``"pending"``: from the
                next launch on the player is to be asked again.
        """
        if consent not in CHOICES:
            raise EventError(f"consent is {consent!r:.40}; it must be one of {', '.join(CHOICES)}")
        with self._opening:
            home = self._home()
            self._denied = consent == "denied"
            self._keep(home, Decision(consent, load(home, self._disk).forget))
            if consent == "denied" and self._engine is not None:
                engine, self._engine = self._engine, None
                engine.close(wipe=True)
            elif consent == "granted" and self._engine is not None:
                self._engine.permit()
            elif consent == "granted":
                self._open()

    @never_raises(None)
    def forget_me(self) -> None:
        """Delete everything about the player on this machine, and ask the service to forget.

        The service takes the wish as the event ``forget_me`` under the player's ids, for a public
        token may delete nothing; the project acts on it. It is tried again until it has arrived.
        """
        with self._opening:
            stopped = self._stopped
            engine = self._engine or self._open_again()
            self._stopped = stopped
            if engine is None:
                return
            home = self._home()
            wish = Wish(engine.recorder.identity.ids, round(engine.clock.read().wall, 6))
            self._keep(home, Decision(load(home, self._disk).consent, wish))
            self._engine = None
            engine.close(wipe=True)
            self._open()

    def _grant_wish(self, engine: Engine, home: Path) -> None:
        """Write a wish to be forgotten into the journal; a repetition is an exact copy."""
        decision = load(home, self._disk)
        if decision.forget is not None:
            engine.recorder.wish(decision.forget.customer_ids, decision.forget.timestamp)
            engine.journal.maintain()
            if engine.journal.complete:
                self._keep(home, decision._replace(forget=None))

    def _keep(self, home: Path, decision: Decision) -> None:
        try:
            keep(home, self._disk, decision)
        except OSError as error:
            once(WARNING, "the player's decision cannot be kept: %s", error)

    def _forked(self) -> None:
        """In a child process: the run belongs to the parent."""
        if self._engine is not None:
            self._engine.give_up_in_child()
        atexit.unregister(self._exit)
        self._set_up()


def bring_in_requests() -> None:
    """Import ``requests`` before the first frame: beside a running loop it would cost several."""
    import requests  # noqa: F401


_alive: weakref.WeakSet[Lifecycle] = weakref.WeakSet()


def _after_fork() -> None:
    for tracker in list(_alive):
        tracker._forked()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
