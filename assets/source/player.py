"""A player without a picture: ``player.py [--name NAME] [--careless]``.

The library is the real one, with a journal of its own and a real collector; the window and what is
played are made up. Each line on standard input is one of ``leave``, ``return`` and ``quit``.
"""

from __future__ import annotations

import argparse
import queue
import random
import sys
import threading

import exponea_game
from exponea_game.testing import FakeWindow

FRAME = 0.05
EVENTS = 0.4
"""Events a second, on average."""


class Window(FakeWindow):
    """A window that is active, or is not, as it is told."""

    _active = True

    def turn(self, *, active: bool) -> None:
        """Gain or lose the focus."""
        self._active = active
        self.dispatch_event("on_activate" if active else "on_deactivate")


class Game:
    """Tracks what games track, now and then."""

    def __init__(self, dice: random.Random, *, careless: bool) -> None:
        self._dice, self._careless = dice, careless
        self._level = 1

    def update(self, seconds: float) -> None:
        """Let something happen, or nothing."""
        if self._dice.random() > EVENTS * seconds:
            return
        happenings = [self._coin, self._coin, self._complete, self._complete, self._shop]
        self._dice.choice(happenings)()

    def blunder(self) -> None:
        """Make the two mistakes that every game makes some day."""
        if self._careless:
            exponea_game.track_event("level_complet", {"level": self._level})
            exponea_game.track_event("coin", {"level": str(self._level), "coins": 3})

    def _coin(self) -> None:
        coins = self._dice.randint(1, 30)
        exponea_game.track_event("coin", {"level": self._level, "coins": coins})

    def _complete(self) -> None:
        seconds, stars = round(self._dice.uniform(20, 90), 1), self._dice.randint(1, 3)
        properties = {"level": self._level, "seconds": seconds, "stars": stars}
        exponea_game.track_event("level_complete", properties)
        self._level += 1

    def _shop(self) -> None:
        exponea_game.track_virtual_payment("coins", 40, "shield", "armour")


def main() -> None:
    """Play until told to quit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--careless", action="store_true", help="make mistakes")
    options = parser.parse_args()
    orders: queue.Queue[str] = queue.Queue()
    threading.Thread(target=listen, args=(orders,), daemon=True).start()
    window = Window()
    exponea_game.configure(app_name="Comet Courier")
    exponea_game.attach(window)
    if options.name:
        exponea_game.identify_customer({"registered": options.name})
    play(window, Game(random.Random(options.seed), careless=options.careless), orders)
    exponea_game.stop()


def play(window: Window, game: Game, orders: queue.Queue[str]) -> None:
    """Obey and play, a frame at a time."""
    game.blunder()
    here = True
    while True:
        window.dispatch_event("on_draw")
        if here:
            game.update(FRAME)
        try:
            order = orders.get(timeout=FRAME)
        except queue.Empty:
            continue
        if order == "quit":
            return
        here = order == "return"
        window.turn(active=here)


def listen(orders: queue.Queue[str]) -> None:
    """Take orders as they come."""
    for line in sys.stdin:
        orders.put(line.strip())


if __name__ == "__main__":
    main()
