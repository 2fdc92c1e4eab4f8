"""The threads of a run: daemons that survive any exception; the last one tidies up.

A system that gives no more threads gives the game its run all the same: what it tells is written,
and leaves at the next launch. A quitting program waits for its threads only so long. One that
outlives that, such as one in a hanging request, goes on as a daemon until the interpreter is gone,
and what they share lasts as long.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from exponea_game.system.log import WARNING, error_inside, once, quiet

if TYPE_CHECKING:
    from exponea_game.system.clock import Seconds


def survive(work: Callable[[], float | None], failed: float | None = None) -> float | None:
    """Do some work whatever it raises; the first time, say so."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - the game goes on, whatever it is
        error_inside(error)
        return failed


_this_thread = threading.local()


def is_ours() -> bool:
    """Whether this thread is one of the library's: it may wait where a game's may not."""
    return getattr(_this_thread, "is_ours", False)


def claim() -> None:
    """This thread is one of the library's."""
    _this_thread.is_ours = True


class Threads:
    """Some threads that end together.

    Args:
        tidy: Called once, when none of them is at work any more.
    """

    def __init__(self, tidy: Callable[[], None]) -> None:
        self._tidy, self._late = tidy, False
        self._at_work = 0
        self._ending = threading.Lock()
        self.threads: list[threading.Thread] = []

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Start a thread, if the system has one to give."""
        named = f"exponea_game {name}"
        thread = threading.Thread(target=self._run, args=(work,), name=named, daemon=True)
        with quiet, self._ending:
            try:
                thread.start()
            except RuntimeError as error:
                once(WARNING, "events leave at the next launch at the latest: %s", error)
                return
            self._at_work += 1
        self.threads.append(thread)

    def _run(self, work: Callable[[], None]) -> None:
        claim()
        try:
            survive(work)
        finally:
            with self._ending:
                self._at_work -= 1
                if self._late and not self._at_work:
                    survive(self._tidy)

    def wait(self, name: str, seconds: float) -> None:
        """Wait for one of them, which knows that it is to end, so many seconds at the most."""
        for thread in self.threads:
            if thread.name == f"exponea_game {name}" and thread is not threading.current_thread():
                thread.join(seconds)

    def join(self, elapsed: Seconds, deadline: float, *, at_once: bool = False) -> None:
        """Wait for the threads, which know that they are to end, and tidy up.

        Args:
            elapsed: A clock.
            deadline: By when, on that clock.
            at_once: Whether to tidy up even if one is still at work.
        """
        for thread in self.threads:
            if thread is not threading.current_thread():  # on which a game's function was called
                thread.join(max(0.0, deadline - elapsed()))
        with self._ending:
            self._late = self._at_work > 0 and not at_once
            if not self._late:
                survive(self._tidy)
