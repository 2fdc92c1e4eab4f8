"""The best rounds, in the ledger of the office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_game.menu import column
from demo_game.palette import BLUE, NIGHT, PENCIL, RED
from demo_game.press import Press
from demo_game.scenes.scene import Scene
from demo_game.sheet import Sheet
from demo_game.stationery import letter, rule
from demo_game.world import WIDTH

if TYPE_CHECKING:
    from demo_game.game import Game


class Best(Scene):
    """The high-score table; ``place`` is the entry just made, or -1."""

    def __init__(self, game: Game, place: int = -1) -> None:
        super().__init__(game)
        self.place = place
        self.menu = column([("Back", self.back)], WIDTH / 2, 130)

    def back(self) -> None:
        self.game.to_title()

    def draw(self, press: Press) -> None:
        super().draw(press)
        sheet = Sheet()
        letter(sheet, WIDTH / 2, 370, 820, 580)
        sheet.text("Best rounds", WIDTH / 2, 566, 40, RED, align=0.5, weight=0.15)
        for row, (name, score, levels) in enumerate(self.game.logbook.best):
            y, tint = 506 - row * 48, BLUE if row == self.place else NIGHT
            sheet.text(f"{row + 1}", 270, y, 18, PENCIL)
            sheet.text(name or "Anonymous", 320, y, 20, tint)
            sheet.text(f"{levels} of 10", 780, y, 14, PENCIL, align=1.0)
            sheet.text(f"{score}", 1010, y, 20, tint, align=1.0)
            rule(sheet, 264, y - 12, 750)
        assert self.menu
        self.menu.draw(sheet)
        press.print(sheet)
