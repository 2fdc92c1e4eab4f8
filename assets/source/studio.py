"""What the pictures are taken with: a game, a browser, a coloured desktop, a print shop."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from exponea_game.collector import Collector

SOURCE = Path(__file__).resolve().parent
ROOT = SOURCE.parent.parent
PICTURES = ROOT / "assets" / "pictures"
sys.path.insert(0, str(ROOT / "tests"))

from support.desktop import Desktop, Program, wait_until  # noqa: E402 - it is the tests' own

GAME = "Comet Courier"
"""The title of its window."""
BORDER, TITLE_BAR = 1, 20
"""Pixels of the frame that the window manager puts around a window: at the left, and above."""
COLOURS = 256
"""Of a PNG: the game and the page are printed in few inks, so that nobody misses the others."""
QUIETLY = (
    "--no-sandbox", "--test-type", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def game(
    desktop: Desktop, collector: Collector, home: Path, size: tuple[int, int], **more: str
) -> AbstractContextManager[Program]:
    """Let a player play the demo game on a desktop.

    Args:
        desktop: Where.
        collector: What it reports to.
        home: A folder for its journal.
        size: Width and height of its window.
        **more: Variables of its environment.
    """
    places = {"EXPONEA_COLLECTOR": collector.url, "EXPONEA_GAME_HOME": str(home)}
    script = SOURCE / "played_by_hand.py"
    return desktop.run(script, *map(str, size), **places, **more)


def place(desktop: Desktop, title: str, corner: tuple[int, int], size: tuple[int, int]) -> None:
    """Give a window its place and the size of its inside."""
    window = desktop.window(title)
    desktop.xdotool("windowsize", "--sync", window, *size)
    desktop.xdotool("windowmove", "--sync", window, *corner)


def arrived(collector: Collector, kind: str, times: int = 1) -> None:
    """Wait until the collector has so many events of a kind."""

    def number() -> int:
        return [event["event_type"] for event in collector.events()].count(kind)

    wait_until(lambda: number() >= times, f"{times} {kind}", 60)


@contextmanager
def browser(url: str, profile: Path, *arguments: str, **options: Any) -> Iterator[Page]:
    """Show a page in Chromium.

    Args:
        url: The page's address.
        profile: An empty folder.
        *arguments: Of Chromium's command line.
        **options: Of playwright's ``launch_persistent_context``.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    words = [*QUIETLY, *arguments]
    with sync_playwright() as playwright:
        launch = playwright.chromium.launch_persistent_context
        context = launch(profile, executable_path=program, args=words, **options)
        page = context.pages[0]
        page.goto(url)
        page.locator("#link.live").wait_for()
        yield page
        context.close()


def paint_desktop(display: str, colour: int) -> None:
    """Give the desktop, black by default, another colour (as 0xRRGGBB)."""
    from pyglet.libs.x11 import xlib

    screen = xlib.XOpenDisplay(display.encode())
    root = xlib.XDefaultRootWindow(screen)
    xlib.XSetWindowBackground(screen, root, colour)
    xlib.XClearWindow(screen, root)
    xlib.XCloseDisplay(screen)


def develop(taken: Path, name: str) -> Path:
    """Write a picture that was taken to the others, in as few bytes as it takes to look right."""
    kept = PICTURES / f"{name}.png"
    with Image.open(taken) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(kept, optimize=True)
    return kept
