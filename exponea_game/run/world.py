"""What lies outside of a run: its clock, disk, network, windows and chance.

A run is handed its world as an argument: a test or a simulation hands in one that it has made up.
"""

from __future__ import annotations

import os
import random
from functools import partial
from pathlib import Path
from typing import Any

from exponea_game.delivery.transport import RequestsTransport, Transport
from exponea_game.journal.writer import Journal
from exponea_game.recovery.runs import Home
from exponea_game.system import device
from exponea_game.system.clock import Clock, pause, stopwatch, yield_lock
from exponea_game.system.disk import Disk
from exponea_game.windows.hook import WindowHook

_DISK = Disk()


class World:
    """The world of a real run; a made-up one overrides what it makes up.

    Attributes:
        disk: Where homes lie.
        stopwatch: For the length of short work.
        pause: Waits so many seconds.
        yield_lock: Lets another thread have the interpreter lock.
        journal: What a run's journal is.
    """

    stopwatch = staticmethod(stopwatch)
    pause = staticmethod(pause)
    yield_lock = staticmethod(yield_lock)
    journal: type[Journal] = Journal

    def __init__(self) -> None:
        self.disk = _DISK

    def clock(self) -> Clock:
        """The time of a run that begins."""
        return Clock()

    def transport(self, patience: float | None = None) -> Transport:
        """How requests are made, with the usual patience or so many seconds."""
        return RequestsTransport() if patience is None else RequestsTransport(patience)

    def chance(self) -> float:
        """A random number from 0 to 1."""
        return random.random()

    def random_bytes(self, size: int) -> bytes:
        """So many random bytes, for names that nobody else has."""
        return os.urandom(size)

    def home(self, folder: Path) -> Home:
        """Where runs of a game lie."""
        journal = partial(self.journal, stopwatch=self.stopwatch)
        return Home(folder, self.disk, self.random_bytes, self.pause, self.stopwatch, journal)

    def windows(self, *arguments: Any, **keywords: Any) -> WindowHook:
        """What watches the windows of a run; the arguments are those of ``WindowHook``."""
        return WindowHook(*arguments, **keywords)

    def device(self, app_version: str | None) -> dict[str, str]:
        """What is known of the machine, and the game's version."""
        return device.properties(app_version)
