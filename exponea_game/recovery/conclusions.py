"""The ends of dead runs are written into their journals, once the own journal is synced.

A dead run that left a session open gets its ``session_end``, or only the word that the session has
gone on elsewhere. Before any of that is written, each run's last lines are synced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from exponea_game.recovery.dead_run import DeadRun, conclude, sync_again
from exponea_game.recovery.runs import Run
from exponea_game.system.json_text import JSON
from exponea_game.system.log import WARNING, once


@dataclass(eq=False, repr=False)
class Conclusion:
    """How a dead run is concluded: with a ``session_end``, or the word that none is due."""

    run: Run
    dead_run: DeadRun
    command: JSON | None = None
    synced: bool = False

    def sync_again(self) -> None:
        """Sync what the run wrote itself: before anything of its session is concluded.

        What is added comes behind the last number that waited in the memory of a process that was
        killed: the hole in the journal counts what was lost, and outlives who counts.

        Raises:
            OSError: The disk does not confirm it.
        """
        if not self.synced:
            last = max(self.dead_run.seq, self.run.tally.read())
            self.dead_run = self.dead_run._replace(seq=last)
            sync_again(self.run, self.dead_run)
        self.synced = True

    def conclude(self) -> None:
        """Write it into the dead run's journal.

        Raises:
            OSError: It is not synced.
        """
        conclude(self.run, self.dead_run, self.command)
        self.run.tally.remove()


class Conclusions:
    """The conclusions that are still to be written, in their order.

    game      ``add``, at the launch and before any thread is started
    courier   all else: it alone changes dead runs
    No lock: others ask at most whether there are any, which a moment later may be different.

    Attributes:
        unable: Whether the disk did not let us write them when it was last asked.
    """

    def __init__(self) -> None:
        self._waiting: list[Conclusion] = []
        self.unable = False

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, conclusions: Iterable[Conclusion]) -> None:
        """More of them, to be written after those that wait."""
        self._waiting += conclusions

    def has_one_for(self, run: Run) -> bool:
        """Whether a run waits for its conclusion."""
        return any(conclusion.run is run for conclusion in self._waiting)

    def write(self) -> None:
        """Write all of them; call it once the own journal is on the disk itself.

        What the disk does not let us write waits, and its runs stay ours: a session that this run
        carries on must not be found open in another.
        """
        try:
            for conclusion in self._waiting:
                conclusion.sync_again()
            while self._waiting:
                self._waiting[0].conclude()
                del self._waiting[0]
            self.unable = False
        except OSError as error:
            once(WARNING, "what earlier runs left is not settled yet: %s", error)
            self.unable = True
