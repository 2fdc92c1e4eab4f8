"""The clocks of one run; the only module that reads a clock.

A run reads the wall clock once, when it begins. From then on its time is that moment plus the
seconds of a clock that nobody can set and that goes on while the machine sleeps. So within a run
timestamps keep their order and durations are right, whatever happens to the wall clock or the
time zone. A third clock, which stands still during sleep, tells how long the machine slept.

    system    counts sleep                              does not count sleep
    Linux     clock_gettime(CLOCK_BOOTTIME)             time.monotonic()
    macOS     clock_gettime(CLOCK_MONOTONIC)            time.monotonic()  (mach_absolute_time)
    Windows   time.monotonic()                          QueryUnbiasedInterruptTime
    others    time.monotonic()                          time.monotonic(): sleep goes unnoticed

Sources: clock_gettime(2), PEP 418, Microsoft Learn "QueryUnbiasedInterruptTime function".
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

Seconds = Callable[[], float]
"""A clock: seconds as a float, from a beginning of its own."""

stopwatch: Seconds = time.perf_counter
"""For the length of short work, such as one write to a disk."""

pause = time.sleep
"""Wait for some seconds."""


LOCK_PAUSE = 0.00005
"""Seconds that let a thread which waits for the interpreter lock wake up and have it: where it is
given up for less, as around a short system call, it is mostly taken again before that."""


def yield_lock() -> None:
    """Let another thread have the interpreter lock."""
    pause(LOCK_PAUSE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment on all clocks of a run, in seconds."""

    wall: float
    """Unix time."""
    awake: float
    """Since any moment; stands still while the machine sleeps."""
    elapsed: float
    """Since the run began; goes on while the machine sleeps."""


def counting_sleep(platform: str = sys.platform) -> Seconds:
    """The clock that goes on while the machine sleeps."""
    if platform == "linux" and hasattr(time, "CLOCK_BOOTTIME"):
        return partial(time.clock_gettime, time.CLOCK_BOOTTIME)
    if platform == "darwin":
        return partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    return time.monotonic


def not_counting_sleep(platform: str = sys.platform) -> Seconds:
    """The clock that stands still while the machine sleeps, where there is one."""
    return _unbiased_interrupt_time if platform == "win32" else time.monotonic


def _unbiased_interrupt_time() -> float:
    ticks = ctypes.c_ulonglong()
    ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks))  # type: ignore[attr-defined]
    return ticks.value / 10_000_000  # the unit is 100 ns


def boot_identity(platform: str = sys.platform) -> str:
    """What tells this start of the machine from others; empty where the system does not say.

    Two runs of one boot can be compared on the clock that counts sleep, which nobody can set.
    """
    try:
        if platform == "linux":
            return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        if platform == "darwin":
            text, size = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
            name = b"kern.bootsessionuuid"
            ctypes.CDLL(None).sysctlbyname(name, text, ctypes.byref(size), None, 0)
            return text.value.decode("ascii")
    except (OSError, AttributeError, UnicodeDecodeError):
        pass
    return ""


class Clock:
    """The time of one run.

    Attributes:
        began: Unix time at which the run began.
        boot: Identity of the machine's boot, or an empty text.
        boot_elapsed: Seconds on the clock that counts sleep when the run began, for comparison
            with another run of the same boot.
    """

    def __init__(self) -> None:
        self._counting, self._awake = counting_sleep(), not_counting_sleep()
        self.boot = boot_identity()
        self.boot_elapsed = self._counting()
        self.began = time.time()

    def elapsed(self) -> float:
        """Seconds since the run began, sleep included."""
        return self._counting() - self.boot_elapsed

    def read(self) -> Reading:
        """This moment on all clocks."""
        elapsed = self._counting() - self.boot_elapsed
        return Reading(self.began + elapsed, self._awake(), elapsed)
