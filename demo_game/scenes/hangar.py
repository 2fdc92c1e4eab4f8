"""The hangar: upgrades are postage stamps, paid for in crystals and cancelled when bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_game import tracking
from demo_game.menu import Item, Menu
from demo_game.palette import BLUE, GOLD, NIGHT, PAPER, RED, TEAL, VIOLET
from demo_game.press import Press
from demo_game.scenery import draw_crystal
from demo_game.scenes.scene import Scene
from demo_game.sheet import Sheet
from demo_game.stationery import stamp, waves
from demo_game.upgrades import UPGRADES, Upgrade, price
from demo_game.world import WIDTH

if TYPE_CHECKING:
    from demo_game.game import Game

FIELDS = (RED, BLUE, TEAL, VIOLET)


class Hangar(Scene):
    """The price list; ``back_to`` is the screen it was visited from."""

    def __init__(self, game: Game, back_to: Scene) -> None:
        super().__init__(game)
        self.back_to = back_to
        items = [
            Item(lambda u=u: u.name, lambda u=u: self.buy(u), 190 + 300 * n, 400, 230, 290)
            for n, u in enumerate(UPGRADES)
        ]
        self.menu = Menu([*items, Item(lambda: "Back", self.back, WIDTH / 2, 110, 240)])

    def buy(self, upgrade: Upgrade) -> bool:
        """Buy the next grade, if there is one and the crystals suffice."""
        book = self.game.logbook
        cost = price(upgrade, book.owned)
        if cost is None or cost > book.crystals:
            self.game.sounds.play("hit")
            return False
        book.crystals -= cost
        book.owned[upgrade.key] = grade = book.owned.get(upgrade.key, 0) + 1
        book.save()
        tracking.virtual_payment(upgrade.key, cost)
        tracking.upgrade_bought(upgrade.key, grade, cost)
        self.game.sounds.play("buy")
        return True

    def back(self) -> None:
        self.game.show(self.back_to)

    def draw(self, press: Press) -> None:
        super().draw(press)
        sheet = Sheet()
        sheet.text("Hangar", 76, 606, 54, PAPER, weight=0.15)
        draw_crystal(sheet, 1120, 628, self.age)
        sheet.text(f"{self.game.logbook.crystals}", 1140, 616, 26, GOLD)
        assert self.menu
        for number, upgrade in enumerate(UPGRADES):
            self._draw_upgrade(sheet, number, upgrade, chosen=self.menu.chosen == number)
        back = Menu(self.menu.items[-1:])
        back.chosen = 0 if self.menu.chosen == len(UPGRADES) else -1
        back.draw(sheet)
        press.print(sheet)

    def _draw_upgrade(self, sheet: Sheet, number: int, upgrade: Upgrade, *, chosen: bool) -> None:
        x, y = 190 + 300 * number, 400 + (14 if chosen else 0)
        stamp(sheet, x, y, 230, 290, FIELDS[number])
        grade, cost = (
            self.game.logbook.owned.get(upgrade.key, 0),
            price(upgrade, self.game.logbook.owned),
        )
        sheet.text(upgrade.name, x, y - 70, 24, PAPER, align=0.5)
        sheet.text(upgrade.words, x, y - 104, 12, PAPER, align=0.5)
        sheet.text("Sold out" if cost is None else f"{cost}", x, y + 90, 22, PAPER, align=0.5)
        for mark in range(grade):
            waves(sheet, x - 100, y + 60 - mark * 50, 200, 30, NIGHT, count=3)
