"""What players have decided, kept by a thread: a disk that stalls holds up no frame.

    game      keep     waits ``PATIENCE`` for the write, so that what a quick disk was told of
                       survives a kill, and never for a sync
    courier   granted  a wish to be forgotten has arrived
    any       known, consent

A decision holds from the moment it is made. Until it is on the disk, or where the disk does not
take it, it holds in this process. A program that ends waits for what is still to be written as long
as for its runs (``finish``); where the system gives no thread, the caller's writes.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from exponea_game.player.consent import Decision, Wish, decided, do_not_track, keep, load
from exponea_game.system.log import WARNING, once

if TYPE_CHECKING:
    from collections.abc import Mapping
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
        self._unwritten: list[tuple[Path, Decision, threading.Event]] = []
        self._idle = threading.Event()
        self._idle.set()

    def known(self, home: Path) -> Decision:
        """The decision that holds; none where it cannot be read."""
        return self._unkept.get(home) or load(home, self._disk)

    def consent(self, home: Path, default: str) -> str:
        """What the player allows, or ``consent.UNREADABLE``.

        Args:
            home: The home folder.
            default: What holds until the player decides.
        """
        unkept = self._unkept.get(home)
        if unkept is None or do_not_track():
            return decided(home, self._disk, default)
        return unkept.consent or default

    def keep(self, home: Path, decision: Decision) -> None:
        """Let a decision hold, and keep it."""
        written = threading.Event()
        with self._lock:
            self._unkept[home] = decision
            self._unwritten.append((home, decision, written))
            idle = self._idle.is_set()
            self._idle.clear()
        if idle:
            try:
                threading.Thread(
                    target=self._work, name="exponea_game decisions", daemon=True
                ).start()
            except RuntimeError:  # none to be had, or the program is about to end
                self._work()
        written.wait(PATIENCE)

    def granted(self, home: Path, customer_ids: Mapping[str, Any], timestamp: float) -> None:
        """A wish to be forgotten has arrived: it is no longer kept."""
        decision = self.known(home)
        if decision.forget == Wish(customer_ids, timestamp):
            self.keep(home, decision._replace(forget=None))

    def finish(self, seconds: float) -> None:
        """Wait so long at the most until everything is kept that can be."""
        self._idle.wait(seconds)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._unwritten:
                    self._idle.set()
                    return
                home, decision, written = self._unwritten.pop(0)
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
