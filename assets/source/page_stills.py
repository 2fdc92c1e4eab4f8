"""Pictures of the collector's page: five players, who do in a minute what players do in an hour.

Nothing on the page is made up: each player is a process with the real library, which is left,
stopped or killed at its time. Sessions end after `TIMEOUT` instead of a minute.
"""

# ruff: noqa: S603 - what is started is beside this file
from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import studio

from exponea_game.collector import Collector

TIMEOUT = "12"
SPAN = 64
"""Seconds that the lanes show."""
PLOT = (
    (0, 0, "start --name player-4711"),
    (2, 1, "start"),
    (4, 2, "start --name player-1203"),
    (9, 3, "start --name player-88"),
    (13, 0, "leave"),
    (18, 0, "return"),
    (20, 3, "leave"),
    (22, 2, "stop"),
    (26, 3, "return"),
    (30, 2, "go on"),
    (31, 0, "leave"),
    (33, 1, "kill"),
    (40, 2, "leave"),
    (45, 3, "quit"),
    (46, 0, "return"),
    (47, 2, "return"),
    (50, 1, "start"),
    (54, 4, "start --careless"),
    (60, 0, "leave"),
)
"""What happens: after so many seconds, to which player, and what."""
SHAPES = {"": (1280, 800), "-narrow": (412, 780)}
"""Width and height of the page, by what its pictures' names say of them."""
RETURNED = re.compile("player-.*level_complete")
"""An event of somebody who has had the same before, so that both can be compared."""
ROWS, ROW = "document.querySelector('.rows')", 30
"""The list of events in the page's own language, and the height of one of them."""
FINENESS = 2
"""Pixels in each of theirs."""


def make() -> Iterator[Path]:
    """Let them play, and take the pictures."""
    with TemporaryDirectory() as folder, Collector() as collector, ExitStack() as stack:
        cast = [Player(Path(folder, str(number)), collector.url) for number in range(5)]
        for player in cast:
            stack.callback(player.kill)
        began = time.monotonic()
        for moment, number, deed in PLOT:
            time.sleep(max(0.0, began + moment - time.monotonic()))
            cast[number].do(deed)
        yield from shoot(collector.url, Path(folder))


class Player:
    """One of the players, who comes back to the same journal."""

    def __init__(self, home: Path, collector: str) -> None:
        places = {"EXPONEA_COLLECTOR": collector, "EXPONEA_GAME_HOME": str(home)}
        self._environment = os.environ | places | {"EXPONEA_SESSION_TIMEOUT": TIMEOUT}
        self._seed = home.name
        self._process: subprocess.Popen[str] | None = None

    def do(self, deed: str) -> None:
        """Start, be told something, or suffer something."""
        verb, *words = deed.split()
        if verb == "start":
            command = [sys.executable, studio.SOURCE / "player.py", "--seed", self._seed, *words]
            self._process = subprocess.Popen(
                command, env=self._environment, stdin=subprocess.PIPE, text=True
            )
        elif verb == "kill":
            self.kill()
        elif verb in ("stop", "go"):
            self._process.send_signal(signal.SIGSTOP if verb == "stop" else signal.SIGCONT)
        else:
            print(deed, file=self._process.stdin, flush=True)

    def kill(self) -> None:
        """End the process, however it goes."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def shoot(url: str, folder: Path) -> Iterator[Path]:
    """Take the page in both shapes and both lights, with an event's detail where there is room."""
    address, taken = f"{url}/#span={SPAN}", folder / "taken.png"
    with studio.browser(address, folder / "browser", device_scale_factor=FINENESS) as page:
        page.locator(".space .row", has_text=RETURNED).first.click()
        page.mouse.move(5, 5)
        page.locator(".row.chosen").evaluate("row => row.scrollIntoView({ block: 'center' })")
        page.evaluate(f"{ROWS}.scrollTop -= {ROWS}.scrollTop % {ROW}")
        for shape, (width, height) in SHAPES.items():
            page.set_viewport_size({"width": width, "height": height})
            for light in ("light", "dark"):
                page.emulate_media(color_scheme=light)
                page.wait_for_timeout(300)
                page.screenshot(path=taken)
                yield studio.develop(taken, f"collector{shape}-{light}")
            page.keyboard.press("Escape")
            page.evaluate(f"document.activeElement.blur(); {ROWS}.scrollTop = 0")
