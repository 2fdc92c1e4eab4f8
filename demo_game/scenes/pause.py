"""Pause: the level waits behind a label."""

from __future__ import annotations

from functools import partial

from demo_game.drawing.palette import DEEP, NIGHT, RED, fade
from demo_game.drawing.press import Press
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.stationery import letter
from demo_game.menu import column
from demo_game.scenes.scene import Scene, Shared
from demo_game.space.bodies import HEIGHT, WIDTH
from demo_game.ways import Place


class Pause(Scene):
    """A menu over the screen of the level."""

    def __init__(self, shared: Shared, level: Scene) -> None:
        super().__init__(shared)
        self.level = level
        ways: list[tuple[str, Place]] = [
            ("Carry on", "back"),
            ("Begin again", "same level"),
            ("Settings", "settings"),
            ("End the tour", "end of tour"),
        ]
        self.menu = column([(words, partial(self.go, way)) for words, way in ways], WIDTH / 2, 392)

    def back(self) -> None:
        self.go("back")

    def draw(self, press: Press) -> None:
        self.level.draw(press)
        sheet = Sheet()
        sheet.box(WIDTH / 2, HEIGHT / 2, WIDTH * 2, HEIGHT * 2, fade(DEEP, 0.7))
        letter(sheet, WIDTH / 2, HEIGHT / 2, 440, 460)
        sheet.text("On hold", WIDTH / 2, 484, 44, RED, align=0.5, weight=0.15)
        sheet.text("Poste restante", WIDTH / 2, 450, 13, NIGHT, align=0.5)
        self.menu.draw(sheet)
        press.print(sheet)
