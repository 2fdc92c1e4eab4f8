"""Settings: a customs declaration with three boxes to tick."""

from __future__ import annotations

from functools import partial
from typing import Any

from demo_game import tracking
from demo_game.drawing.palette import NIGHT, PENCIL, RED
from demo_game.drawing.planets import small_stamp
from demo_game.drawing.press import Press
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.stationery import letter, postmark
from demo_game.menu import Item, Menu
from demo_game.scenes.scene import Scene, Shared
from demo_game.space.bodies import WIDTH
from demo_game.space.levels import LEVELS

SWITCHES = (
    ("sound", "Sound", "Music and effects"),
    ("fullscreen", "Fullscreen", "The whole screen is the sky"),
    (
        "send_play_data",
        "Send play data",
        "Rounds, upgrades and time played, and your name if you write one",
    ),
)


class Settings(Scene):
    """Three switches for the game's window; the last is the player's consent."""

    def __init__(self, shared: Shared, window: Any) -> None:
        super().__init__(shared)
        self.window = window
        switches = [
            Item(words, partial(self.switch, key), WIDTH / 2, 426 - 84 * n, 640, 64)
            for n, (key, words, _) in enumerate(SWITCHES)
        ]
        self.menu = Menu([*switches, Item("Back", self.back, WIDTH / 2, 152, 240)])

    def switch(self, setting: str) -> None:
        """Turn a setting over, keep it, act on it and tell of it."""
        book = self.logbook
        value = not getattr(book, setting)
        setattr(book, setting, value)
        book.save()
        if setting == "sound":
            self.sounds.switch(on=value)
        elif setting == "fullscreen":
            self.window.set_fullscreen(value)
        elif value:
            tracking.begin(self.window, newly=True)
        else:
            tracking.end()
        tracking.settings_changed(setting, value)

    def back(self) -> None:
        self.go("back")

    def draw(self, press: Press) -> None:
        super().draw(press)
        sheet = Sheet()
        letter(sheet, WIDTH / 2, 360, 760, 560)
        sheet.text("Settings", 313, 530, 42, RED, weight=0.15)
        sheet.text("Customs declaration", 315, 504, 13, NIGHT)
        small_stamp(sheet, 938, 526, LEVELS[0].planets[1])
        postmark(sheet, 862, 520, 44, NIGHT, "Comet courier · ", "OK")
        for number, (key, words, more) in enumerate(SWITCHES):
            y = 426 - 84 * number
            tint = RED if self.menu.chosen == number else NIGHT
            sheet.box(330, y, 34, 34, tint, corner=4, line=3)
            if getattr(self.logbook, key):
                sheet.line(320, y - 10, 340, y + 10, 5, RED)
                sheet.line(320, y + 10, 340, y - 10, 5, RED)
            sheet.text(words, 380, y - 2, 20, tint, weight=0.15)
            sheet.text(more, 380, y - 24, 11, PENCIL)
        self.menu.draw(sheet, first=len(SWITCHES))
        press.print(sheet)
