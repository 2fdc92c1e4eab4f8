"""Lives, lives, lives: ``python -m tests.simulation.soak --minutes 10``, or ``--seed 42`` again.

Each core lives lives of its own. Without a seed each run begins at another one, as the clock says.
What breaks a promise is printed with the seed that shows it again, exactly as it was.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context
from typing import NamedTuple

from .lives import Lives
from .truth import BrokenPromiseError

LATE = 60.0
"""Seconds after which a seed is told that has not ended: most take some hundredths of one."""


class Tally(NamedTuple):
    """What some seeds came to."""

    seeds: int
    lives: int
    broken: int


class Share(NamedTuple):
    """What one process does: every ``step``-th seed from ``first`` on, so many seconds."""

    first: int
    step: int
    seconds: float


def soak(share: Share) -> Tally:
    """Live until the time is up, at least one seed."""
    deadline = time.monotonic() + share.seconds
    seeds = lives = broken = 0
    for seed in count(share.first, share.step):
        seeds += 1
        with _told_if_late(seed):
            lived, promise = _live(seed)
        lives += lived
        if promise:
            broken += 1
            print(promise, file=sys.stderr, flush=True)
        if time.monotonic() >= deadline:
            break
    return Tally(seeds, lives, broken)


@contextmanager
def _told_if_late(seed: int) -> Iterator[None]:
    """Say of a seed that it has not ended; where it never does, nobody else would."""
    words = f"seed {seed} has not ended after {LATE:g} s"
    watch = threading.Timer(LATE, print, [words], {"file": sys.stderr, "flush": True})
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _live(seed: int) -> tuple[int, str]:
    """How many lives a seed has, and which promise was broken in one of them, if any was."""
    lives = Lives(seed)
    try:
        return lives.run(), ""
    except BrokenPromiseError as promise:
        return lives.lived, str(promise)


def shares(first: int, cores: int, seconds: float) -> Iterator[Share]:
    """Shares of which no two have a seed in common."""
    return (Share(first + core, cores, seconds) for core in range(cores))


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(words: list[str] | None = None) -> int:
    """Live until the time is up; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (10)")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--first", type=int, default=int(time.time()) * 1000, help="the first seed")
    parser.add_argument("--cores", type=int, default=cores(), help="how many to use (all)")
    options = parser.parse_args(words)
    begun = time.monotonic()
    if options.seed is not None:
        tallies = [soak(Share(options.seed, 1, 0.0))]
    else:
        with get_context("spawn").Pool(options.cores) as pool:
            tallies = pool.map(soak, shares(options.first, options.cores, options.minutes * 60))
    seconds = time.monotonic() - begun
    seeds, lives, broken = map(sum, zip(*tallies, strict=True))
    often = f"{broken} of {seeds} seeds broke a promise"
    print(f"{lives} lives, {lives / seconds:.0f} a second on {len(tallies)} cores; {often}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
