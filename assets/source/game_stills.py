"""Pictures of the demo game: four of its screens, and the inspector over a game that is played."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import studio
from PIL import Image
from support.desktop import Desktop

from exponea_game.collector import Collector

SCREENS = {"title": "title", "level_9": "play", "hangar": "hangar", "won": "result"}
"""What `screens.py` shows, and what its picture is called here."""
SIZE = (1280, 720)
DESKTOP = "1400x820"


def make_screens() -> Iterator[Path]:
    """Take the screens, in which everything is fixed."""
    with TemporaryDirectory() as folder, Desktop(DESKTOP) as desktop:
        script = studio.ROOT / "tests" / "demo_game" / "screens.py"
        with desktop.run(script, folder) as screens:
            if screens.wait(60):
                raise RuntimeError("the game failed; its words are above")
        for screen, name in SCREENS.items():
            yield studio.develop(Path(folder, f"{screen}.png"), f"game-{name}")


def make_inspector() -> Iterator[Path]:
    """Take the inspector in the second level, after an upgrade."""
    with TemporaryDirectory() as name, Collector() as collector, Desktop(DESKTOP) as desktop:
        folder = Path(name)
        with studio.game(desktop, collector, folder, SIZE, EXPONEA_INSPECTOR="1"):
            studio.place(desktop, studio.GAME, (0, 0), SIZE)
            desktop.focus(studio.GAME)
            studio.arrived(collector, "level_start")
            desktop.xdotool("key", "F9")
            studio.arrived(collector, "level_start", 2)
            time.sleep(4.2)
            taken = folder / "taken.png"
            desktop.screenshot(taken)
            crop(taken)
        yield studio.develop(taken, "inspector")


def crop(taken: Path) -> None:
    """Keep nothing but the inside of a window in the screen's corner."""
    x, y = studio.BORDER, studio.TITLE_BAR
    with Image.open(taken) as picture:
        inside = picture.crop((x, y, x + SIZE[0], y + SIZE[1]))
    inside.save(taken)
