"""How long after a network's return, or a server's, the first event is there.

Clients track an event a second meanwhile, and all wait at the same time: waiting costs nothing.
How long the library waits for a server that fails is a matter of chance, so a row tells what many
clients come to, which are made up and wait as its ``Backoff`` says.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from bars import FAILED, MADE_UP
from clients import OURS, SENDERS
from environment import run
from fleet import simulate
from sink import sink
from turns import REPEATS, Figures, middle

OUTAGE = 60
"""Seconds without a network: long enough for pauses that grow to have grown."""
FAILING = 10
"""Seconds for which a server answers 500."""
PATIENCE = 120.0
"""Seconds after which a client that has sent nothing is ended."""


def network() -> Figures:
    """Seconds until the first event after an outage, for each kind of outage."""
    return {
        "there was no name": _returns(OUTAGE, outage="names"),
        "there was no route": _returns(OUTAGE, outage="route"),
        FAILED: {**_returns(FAILING, "recovering", FAILING), MADE_UP: _made_up()},
    }


def _made_up() -> dict[str, float]:
    """Seconds until the first event of many clients of ours, after a server's failing."""
    found = simulate(10_000, 1.0, outage=FAILING)
    return {
        "after_s": found["first_p50_s"],
        "p99": found["first_p99_s"],
        "worst": found["last_event_s"],
        "of": FAILING,
    }


def _returns(seconds: int, mode: str = "healthy", delay: float = 0.0, outage: str = "") -> Figures:
    def returned(name: str) -> Figures | None:
        with sink(mode, delay) as server:
            options = {"seconds": seconds, "outage": outage}
            return run(name, "returns", server.url, PATIENCE, **options)

    names = [name for name in SENDERS for _ in range(REPEATS if name == OURS else 1)]
    with ThreadPoolExecutor(len(names)) as threads:
        found = list(threads.map(returned, names))
    rounds = {
        name: [one for at, one in zip(names, found, strict=True) if at == name] for name in names
    }
    return {name: middle(results) for name, results in rounds.items()}
