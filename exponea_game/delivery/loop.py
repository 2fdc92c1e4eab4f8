"""The courier's thread: step after step while something waits, asleep until there is news.

A quit gives it a last moment; a flush is a wish of another thread, which waits until it is granted.
"""

from __future__ import annotations

import threading
from functools import partial

from exponea_game.delivery.courier import Courier
from exponea_game.system.clock import Clock, pause
from exponea_game.system.threads import survive

FAILED_PAUSE = 1.0
"""Seconds to wait after an error of the library's own."""


class Rounds:
    """Makes a courier's steps.

    Args:
        courier: The courier.
        clock: The run's clock.
        stop: Set when the run is to end.

    Attributes:
        done: Set when the last step has been made.
    """

    def __init__(self, courier: Courier, clock: Clock, stop: threading.Event) -> None:
        self._courier, self._clock, self._stop = courier, clock, stop
        self._news = threading.Event()
        self._wishes: set[object] = set()
        self.done = threading.Event()

    def wake(self) -> None:
        """There is news: something waits, or something has changed."""
        self._news.set()

    def work(self, budget: float) -> None:
        """Deliver until the run is to end, and then for at most ``budget`` seconds."""
        while not self._stop.is_set():
            self._news.clear()
            wishes = self._wishes.copy()
            step = partial(self._courier.step, flush=bool(wishes))
            wait = survive(step, failed=FAILED_PAUSE)
            if wait is None and not self._courier.blocked:
                self._wishes -= wishes
            if wait is None or wait > 0:
                self._news.wait(wait)  # woken early, the courier knows what it must wait for
        self._finish(self._clock.elapsed() + budget)
        self.done.set()

    def _finish(self, deadline: float) -> None:
        self._courier.hurry()
        while (left := deadline - self._clock.elapsed()) > 0 and not self._courier.held:
            wait = survive(partial(self._courier.step, flush=self._courier.automatic))
            if wait is None or self._courier.last_error:
                return
            if wait:
                pause(min(wait, left))

    def flush(self, timeout: float) -> None:
        """Have all that waits delivered, whatever the flush mode; wait at most so many seconds."""
        deadline = self._clock.elapsed() + timeout
        wish = object()
        self._wishes.add(wish)
        self.wake()
        while wish in self._wishes and self._clock.elapsed() < deadline:
            if self._stop.is_set():
                break
            pause(0.005)
        self._wishes.discard(wish)
