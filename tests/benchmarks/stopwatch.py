"""Time that a thread was the cause of: without what it waited in the kernel's run queue.

On a machine that others use as well, the worst of ten thousand calls is their work. Linux counts
for each thread how long it was ready to run and had no processor (``schedstat``); that is taken
off. What is left holds the call's own work, the waits for the interpreter lock, and the disk's.
"""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

SLOW = 50_000
"""Nanoseconds beyond which a call is worth asking the kernel about, which takes 2 us itself."""

clock = time.perf_counter_ns


class RunQueue:
    """The run queue as one thread sees it; to be made on that thread."""

    def __init__(self) -> None:
        there = Path("/proc/thread-self/schedstat").exists()
        self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY) if there else None
        self._before = 0
        self.waited()

    def waited(self) -> int:
        """Nanoseconds waited since this was last asked."""
        if self._file is None:
            return 0
        total = int(os.pread(self._file, 100, 0).split()[1])
        since, self._before = total - self._before, total
        return since


def each(call: Callable[[int], None], count: int, patience: float) -> array[int]:
    """Nanoseconds that each of ``count`` calls took, or of those that ``patience`` seconds let."""
    queue, spent = RunQueue(), array("q")
    end = clock() + int(patience * 1e9)
    ended = clock()
    for number in range(count):
        begun = clock()
        if begun - ended > SLOW:  # put aside between two calls
            queue.waited()
            begun = clock()
        call(number)
        ended = clock()
        took = ended - begun
        if took > SLOW:
            waited = queue.waited()
            took -= waited if waited < took else 0  # more was waited outside of the call
            if ended > end:
                spent.append(took)
                break
        spent.append(took)
    return spent


def at(values: Sequence[float], share: float) -> float:
    """A percentile, of values in order."""
    return values[min(len(values) - 1, int(len(values) * share))]


def summary(values: Sequence[float], unit: float = 1000.0, name: str = "") -> dict[str, float]:
    """Median, p99, p99.9 and worst in another unit: of nanoseconds in microseconds."""
    ordered = sorted(values)
    shares = {"p50": 0.5, "p99": 0.99, "p999": 0.999, "worst": 1.0}
    return {f"{name}{key}": round(at(ordered, share) / unit, 3) for key, share in shares.items()}
