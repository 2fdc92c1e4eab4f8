"""The autopilot: presses the keys a player would press, and has a pilot fly.

Deterministic in what it does, for a seed: the name it signs on with, its flights, what it buys.
How far it comes in a given time depends on the machine, as with any player.
"""

from __future__ import annotations

import random

from demo_game.scenes.best import Best
from demo_game.scenes.hangar import Hangar
from demo_game.scenes.pause import Pause
from demo_game.scenes.result import Result
from demo_game.scenes.scene import Scene
from demo_game.scenes.title import Title
from demo_game.space.bodies import Controls
from demo_game.space.pilot import Pilot
from demo_game.space.upgrades import UPGRADES, price
from demo_game.space.world import World

NAMES = ("Ada", "Zoë", "Max", "Noor", "Ines", "Kai")
THINK = 0.9
"""Seconds it looks at a screen before it presses a key."""
TYPE = 0.14


class Autopilot:
    """Plays the whole game."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self.name = random.Random(seed).choice(NAMES)
        self._pilot = Pilot(seed, 1, 1)
        self._wait = THINK

    def take_off(self, level: int, attempt: int) -> None:
        self._pilot = Pilot(self.seed, level, attempt)

    def steer(self, world: World) -> Controls:
        return self._pilot.steer(world)

    def press_keys(self, scene: Scene | None, seconds: float) -> None:
        """Do what is to be done on the screen that is shown, when it is time.

        Args:
            scene: The screen; None while screens change.
            seconds: What has passed since the last time.
        """
        self._wait -= seconds
        if self._wait > 0 or scene is None:
            return
        self._wait = THINK
        if isinstance(scene, Title):
            self._sign_on(scene)
        elif isinstance(scene, Result):
            self._go_on(scene)
        elif isinstance(scene, Hangar):
            self._buy(scene)
        elif isinstance(scene, (Pause, Best)):
            scene.back()

    def _sign_on(self, title: Title) -> None:
        if title.name == self.name:
            title.act("confirm")
        elif self.name.startswith(title.name):
            title.write(self.name[len(title.name)])
            self._wait = TYPE
        else:
            title.erase()
            self._wait = TYPE

    def _go_on(self, result: Result) -> None:
        book = result.logbook
        costs = [price(upgrade, book.owned) for upgrade in UPGRADES]
        affordable = any(cost is not None and cost <= book.crystals for cost in costs)
        result.go("hangar" if affordable else result.onward)

    def _buy(self, hangar: Hangar) -> None:
        """Buy the dearest thing there are crystals for, then leave."""
        book = hangar.logbook
        offers = [(price(u, book.owned), n, u) for n, u in enumerate(UPGRADES)]
        fitting = [
            (cost, n, u) for cost, n, u in offers if cost is not None and cost <= book.crystals
        ]
        if not fitting:
            hangar.back()
            return
        _, number, upgrade = max(fitting, key=lambda offer: offer[:2])
        hangar.menu.chosen = number
        hangar.buy(upgrade)
