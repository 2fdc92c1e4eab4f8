"""What the hangar sells: four upgrades of three grades each, paid for in crystals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from demo_game.space.bodies import Powers


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One line of the price list; ``prices`` are crystals, one for each grade."""

    key: str
    name: str
    words: str
    prices: tuple[int, ...]


UPGRADES = (
    Upgrade("engine", "Engine", "More thrust", (5, 12, 24)),
    Upgrade("hull", "Hull", "One more plate", (6, 14, 28)),
    Upgrade("net", "Net", "Wider reach", (4, 10, 20)),
    Upgrade("express", "Express", "Six seconds more", (5, 11, 22)),
)

Owned = Mapping[str, int]
"""Grades bought so far, by the upgrade's key."""


def price(upgrade: Upgrade, owned: Owned) -> int | None:
    """What the next grade costs, or None when there is none."""
    grade = owned.get(upgrade.key, 0)
    return upgrade.prices[grade] if grade < len(upgrade.prices) else None


def powers(owned: Owned) -> Powers:
    """What a ship with these upgrades can do."""
    return Powers(
        thrust=240.0 + 45.0 * owned.get("engine", 0),
        hull=3 + owned.get("hull", 0),
        reach=30.0 + 16.0 * owned.get("net", 0),
        extra_seconds=6.0 * owned.get("express", 0),
    )
