"""Lives, lives, lives: ``python -m tests.simulation.soak --minutes 10``, or ``--seed 42`` again.

Without a seed each run begins at another one, as the clock says. What breaks a promise is printed
with the seed that shows it again, exactly as it was.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import count

from .lives import Lives
from .truth import BrokenPromiseError


def main(words: list[str] | None = None) -> int:
    """Live until the time is up; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (10)")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--first", type=int, default=int(time.time()) * 1000, help="the first seed")
    options = parser.parse_args(words)
    seeds = count(options.first) if options.seed is None else [options.seed]
    begun, lives, broken = time.monotonic(), 0, 0
    for seed in seeds:
        try:
            lives += Lives(seed).run()
        except BrokenPromiseError as promise:
            broken += 1
            print(promise, file=sys.stderr, flush=True)
        if time.monotonic() - begun > options.minutes * 60:
            break
    seconds = time.monotonic() - begun
    print(f"{lives} lives, {lives / seconds:.0f} a second; {broken} seeds broke a promise")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
