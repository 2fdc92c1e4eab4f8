"""A menu: labels to choose from, by keys, mouse or controller alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from demo_game.drawing.palette import NIGHT, WHITE
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.stationery import tag

Action = Literal["up", "down", "left", "right", "confirm", "back"]
"""What a player can want in a menu, whatever they hold in their hands."""


@dataclass
class Item:
    """One thing to choose, around (x, y); ``words`` that may change are asked for each frame."""

    words: str | Callable[[], str]
    choose: Callable[[], object]
    x: float
    y: float
    width: float = 300.0
    height: float = 46.0

    def holds(self, x: float, y: float) -> bool:
        return abs(x - self.x) < self.width / 2 and abs(y - self.y) < self.height / 2


class Menu:
    """Items, of which one is chosen."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.chosen = 0

    def move(self, by: int) -> None:
        self.chosen = (self.chosen + by) % len(self.items)

    def choose(self) -> None:
        self.items[self.chosen].choose()

    def point(self, x: float, y: float) -> bool:
        """The mouse is at (x, y); returns whether that is on an item, which is chosen then."""
        for number, item in enumerate(self.items):
            if item.holds(x, y):
                self.chosen = number
                return True
        return False

    def draw(self, sheet: Sheet, first: int = 0) -> None:
        """Draw labels, from the first on that the screen does not draw itself."""
        for number, item in enumerate(self.items[first:], first):
            chosen = number == self.chosen
            tag(sheet, item.x, item.y, item.width, item.height, chosen=chosen)
            ink, lift = (WHITE, 3) if chosen else (NIGHT, 0)
            x, y, size = item.x + 14 - lift, item.y + lift, item.height * 0.34
            words = item.words if isinstance(item.words, str) else item.words()
            sheet.text(words, x, y - size / 2, size, ink, align=0.5, weight=0.15)


def column(entries: Sequence[tuple[str, Callable[[], object]]], x: float, y: float) -> Menu:
    """A menu of fixed words, one below the other from (x, y) down."""
    return Menu(
        [Item(words, choose, x, y - 58 * number) for number, (words, choose) in enumerate(entries)]
    )
