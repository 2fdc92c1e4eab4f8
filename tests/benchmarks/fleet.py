"""A fleet of players whose server is down for an hour: is there a herd when it comes back?

Each player's library makes a request every ``STEADY`` seconds on average while the server is well.
While it is down each one backs off as ``wire.backoff`` says, and nothing else: this is the
library's own function, asked with numbers from one seeded generator. What is counted is how many
requests the server sees in each second from the moment it is back, and when the last player's
backlog has left.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from typing import Any

from exponea_game.wire import BATCH_LIMIT, RATE_LIMIT, backoff

STEADY = 60.0
"""Seconds between two requests of one player while all is well."""
OUTAGE = 3600.0
WATCHED = 600.0
"""Seconds after the outage."""
EVENTS = 60
"""Events that each player gathers in the outage: one a minute."""


def simulate(players: int, seed: int = 1) -> dict[str, Any]:
    """What the server sees from the moment it is back."""
    chance = random.Random(seed).random
    rate, refused, last = Counter[int](), 0, 0.0
    queue = [(chance() * STEADY, player, 0, EVENTS) for player in range(players)]
    heapq.heapify(queue)
    while queue:
        now, player, failures, waiting = heapq.heappop(queue)
        if now < OUTAGE:
            refused += 1
            again = now + backoff(failures + 1, chance())
            heapq.heappush(queue, (again, player, failures + 1, waiting))
            continue
        rate[int(now - OUTAGE)] += 1
        again = now + STEADY * (0.5 + chance())
        if waiting > BATCH_LIMIT:
            again = now + 1 / RATE_LIMIT
        elif waiting:
            last = now - OUTAGE
        if again < OUTAGE + WATCHED:
            heapq.heappush(queue, (again, player, 0, max(0, waiting - BATCH_LIMIT)))
    steady, worst = players / STEADY, max(rate.values())
    return {
        "steady_per_second": round(steady),
        "worst_per_second": worst,
        "worst_of_steady": round(worst / steady, 2),
        "refused_per_second": round(refused / OUTAGE),
        "last_event_s": round(last, 1),
    }


def fleet() -> dict[str, Any]:
    """100,000 players by simulation, and a million."""
    return {f"{players:,} players": simulate(players) for players in (100_000, 1_000_000)}
