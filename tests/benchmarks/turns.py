"""Clients take turns, and the middle of their rounds counts: no round is picked because it is good.

Of what is told as the worst, the worst of all rounds counts; of what arrives, the least. A client
that does not end in time in one round has no figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

from environment import PATIENCE, run
from sink import sink

Figures = dict[str, Any]

REPEATS = 3
LEAST = {"delivered", "arrived", "count", "frames", "tracked"}
MOST = {"worst", "largest", "busiest", "overtaken"}


def middle(results: Iterable[Figures | None]) -> Figures | None:
    """The middle of each figure over the rounds; None if one of them did not end."""
    found = list(results)
    ended = [result for result in found if result is not None]
    if not ended or len(ended) < len(found):
        return None
    return {key: _counts(key)([result[key] for result in ended]) for key in ended[0]}


def _counts(key: str) -> Callable[[list[float]], float]:
    """Which of the rounds' figures counts."""
    if key.rpartition("_")[2] in MOST:
        return max
    return min if key in LEAST else _middle


def _middle(values: list[float]) -> float:
    found = round(median(values), 3)
    return int(found) if found == int(found) and all(type(v) is int for v in values) else found


def in_turn(
    names: Iterable[str], scenario: str, mode: str = "healthy", delay: float = 0.0,
    repeats: int = REPEATS, patience: float = PATIENCE, **options: object,
) -> Figures:  # fmt: skip
    """Run clients in turn; ``arrived`` is what the server had of their events when they ended."""
    rounds: dict[str, list[Figures | None]] = {name: [] for name in names}
    for _ in range(repeats):
        for name, results in rounds.items():
            if None in results:
                continue
            with sink(mode, delay) as server:
                found = run(name, scenario, server.url, patience, **options)
                if found and mode != "refused":
                    found["arrived"] = server.seen()["events"]
            results.append(found)
    return {name: middle(results) for name, results in rounds.items()}
