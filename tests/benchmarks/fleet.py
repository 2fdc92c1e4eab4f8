"""A fleet of players whose server is down, for an hour or less: is there a herd when it is back?

Each player's library makes a request every ``steady`` seconds on average while the server is well,
an event in each. While it is down each one waits as its ``Backoff`` says, and nothing else: this is
the library's own, with numbers from one seeded generator. It has two rules, one for a server that
fails and one for a network without a way to any server; a player whose own network is away follows
the second one, and comes back when that does. What is counted is how many requests the server sees
in each second from the moment it is back, and when the last player's backlog has left. A server
that takes all does not make players wait for each other, so each one is followed by itself. In a
short outage not every player makes a request: how long players wait is told of those who do.
"""

from __future__ import annotations

import math
import random
from array import array
from collections import Counter
from typing import Any

from exponea_game.delivery.backoff import Backoff
from exponea_game.events.limits import BATCH_LIMIT, RATE_LIMIT
from exponea_game.events.verdict import Outcome, Verdict

OUTAGE = 3600.0
WATCHED = 600.0
"""Seconds after the outage, at the most; six times as long as it lasted where that is less."""
FAILING, NO_NETWORK = Verdict(Outcome.WAIT), Verdict(Outcome.OFFLINE)
FORGOTTEN = 20.0
"""Seconds after which the moments of tries do not tell when the first one was, where each wait is
as long as the others: so much of the outage is followed, and the tries before it are not counted,
for no server sees them."""


def simulate(
    players: int,
    steady: float,
    seed: int = 1,
    *,
    outage: float = OUTAGE,
    verdict: Verdict = FAILING,
    back_within: float = 0.0,
) -> dict[str, Any]:
    """What the server sees from the moment it is back.

    Args:
        players: How many.
        steady: Seconds between two events of one player, each in a request while all is well.
        seed: Of the chance.
        outage: Seconds without an answer to anybody.
        verdict: What each try comes to while nothing gets through.
        back_within: Seconds after the outage within which the players' networks come back, each at
            a moment of its own; 0 where all are back at once.
    """
    chance = random.Random(seed).random
    rate, refused, last, waits = Counter[int](), 0, 0.0, array("d")
    batches, watched = math.ceil(outage / steady / BATCH_LIMIT), min(WATCHED, 6 * outage)
    for _ in range(players):
        back = outage + chance() * back_within
        now = chance() * steady
        if verdict is NO_NETWORK:
            now = max(now, back - FORGOTTEN + chance())
        backoff, met = Backoff(chance), now < back
        while now < back:
            now += backoff.fail(verdict, now)
        refused += backoff.failures
        if met:
            waits.append(now - back)
        now -= outage
        for _ in range(batches):
            rate[int(now)] += 1
            now += 1 / RATE_LIMIT
        if met:
            last = max(last, now - 1 / RATE_LIMIT)
        while (now := now + steady * (0.5 + chance())) < watched:
            rate[int(now)] += 1
    usual, worst = players / steady, max(rate.values())
    waits = array("d", sorted(waits))
    return {
        "steady_per_second": round(usual),
        "worst_per_second": worst,
        "worst_of_steady": round(worst / usual, 2),
        "refused_per_second": round(refused / outage),
        "first_p50_s": round(waits[len(waits) // 2], 1),
        "first_p99_s": round(waits[len(waits) * 99 // 100], 1),
        "last_event_s": round(last, 1),
    }


def fleet() -> dict[str, Any]:
    """100,000 players by simulation, and a million; and fleets that are busier and quieter.

    Then a million players after short outages. The last ones have no network: all of them, or each
    for itself, as players do.
    """
    offline: dict[str, Any] = {"steady": 60.0, "verdict": NO_NETWORK}
    return {
        "100,000 players": simulate(100_000, 60.0),
        "1,000,000 players": simulate(1_000_000, 60.0),
        "100,000 players, a request every 5 s": simulate(100_000, 5.0),
        "100,000 players, a request every 5 min": simulate(100_000, 300.0),
        "100,000 players, a request every 20 min": simulate(100_000, 1200.0),
        "1,000,000 players, ten seconds": simulate(1_000_000, 60.0, outage=10.0),
        "1,000,000 players, ten seconds, a request every 5 s": simulate(
            1_000_000, 5.0, outage=10.0
        ),
        "1,000,000 players, a minute": simulate(1_000_000, 60.0, outage=60.0),
        "100,000 players without a network": simulate(100_000, **offline),
        "1,000,000 players without a network": simulate(1_000_000, **offline),
        "100,000 players, each back within 10 min": simulate(
            100_000, **offline, back_within=WATCHED
        ),
    }
