"""One run of the library: puts its parts together, starts their threads and ends them.

The keeper looks after the run every second or two. The courier makes its rounds; while nothing
waits it sleeps until the keeper finds something. They are two, for a server that hangs must not
keep a session from ending or a line from reaching the disk. While a game reports to a local
collector, a third thread tells that how the run is.

Closing writes the session's end on the caller's thread and then waits for the threads, together no
longer than ``QUIT_BUDGET``. What is not delivered by then leaves at the next launch.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from exponea_game.delivery.courier import Courier
from exponea_game.delivery.loop import Loop
from exponea_game.delivery.outbox import Outbox
from exponea_game.delivery.reporter import Reporter
from exponea_game.delivery.tokens import TokenProvider
from exponea_game.events.commands import check_customer_ids
from exponea_game.mistakes import Mistakes
from exponea_game.player.identity import Identity, IdentityFile
from exponea_game.recovery.opening import begin, begin_in_memory, faulty, home_folder
from exponea_game.run.endings import ignore_endings, watch_endings
from exponea_game.run.failures import Failures
from exponea_game.run.identity_saver import IdentitySaver
from exponea_game.run.keeper import Keeper
from exponea_game.run.permission import Permission
from exponea_game.run.recorder import Recorder
from exponea_game.run.world import World
from exponea_game.settings import Settings
from exponea_game.system.clock import stopwatch
from exponea_game.system.json_text import JSON, encode
from exponea_game.system.log import WARNING, once, quiet
from exponea_game.system.threads import Threads, survive

QUIT_BUDGET = 0.23
"""Seconds a quitting game waits for us at the most: with Python's own end less than 0.3."""
WIPE_BUDGET = 0.005
"""The same for a request whose answer nobody needs: that may be in the middle of a game."""


class Engine:
    """One run.

    Args:
        settings: The tracker's settings.
        world: What lies outside of it.
        permitted: Whether anything may be written and sent; ``permit`` allows it later.
        anew: Whether the player is one whom nobody has met: what the disk knows is being removed.

    Attributes:
        recorder: Records the run.
        windows: Watches the windows.
        failures: Tells of errors, and of the program's end.
        courier: Delivers.
        mistakes: Those of the game's calls, if anybody counts them.
        commented: Whether events say which line of the game has tracked them: to a collector alone.
    """

    def __init__(
        self,
        settings: Settings,
        world: World | None = None,
        *,
        permitted: bool = True,
        anew: bool = False,
    ) -> None:
        world = world or World()
        self.settings, self.clock = settings, world.clock()
        self._chance = world.random_bytes
        self.home = world.home(home_folder(settings))
        self.commented = settings.collector is not None
        identities = IdentityFile(self.home.folder, self.home.disk, world.random_bytes)
        place = self.home, identities, self.clock
        if permitted:
            opening = begin(*place, settings.session_timeout)
        else:
            undecided = PermissionError("the player has not decided")
            opening = begin_in_memory(*place, undecided, anew=anew)
        self.run, self.journal, adopted, identity = opening
        about = world.device(settings.app_version)
        self.recorder = Recorder(
            settings, self.clock, self.journal, self.run.name, identity, about, world.random_bytes
        )
        self.outbox = Outbox(
            self.home, self.run, self.journal, settings.journal_limit, self._sync, self.clock
        )
        self.outbox.adopt(adopted)
        self._transport, self._report_transport = world.transport(), world.transport(1.0)
        self.courier = Courier(
            settings,
            self.outbox,
            self.clock,
            self._transport,
            world.chance,
            world.yield_lock,
            world.stopwatch,
        )
        self.saver = IdentitySaver(identities, self.journal, world.stopwatch)
        self.permission = Permission(
            self.home, self.run, self.journal, self.courier, self.saver, self.clock,
            granted=permitted, carried=adopted.session is not None,
        )  # fmt: skip
        self.permission.begun, self.permission.explain_silence = self._begin, self._explain_silence
        self.courier.entry.present_player = lambda: encode(self.recorder.identity.ids).encode()
        self.failures = Failures(
            settings, self.recorder, self.clock.elapsed, lambda: self._loop.wake(), self.close
        )
        self.windows = world.windows(
            self._report,
            self.exit,
            self.failures.left_loop,
            self.clock.elapsed,
            hang_after=settings.session_timeout,
            idle_timeout=settings.idle_timeout,
            wake=self.journal.urgent.set,
            logged_off=self.failures.terminated,
        )
        self.recorder.returning = lambda: self.windows.returning
        self.recorder.last_input = lambda: self.windows.last_input
        self.recorder.lapse = lambda now: self.windows.lapse(now)
        if adopted.session is not None:
            self.journal.carry(adopted.session.name)
            self.recorder.carry_on(adopted.session)
        if not identity.installed:
            self._install()
        self.mistakes: Mistakes | None = None
        self._closed = False
        self._stop = threading.Event()
        self._threads = Threads(self._give_up)
        self._loop = Loop(self.courier, self.clock, self._stop)
        self._keeper = Keeper(
            self.home, self.clock, self.journal, self.recorder, self.windows, self.saver,
            self.permission, self.outbox, self.courier, settings.session_timeout,
        )  # fmt: skip

    # What the game's thread calls.

    def use(self, settings: Settings) -> None:
        """Go on with other settings."""
        self.settings, self.commented = settings, settings.collector is not None
        self.recorder.use(settings)
        self.courier.use(settings)
        self.failures.use(settings)
        self._explain_silence()
        self._loop.wake()

    def use_tokens(self, provider: TokenProvider | None) -> None:
        """Ask the game for tokens of players from here on."""
        self.courier.use_tokens(provider)
        self._loop.wake()

    def identify(
        self, ids: Mapping[str, str], properties: object, text: JSON, timestamp: float | None
    ) -> None:
        """The player gets more ids, and properties."""
        with quiet, self.journal.lock:  # another thread's log-out comes before it, or after it
            identity = self.recorder.identity.named(ids)
            check_customer_ids(identity.customer_ids)  # together they must not be too long either
            self._save(identity)
            self.recorder.identify(ids, properties, text, timestamp)
            if self.recorder.identity != identity:  # a signal's handler has named more meanwhile
                self._save(self.recorder.identity)

    def anonymize(self) -> None:
        """The player becomes another one, whom nobody has named."""
        with quiet, self.journal.lock:
            identity = self.recorder.identity.anonymous(self.clock.read().wall, self._chance)
            self.recorder.become(identity, self._save)
            self._install()

    def _install(self) -> None:
        """Tell of a cookie's first use; whatever dies here, a repetition is an exact copy."""
        self.recorder.installation()
        self.recorder.identity = self.recorder.identity._replace(installed=True)
        self._save(self.recorder.identity)

    def _begin(self) -> None:
        """The run may be written and sent from here on."""
        self._save(self.recorder.identity)
        self._loop.wake()

    @property
    def untouched(self) -> bool:
        """Whether the game has spoken nothing, and nothing is sent or carried on from earlier."""
        spoken = self.journal.seq - self.recorder.unasked
        sent = self.courier.sent or self.courier.in_flight
        defaults = self.recorder.defaults != dict(self.settings.default_properties)
        return not (spoken or sent or self.permission.carried or defaults)

    def vanish(self) -> None:
        """End a run that is untouched as if it had never begun."""
        self.permission.withhold(unasked=True)
        if self.end(wipe=False):
            deadline = self.clock.elapsed() + WIPE_BUDGET
            self._threads.join(self.clock.elapsed, deadline, at_once=True)

    def _explain_silence(self) -> None:
        """Say once why nothing is sent, where settings are the reason and no more are to come."""
        if self.settings.destination is None and not self.courier.held:
            once(WARNING, "events wait on this machine: %s", self.settings.why_not_sent)

    def _save(self, identity: Identity) -> None:
        """Keep an identity, if that is permitted."""
        if self.permission.granted:
            self.saver.save(identity)

    def _report(self, present: bool, since: float) -> None:
        if present:
            self.recorder.present(since)
        else:
            self.recorder.away(since)

    def exit(self) -> None:
        """The event loop has exited, or the last window is closed: perhaps the game quits."""
        self.recorder.exit()
        self._loop.wake()

    def quit(self) -> None:
        """The game ends: so does the session, or it is held for a relaunch, which needs a disk."""
        on_disk = self.run.lock is not None and self.journal.fault is None
        self.recorder.quit(hold=on_disk and not self.settings.end_session_on_exit)
        self._loop.wake()

    # What the threads do.

    def _sync(self, seq: int) -> None:
        """Wait until who plays and what happened is on the disk itself, or raise OSError."""
        self.saver.sync()
        self.journal.sync(seq)

    def look(self) -> None:
        """One look of the keeper."""
        self._keeper.look()

    def start(self) -> None:
        """Start the threads, and look out for the program's end."""
        watch_endings(self.failures, signals=self.settings.handle_signals)
        self._explain_silence()
        self._threads.start("keeper", partial(self._keeper.run, self._stop, self._loop.wake))
        self.permission.attended = bool(self._threads.threads)
        self._threads.start("courier", partial(self._loop.run, QUIT_BUDGET))
        if self.settings.collector is not None:
            reporter = Reporter(self.settings.collector, self.status, self._report_transport)
            self.recorder.changed, self._keeper.report = reporter.wake, reporter.look
            self._threads.start("reporter", partial(self._tell, reporter))

    def _tell(self, reporter: Reporter) -> None:
        reporter.work(self._stop)
        self._loop.done.wait(QUIT_BUDGET / 2)  # its last word should not say that this waits
        reporter.quit()

    def status(self) -> dict[str, Any]:
        """How the run is, for whoever shows it; times in Unix seconds."""
        state = self.recorder.state
        present = "absent" if state.start is None else "away" if state.away_since else "present"
        backoff = self.courier.not_before - self.clock.elapsed()
        return {
            "run": self.run.name,
            "app_name": self.settings.app_name,
            "cookie": self.recorder.identity.cookie,
            "timestamp": state.timestamp,
            "state": present,
            "session_start": state.start,
            "away_since": state.away_since,
            "session_timeout": self.settings.session_timeout,
            "waiting": self.outbox.fresh(),
            "backoff": round(backoff, 1) if backoff > 0 else None,
            "mistakes": self.mistakes.recent if self.mistakes else [],
            "denied": dict(self.courier.entry.denied),
            "quit": False,
        }

    def flush(self, timeout: float) -> tuple[int, int, str]:
        """Deliver what waits, for at most ``timeout`` seconds: sent, left, and why."""
        self.permission.wait_no_longer()
        deadline = self.clock.elapsed() + timeout
        self.permission.settle(timeout)
        sent = self.courier.sent
        self._loop.flush(deadline - self.clock.elapsed())
        return self.courier.sent - sent, self.outbox.waiting(), self.why_waiting

    @property
    def why_waiting(self) -> str:
        """Why events do not arrive, with what can be done; empty where they do."""
        if self.permission.awaited:
            return self.permission.awaited
        if not self.permission.granted:
            return "the player has not decided: call set_consent once that is so"
        if self.journal.fault is not None:
            return faulty(self.home, self.journal.fault)
        if self.courier.last_error or self.settings.destination:
            return self.courier.last_error
        return self.settings.why_not_sent

    def close(self, *, wipe: bool = False) -> None:
        """End the run: write the session's end, then give the threads their time.

        Args:
            wipe: Deliver nothing more and delete everything of this home.
        """
        close_all([self], wipe=wipe)

    def end(self, *, wipe: bool) -> bool:
        """Write the session's end, and have the threads end; whether they are to be waited for."""
        if self._closed:
            return False
        self._closed, self.permission.wiped = True, wipe
        ignore_endings(self.failures)
        self.courier.held = self.courier.held or wipe
        survive(self.windows.close)
        survive(self.quit)
        self._stop.set()
        self._loop.wake()
        self.recorder.changed()  # ends the reporter's rest
        self.journal.urgent.set()  # and the keeper's
        return True

    def join(self, seconds: float) -> None:
        """Wait for the threads so long at the most, and tidy up."""
        if self.permission.wiped:  # the keeper, who waits for no server, writes nothing into it
            self._threads.wait("keeper", QUIT_BUDGET)
        deadline = self.clock.elapsed() + seconds
        self._threads.join(self.clock.elapsed, deadline, at_once=self.permission.wiped)

    def _give_up(self) -> None:
        survive(self.permission.withdraw)
        self.saver.save_now()
        if self.run.lock is not None:
            self.journal.close()
        session = self.recorder.state.start
        self.outbox.close(unfinished=session is not None or not self.journal.complete)
        self.saver.file.close()
        self._transport.close()
        self._report_transport.close()
        if self.permission.wiped:
            try:
                self.home.wipe()
            except OSError as error:
                once(WARNING, "not all that tells of the player can be removed: %s", error)

    def give_up_in_child(self) -> None:
        """After a fork, in the child: the run, its lock and its threads are the parent's."""
        ignore_endings(self.failures)
        self._closed = True
        self.outbox.close_in_child()


def close_all(engines: Iterable[Engine], *, wipe: bool = False) -> None:
    """End runs together: however many there are, the game waits no longer than for one.

    Args:
        engines: The runs.
        wipe: Deliver nothing more and delete everything of their homes.
    """
    deadline = stopwatch() + (WIPE_BUDGET if wipe else QUIT_BUDGET)
    for engine in [engine for engine in engines if engine.end(wipe=wipe)]:
        engine.join(max(0.0, deadline - stopwatch()))
