"""The keeper looks after a run every second or two, and waits for no server.

It ends sessions whose time is up, proves that the run is alive, asks the windows for the truth,
syncs who plays and the journal, and tells of losses. Between two looks it sleeps; while a disk is
slow it writes out what waits in memory.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from exponea_game.delivery.courier import Courier
from exponea_game.delivery.outbox import Outbox
from exponea_game.journal.losses import properties
from exponea_game.journal.writer import Journal
from exponea_game.recovery.opening import faulty
from exponea_game.recovery.runs import Home
from exponea_game.run.identity_saver import IdentitySaver
from exponea_game.run.permission import Permission
from exponea_game.run.recorder import Recorder
from exponea_game.system.clock import Clock
from exponea_game.system.json_text import encode
from exponea_game.system.log import WARNING, emit, once
from exponea_game.system.threads import survive
from exponea_game.windows.hook import WindowHook

LOOK = 1.0
"""Seconds between two looks while the game tracks something now and then."""
IDLE_LOOK = 2.0
"""The same in a game that has tracked nothing for ``IDLE_AFTER``: each look wakes the machine."""
IDLE_AFTER = 10.0
"""Seconds without a command after which a game idles."""
SETTLING_LOOK = 0.25
"""The same while a change of focus has yet to prove itself."""
LAST_WAIT = 0.2
"""Seconds that a run which ends waits in memory for its place on the disk."""
CATCH_UP = 0.005
"""Seconds between two writings of what waits in memory for a slow disk."""


class Keeper:
    """Keeps a run, on a thread of its own.

    Args:
        home: The run's home.
        clock: Its clock.
        journal: Its journal.
        recorder: Records it.
        windows: Watches its windows.
        saver: Keeps who plays.
        permission: Whether it may write and send.
        outbox: What waits.
        courier: Delivers it.
        timeout: Seconds of absence that end a session: looks are much more frequent.

    Attributes:
        report: Called in each look, to tell of what has changed.
    """

    def __init__(
        self,
        home: Home,
        clock: Clock,
        journal: Journal,
        recorder: Recorder,
        windows: WindowHook,
        saver: IdentitySaver,
        permission: Permission,
        outbox: Outbox,
        courier: Courier,
        timeout: float,
    ) -> None:
        self._home = home
        self._clock, self._journal, self._recorder = clock, journal, recorder
        self._windows, self._saver, self._permission = windows, saver, permission
        self._outbox, self._courier, self._timeout = outbox, courier, timeout
        self.report: Callable[[], None] = lambda: None
        self._seq, self._busy_until = 0, 0.0
        self._reported, self._reported_at = Counter[str](), 0

    def run(self, stop: threading.Event, wake: Callable[[], None]) -> None:
        """Look after the run until it is to end, and then once more.

        Args:
            stop: Set when the run is to end.
            wake: Wakes the courier.
        """
        stopping = False
        while not stopping:
            survive(self.look)
            if not self._outbox.idle() and self._courier.can_go_on:
                wake()
            stopping = self._rest(stop)
        if not self._permission.wiped:
            self._permission.ask_at_last(LAST_WAIT)
            survive(self.look)

    def look(self) -> None:
        """One look; at its very end the windows are beaten.

        That may wake the game's thread, which then finds the interpreter lock free.
        """
        try:
            self._permission.tick()
            self._recorder.tick()
            self._report_lost()
            self._keep()
            self._forget_reported()
            survive(self.report)
        finally:
            self._windows.beat()

    def _keep(self) -> None:
        """Have on the disk what belongs there."""
        if not self._permission.granted:
            survive(self._permission.withdraw)
            self._permission.ask_again()
        if not self._permission.granted:
            return
        self._permission.place()
        self._saver.save_now()
        try:
            self._saver.file.sync()  # before what happened under it
        except OSError as error:
            if self._permission.granted:  # else it may have been taken back meanwhile
                once(WARNING, "the identity is not certain to be kept: %s", error)
        if self._permission.occupy():
            self._journal.maintain()
        fault = self._journal.fault
        if fault is not None and self._permission.granted:
            once(WARNING, "%s", faulty(self._home, fault))

    def _report_lost(self) -> None:
        """Tell of losses as one event, when the server takes events again."""
        if self._reported or not self._courier.sent or self._courier.last_error:
            return
        lost = self._outbox.lost()
        if lost:
            loss = properties(lost)
            emit(WARNING, "events were lost: %s", loss)
            self._recorder.loss(loss, encode(loss))
            self._reported, self._reported_at = lost, self._journal.seq

    def _forget_reported(self) -> None:
        """Forget losses once the event that tells of them is on the disk itself, or has gone."""
        if self._reported and (self._journal.complete or self._outbox.has_gone(self._reported_at)):
            self._outbox.forget_lost(self._reported)
            self._reported = Counter()

    def _rest(self, stop: threading.Event) -> bool:
        """Wait for the next look, and catch up with a slow disk meanwhile; whether to stop."""
        began = self._clock.elapsed()
        while not stop.is_set() and (left := began + self._pause() - self._clock.elapsed()) > 0:
            if self._journal.urgent.wait(left):
                self._saver.save_now()
                survive(self._obey)
                survive(self._make_room)
                stop.wait(CATCH_UP)
        return stop.is_set()

    def _obey(self) -> None:
        """Do what the player has decided meanwhile."""
        self._permission.withdraw()
        self._permission.ask_again()
        self._permission.place()

    def _make_room(self) -> None:
        """Write out what waits, and make room where a new segment was begun."""
        number = self._journal.number
        self._journal.catch_up()
        if self._journal.number != number:
            self._outbox.keep_within_limit()

    def _pause(self) -> float:
        """Seconds between two looks."""
        look = SETTLING_LOOK if self._windows.settling else IDLE_LOOK if self._idle else LOOK
        return min(look, self._timeout / 4)

    @property
    def _idle(self) -> bool:
        """Whether the game has tracked nothing for long."""
        now, seq = self._clock.elapsed(), self._journal.seq
        if seq != self._seq:
            self._seq, self._busy_until = seq, now + IDLE_AFTER
        return now > self._busy_until
