"""A thread that looks at the run, a few times a second and only while somebody watches.

It reads files, so that the game's frames wait for none.
"""

from __future__ import annotations

import threading

from exponea_game.inspector.subject import Subject
from exponea_game.run.insight import Insight
from exponea_game.system.log import DEBUG, once

GATHER = 0.25
"""Seconds between two looks."""


class Watch:
    """A thread that gathers while somebody looks.

    Args:
        subject: What is looked at.

    Attributes:
        insight: The last one; None while nothing is tracked.
        disclosure: What the player would be shown; None while it is read.
        began: Whether a first look was taken.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._stopped, self._asked = threading.Event(), False
        self.insight: Insight | None = None
        self.disclosure: str | None = None
        self.began = False
        threading.Thread(target=self._work, name="exponea_game inspector", daemon=True).start()

    def ask(self) -> None:
        """Have the disclosure read again."""
        self.disclosure, self._asked = None, True

    def stop(self) -> None:
        """End the thread, soon."""
        self._stopped.set()

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - a file may go while it is read
                once(DEBUG, "the inspector could not look: %s", error)
            self._stopped.wait(GATHER)

    def _look(self) -> None:
        self.insight = self._subject.gather()
        self.began = True
        if self._asked:
            self._asked = False
            self.disclosure = self._subject.disclose()
