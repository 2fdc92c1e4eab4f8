"""The autopilot's hands: look two seconds ahead with the world's own physics, take the best way.

Deterministic: the same seed flies the same level the same way. Each attempt has a mood drawn from
the seed; a careless one thinks slowly and flies straight at its stops without looking, which is
how it loses sometimes.
"""

from __future__ import annotations

import math
import random
from copy import copy

from demo_game.space.bodies import Controls, Planet, Ship
from demo_game.space.flight import fly, outside
from demo_game.space.world import HALO, SHIP_RADIUS, STEP, World

THINK_EVERY = 12
"""Steps between two decisions: ten a second."""
LOOK_STEP = 0.06
LOOK_STEPS = 30
CRYSTAL_REACH = 24.0
CARELESS_SHARE = 0.25
HEADINGS = (0.0, 0.35, -0.35, 0.8, -0.8, 1.5, -1.5, math.pi)


class Pilot:
    """Flies one attempt at one level."""

    def __init__(self, seed: int, level: int, attempt: int) -> None:
        mood = random.Random(f"{seed}/{level}/{attempt}")
        self.careless = mood.random() < CARELESS_SHARE
        self.greed = mood.uniform(22.0, 42.0)
        self._controls = Controls()

    def steer(self, world: World) -> Controls:
        """The controls for the world's next step."""
        if world.steps % (THINK_EVERY * 4 if self.careless else THINK_EVERY) == 0:
            self._controls = self._decide(world)
        return self._controls

    def _decide(self, world: World) -> Controls:
        target = next_stop(world)
        x, y = target.motion.at(world.time + 0.4)
        straight = math.atan2(y - world.ship.y, x - world.ship.x)
        if self.careless:
            return Controls(aim=straight, thrust=1.0)
        choices = [Controls(aim=straight + offset, thrust=1.0) for offset in HEADINGS]
        choices.append(Controls(aim=straight, thrust=0.0))
        return min(choices, key=lambda controls: self._cost(world, controls, target))

    def _cost(self, world: World, controls: Controls, target: Planet) -> float:
        """How bad the near future would be: late, too near to anything hard, off the map, poor.

        Once the halo is reached the ship is imagined to leave again, so that no arrival ends in the
        ground.
        """
        ship, time, cost, arrived = copy(world.ship), world.time, 0.0, False
        seen: set[tuple[float, float]] = set()
        for look in range(LOOK_STEPS):
            time += LOOK_STEP
            fly(ship, controls, world.powers, world.level.planets, time, LOOK_STEP)
            cost += _danger(world, ship, time)
            seen.update(c for c in world.crystals if math.dist(c, (ship.x, ship.y)) < CRYSTAL_REACH)
            x, y = target.motion.at(time)
            gap = math.hypot(ship.x - x, ship.y - y) - target.radius - HALO
            if not arrived and gap < -4.0:
                arrived, cost = True, cost + look * 4.0
            if arrived:
                controls = Controls(aim=math.atan2(ship.y - y, ship.x - x), thrust=1.0)
        cost -= self.greed * len(seen)
        return cost if arrived else cost + 120.0 + gap


def next_stop(world: World) -> Planet:
    """The nearest planet where something is to be delivered or picked up."""
    numbers = {p.target for p in world.parcels if p.state == "carried"}
    numbers |= {p.source for p in world.parcels if p.state == "waiting"}
    stops = [world.level.planets[number] for number in sorted(numbers)]
    ship = (world.ship.x, world.ship.y)
    return min(stops, key=lambda planet: math.dist(planet.motion.at(world.time), ship))


def _danger(world: World, ship: Ship, time: float) -> float:
    danger = 8.0 * outside(ship)
    for planet in world.level.planets:
        danger += _nearness(ship, planet.motion.at(time), planet.radius, 12.0)
    for rock in world.level.debris:
        danger += _nearness(ship, rock.motion.at(time), rock.radius, 20.0)
    return danger


def _nearness(ship: Ship, place: tuple[float, float], radius: float, room: float) -> float:
    gap = math.hypot(ship.x - place[0], ship.y - place[1]) - radius - SHIP_RADIUS
    if gap < 0:
        return 400.0
    return max(0.0, room - gap) * 6.0


def play(world: World, pilot: Pilot, seconds: float = 120.0) -> World:
    """Let the pilot play a world to its end, or for so many seconds of its time."""
    for _ in range(int(seconds / STEP)):
        if world.outcome:
            break
        world.step(pilot.steer(world))
    return world
