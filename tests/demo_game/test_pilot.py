"""The autopilot's hands: they win, they lose sometimes, and always the same way for a seed."""

from __future__ import annotations

import pyglet
import pytest

pyglet.options.shadow_window = False

from demo_game.autopilot import NAMES, Autopilot  # noqa: E402 - without a display after the option
from demo_game.space.levels import LEVELS  # noqa: E402
from demo_game.space.pilot import Pilot, play  # noqa: E402
from demo_game.space.world import World  # noqa: E402

CAREFUL_SEEDS = (1, 2, 3)
CARELESS_SEED = 5
"""Its mood for the fourth level is a careless one, once."""


@pytest.mark.parametrize("seed", CAREFUL_SEEDS)
@pytest.mark.parametrize("level", LEVELS[:3], ids=lambda level: level.name)
def test_the_first_levels_are_won(seed: int, level: object) -> None:
    world = play(World(level), Pilot(seed, level.number, 1))

    assert world.outcome == "won"


def test_a_careless_pilot_loses_and_then_makes_up_for_it() -> None:
    first, second = Pilot(CARELESS_SEED, 4, 1), Pilot(CARELESS_SEED, 4, 2)

    lost, won = play(World(LEVELS[3]), first), play(World(LEVELS[3]), second)

    assert first.careless
    assert (lost.outcome, lost.cause) == ("lost", "planet")
    assert won.outcome == "won"


def test_a_seed_flies_the_same_way_every_time() -> None:
    first, second = (play(World(LEVELS[1]), Pilot(4, 2, 1)) for _ in range(2))

    assert first.ship == second.ship
    assert first.happenings == second.happenings


def test_seeds_differ() -> None:
    scores = {play(World(LEVELS[1]), Pilot(seed, 2, 1)).steps for seed in range(6)}

    assert len(scores) > 1


def test_a_seed_signs_on_with_the_same_name_every_time() -> None:
    names = [[Autopilot(seed).name for seed in range(30)] for _ in range(2)]

    assert names[0] == names[1]
    assert set(names[0]) == set(NAMES)
