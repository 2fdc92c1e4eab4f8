"""The moving picture: somebody plays, looks away, comes back and quits; the collector looks on.

Two real windows beside each other on a virtual display, recorded by ffmpeg as they are: nothing is
faster than it was, and only what comes before the beginning is cut. The pointer goes where a hand
would move it.
"""

# ruff: noqa: S603 - starting ffmpeg is half of its purpose
from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import studio
from playwright.sync_api import Page
from support.desktop import Desktop

from exponea_game.collector import Collector

COLLECTOR = "Collector"
"""The title of its window."""
LEFT, RIGHT, HEIGHT = 640, 664, 452
"""Pixels inside of the two windows."""
SECOND = LEFT + 2 * studio.BORDER
"""Where the second window begins."""
SCREEN = (SECOND + RIGHT + 2 * studio.BORDER, HEIGHT + studio.TITLE_BAR + 5)
BACKGROUND = 0x2B3A4A
FRAMES = 100 / 6
"""A second: in a GIF a frame lasts hundredths of a second."""
TIMEOUT = "10"
"""Seconds after which a session ends, so that the countdown can be read."""
SPAN = 40
"""Seconds that the lanes show."""
BEFORE = 1.0
"""Seconds of the film before the first level is complete."""
LINGER = 180
"""Hundredths of a second for which the last frame stays."""
PALETTE = "split[a][b];[a]palettegen=stats_mode=full[p];[b][p]paletteuse=dither=none"


def make() -> Iterator[Path]:
    """Record the film."""
    with TemporaryDirectory() as folder:
        recorded = Path(folder, "film.mkv")
        seconds = act(Path(folder), recorded)
        film = studio.PICTURES / "demo.gif"
        cut = ["ffmpeg", "-y", "-loglevel", "error", "-sseof", f"-{seconds}", "-i", recorded]
        words = ["-filter_complex", PALETTE, "-final_delay", str(LINGER), film]
        subprocess.run([*cut, *words], check=True)
    yield film


def act(folder: Path, film: Path) -> float:
    """Record what happens on a desktop of its own, and return the seconds worth showing."""
    with Collector() as collector, Desktop("x".join(map(str, SCREEN))) as desktop:
        studio.paint_desktop(desktop.display, BACKGROUND)
        timeout = {"EXPONEA_SESSION_TIMEOUT": TIMEOUT}
        size = (LEFT, HEIGHT)
        with (
            beside(desktop, f"{collector.url}/#span={SPAN}", folder / "browser"),
            studio.game(desktop, collector, folder / "home", size, **timeout) as game,
        ):
            studio.place(desktop, studio.GAME, (0, 0), size)
            desktop.focus(studio.GAME)
            studio.arrived(collector, "level_start")
            hand = Hand(desktop, 400, 330)
            with recording(desktop, film):
                studio.arrived(collector, "level_complete")
                began = time.monotonic() - BEFORE
                play(hand, collector)
                game.wait()
                studio.arrived(collector, "session_end")
                time.sleep(0.9)
            return time.monotonic() - began


def play(hand: Hand, collector: Collector) -> None:
    """What the player does while the camera runs."""
    studio.arrived(collector, "level_start", 2)
    time.sleep(1.0)
    hand.click(SECOND + 560, 312)  # on an empty spot of the page
    time.sleep(2.6)
    hand.click(200, 10)  # on the game's title bar
    time.sleep(1.2)
    hand.click(LEFT - 9, 10)  # on its close button


@contextmanager
def beside(desktop: Desktop, url: str, profile: Path) -> Iterator[Page]:
    """The collector's page, in a window at the right; its own header is scrolled away."""
    options = {"headless": False, "no_viewport": True, "env": desktop.environment}
    options["ignore_default_args"] = ["--enable-automation"]
    app = (f"--app={url}", "--hide-scrollbars")
    with studio.browser(url, profile, *app, **options) as page:
        studio.place(desktop, COLLECTOR, (SECOND, studio.TITLE_BAR), (RIGHT, HEIGHT))
        page.evaluate("scrollTo(0, document.querySelector('.lanes').offsetTop)")
        yield page


class Hand:
    """Moves the pointer over a desktop."""

    def __init__(self, desktop: Desktop, x: int, y: int) -> None:
        self._desktop, self._x, self._y = desktop, x, y
        desktop.xdotool("mousemove", x, y)

    def click(self, x: int, y: int, seconds: float = 0.5) -> None:
        """Move to a place within some seconds, slower at both ends, and click there."""
        steps = int(seconds * 40)
        for step in range(1, steps + 1):
            share = step / steps
            share *= share * (3 - 2 * share)
            way = self._x + (x - self._x) * share, self._y + (y - self._y) * share
            self._desktop.xdotool("mousemove", *map(round, way))
            time.sleep(seconds / steps)
        self._desktop.xdotool("click", 1)
        self._x, self._y = x, y


@contextmanager
def recording(desktop: Desktop, film: Path) -> Iterator[None]:
    """Record the whole screen to a file, without loss."""
    size = "x".join(map(str, SCREEN))
    camera = ["-f", "x11grab", "-framerate", str(FRAMES), "-video_size", size, "-i"]
    words = ["ffmpeg", "-y", "-loglevel", "error", *camera, desktop.display]
    lossless = ["-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast", str(film)]
    with subprocess.Popen([*words, *lossless], stdin=subprocess.PIPE) as process:
        yield
        process.communicate(b"q")
