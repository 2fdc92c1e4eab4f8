"""The title screen: who is flying today?"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from demo_game.lettering import can_write, measure
from demo_game.menu import Item, Menu
from demo_game.palette import BLUE, DUSK, GOLD, PAPER, RED, TEAL
from demo_game.press import Press
from demo_game.scenes.scene import Scene
from demo_game.sheet import Sheet
from demo_game.stationery import rule, stamp, stripes
from demo_game.world import WIDTH

if TYPE_CHECKING:
    from demo_game.game import Game

LONGEST_NAME = 14


class Title(Scene):
    """A letter to be addressed: the name signs the player on, without one they stay anonymous."""

    def __init__(self, game: Game) -> None:
        super().__init__(game)
        self.name = game.logbook.name
        self.menu = Menu(
            [
                Item(self._fly_words, lambda: game.sign_on(self.name), 330, 214, 420),
                Item(lambda: "Play without a name", lambda: game.sign_on(""), 330, 156, 420),
                Item(lambda: "Hangar", lambda: game.visit("hangar"), 178, 98, 200, 40),
                Item(lambda: "Best rounds", lambda: game.visit("best"), 400, 98, 220, 40),
                Item(lambda: "Settings", lambda: game.visit("settings"), 622, 98, 200, 40),
                Item(lambda: "Leave", game.leave, 800, 98, 130, 40),
            ]
        )

    def _fly_words(self) -> str:
        return f"Fly as {self.name}" if self.name else "Write your name first"

    def write(self, text: str) -> None:
        wished = (self.name + text).lstrip()
        if len(wished) <= LONGEST_NAME and text.isprintable() and can_write(text):
            self.name = wished
            self.game.sounds.play("tick")

    def erase(self) -> None:
        self.name = self.name[:-1]

    def draw(self, press: Press) -> None:
        super().draw(press)
        press.print(_lettering())
        drift = 5 * math.sin(self.game.age * 0.8)
        press.print(_stamp(), 0, drift, angle=-0.07, middle=(1010, 400))
        sheet = Sheet()
        self._draw_name(sheet)
        assert self.menu
        self.menu.draw(sheet)
        where = f"Play data goes to {self.game.address}" if self.game.address else ""
        sheet.text(where, WIDTH - 28, 52, 11, DUSK, align=1.0)
        press.print(sheet)

    def _draw_name(self, sheet: Sheet) -> None:
        sheet.text("Pilot", 66, 300, 13, DUSK)
        rule(sheet, 130, 292, 410)
        sheet.text(self.name, 140, 300, 26, PAPER, weight=0.12)
        if self.age % 1.0 < 0.6:
            x = 140 + measure(self.name) * 26 + (10 if self.name else 0)
            sheet.line(x, 298, x, 328, 3, GOLD)


@cache
def _lettering() -> Sheet:
    sheet = Sheet()
    stripes(sheet, -60, 8, WIDTH + 120, 16)
    stripes(sheet, -60, 712, WIDTH + 120, 16)
    sheet.text("Comet", 62, 520, 118, PAPER, weight=0.15)
    sheet.text("Courier", 64, 384, 94, RED, weight=0.15)
    return sheet


@cache
def _stamp() -> Sheet:
    sheet = Sheet()
    stamp(sheet, 1010, 400, 392, 490, BLUE)
    sheet.disc(1010, 330, 150, TEAL)
    return sheet
