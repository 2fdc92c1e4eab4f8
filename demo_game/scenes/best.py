"""The best tours, in the ledger of the office."""

from __future__ import annotations

import math

from demo_game.drawing.palette import BLUE, NIGHT, PENCIL, RED
from demo_game.drawing.press import Press
from demo_game.drawing.scenery import draw_ship
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.stationery import letter, rule
from demo_game.logbook import BEST_KEPT
from demo_game.menu import column
from demo_game.scenes.scene import Scene, Shared
from demo_game.space.bodies import WIDTH, Ship
from demo_game.space.levels import LEVELS


class Best(Scene):
    """The high-score table; ``place`` is the entry just made, or -1."""

    def __init__(self, shared: Shared, place: int = -1) -> None:
        super().__init__(shared)
        self.place = place
        self.menu = column([("Back", self.back)], WIDTH / 2, 118)

    def back(self) -> None:
        self.go("title")

    def draw(self, press: Press) -> None:
        super().draw(press)
        sheet = Sheet()
        letter(sheet, WIDTH / 2, 360, 820, 630)
        sheet.text("Best tours", WIDTH / 2, 576, 42, RED, align=0.5, weight=0.15)
        sheet.text("Ledger of the comet couriers", WIDTH / 2, 546, 13, NIGHT, align=0.5)
        for row in range(BEST_KEPT):
            self._draw_row(sheet, row, 492 - row * 50)
        self.menu.draw(sheet)
        press.print(sheet)

    def _draw_row(self, sheet: Sheet, row: int, y: float) -> None:
        sheet.text(f"{row + 1}", 270, y, 18, PENCIL)
        rule(sheet, 264, y - 13, 752)
        if row >= len(self.logbook.best):
            return
        name, score, levels = self.logbook.best[row]
        tint = BLUE if row == self.place else NIGHT
        sheet.text(name or "Anonymous", 320, y, 20, tint)
        sheet.text(f"{levels} of {len(LEVELS)}", 780, y, 14, PENCIL, align=1.0)
        sheet.text(f"{score}", 1010, y, 20, tint, align=1.0)
        if row == self.place:
            draw_ship(sheet, Ship(226 + 4 * math.sin(self.age * 4), y + 10, angle=0), 0, 0)
