"""What a world is made of: levels, planets, debris, the ship, parcels. Data, and rails to move on.

Places are pixels on a map of 1280 by 720, y goes up; times are seconds; angles are radians.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

WIDTH, HEIGHT = 1280.0, 720.0
WRAP_MARGIN = 60.0
"""What drifts off the map by so much comes back on the other side."""

Kind = Literal["picked_up", "delivered", "crystal", "bumped", "hit", "won", "lost"]
Cause = Literal["", "planet", "debris", "lost_in_space", "late"]


@dataclass(frozen=True, slots=True)
class Controls:
    """What the player asks for: turn (-1 to 1, left above 0), thrust (0 to 1), or an aim."""

    turn: float = 0.0
    thrust: float = 0.0
    aim: float | None = None


@dataclass(frozen=True, slots=True)
class Motion:
    """Rails: at rest, drifting (and coming back on the other side), or circling; pixels."""

    x: float
    y: float
    vx: float = 0.0
    vy: float = 0.0
    circle: float = 0.0
    period: float = 0.0
    phase: float = 0.0

    def at(self, time: float) -> tuple[float, float]:
        if self.period:
            angle = self.phase + math.tau * time / self.period
            return self.x + self.circle * math.cos(angle), self.y + self.circle * math.sin(angle)
        if self.vx or self.vy:
            return (
                _wrap(self.x + self.vx * time, WIDTH),
                _wrap(self.y + self.vy * time, HEIGHT),
            )
        return self.x, self.y


@dataclass(frozen=True, slots=True)
class Planet:
    """A stop of the tour; ``pull`` is the acceleration at its ground, ``tint`` its ink."""

    name: str
    motion: Motion
    radius: float
    pull: float
    tint: int


@dataclass(frozen=True, slots=True)
class Debris:
    """A rock, or a comet when it has a tail."""

    motion: Motion
    radius: float
    tail: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """Everything a level is made of; ``parcels`` are pairs of planet numbers, from and to."""

    number: int
    name: str
    seconds: float
    planets: tuple[Planet, ...]
    parcels: tuple[tuple[int, int], ...]
    crystals: tuple[tuple[float, float], ...] = ()
    debris: tuple[Debris, ...] = ()
    start: tuple[float, float] = (120.0, 120.0)
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Powers:
    """What the ship can do; the hangar raises these."""

    thrust: float = 240.0
    hull: int = 3
    reach: float = 30.0
    extra_seconds: float = 0.0


@dataclass(slots=True)
class Ship:
    """The ship's state; ``angle`` in radians, 0 to the right."""

    x: float
    y: float
    vx: float = 0.0
    vy: float = 0.0
    angle: float = math.pi / 2


@dataclass(slots=True)
class Parcel:
    """A parcel on its way between two planets, by their numbers."""

    source: int
    target: int
    state: Literal["waiting", "carried", "delivered"] = "waiting"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, and where; ``planet`` is a number where one is concerned."""

    kind: Kind
    x: float
    y: float
    planet: int = -1
    cause: Cause = ""


def _wrap(place: float, size: float) -> float:
    return (place + WRAP_MARGIN) % (size + 2 * WRAP_MARGIN) - WRAP_MARGIN
