"""What players have decided is kept and done by a thread: a disk that stalls holds up no frame.

    game      keep     waits ``PATIENCE`` for the write, so that what a quick disk was told of
                       survives a kill, and never for a sync
    game      empty    what a player's decision removes, after that decision is kept; ``then``
    courier   granted  a wish to be forgotten has arrived
    any       known, consent, emptying

A decision holds from the moment it is made. Until it is on the disk, or where the disk does not
take it, it holds in this process. All is done in the order in which it came, so that whatever dies
between a decision and what it removes, the next launch knows what to remove. A program that ends
waits for what is still to be done as long as for its runs (``finish``); where the system gives no
thread, the caller's does it.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from exponea_game.player.consent import (
    UNREADABLE,
    Decision,
    Wish,
    decided,
    do_not_track,
    keep,
    load,
)
from exponea_game.system.log import WARNING, once
from exponea_game.system.threads import claim, survive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from exponea_game.system.disk import Disk

PATIENCE = 0.005
"""Seconds that a call waits for its decision to be written."""


class Decisions:
    """The decisions of homes on one disk.

    Args:
        disk: Where the homes lie.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._lock = threading.Lock()
        self._unkept: dict[Path, Decision] = {}
        self._emptying: list[Path] = []
        self._to_do: list[Callable[[], None]] = []
        self._idle = threading.Event()
        self._idle.set()

    def known(self, home: Path) -> Decision:
        """The decision that holds; none where it cannot be read."""
        return self._unkept.get(home) or load(home, self._disk)

    def consent(self, home: Path, default: str) -> str:
        """What the player allows, or ``consent.UNREADABLE``; so also while a home is emptied.

        Args:
            home: The home folder.
            default: What holds until the player decides.
        """
        unkept = self._unkept.get(home)
        if unkept is None or do_not_track():
            consent = decided(home, self._disk, default)
        else:
            consent = unkept.consent or default
        return UNREADABLE if consent == "granted" and self.emptying(home) else consent

    def emptying(self, home: Path) -> bool:
        """Whether what lies in a home is being removed: nothing may be written there."""
        return home in self._emptying

    def keep(self, home: Path, decision: Decision) -> None:
        """Let a decision hold, and keep it."""
        written = threading.Event()
        with self._lock:
            self._unkept[home] = decision
        self.then(partial(self._keep, home, decision, written))
        written.wait(PATIENCE)

    def empty(self, home: Path, work: Callable[[], None]) -> None:
        """Remove what lies in a home, once what was decided before is kept.

        Args:
            home: The home folder.
            work: Does it.
        """
        with self._lock:
            self._emptying.append(home)
        self.then(partial(self._empty, home, work))

    def then(self, work: Callable[[], None]) -> None:
        """Do some work when all is done that came before."""
        with self._lock:
            self._to_do.append(work)
            idle = self._idle.is_set()
            self._idle.clear()
        if idle:
            try:
                threading.Thread(
                    target=self._work, name="exponea_game decisions", daemon=True
                ).start()
            except RuntimeError:  # none to be had, or the program is about to end
                self._do()

    def granted(self, home: Path, customer_ids: Mapping[str, Any], timestamp: float) -> None:
        """A wish to be forgotten has arrived: it is no longer kept."""
        decision = self.known(home)
        if decision.forget == Wish(customer_ids, timestamp):
            self.keep(home, decision._replace(forget=None))

    def finish(self, seconds: float) -> None:
        """Wait so long at the most until everything is kept, and done, that can be."""
        self._idle.wait(seconds)

    def _work(self) -> None:
        claim()
        self._do()

    def _do(self) -> None:
        while True:
            with self._lock:
                if not self._to_do:
                    self._idle.set()
                    return
                work = self._to_do.pop(0)
            survive(work)

    def _keep(self, home: Path, decision: Decision, written: threading.Event) -> None:
        try:
            keep(home, self._disk, decision, written.set)
        except OSError as error:
            once(WARNING, "the player's decision cannot be kept: %s", error)
        else:
            with self._lock:
                if self._unkept.get(home) is decision:
                    del self._unkept[home]
        finally:
            written.set()

    def _empty(self, home: Path, work: Callable[[], None]) -> None:
        survive(work)
        with self._lock:
            self._emptying.remove(home)
