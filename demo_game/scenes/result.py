"""The end of a level: delivered, or returned to sender."""

from __future__ import annotations

from functools import partial

from demo_game.drawing.easing import ease_out, overshoot
from demo_game.drawing.palette import BLUE, NIGHT, PENCIL, RED
from demo_game.drawing.planets import small_stamp
from demo_game.drawing.press import Press
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.stationery import letter, rubber, rule, waves
from demo_game.menu import column
from demo_game.scenes.scene import Scene, Shared
from demo_game.space.bodies import WIDTH
from demo_game.space.levels import LEVELS
from demo_game.space.world import World
from demo_game.ways import Place

CAUSES = {
    "planet": "Landed too hard",
    "debris": "Torn by debris",
    "lost_in_space": "Lost in space",
    "late": "The office has closed",
}
STAMP_AT = 0.55
"""Seconds until the rubber stamp comes down."""


class Result(Scene):
    """A letter with a rubber stamp on it, and where to go from here."""

    def __init__(self, shared: Shared, world: World, score: int) -> None:
        super().__init__(shared)
        self.world, self.score, self.won = world, score, world.outcome == "won"
        self.last = self.won and world.level.number == len(LEVELS)
        words, self.onward = self._onward()
        ways: list[tuple[str, Place]] = [
            (words, self.onward),
            ("Hangar", "hangar"),
            ("End the tour", "end of tour"),
        ]
        self.menu = column([(words, partial(self.go, way)) for words, way in ways], 880, 330)
        self._stamped = False

    def _onward(self) -> tuple[str, Place]:
        if not self.won:
            return ("Try again", "same level")
        if self.last:
            return ("To the office", "end of tour")
        return ("Next round", "next level")

    def update(self, seconds: float) -> None:
        super().update(seconds)
        if self.age > STAMP_AT and not self._stamped:
            self._stamped = True
            self.sounds.play("stamp")

    def draw(self, press: Press) -> None:
        super().draw(press)
        card, slide = self._card(), 700 * (1 - ease_out(self.age / 0.5))
        press.print(card, 0, -slide)
        share = (self.age - STAMP_AT) / 0.25
        if share > 0:
            press.print(
                self._rubber(), zoom=2.4 - 1.4 * overshoot(share), angle=0.12, opacity=min(1.0,
                share * 2), middle=(WIDTH / 2 - 180, 470), )  # fmt: skip

    def _card(self) -> Sheet:
        sheet, world = Sheet(), self.world
        letter(sheet, WIDTH / 2, 360, 900, 480)
        left, y = WIDTH / 2 - 400, 340.0
        rows = [
            (
                "Parcels",
                f"{sum(p.state == 'delivered' for p in world.parcels)} of {len(world.parcels)}",
            ),
            ("Crystals", f"{world.collected} of {len(world.level.crystals)}"),
            ("Time left", f"{world.time_left:.0f} s"),
            ("Score", f"{self.score}"),
        ]
        for words, value in rows:
            sheet.text(words, left, y, 15, PENCIL)
            sheet.text(value, left + 360, y, 17, NIGHT, align=1.0)
            rule(sheet, left, y - 10, 360)
            y -= 48
        sheet.text(f"Round {world.level.number}", 730, 494, 15, RED)
        sheet.text(world.level.name, 730, 404, 25, NIGHT, weight=0.15)
        small_stamp(sheet, 1028, 496, max(world.level.planets, key=lambda p: p.radius))
        if self.won:
            waves(sheet, 936, 504, 130, 44, NIGHT, count=4)
        words = "All ten flown" if self.last else CAUSES.get(world.cause, "")
        sheet.text(words, 730, 462, 15, NIGHT)
        self.menu.draw(sheet)
        return sheet

    def _rubber(self) -> Sheet:
        sheet = Sheet()
        if self.last:
            rubber(sheet, "All delivered", WIDTH / 2 - 180, 470, 32, BLUE, 420)
        elif self.won:
            rubber(sheet, "Delivered", WIDTH / 2 - 180, 470, 40, BLUE, 400)
        else:
            rubber(sheet, "Return to sender", WIDTH / 2 - 180, 470, 26, RED, 420)
        return sheet
