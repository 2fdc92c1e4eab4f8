"""The levels: every one can be finished, and who has never played finishes the first ones."""

from __future__ import annotations

import math
import random

import pyglet
import pytest

pyglet.options.shadow_window = False

from demo_game.hands import fly_to  # noqa: E402
from demo_game.space.bodies import Controls, Level  # noqa: E402 - the hands need pyglet's keys
from demo_game.space.levels import LEVELS  # noqa: E402
from demo_game.space.pilot import Pilot, next_stop, play  # noqa: E402
from demo_game.space.world import HALO, STEP, World  # noqa: E402

LOOK_EVERY = 30
"""Steps between two looks at the screen: four a second."""
UNSTEADY = 15.0
"""Pixels by which a hand misses."""
CAUTIOUS = 140.0
"""Pixels a second towards a planet at which a newcomer lets the thrust go."""
NEWCOMERS = range(5)


class Newcomer:
    """Goes straight to the next planet, looks seldom, takes no heed of gravity or debris."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._place = (0.0, 0.0)

    def steer(self, world: World) -> Controls:
        if world.steps % LOOK_EVERY == 0:
            self._look(world)
        return self._act(world)

    def _look(self, world: World) -> None:
        planet = next_stop(world)
        x, y = planet.motion.at(world.time)
        away, edge = math.atan2(world.ship.y - y, world.ship.x - x), planet.radius + HALO / 2
        x, y = x + edge * math.cos(away), y + edge * math.sin(away)
        self._place = (self._dice.gauss(x, UNSTEADY), self._dice.gauss(y, UNSTEADY))

    def _act(self, world: World) -> Controls:
        """Hold the mouse button there."""
        return fly_to(*self._place, world.ship)


class AtTheKeyboard(Newcomer):
    """Turns by holding a key for too long, or not long enough."""

    def _act(self, world: World) -> Controls:
        ship, (x, y) = world.ship, self._place
        there = math.atan2(y - ship.y, x - ship.x)
        off = (there - ship.angle + math.pi) % math.tau - math.pi
        pace = ship.vx * math.cos(there) + ship.vy * math.sin(there)
        turn = math.copysign(1.0, off) if abs(off) > 0.2 else 0.0
        return Controls(turn=turn, thrust=float(abs(off) < 0.6 and pace < CAUTIOUS))


def attempt(level: Level, pilot: Pilot | Newcomer) -> World:
    return play(World(level), pilot)


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_every_level_can_be_won_without_an_upgrade(level: Level) -> None:
    pilots = (Pilot(1, level.number, number) for number in range(1, 9))

    assert attempt(level, next(p for p in pilots if not p.careless)).outcome == "won"


@pytest.mark.parametrize("level", LEVELS[:3], ids=lambda level: level.name)
@pytest.mark.parametrize("kind", [Newcomer, AtTheKeyboard])
def test_newcomers_win_the_first_levels(kind: type[Newcomer], level: Level) -> None:
    assert {attempt(level, kind(seed)).outcome for seed in NEWCOMERS} == {"won"}


def test_the_last_level_is_not_won_by_every_newcomer() -> None:
    outcomes = {attempt(LEVELS[-1], Newcomer(seed)).outcome for seed in NEWCOMERS}

    assert "lost" in outcomes


def test_nobody_loses_a_plate_of_the_first_ship_while_reading() -> None:
    world = World(LEVELS[0])

    for _ in range(round(20.0 / STEP)):
        world.step(Controls())

    assert (world.outcome, world.hull) == ("", world.powers.hull)
