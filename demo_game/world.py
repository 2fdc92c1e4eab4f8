"""The world of one level: a pure step of fixed length, with no clock, window or randomness.

- Planets and debris move on rails: where they are is a function of time alone.
- The ship is pulled by every planet, as the square of the distance says.
- Flying through the halo of a planet picks up the parcels that wait there and delivers those
  addressed to it.
- Touching a planet or debris bounces the ship and costs a plate of its hull.
- All parcels delivered is a win; no plate left, no time left or lost in space is a loss.

The same controls in the same order always give the same world. What happened in a step is left in
`World.happenings` for those who draw, sound and track it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

STEP = 1 / 120
"""Seconds a step takes."""
WIDTH, HEIGHT = 1280.0, 720.0
HALO = 46.0
"""How far above the ground a planet's halo reaches."""
SHIP_RADIUS = 11.0
TOP_SPEED = 380.0
DRAG = 0.35
TURN_RATE = 5.5
SAFE_SECONDS = 0.8
LOST_BEYOND = 150.0
"""How far outside the map a ship is lost for good."""
WRAP_MARGIN = 60.0

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
    """A stop of the round; ``pull`` is the acceleration at its ground, ``tint`` its ink."""

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
                bounce(ship, x, y, planet.radius + SHIP_RADIUS)
                self._damage("planet", number)
        for rock in self.level.debris:
            x, y = rock.motion.at(self.time)
            if not self.safe_for and math.hypot(ship.x - x, ship.y - y) < rock.radius + SHIP_RADIUS:
                bounce(ship, x, y, rock.radius + SHIP_RADIUS)
                self._damage("debris", -1)

    def _damage(self, cause: Cause, planet: int) -> None:
        if self.safe_for:
            self._report("bumped", planet, cause)
            return
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


def fly(
    ship: Ship,
    controls: Controls,
    powers: Powers,
    planets: tuple[Planet, ...],
    time: float,
    seconds: float,
) -> None:
    """Move the ship for a while: turn, thrust, gravity, drag, and a wind from beyond the map."""
    ship.angle += _turn(ship, controls) * TURN_RATE * seconds
    ax = math.cos(ship.angle) * powers.thrust * controls.thrust
    ay = math.sin(ship.angle) * powers.thrust * controls.thrust
    for planet in planets:
        px, py = planet.motion.at(time)
        dx, dy = px - ship.x, py - ship.y
        distance = max(planet.radius, math.hypot(dx, dy))
        strength = planet.pull * planet.radius**2 / distance**3
        ax += dx * strength
        ay += dy * strength
    ax += 4.0 * (max(0.0, -ship.x) - max(0.0, ship.x - WIDTH))
    ay += 4.0 * (max(0.0, -ship.y) - max(0.0, ship.y - HEIGHT))
    keep = 1.0 - DRAG * seconds
    vx, vy = (ship.vx + ax * seconds) * keep, (ship.vy + ay * seconds) * keep
    slow = min(1.0, TOP_SPEED / (math.hypot(vx, vy) or 1.0))
    ship.vx, ship.vy = vx * slow, vy * slow
    ship.x += ship.vx * seconds
    ship.y += ship.vy * seconds


def bounce(ship: Ship, x: float, y: float, distance: float) -> None:
    """Put the ship back to a distance from a centre and send it away from there."""
    away = math.atan2(ship.y - y, ship.x - x)
    nx, ny = math.cos(away), math.sin(away)
    ship.x, ship.y = x + nx * distance, y + ny * distance
    towards = ship.vx * nx + ship.vy * ny
    push = max(90.0, -0.7 * towards) - towards
    ship.vx += nx * push
    ship.vy += ny * push


def outside(ship: Ship) -> float:
    """How far outside the map the ship is, 0 inside."""
    return max(0.0, -ship.x, ship.x - WIDTH, -ship.y, ship.y - HEIGHT)


def _turn(ship: Ship, controls: Controls) -> float:
    if controls.aim is None:
        return controls.turn
    difference = (controls.aim - ship.angle + math.pi) % math.tau - math.pi
    return max(-1.0, min(1.0, difference * 8.0))


def _wrap(place: float, size: float) -> float:
    return (place + WRAP_MARGIN) % (size + 2 * WRAP_MARGIN) - WRAP_MARGIN
