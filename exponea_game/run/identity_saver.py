"""Who plays is kept on the disk without a caller waiting for a slow one."""

from __future__ import annotations

import threading
from collections.abc import Callable

from exponea_game.journal.writer import Journal
from exponea_game.player.identity import Identity, IdentityFile
from exponea_game.system.clock import Seconds
from exponea_game.system.log import WARNING, once, quiet


class IdentitySaver:
    """Keeps the last identity it was given.

    game      ``save``: at once, or not at all while the disk stalls
    keeper    ``save_now``, ``take_back``
    courier   ``sync``, before a session's start or end is sent
    A lock is held around the write of an identity; nobody waits for it but ``take_back``. Who
    comes meanwhile leaves its identity to the one who writes, or to the keeper.

    Args:
        file: Where identities are kept.
        journal: The run's journal, which knows whether the disk stalls.
        stopwatch: By which the disk's writes are timed.

    Attributes:
        file: Where identities are kept.
    """

    def __init__(self, file: IdentityFile, journal: Journal, stopwatch: Seconds) -> None:
        self.file, self._journal, self._stopwatch = file, journal, stopwatch
        self._unsaved: Identity | None = None
        self._saving = threading.Lock()

    def save(self, identity: Identity) -> None:
        """Keep an identity: at once, or on the keeper's thread while the disk stalls."""
        self._unsaved = identity
        begun = self._stopwatch()
        if self._journal.calm and self.save_now():
            self._journal.note(begun, self._stopwatch())
        else:
            self._journal.urgent.set()

    def save_now(self) -> bool:
        """Keep the last identity; False where another thread is at it, who may keep an older one.

        No caller waits for that thread.
        """
        with quiet:
            return self._save_now()

    def _save_now(self) -> bool:
        while self._unsaved is not None:
            if not self._saving.acquire(blocking=False):
                return False
            try:
                identity, self._unsaved = self._unsaved, None
                if not self.file.save(identity):
                    self._unsaved = self._unsaved or identity
                    return False
            except OSError as error:
                if self._journal.fault is None:  # else that says it
                    once(WARNING, "the identity cannot be kept: %s", error)
            finally:
                self._saving.release()
        return True

    def sync(self) -> None:
        """Wait until who plays is on the disk itself.

        Raises:
            OSError: It is not.
        """
        if not self.save_now():
            raise OSError("who plays is being written")
        self.file.sync()

    def take_back(self, work: Callable[[], object]) -> None:
        """Forget what is not kept yet, and do some work while nothing is being kept."""
        with quiet, self._saving:
            self._unsaved = None
            work()
