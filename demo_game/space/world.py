"""The world of one level: a pure step of fixed length, with no clock, window or randomness.

- Planets and debris move on rails: where they are is a function of time alone.
- The ship is pulled by every planet, as the square of the distance says.
- Flying through the halo of a planet picks up the parcels that wait there and delivers those
  addressed to it.
- Ground and debris bounce the ship. A hard landing, and debris in any case, costs a plate.
- All parcels delivered is a win; no plate left, no time left or lost in space is a loss.

The same controls in the same order always give the same world. What happened in a step is left in
`World.happenings` for those who draw, sound and track it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from demo_game.space.bodies import Cause, Controls, Happening, Kind, Level, Parcel, Powers, Ship
from demo_game.space.flight import bounce, fly, outside

STEP = 1 / 120
"""Seconds a step takes."""
HALO = 46.0
"""How far above the ground a planet's halo reaches."""
SHIP_RADIUS = 11.0
HARD_LANDING = 160.0
"""Pixels a second towards the ground from which a landing costs a plate: who brakes is safe."""
SAFE_SECONDS = 0.8
"""For so long after a hit the next one costs nothing."""
LOST_BEYOND = 150.0
"""How far outside the map a ship is lost for good."""


@dataclass
class World:
    """A level being played."""

    level: Level
    powers: Powers = field(default_factory=Powers)

    def __post_init__(self) -> None:
        self.ship = Ship(*self.level.start)
        self.parcels = [Parcel(source, target) for source, target in self.level.parcels]
        self.crystals = list(self.level.crystals)
        self.collected = 0
        self.hull = self.powers.hull
        self.safe_for = 0.0
        self.steps = 0
        self.score = 0
        self.outcome: Literal["", "won", "lost"] = ""
        self.cause: Cause = ""
        self.happenings: list[Happening] = []

    @property
    def time(self) -> float:
        return self.steps * STEP

    @property
    def time_left(self) -> float:
        return max(0.0, self.level.seconds + self.powers.extra_seconds - self.time)

    def step(self, controls: Controls) -> None:
        """Move on by one `STEP`; a finished world stands still."""
        if self.outcome:
            return
        self.steps += 1
        self.safe_for = max(0.0, self.safe_for - STEP)
        fly(self.ship, controls, self.powers, self.level.planets, self.time, STEP)
        self._collide()
        self._handle_parcels()
        self._collect_crystals()
        self._judge()

    def _collide(self) -> None:
        ship = self.ship
        for number, planet in enumerate(self.level.planets):
            x, y = planet.motion.at(self.time)
            if math.hypot(ship.x - x, ship.y - y) < planet.radius + SHIP_RADIUS:
                hard = bounce(ship, x, y, planet.radius + SHIP_RADIUS) > HARD_LANDING
                if hard and not self.safe_for:
                    self._damage("planet", number)
                else:
                    self._report("bumped", number)
        for rock in self.level.debris:
            x, y = rock.motion.at(self.time)
            if not self.safe_for and math.hypot(ship.x - x, ship.y - y) < rock.radius + SHIP_RADIUS:
                bounce(ship, x, y, rock.radius + SHIP_RADIUS)
                self._damage("debris", -1)

    def _damage(self, cause: Cause, planet: int) -> None:
        self.hull -= 1
        self.safe_for = SAFE_SECONDS
        self.cause = cause
        self._report("hit", planet, cause)

    def _handle_parcels(self) -> None:
        for number, planet in enumerate(self.level.planets):
            x, y = planet.motion.at(self.time)
            if math.hypot(self.ship.x - x, self.ship.y - y) > planet.radius + HALO:
                continue
            for parcel in self.parcels:
                if parcel.state == "carried" and parcel.target == number:
                    parcel.state = "delivered"
                    self.score += 100
                    self._report("delivered", number)
                elif parcel.state == "waiting" and parcel.source == number:
                    parcel.state = "carried"
                    self._report("picked_up", number)

    def _collect_crystals(self) -> None:
        ship, reach = self.ship, self.powers.reach
        for crystal in [c for c in self.crystals if math.dist(c, (ship.x, ship.y)) < reach]:
            self.crystals.remove(crystal)
            self.collected += 1
            self.score += 10
            self.happenings.append(Happening("crystal", *crystal))

    def _judge(self) -> None:
        if all(parcel.state == "delivered" for parcel in self.parcels):
            self.outcome, self.cause = "won", ""
            self.score += int(self.time_left) * 5 + self.hull * 50
            self._report("won")
        elif self.hull <= 0:
            self._lose(self.cause)
        elif outside(self.ship) > LOST_BEYOND:
            self._lose("lost_in_space")
        elif self.time_left <= 0:
            self._lose("late")

    def _lose(self, cause: Cause) -> None:
        self.outcome, self.cause = "lost", cause
        self._report("lost", cause=cause)

    def _report(self, kind: Kind, planet: int = -1, cause: Cause = "") -> None:
        self.happenings.append(Happening(kind, self.ship.x, self.ship.y, planet, cause))
