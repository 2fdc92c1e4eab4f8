"""Whether a run may write and send, as the player has decided so far.

Without permission the run waits in memory, and what it wrote unasked is taken back. One that began
before ``configure`` may write, but sends nothing for a moment: the game may yet withhold consent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from exponea_game.delivery.courier import Courier
from exponea_game.journal.writer import Journal
from exponea_game.player.consent import UNREADABLE
from exponea_game.recovery.opening import withdraw
from exponea_game.recovery.runs import Home, Run
from exponea_game.run.identity_saver import IdentitySaver
from exponea_game.system.clock import Clock
from exponea_game.system.log import quiet

CONFIGURED_WITHIN = 1.0
"""Seconds after a run began in which a game that configures later has done so."""
PATIENCE = 0.005
"""Seconds that a call waits until what waited in memory is written."""


class Permission:
    """What a run may do.

    game     ``permit``, ``withhold``, ``await_decision``, ``await_settings``, ``wait_no_longer``
    keeper   ``tick``, ``withdraw``, ``ask_again``, ``occupy``, ``place``
    Where no keeper attends, the game's thread does all that. Under the lock the run gets its place
    on the disk, or loses it; within it ``withdraw`` takes the lock of the identity's saver.

    Args:
        home: The run's home.
        run: The run.
        journal: Its journal.
        courier: Holds what may not be sent.
        saver: Keeps who plays.
        clock: The run's clock.
        granted: Whether the run may write and send from the beginning.
        carried: Whether it carries on a session of an earlier run.

    Attributes:
        granted: Whether it may write and send.
        carried: Whether it carries on a session of an earlier run.
        wiped: Whether the run is over and nothing of it is sent any more.
        attended: Whether a keeper looks after the run.
        awaited: Why it waits for a decision that may be there; empty where it does not.
        begun: Called when a run is permitted that was not.
        explain_silence: Called when nothing more is waited for.
    """

    def __init__(
        self,
        home: Home,
        run: Run,
        journal: Journal,
        courier: Courier,
        saver: IdentitySaver,
        clock: Clock,
        *,
        granted: bool,
        carried: bool,
    ) -> None:
        self._home, self._run, self._journal = home, run, journal
        self._courier, self._saver, self._clock = courier, saver, clock
        self.granted, self.carried, self.wiped = granted, carried, False
        self.attended, self.awaited = False, ""
        self._awaiting, self._withdrawing = float("inf"), False
        self._placing, self._placed = threading.Lock(), threading.Event()
        self._placed.set()
        self._ask: Callable[[], str] | None = None
        self._ready: Callable[[float], object] = lambda _: None
        self.begun: Callable[[], None] = lambda: None
        self.explain_silence: Callable[[], None] = lambda: None
        courier.held = not granted

    # What the game's thread calls.

    def permit(self) -> None:
        """The player has agreed: what waits in memory goes to the disk, and may be sent."""
        if self.granted:
            self._send()
            return
        self._grant()
        self.settle(PATIENCE)

    def _grant(self) -> None:
        self._placed.clear()
        self.granted = True
        self._journal.hold(None)
        self._send()
        self._journal.urgent.set()

    def withhold(self, *, unasked: bool = False) -> None:
        """The player is yet to decide: what is not sent is held, and nothing more is written.

        Args:
            unasked: Whether the player has allowed nothing of what is written. Then it goes from
                the disk back into memory, if none of it is sent.
        """
        if not self.granted:
            return
        self.granted, self._courier.held = False, True
        self._placed.set()
        self._journal.hold(PermissionError("the player has not decided"))
        self._withdrawing = unasked and not self.carried  # else a session lies in two runs
        self._journal.urgent.set()

    def await_decision(
        self, ask: Callable[[], str], why: str, ready: Callable[[float], object] = lambda _: None
    ) -> None:
        """What the player allows cannot be read, or not yet obeyed: the run waits in memory.

        Args:
            ask: Reads it, as often as it has to be.
            why: Why it waits.
            ready: Waits so many seconds at the most until it can be obeyed.
        """
        self._ready, self._ask, self.awaited = ready, ask, why

    def settle(self, seconds: float) -> None:
        """Wait so long at the most until what waited in memory is on the disk, if it may be."""
        self.ask_again()
        if not self.attended:
            self.place()
        self._placed.wait(seconds)

    def await_settings(self) -> None:
        """The run began before ``configure``, which may withhold consent: wait."""
        self._courier.held = True
        self._awaiting = self._clock.elapsed() + CONFIGURED_WITHIN

    def wait_no_longer(self) -> None:
        """The game has said all there is to say."""
        if self._awaiting < float("inf"):
            self._send()

    # What the keeper calls.

    def tick(self) -> None:
        """Time has passed: a game that has not configured by then does not."""
        if self._clock.elapsed() >= self._awaiting:
            self._send()

    def ask_at_last(self, seconds: float) -> None:
        """The run ends: wait so long at the most for a decision that can soon be obeyed."""
        if self._ask is not None:
            self._ready(seconds)

    def ask_again(self) -> None:
        """Read what the player allows, if that could not be read before."""
        consent = self._ask() if self._ask else UNREADABLE
        if consent != UNREADABLE:
            self._ask, self.awaited = None, ""
        if consent == "granted" and not self.granted:
            self._grant()

    def place(self) -> None:
        """Give a run that was permitted its place on the disk, with all that waited in memory."""
        if self.granted and not self._placed.is_set():
            if self.occupy():
                self._journal.maintain()
            self.begun()
            self._placed.set()

    def withdraw(self) -> None:
        """Take back what was written unasked, once nothing is in flight."""
        with quiet, self._placing:
            if self._withdrawing and not self.granted and not self._courier.in_flight:
                place = self._home, self._run, self._journal, self._saver.file
                self._saver.take_back(partial(withdraw, *place))
                self._withdrawing = False

    def occupy(self) -> bool:
        """Have a place on the disk, if that is permitted; says whether it is so."""
        with quiet, self._placing:
            return self.granted and self._home.occupy(self._run)

    def _send(self) -> None:
        """Nothing has to be waited for any more before what may be sent is sent."""
        self._awaiting, self._courier.held = float("inf"), self.wiped or not self.granted
        self.explain_silence()
