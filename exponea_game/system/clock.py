"""The clocks of one run; the only module that reads a clock.

A run believes the wall clock when it begins. From then on its time is that moment plus the seconds
of a clock that nobody can set and that goes on while the machine sleeps. So timestamps keep their
order and durations are right, whatever happens to the wall clock or the time zone. Where the wall
clock turns out to have been wrong, it is believed anew between two sessions (``correct``). A third
clock, which stands still during sleep, tells how long the machine slept.

    system    counts sleep                              does not count sleep
    Linux     clock_gettime(CLOCK_BOOTTIME)             time.monotonic()
    macOS     clock_gettime(CLOCK_MONOTONIC)            time.monotonic()  (mach_absolute_time)
    Windows   QueryInterruptTimePrecise                 QueryUnbiasedInterruptTimePrecise
      < 10    time.monotonic()                          QueryUnbiasedInterruptTime
    others    time.monotonic()                          time.monotonic(): sleep goes unnoticed

The others of Windows go forward in steps of 15.6 ms, which is longer than a frame.

Sources: clock_gettime(2), PEP 418, Microsoft Learn "Interrupt Time".
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

_TIME_OF_DAY = 3
"""What NtQuerySystemInformation calls the times of the system."""

Seconds = Callable[[], float]
"""A clock: seconds as a float, from a beginning of its own."""

stopwatch: Seconds = time.perf_counter
"""For the length of short work, such as one write to a disk."""

pause = time.sleep
"""Wait for some seconds."""


WRONG = 60.0
"""Seconds by which a wall clock must have been set to be believed anew: less is its usual error."""


def lock_pause(
    platform: str = sys.platform, version: tuple[int, int] = sys.version_info[:2]
) -> float:
    """Seconds that let a thread which waits for the interpreter lock wake up and have it.

    Where it is given up for less, as around a short system call, it is mostly taken again before
    that. Before Python 3.11 Windows' shortest pause but for none is a step of the coarse clock.

    Source: CPython's documentation, "time.sleep".
    """
    return 0.0 if platform == "win32" and version < (3, 11) else 0.00005


LOCK_PAUSE = lock_pause()


def yield_lock() -> None:
    """Let another thread have the interpreter lock."""
    pause(LOCK_PAUSE)


class Reading(NamedTuple):
    """One moment on all clocks of a run, in seconds."""

    wall: float
    """Unix time."""
    awake: float
    """Since any moment; stands still while the machine sleeps."""
    elapsed: float
    """Since the run began; goes on while the machine sleeps."""
    ahead: float = 0.0
    """By how much the machine's wall clock, which can be set, is ahead of ``wall``."""


def counting_sleep(platform: str = sys.platform) -> Seconds:
    """The clock that goes on while the machine sleeps."""
    if platform == "linux" and hasattr(time, "CLOCK_BOOTTIME"):
        return partial(time.clock_gettime, time.CLOCK_BOOTTIME)
    if platform == "darwin":
        return partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    precise = _windows_clock("QueryInterruptTimePrecise") if platform == "win32" else None
    return precise or time.monotonic


def not_counting_sleep(platform: str = sys.platform) -> Seconds:
    """The clock that stands still while the machine sleeps, where there is one."""
    if platform != "win32":
        return time.monotonic
    precise = _windows_clock("QueryUnbiasedInterruptTimePrecise")
    return precise or _windows_clock("QueryUnbiasedInterruptTime") or time.monotonic


def _windows_clock(name: str) -> Seconds | None:
    """A clock of Windows' that gives its time in units of 100 ns; None if this one has it not."""
    try:
        query = getattr(ctypes.WinDLL("kernelbase"), name)  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return None
    integer, reference = ctypes.c_ulonglong, ctypes.byref

    def read() -> float:
        ticks = integer()
        query(reference(ticks))
        return ticks.value / 10_000_000

    return read


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
        if platform == "win32":
            return _windows_boot()
    except (OSError, AttributeError, UnicodeDecodeError):
        pass
    return ""


def _windows_boot() -> str:
    """The number of this boot, and the moment of it.

    The prefetcher counts boots, where it is on. The moment is what the system set its clock by;
    where that is set later, the moment and its bias are moved alike.
    """
    import winreg

    memory = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management"
    number = 0
    with suppress(OSError):
        place = memory + r"\PrefetchParameters"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:  # type: ignore[attr-defined]
            number = int(winreg.QueryValueEx(key, "BootId")[0])  # type: ignore[attr-defined]
    times = (ctypes.c_longlong * 6)()  # boot, now, bias of the zone, its id, bias of boot, of sleep
    ntdll = ctypes.WinDLL("ntdll")  # type: ignore[attr-defined]
    failed = ntdll.NtQuerySystemInformation(_TIME_OF_DAY, times, ctypes.sizeof(times), None)
    return "" if failed else f"{number}-{times[0] - times[4]:x}"


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
        wall = self.began + elapsed
        return Reading(wall, self._awake(), elapsed, self._wall() - wall)

    def correct(self) -> bool:
        """Believe the wall clock anew if it was set; says whether that was so."""
        ahead = self.read().ahead
        if abs(ahead) < WRONG:
            return False
        self.began += ahead
        return True

    def _wall(self) -> float:
        """Unix time, as the machine says at this moment."""
        return time.time()
