"""The way from one screen to the next: air mail stripes sweep across."""

from __future__ import annotations

from collections.abc import Callable

from demo_game.drawing.easing import ease_in_out
from demo_game.drawing.palette import BLUE, DEEP, PAPER, RED
from demo_game.drawing.press import Press
from demo_game.drawing.sheet import Sheet
from demo_game.space.bodies import HEIGHT, WIDTH

SECONDS = 0.55
LEAN = 0.32
STRIPES = (RED, PAPER, BLUE)


class Wipe:
    """Covers the screen, has it changed behind the cover, and uncovers it."""

    def __init__(self) -> None:
        self._age = SECONDS
        self._change: Callable[[], None] | None = None

    @property
    def idle(self) -> bool:
        return self._change is None

    def start(self, change: Callable[[], None]) -> None:
        """Begin, unless one is under way; ``change`` is called when everything is covered."""
        if self._change is None:
            self._age, self._change = 0.0, change

    def update(self, seconds: float) -> None:
        self._age += seconds
        if self._change and self._age >= SECONDS / 2:
            change, self._change = self._change, None
            change()

    def draw(self, press: Press) -> None:
        if self._age >= SECONDS:
            return
        sheet, width = Sheet(), WIDTH + 900
        share = ease_in_out(self._age / SECONDS)
        middle = -1.25 * width / 2 + share * 1.25 * 2 * width - width * 0.12
        sheet.box(middle, HEIGHT / 2, width, HEIGHT * 2.2, DEEP, angle=-LEAN)
        for side in (-1, 1):
            for number, tint in enumerate(STRIPES):
                x = middle + side * (width / 2 - 30 - number * 60)
                sheet.box(x, HEIGHT / 2, 62, HEIGHT * 2.2, tint, angle=-LEAN)
        press.print(sheet)
