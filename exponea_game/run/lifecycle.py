"""When a tracker's run begins and ends: configured, stopped, refused by the player, forked, over.

The first call that needs a run opens the home; ``configure`` may come before or after. A program
that ends closes its runs, all together within one deadline; what is tracked even later gets a run
of its own, without threads, and leaves at the next launch. A forked child makes runs of its own.

What a run needs is imported when it begins, on the caller's thread and before any thread of ours is
started, so that a game's own imports stay short and meet none of ours.
"""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from exponea_game._undisturbed import undisturbed
from exponea_game.errors import EventError
from exponea_game.mistakes import Mistakes
from exponea_game.system.log import INFO, WARNING, QuietLock, logger, numberless, once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from exponea_game.delivery.tokens import TokenProvider
    from exponea_game.player.decisions import Decisions
    from exponea_game.run.engine import Engine
    from exponea_game.run.world import World
    from exponea_game.settings import Settings
    from exponea_game.system.disk import Disk

Begin = Callable[["Settings", bool], "Engine"]
"""Begins a run with these settings, permitted to write and send or not."""


LAST_DECISION = 0.03
"""Seconds that a program which ends waits for a decision to be kept, once its runs are over."""
REMOVING = "what was on this machine is being removed: events wait in memory until it is gone"


class Lifecycle:
    """The runs of a tracker, one after the other.

    Args:
        given: Settings as the game has given them.
        mistakes: Where the game's mistakes are reported.
        world: What lies outside of the runs; the real one by default.
        begin: How a run begins; in that world, and with threads, by default.

    Attributes:
        engine: The run that is going on; None before the first call and after the end.
        given: Settings as the game has given them so far.
        settings: What they come to; None before they are needed.
        stopped: Whether nothing is tracked until ``configure``.
        token_provider: Gives tokens of players; None where the game has none.
    """

    def __init__(
        self,
        given: Mapping[str, Any],
        mistakes: Mistakes,
        world: World | None = None,
        begin: Begin | None = None,
    ) -> None:
        self.mistakes, self.given = mistakes, {**given}
        mistakes.strict = given.get("strict") is True
        self._world, self._begin = world, begin or self._begin_with_threads
        self._unattended = begin is not None
        self.token_provider: TokenProvider | None = None
        self.settings = self._load(self.given) if given else None
        self._set_up()
        _alive.add(self)

    def _set_up(self) -> None:
        self._configured = self._awaiting = False
        self.engine: Engine | None = None
        self.stopped, self._denied = False, ""
        self.windows: weakref.WeakSet[Any] = weakref.WeakSet()
        self._opening = QuietLock()

    # Settings.

    def _load(self, given: dict[str, Any], former: Mapping[str, Any] | None = None) -> Settings:
        with undisturbed:
            from exponea_game.run.given_settings import load

        return load(given, self.mistakes, former)

    def configure(self, given: Mapping[str, Any]) -> None:
        """Go on with other settings, or begin with them.

        Raises:
            SettingsError: Only in strict mode: a setting cannot be used, or comes too late.
        """
        with self._opening:
            if given.get("strict") is True:
                self.mistakes.strict = True
            all_given = {**self.given, **given}
            new = self._load(all_given, self.given)
            from exponea_game.run.given_settings import as_far_as_possible

            if self.engine is not None and self._comes_first(new, self.engine):
                self.engine.vanish()
                self.engine = None
            engine = self.engine
            if engine is not None:
                new = as_far_as_possible(new, engine.settings, given, self.mistakes)
            self.given, self.settings, self.stopped, self._denied = all_given, new, False, ""
            if engine is None:
                self.open()
            else:
                self._obey(engine, new, unasked=True)  # before anything may go to where they say
                if self.engine is engine:
                    engine.use(new)
            self._configured = True

    def _comes_first(self, new: Settings, engine: Engine) -> bool:
        """Whether a run that a window has begun can begin anew with the settings it should have."""
        from exponea_game.run.given_settings import differ_for_the_run

        other = differ_for_the_run(new, engine.settings)
        return other and self._awaiting and not self._configured and engine.untouched

    def set_token_provider(self, provider: TokenProvider | None) -> None:
        """Ask this function for tokens of players, in this run and those to come."""
        with self._opening:
            self.token_provider, engine = provider, self.engine
        if engine is not None:
            engine.use_tokens(provider)

    # Beginning.

    def open(self, defaults: Mapping[str, Any] | None = None) -> Engine | None:
        """The run that is going on, begun if there is none; None where nothing is tracked.

        Args:
            defaults: Properties that all its events carry from the first on, in place of those in
                the settings.
        """
        with self._opening:
            if self.engine is not None or self.stopped or self._denied:
                return self.engine
            home, settings = self._home()
            consent = self._consent(home, settings)
            if consent == "denied":
                self._refuse(home)
                return None
            if self._forget(home):
                consent = self._consent(home, settings)
            self._awaiting = not self._configured and not self.given
            if defaults is not None:
                from dataclasses import replace

                settings = replace(settings, default_properties=defaults)
            engine = self._begin(settings, consent == "granted")
            if self.engine is not None:  # a signal's handler was here meanwhile
                engine.close()
                return self.engine
            if self.token_provider is not None:
                engine.use_tokens(self.token_provider)
            self.engine = engine
            _running.add(self)
            _quit_with_multiprocessing()
            if consent == "unreadable":
                self._await_decision(engine, home, settings)
            self._grant_wish(engine, home)
            for window in list(self.windows):
                engine.windows.attach(window)
            return engine

    def _begin_with_threads(self, settings: Settings, permitted: bool) -> Engine:
        from exponea_game.recovery.opening import home_folder
        from exponea_game.run.engine import Engine

        anew = self._decisions.emptying(home_folder(settings))
        engine = Engine(settings, self._world, permitted=permitted, anew=anew)
        engine.mistakes = self.mistakes
        if self._awaiting:
            engine.permission.await_settings()
        if not _exiting:  # no thread may be started any more
            engine.start()
        return engine

    def _open_again(self) -> Engine | None:
        """Open also where nothing is tracked any more, for what concerns what was tracked."""
        self.stopped = False
        return self.open()

    def _home(self) -> tuple[Path, Settings]:
        bring_in()
        from exponea_game.recovery.opening import home_folder

        settings = self.settings = self.settings or self._load(self.given)
        return home_folder(settings), settings

    @property
    def _disk(self) -> Disk:
        """Where the home lies; the world's, as soon as somebody asks for it."""
        if self._world is None:
            from exponea_game.run.world import World

            self._world = World()
        return self._world.disk

    @property
    def _decisions(self) -> Decisions:
        """The players' decisions; what is not kept yet is known to all who share the disk."""
        from exponea_game.player.decisions import Decisions

        if self._disk not in _decisions:
            _decisions[self._disk] = Decisions(self._disk)
        return _decisions[self._disk]

    def attach(self, window: Any) -> None:
        """Track sessions by a window's presence, in this run and those to come."""
        self.windows.add(window)
        engine = self.engine or self.open()
        if engine is not None:
            engine.windows.attach(window)

    def detach(self, window: Any) -> None:
        """Leave a window as it was."""
        self.windows.discard(window)
        if self.engine is not None:
            self.engine.windows.detach(window)

    # Ending.

    def stop(self, *, wipe: bool) -> None:
        """End the run, and track nothing more until ``configure``."""
        with self._opening:
            engine = self.engine or (self._open_again() if wipe else None)
            self.engine, self.stopped = None, True
        _running.discard(self)
        if engine is not None:
            if wipe:  # one after the other, so that nothing is left when this returns
                self.settle(LAST_DECISION)
            engine.close(wipe=wipe)

    def settle(self, seconds: float) -> None:
        """Wait so long at the most until what the player decided is kept, and obeyed."""
        if self.settings is not None:  # else nobody has decided anything
            self._decisions.finish(seconds)

    def quit(self) -> Engine | None:
        """The program ends; the run that is to be closed."""
        self.windows.clear()
        with self._opening:
            engine, self.engine = self.engine, None
        return engine

    def forked(self) -> None:
        """In a child process: the run belongs to the parent."""
        if self.engine is not None:
            self.engine.give_up_in_child()
        _running.discard(self)
        self._set_up()

    # The player's decisions.

    def set_consent(self, consent: str) -> None:
        """Keep what the player decided, and obey it.

        Raises:
            EventError: It is no decision.
        """
        from exponea_game.player.consent import CHOICES, REFUSED, Decision

        if consent not in CHOICES:
            raise EventError(f"consent is {consent!r:.40}; it must be one of {', '.join(CHOICES)}")
        with self._opening:
            home, _ = self._home()
            self._denied = REFUSED if consent == "denied" else ""
            former = self._decisions.known(home)
            self._decisions.keep(home, Decision(consent, former.forget))
            if self._denied:
                once(self._level(), "%s", self._denied)
            if consent == "denied" and self.engine is not None:
                self._end_and_empty(self.engine, home)
            elif self.engine is not None:
                unasked = former.consent is None
                self._obey(self.engine, self.engine.settings, unasked=unasked)
            elif consent == "granted":
                self.open()

    def forget_me(self) -> None:
        """Delete everything about the player on this machine, and ask the service to forget."""
        from exponea_game.player.consent import Wish

        with self._opening:
            stopped = self.stopped
            engine = self.engine or self._open_again()
            self.stopped = stopped
            if engine is None:
                return
            home, _ = self._home()
            wish = Wish(engine.recorder.identity.ids, round(engine.clock.read().wall, 6))
            self._decisions.keep(home, self._decisions.known(home)._replace(forget=wish))
            self._end_and_empty(engine, home)
            self.open()

    def _end_and_empty(self, engine: Engine, home: Path) -> None:
        """End a run of which nothing more is sent, and remove all that lies in its home."""
        from exponea_game.run.engine import WIPE_BUDGET

        self.engine = None
        if engine.end(wipe=True):
            self._empty(home, partial(engine.join, WIPE_BUDGET))

    def _empty(self, home: Path, work: Callable[[], None]) -> None:
        """Remove what lies in a home: in no frame, but where no thread of ours is at work."""
        if self._unattended:
            work()
        else:
            self._decisions.empty(home, work)

    def _forget(self, home: Path) -> bool:
        """Remove what is left of a player whose wish to be forgotten was cut short, if it was."""
        from exponea_game.player.identity import IdentityFile
        from exponea_game.recovery.runs import Home

        wish = self._decisions.known(home).forget
        if wish is None or self._decisions.emptying(home):
            return False
        identity = None
        with suppress(OSError):  # what cannot be read is not sent either
            identity = IdentityFile(home, self._disk).load(wish.timestamp)
        if identity is None or identity.cookie != wish.customer_ids.get("cookie"):
            return False
        self._empty(home, Home(home, self._disk).wipe)
        return True

    def _await_decision(self, engine: Engine, home: Path, settings: Settings) -> None:
        """Obey as soon as it can be what the player allows."""

        def ask() -> str:
            return self._consent(home, settings)

        if self._decisions.emptying(home):
            engine.permission.await_decision(ask, REMOVING, self._decisions.finish)
            self._decisions.then(engine.journal.urgent.set)
        else:
            why = f"{home} cannot be read: nobody knows what the player allows"
            engine.permission.await_decision(ask, why)
            engine.journal.urgent.set()  # in case it is emptied by now

    def _consent(self, home: Path, settings: Settings) -> str:
        """What the player allows."""
        return self._decisions.consent(home, settings.consent)

    def _obey(self, engine: Engine, settings: Settings, *, unasked: bool) -> None:
        """Do with a run that is going on what the player allows.

        Args:
            engine: The run.
            settings: What holds from here on.
            unasked: Whether the player had decided nothing before.
        """
        home, _ = self._home()
        consent = self._consent(home, settings)
        if consent == "granted":
            engine.permission.permit()
        elif consent == "unreadable":
            engine.permission.withhold()
            self._await_decision(engine, home, settings)
        elif consent == "pending":
            engine.permission.withhold(unasked=unasked)
        else:
            self._end_and_empty(engine, home)
            self._refuse(home)

    @property
    def why_silent(self) -> str:
        """Why nothing is tracked, and what can be done."""
        return self._denied or "tracking is stopped: configure begins it again"

    def _refuse(self, home: Path) -> None:
        from exponea_game.player.consent import why_denied
        from exponea_game.recovery.runs import Home

        self._denied = why_denied(self._decisions.known(home))
        once(self._level(), "%s", self.why_silent)
        self._empty(home, Home(home, self._disk).wipe)

    def _level(self) -> int:
        """How loud to say that nothing is sent: a developer wonders, a player does not."""
        from exponea_game.settings import PRODUCTION

        released = self.settings is not None and self.settings.stage == PRODUCTION
        return INFO if released else WARNING

    def _grant_wish(self, engine: Engine, home: Path) -> None:
        """Send a wish to be forgotten that has not arrived; a repetition is an exact copy."""
        wish, decisions = self._decisions.known(home).forget, self._decisions
        if wish is not None:
            engine.recorder.wish(wish.customer_ids, wish.timestamp)
        engine.outbox.receipts.wish_granted = partial(decisions.granted, home)


def settings_in_use() -> list[Settings]:
    """The settings of this process's trackers, as far as they have any."""
    return [life.settings for life in list(_alive) if life.settings is not None]


def bring_in() -> None:
    """Import all that a run needs: before the first frame, and before a thread of ours may do it.

    An import beside a running loop costs several frames, and one that two threads begin at once may
    be refused to the game. A codec is imported by the first address that is looked up.
    """
    if "exponea_game.run.engine" in sys.modules and "requests.sessions" in sys.modules:
        return
    with undisturbed:
        import requests  # noqa: F401

        import exponea_game.events.consent
        import exponea_game.player.decisions
        import exponea_game.run.disclosure
        import exponea_game.run.engine
        import exponea_game.run.flushed
        import exponea_game.run.given_settings

        if sys.platform == "win32":
            import exponea_game.system.windows_console
            import exponea_game.system.windows_files  # noqa: F401
    logger()
    numberless("")


_alive: weakref.WeakSet[Lifecycle] = weakref.WeakSet()
_running: set[Lifecycle] = set()  # which are not to be forgotten before they have ended
_decisions: weakref.WeakKeyDictionary[Disk, Decisions] = weakref.WeakKeyDictionary()
_exiting = False


def _quit_all() -> None:
    """The program ends, and with it every run, all within one deadline."""
    global _exiting
    _exiting = True
    engines = [engine for life in list(_running) if (engine := life.quit())]
    if engines:
        from exponea_game.run.engine import close_all

        close_all(engines)
    for decisions in list(_decisions.values()):
        decisions.finish(LAST_DECISION)


def _quit_with_multiprocessing() -> None:
    """A process that ``multiprocessing`` has forked ends without a word to ``atexit``."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None and sys.modules["multiprocessing.process"].parent_process() is not None:
        util.Finalize(None, _quit_all, exitpriority=0)


def _after_fork() -> None:
    _decisions.clear()  # whoever keeps them is in the parent
    for life in list(_alive):
        life.forked()


atexit.register(_quit_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
