"""What every screen has: an age, a menu (maybe empty), and answers to what the player does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo_game.drawing.press import Press
from demo_game.drawing.sky import print_sky
from demo_game.logbook import Logbook
from demo_game.menu import Action, Menu
from demo_game.sounds import Sounds
from demo_game.ways import Way


@dataclass
class Shared:
    """What all screens get."""

    logbook: Logbook
    sounds: Sounds
    go: Callable[[Way], None]
    """Told by a screen where to go next."""
    age: float = 0.0
    """Seconds that have passed on all screens together."""


class Scene:
    """One screen. `update` and `draw` are called each frame, the others when needed."""

    def __init__(self, shared: Shared) -> None:
        self.shared, self.logbook = shared, shared.logbook
        self.sounds, self.go = shared.sounds, shared.go
        self.age = 0.0
        self.menu = Menu([])

    def update(self, seconds: float) -> None:
        self.age += seconds

    def draw(self, press: Press) -> None:
        """Print the screen; the sky is behind all of them."""
        print_sky(press, self.shared.age)

    def act(self, action: Action) -> None:
        if action == "back":
            self.back()
        elif not self.menu.items:
            return
        elif action in ("up", "left"):
            self.menu.move(-1)
            self.sounds.play("tick")
        elif action in ("down", "right"):
            self.menu.move(1)
            self.sounds.play("tick")
        else:
            self.sounds.play("stamp")
            self.menu.choose()

    def back(self) -> None:
        """Escape was pressed."""

    def point(self, x: float, y: float) -> None:
        self.menu.point(x, y)

    def click(self, x: float, y: float) -> None:
        if self.menu.point(x, y):
            self.act("confirm")

    def write(self, text: str) -> None:
        """The player typed something."""

    def erase(self) -> None:
        """The player pressed backspace."""

    def lose_focus(self) -> None:
        """The window is not the active one any more."""
