"""Flashes: words stamped beside a planet when something happened there, gone after a moment."""

from __future__ import annotations

from dataclasses import dataclass

from demo_game.drawing.easing import overshoot
from demo_game.drawing.lettering import measure
from demo_game.drawing.palette import PAPER, Colour, on_paper
from demo_game.drawing.sheet import Sheet
from demo_game.space.bodies import HEIGHT, WIDTH

SECONDS = 1.2
SIZE = 15.0
APART = 40.0


@dataclass(slots=True)
class Flash:
    """One stamp: where, what it says, in which ink."""

    x: float
    y: float
    words: str
    tint: Colour
    age: float = 0.0


class Flashes:
    """All that can be read at the moment."""

    def __init__(self) -> None:
        self._all: list[Flash] = []

    def stamp(self, x: float, y: float, away: float, words: str, tint: Colour) -> None:
        """Stamp words so far above a place, or below it near the top; later ones further away."""
        away += APART * sum(flash.age < SECONDS / 2 for flash in self._all)
        y += away if y + away < HEIGHT - 80 else -away
        self._all.append(Flash(min(WIDTH - 110, max(110, x)), y, words, tint))

    def update(self, seconds: float) -> None:
        for flash in self._all:
            flash.age += seconds
        self._all = [flash for flash in self._all if flash.age < SECONDS]

    def draw(self, sheet: Sheet) -> None:
        for flash in self._all:
            share = flash.age / SECONDS
            size = SIZE * overshoot(share * 5) * min(1.0, 5 * (1 - share))
            x, y, width = flash.x, flash.y + 6 * share, (measure(flash.words) + 1.6) * size
            sheet.box(x, y, width, size * 2.4, PAPER, corner=3)
            sheet.box(x, y, width - 6, size * 2.4 - 6, flash.tint, corner=2, line=1.5)
            words = on_paper(flash.tint)
            sheet.text(flash.words, x, y - size / 2, size, words, align=0.5, weight=0.16)
