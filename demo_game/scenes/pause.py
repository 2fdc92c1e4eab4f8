"""Pause: the level waits behind a label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_game.bodies import HEIGHT, WIDTH
from demo_game.menu import column
from demo_game.palette import DEEP, NIGHT, RED, fade
from demo_game.press import Press
from demo_game.scenes.play import Play
from demo_game.scenes.scene import Scene
from demo_game.sheet import Sheet
from demo_game.stationery import letter

if TYPE_CHECKING:
    from demo_game.game import Game


class Pause(Scene):
    """A menu over the level that is being played."""

    def __init__(self, game: Game, play: Play) -> None:
        super().__init__(game)
        self.play = play
        entries = [
            ("Carry on", self.back),
            ("Begin again", game.try_again),
            ("Settings", lambda: game.visit("settings")),
            ("End the round", game.end_round),
        ]
        self.menu = column(entries, WIDTH / 2, 392)

    def back(self) -> None:
        self.game.resume(self.play)

    def draw(self, press: Press) -> None:
        self.play.draw(press)
        sheet = Sheet()
        sheet.box(WIDTH / 2, HEIGHT / 2, WIDTH * 2, HEIGHT * 2, fade(DEEP, 0.7))
        letter(sheet, WIDTH / 2, HEIGHT / 2, 440, 460)
        sheet.text("On hold", WIDTH / 2, 484, 44, RED, align=0.5, weight=0.15)
        sheet.text("Poste restante", WIDTH / 2, 450, 13, NIGHT, align=0.5)
        self.menu.draw(sheet)
        press.print(sheet)
