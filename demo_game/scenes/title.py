"""The title screen: who is flying today?"""

from __future__ import annotations

import math
from functools import cache, partial

from demo_game.drawing.lettering import can_write, measure
from demo_game.drawing.palette import BLUE, GOLD, LABEL, NIGHT, PAPER, RED, mix
from demo_game.drawing.planets import draw_ball
from demo_game.drawing.press import Press
from demo_game.drawing.scenery import draw_crystal, draw_ship
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.stationery import postmark, rule, stamp, stripes
from demo_game.menu import Item, Menu
from demo_game.scenes.scene import Scene, Shared
from demo_game.space.bodies import WIDTH, Ship
from demo_game.ways import Place, SignOn

LONGEST_NAME = 14
LEFT = 64.0
STAMP = (1000.0, 390.0)
CONTROLS = "Fly: arrow keys, or hold a mouse button · Pause: Escape"


class Title(Scene):
    """A letter to be addressed: the name signs the player on, without one they stay anonymous."""

    def __init__(self, shared: Shared, address: str) -> None:
        super().__init__(shared)
        self.address = address
        self.name = self.logbook.name
        row: list[tuple[str, Place]] = [
            ("Hangar", "hangar"),
            ("Ledger", "best"),
            ("Settings", "settings"),
            ("Quit", "quit"),
        ]
        self.menu = Menu(
            [
                Item(self._fly_words, self._fly, LEFT + 280, 206, 560, 52),
                Item("Play without a name", partial(self.go, SignOn("")), LEFT + 280, 146, 560),
                *(
                    Item(words, partial(self.go, way), LEFT + 65 + 143 * place, 92, 131, 34)
                    for place, (words, way) in enumerate(row)
                ),
            ]
        )

    def _fly(self) -> None:
        if self.name:
            self.go(SignOn(self.name))
        else:
            self.menu.move(1)

    def _fly_words(self) -> str:
        return f"Fly as {self.name}" if self.name else "Write your name first"

    def write(self, text: str) -> None:
        wished = (self.name + text).lstrip()
        if len(wished) <= LONGEST_NAME and text.isprintable() and can_write(text):
            self.name = wished
            self.menu.chosen = 0
            self.sounds.play("tick")

    def erase(self) -> None:
        self.name = self.name[:-1]

    def draw(self, press: Press) -> None:
        super().draw(press)
        press.print(_lettering())
        sway = math.sin(self.shared.age * 0.9)
        press.print(_stamp(), 0, 4 * sway, angle=-0.06 + 0.01 * sway, middle=STAMP)
        press.print(_cancel(), 0, 4 * sway, angle=-0.06 + 0.01 * sway, middle=STAMP)
        sheet = Sheet()
        self._draw_plane(sheet)
        self._draw_name(sheet)
        self.menu.draw(sheet)
        agreed = self.logbook.send_play_data and self.address
        words = f"Play data goes to {agreed} · F9 shows it" if agreed else "No play data is sent"
        sheet.text(words, WIDTH - 28, 40, 11, LABEL, align=1.0)
        sheet.text(CONTROLS, LEFT, 40, 11, LABEL)
        press.print(sheet)

    def _draw_plane(self, sheet: Sheet) -> None:
        """The ship, whose air mail stripes underline the title."""
        lift = 3 * math.sin(self.shared.age * 2.3)
        for number, tint in enumerate((RED, PAPER, BLUE)):
            y = 338 - number * 9
            begin = LEFT + 30 * number + 18 * math.sin(self.shared.age * 1.3 + number)
            sheet.path([(begin, y), (480, y), (560, y + lift), (620, y + lift * 2)], 5, tint)
        ship = Ship(650, 329 + lift * 2.2, angle=0.06 * math.sin(self.shared.age * 2.3 + 0.8))
        draw_ship(sheet, ship, 0.0, self.shared.age, size=2.5)

    def _draw_name(self, sheet: Sheet) -> None:
        sheet.text("Pilot", LEFT, 262, 13, LABEL)
        rule(sheet, LEFT + 76, 253, 484)
        sheet.text(self.name, LEFT + 84, 262, 26, PAPER, weight=0.13)
        if self.age % 1.0 < 0.6:
            x = LEFT + 84 + measure(self.name) * 26 + (12 if self.name else 0)
            sheet.line(x, 260, x, 290, 3, GOLD)


@cache
def _lettering() -> Sheet:
    sheet = Sheet()
    stripes(sheet, -60, 8, WIDTH + 120, 16)
    stripes(sheet, -60, 712, WIDTH + 120, 16)
    for words, base, tint in (("Comet", 528, PAPER), ("Courier", 388, RED)):
        size = 560 / measure(words)
        sheet.text(words, LEFT + 8, base, size, tint, weight=0.15)
    return sheet


@cache
def _stamp() -> Sheet:
    """A stamp of the interplanetary post: a ringed planet and a plane that passes it."""
    sheet, (x, y) = Sheet(), STAMP
    stamp(sheet, x, y, 406, 504, BLUE)
    for ring, radius in enumerate((172, 148, 124)):
        sheet.disc(x, y + 4, radius, mix(BLUE, PAPER, 0.1 + 0.09 * ring))
    draw_ball(sheet, x, y + 4, 98, RED, "Quill")
    for u, v in (
        (-150, 96),
        (-92, 152),
        (96, 154),
        (158, 66),
        (150, -104),
        (64, -152),
        (-158, -44),
    ):
        draw_crystal(sheet, x + u, y + v, u * 0.01)
    for number, tint in enumerate((RED, PAPER, NIGHT)):
        sheet.arc(x - 34, y - 120, 170 - number * 9, 2.3, 0.62, 5, tint)
    draw_ship(sheet, Ship(x + 108, y - 30, angle=-0.95), 0.0, 0.0, size=2.2)
    sheet.text("10", x - 172, y + 184, 42, PAPER, weight=0.16)
    sheet.text("Rounds", x - 112, y + 184, 14, PAPER, weight=0.16)
    sheet.text("Air mail", x + 172, y + 212, 14, PAPER, align=1.0, weight=0.16)
    sheet.text("Interplanetary post", x, y - 218, 19, PAPER, align=0.5, weight=0.16)
    return sheet


@cache
def _cancel() -> Sheet:
    sheet = Sheet()
    x, y = STAMP
    postmark(sheet, x - 112, y - 134, 54, PAPER, "Comet courier · Pomelo · ", "Round 1")
    return sheet
