"""What every screen has: an age, a menu (maybe empty), and answers to what the player does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from demo_game.menu import Menu
from demo_game.press import Press
from demo_game.sky import print_sky

if TYPE_CHECKING:
    from demo_game.game import Game

Action = Literal["up", "down", "left", "right", "confirm", "back"]


class Scene:
    """One screen. `update` and `draw` are called each frame, the others when needed."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.age = 0.0
        self.menu = Menu([])

    def update(self, seconds: float) -> None:
        self.age += seconds

    def draw(self, press: Press) -> None:
        """Print the screen; the sky is behind all of them."""
        print_sky(press, self.game.age)

    def act(self, action: Action) -> None:
        if action == "back":
            self.back()
        elif not self.menu.items:
            return
        elif action in ("up", "left"):
            self.menu.move(-1)
            self.game.sounds.play("tick")
        elif action in ("down", "right"):
            self.menu.move(1)
            self.game.sounds.play("tick")
        else:
            self.game.sounds.play("stamp")
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

    def leave_focus(self) -> None:
        """The window is not the active one any more."""
