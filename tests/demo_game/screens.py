"""Show each screen of the game in a real window and save its picture.

``screens.py FOLDER [WIDTH HEIGHT]``

Says {"picture": name} on its standard output for each. Everything that could differ from run to
run is fixed: what the logbook holds, who flies, and how much time has passed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from demo_game import game as game_module
from demo_game.autopilot import Autopilot
from demo_game.game import Game
from demo_game.logbook import Logbook
from demo_game.scenes.best import Best
from demo_game.scenes.hangar import Hangar
from demo_game.scenes.pause import Pause
from demo_game.scenes.play import Play
from demo_game.scenes.result import Result
from demo_game.scenes.scene import Scene
from demo_game.scenes.settings import Settings
from demo_game.scenes.title import Title
from demo_game.scenes.wipe import SECONDS
from demo_game.space.levels import LEVELS
from demo_game.space.pilot import Pilot, play
from demo_game.space.world import World
from demo_game.tour import Tour

FRAME = 1 / 60


def screens(game: Game) -> Iterator[tuple[str, Scene, float]]:
    """The name of each picture, its screen, and how old that is (seconds)."""
    shared = game.shared
    yield "title", Title(shared, game.address), 1.2
    yield "hangar", Hangar(shared), 1.0
    yield "settings", Settings(shared, game), 1.0
    yield "best", Best(shared, place=1), 1.0
    yield "opening", fly(game, 1, 0.0), 0.6
    yield "pause", Pause(shared, fly(game, 3, 4.0)), 0.5
    for number in (4, 8, 9):
        yield f"level_{number}", fly(game, number, 4.5), 0.0
    yield "won", Result(shared, play(World(LEVELS[2]), Pilot(1, 3, 1)), 1840), 1.5
    yield "won_all", Result(shared, play(World(LEVELS[9]), Pilot(2, 10, 1)), 7215), 1.5
    yield "lost", Result(shared, play(World(LEVELS[3]), Pilot(5, 4, 1)), 1840), 1.5


def fly(game: Game, number: int, seconds: float) -> Play:
    """A level that the autopilot has played for some time."""
    autopilot = Autopilot(1)
    autopilot.take_off(number, 1)
    scene = Play(game.shared, Tour(level=number - 1), autopilot.steer)
    grow(scene, seconds)
    return scene


def grow(scene: Scene, seconds: float) -> None:
    for _ in range(round(seconds / FRAME)):
        scene.update(FRAME)


def main(folder: Path, *size: int) -> None:
    book = Logbook(name="Ada", crystals=17, owned={"engine": 1, "net": 3}, sound=False)
    tours = (("Ada", 7215, 10), ("Zoë", 5120, 7), ("", 3210, 5), ("Max", 1800, 3))
    book.best.extend(tours)
    if size:
        game_module.WIDTH, game_module.HEIGHT = size
    game = Game(book, address="http://127.0.0.1:8321")
    game.shared.age = 2.0
    game.wipe.start(lambda: None)
    game.wipe.update(SECONDS * 0.49)  # all is covered now, which no picture is to show
    for name, scene, seconds in screens(game):
        grow(scene, seconds)
        game.scene = scene
        game.save_picture(folder / f"{name}.png")
        print(json.dumps({"picture": name}), flush=True)
    game.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
