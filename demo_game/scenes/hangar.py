"""The hangar: upgrades are postage stamps, paid for in crystals and cancelled when bought."""

from __future__ import annotations

import math
from functools import partial

from demo_game import tracking
from demo_game.drawing.palette import BLUE, DUSK, GOLD, LABEL, NIGHT, PAPER, RED, TEAL, VIOLET, mix
from demo_game.drawing.press import Press
from demo_game.drawing.scenery import draw_crystal
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.stationery import stamp, waves
from demo_game.menu import Item, Menu
from demo_game.scenes.scene import Scene, Shared
from demo_game.space.bodies import WIDTH
from demo_game.space.upgrades import UPGRADES, Upgrade, price

FIELDS = (RED, BLUE, TEAL, VIOLET)


class Hangar(Scene):
    """The price list."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        items = [
            Item(u.name, partial(self.buy, u), 190 + 300 * n, 384, 230, 300)
            for n, u in enumerate(UPGRADES)
        ]
        self.menu = Menu([*items, Item("Back", self.back, WIDTH / 2, 110, 240)])

    def buy(self, upgrade: Upgrade) -> bool:
        """Buy the next grade, if there is one and the crystals suffice."""
        book = self.logbook
        cost = price(upgrade, book.owned)
        if cost is None or cost > book.crystals:
            self.sounds.play("hit")
            return False
        book.crystals -= cost
        book.owned[upgrade.key] = grade = book.owned.get(upgrade.key, 0) + 1
        book.save()
        tracking.virtual_payment(upgrade.key, cost)
        tracking.upgrade_bought(upgrade.key, grade, cost)
        self.sounds.play("buy")
        return True

    def back(self) -> None:
        self.go("back")

    def draw(self, press: Press) -> None:
        super().draw(press)
        sheet = Sheet()
        sheet.text("Hangar", 76, 618, 50, PAPER, weight=0.15)
        sheet.text("Upgrades are paid for in crystals", 78, 584, 13, LABEL)
        draw_crystal(sheet, 1108, 642, self.age)
        sheet.text(f"{self.logbook.crystals}", 1130, 626, 32, GOLD, weight=0.15)
        for number, upgrade in enumerate(UPGRADES):
            self._draw_upgrade(sheet, number, upgrade, chosen=self.menu.chosen == number)
        self.menu.draw(sheet, first=len(UPGRADES))
        press.print(sheet)

    def _draw_upgrade(self, sheet: Sheet, number: int, upgrade: Upgrade, *, chosen: bool) -> None:
        x, y = 190.0 + 300 * number, 384.0 + (14 if chosen else 0)
        owned = self.logbook.owned
        grade, cost = owned.get(upgrade.key, 0), price(upgrade, owned)
        if chosen:
            sheet.box(x, y, 250, 320, GOLD, corner=8)
        stamp(sheet, x, y, 230, 300, FIELDS[number], GOLD if chosen else NIGHT)
        sheet.disc(x, y + 26, 62, mix(FIELDS[number], PAPER, 0.16))
        PICTURES[upgrade.key](sheet, x, y + 26)
        sheet.text(upgrade.name, x, y - 84, 24, PAPER, align=0.5, weight=0.16)
        sheet.text(upgrade.words, x, y - 116, 12, PAPER, align=0.5)
        if cost is None:
            waves(sheet, x - 104, y + 26, 208, 130, NIGHT, count=6)
        else:
            tint = PAPER if cost <= self.logbook.crystals else mix(FIELDS[number], NIGHT, 0.45)
            draw_crystal(sheet, x - 82, y + 112, 0.0)
            sheet.text(f"{cost}", x - 66, y + 102, 20, tint, weight=0.16)
        for mark in range(len(upgrade.prices)):
            sheet.box(x - 26 + 26 * mark, y - 182, 18, 18, GOLD if mark < grade else DUSK, corner=4)


def _engine(sheet: Sheet, x: float, y: float) -> None:
    for width, length, tint in ((30, 42, GOLD), (18, 30, PAPER)):
        sheet.line(x, y - 8, x, y - 8 - length * 0.7, width, tint)
    sheet.box(x, y + 16, 44, 44, PAPER, corner=16)
    sheet.box(x, y, 58, 12, NIGHT, corner=4)
    sheet.disc(x, y + 20, 9, BLUE)


def _hull(sheet: Sheet, x: float, y: float) -> None:
    for row in (-1, 0, 1):
        for place in (-1, 0, 1):
            u, v = x + 25 * place + (12 if row else -1), y + 25 * row
            if abs(u - x) < 38:
                sheet.box(u, v, 22, 22, (PAPER, GOLD)[row == 0], corner=5)
                sheet.disc(u, v, 3, NIGHT)


def _net(sheet: Sheet, x: float, y: float) -> None:
    for ring in range(3):
        for side in (0.0, math.pi):
            sheet.arc(x, y, 22 + 14 * ring, side - 0.75, side + 0.75, 5, PAPER)
    sheet.box(x, y, 26, 26, GOLD, angle=math.pi / 4, corner=4)
    sheet.box(x - 3, y + 3, 12, 12, PAPER, angle=math.pi / 4, corner=2)


def _express(sheet: Sheet, x: float, y: float) -> None:
    sheet.disc(x, y, 40, PAPER)
    sheet.ring(x, y, 40, NIGHT, line=6)
    for hour in range(12):
        angle = math.tau * hour / 12
        sheet.disc(x + 29 * math.cos(angle), y + 29 * math.sin(angle), 2.2, NIGHT)
    sheet.path([(x, y + 22), (x, y), (x + 15, y - 9)], 5, RED)


PICTURES = {"engine": _engine, "hull": _hull, "net": _net, "express": _express}
