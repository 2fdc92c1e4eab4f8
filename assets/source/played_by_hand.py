"""Comet Courier, played as by a person: ``played_by_hand.py WIDTH HEIGHT``.

The autopilot's keys reach the game only while its window has the focus, as anybody's keys would.
"""

from __future__ import annotations

import os
import sys

import pyglet

from demo_game import tracking
from demo_game.autopilot import Autopilot
from demo_game.game import Game
from demo_game.logbook import Logbook
from demo_game.scenes.scene import Scene
from exponea_game.windows.focus import Focus, ask

READ = 0.6
"""Seconds that this player looks at a screen, who has seen them before."""


class Player(Autopilot):
    """Presses keys while they reach the game's window."""

    window: Game

    def press_keys(self, scene: Scene | None, seconds: float) -> None:
        """Do what is to be done on the screen that is shown, when it is time."""
        if ask([self.window]) is Focus.HERE:
            super().press_keys(scene, seconds)
            self._wait = min(self._wait, READ)


def main(width: int, height: int) -> None:
    """Play until the window is closed."""
    book = Logbook(sound=False)
    player = Player()
    player.window = game = Game(book, address=os.environ["EXPONEA_COLLECTOR"], autopilot=player)
    game.set_size(width, height)
    tracking.begin(game)
    pyglet.app.run(1 / 60)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
