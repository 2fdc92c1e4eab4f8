"""Start the game: ``python -m demo_game``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyglet

pyglet.options.debug_gl = False

from demo_game import tracking  # noqa: E402 - pyglet's options come before anything else
from demo_game.home_collector import destination  # noqa: E402
from demo_game.logbook import Logbook, open_logbook  # noqa: E402
from exponea_game import cli  # noqa: E402

if TYPE_CHECKING:
    from demo_game.game import Game


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m demo_game", description="Comet Courier")
    parser.add_argument("--autopilot", action="store_true", help="let the game play itself")
    parser.add_argument("--seed", type=int, default=1, help="what the autopilot does (default 1)")
    parser.add_argument("--speed", type=int, default=1, help="play so many times as fast")
    parser.add_argument("--seconds", type=float, help="end after so many seconds")
    parser.add_argument("--picture", type=Path, help="write the last scene to this PNG file")
    parser.add_argument("--report", type=Path, help="write what was tracked to this JSON file")
    parser.add_argument("--home", type=Path, help="keep the logbook in this folder")
    parser.add_argument("--doctor", action="store_true", help="check where play data goes, and end")
    return parser.parse_args()


def main() -> None:
    """Play until the window is closed or the time is up."""
    options = arguments()
    if options.doctor:
        sys.exit(cli.main(["doctor", "--app-name", tracking.NAME]))
    with destination() as address:
        if address:
            print(f"Play data goes to {address}", flush=True)
        try:
            game = play(options, address)
        finally:
            tracking.finish()
    if options.report:
        report = {
            "tracked": tracking.tracked,
            "sounds": game.sounds.loaded,
            "screen": type(game.scene).__name__,
        }
        options.report.write_text(json.dumps(report), encoding="utf-8")


def logbook(options: argparse.Namespace) -> Logbook:
    """The player's logbook; the autopilot's is in memory alone, so that it spoils nobody's."""
    if options.autopilot and not options.home:
        return Logbook()
    home = options.home or Path(pyglet.resource.get_data_path("comet-courier"))
    return open_logbook(home / "logbook.json")


def play(options: argparse.Namespace, address: str) -> Game:
    """Open the window and run it; returns the game as it ended."""
    from demo_game.autopilot import Autopilot  # both draw, which takes a screen
    from demo_game.game import Game

    autopilot = Autopilot(options.seed) if options.autopilot else None
    book, speed = logbook(options), options.speed
    game = Game(book, address=address, autopilot=autopilot, speed=speed)
    if game.logbook.send_play_data:
        tracking.begin(game)

    game.picture = options.picture
    if options.seconds:
        pyglet.clock.schedule_once(lambda _: game.quit(), options.seconds)
    pyglet.app.run(1 / 60)
    return game


if __name__ == "__main__":
    main()
