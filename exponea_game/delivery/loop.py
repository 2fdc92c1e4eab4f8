"""The courier's loop: step after step while something waits, asleep until there is news.

A quit gives it a last moment; a flush is a wish of another thread, which waits until it is granted.
"""

from __future__ import annotations

import math
import threading
from functools import partial

from exponea_game.delivery.courier import Courier
from exponea_game.system.clock import Clock, pause
from exponea_game.system.threads import survive

FAILED_PAUSE = 1.0
"""Seconds to wait after an error of the library's own."""
FLUSH_LOOK = 0.005
"""Seconds between two looks whether a wish is granted."""


class Loop:
    """Makes a courier's steps.

    courier   runs ``run``
    keeper    calls ``wake``, every second or two while something waits that may go
    any       calls ``flush``, which waits on the caller's thread
    No lock: the wishes are a set that grows and shrinks by single operations; the rest are events.

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

    def run(self, budget: float) -> None:
        """Deliver until the run is to end, and then for at most ``budget`` seconds."""
        deadline, quitting = math.inf, False
        while (left := deadline - self._clock.elapsed()) > 0:
            self._news.clear()
            if self._stop.is_set() and not quitting:
                quitting, left = True, budget
                deadline = self._clock.elapsed() + budget
                self._courier.hurry()
            wait = self._step(quitting=quitting)
            if quitting and (wait is None or self._courier.last_error):
                break
            if wait is None or wait > 0:  # woken early, the courier knows what it must wait for
                self._news.wait(wait if wait is None else min(wait, left, threading.TIMEOUT_MAX))
        self.done.set()

    def _step(self, *, quitting: bool) -> float | None:
        """One step, and the wishes that it has granted."""
        wishes = self._wishes.copy()
        flush = self._courier.automatic if quitting else bool(wishes)
        wait = survive(partial(self._courier.step, flush=flush), failed=FAILED_PAUSE)
        if wait is None and not self._courier.blocked:
            self._wishes -= wishes
        return wait

    def flush(self, timeout: float) -> None:
        """Have all that waits delivered, whatever the flush mode; wait at most so many seconds."""
        deadline = self._clock.elapsed() + timeout
        wish = object()
        self._wishes.add(wish)
        self.wake()
        while wish in self._wishes and self._clock.elapsed() < deadline:
            if self._stop.is_set():
                break
            pause(FLUSH_LOOK)
        self._wishes.discard(wish)
