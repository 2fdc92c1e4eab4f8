"""Ways from a screen to another: a screen says which one it wants, and the game goes there.

So no screen knows another one, or the game that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from demo_game.space.world import World

Place = Literal[
    "title", "hangar", "best", "settings", "pause",
    "back", "next level", "same level", "end of tour", "quit",
]  # fmt: skip
"""``back`` is the screen that the hangar, the settings or the pause were entered from."""


@dataclass(frozen=True, slots=True)
class SignOn:
    """A tour begins, under a name or, where it is empty, without one."""

    name: str


@dataclass(frozen=True, slots=True)
class LevelOver:
    """A level has been won or lost, and its card is due."""

    world: World


Way = Place | SignOn | LevelOver
