"""A level on the screen: it waits for the player, and what happens is seen and heard."""

from __future__ import annotations

from types import SimpleNamespace

import pyglet
import pytest

pyglet.options.shadow_window = False

from demo_game.drawing.palette import TINTS  # noqa: E402
from demo_game.drawing.scenery import draw_world  # noqa: E402
from demo_game.drawing.sheet import Sheet  # noqa: E402
from demo_game.drawing.sky import print_sky  # noqa: E402
from demo_game.logbook import Logbook  # noqa: E402
from demo_game.scenes.play import Play  # noqa: E402
from demo_game.scenes.scene import Shared  # noqa: E402
from demo_game.space.bodies import HEIGHT, WIDTH, Controls, Happening, Ship  # noqa: E402 - after the option
from demo_game.space.levels import LEVELS  # noqa: E402
from demo_game.space.world import HALO, STEP, World  # noqa: E402
from demo_game.tour import Tour  # noqa: E402
from demo_game.ways import LevelOver  # noqa: E402

FRAME = 1 / 60
SHEETS_OF_THE_SKY = 5
"""The chart, three layers of stars, and what sparkles; the world is printed after them."""
HEARD = {
    "picked_up": "pickup",
    "delivered": "deliver",
    "crystal": "crystal",
    "bumped": "tick",
    "hit": "hit",
    "won": "win",
    "lost": "lose",
}


class Around:
    """What a level needs: a tour, nobody's hands, and ears."""

    def __init__(self) -> None:
        self.held, self.heard, self.ways = Controls(), [], []
        sounds = SimpleNamespace(play=self.heard.append)
        self.shared = Shared(Logbook(), sounds, self.ways.append)

    def level(self) -> Play:
        return Play(self.shared, Tour(), lambda _: self.held)


class Press:
    """Notes how far each sheet is moved."""

    def __init__(self) -> None:
        self.moved: list[float] = []

    def print(self, sheet: Sheet, dx: float = 0.0, dy: float = 0.0) -> None:
        self.moved.append(dx)


def places(scene: Play) -> list[float]:
    """How far to the right the world is printed, frame by frame."""
    frames = [Press() for _ in range(9)]
    for press in frames:
        scene.draw(press)
    return [press.moved[SHEETS_OF_THE_SKY] for press in frames]


def run(scene: Play, seconds: float) -> None:
    for _ in range(round(seconds / FRAME)):
        scene.update(FRAME)


def flying() -> tuple[Play, Around]:
    """A level that has begun."""
    around = Around()
    scene = around.level()
    around.held = Controls(thrust=1.0)
    run(scene, 1.0)
    around.held = Controls()
    return scene, around


def test_a_level_waits_behind_its_letter_until_the_player_steers() -> None:
    around = Around()
    scene = around.level()

    run(scene, 60.0)
    before = scene.world.steps
    around.held = Controls(turn=1.0)
    run(scene, 0.5)

    assert before == 0
    assert scene.world.time == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("happening", "sound"), HEARD.items())
def test_what_happens_is_heard(happening: str, sound: str) -> None:
    scene, around = flying()
    scene.world.happenings.append(Happening(happening, 500.0, 300.0, planet=0))

    run(scene, FRAME)

    assert around.heard == [sound]


def test_a_hit_shakes_the_screen_and_the_shaking_dies_down() -> None:
    scene, _ = flying()
    scene.world.happenings.append(Happening("hit", 500.0, 300.0, planet=0))

    run(scene, FRAME)
    shaken = places(scene)
    run(scene, 1.0)

    assert max(shaken) - min(shaken) > 5.0
    assert len(set(places(scene))) == 1


def test_a_slow_machine_plays_slower_and_does_not_jump() -> None:
    scene, _ = flying()
    before = scene.world.time

    scene.update(5.0)

    assert scene.world.time - before <= 12 * STEP + 1e-9


def test_a_level_that_is_over_shows_what_happened_before_its_card() -> None:
    scene, around = flying()
    scene.world.ship = Ship(-400.0, 300.0)

    run(scene, 0.9)
    before = list(around.ways)
    run(scene, 0.5)

    assert before == []
    assert isinstance(around.ways[0], LevelOver)
    assert around.ways[0].world.cause == "lost_in_space"


def test_the_further_away_stars_are_the_less_they_move() -> None:
    press = Press()

    print_sky(press, 0.0, dx=10.0)

    chart, *layers, sparkles = press.moved
    assert 0.0 < chart < layers[0] < layers[1] < layers[2] <= sparkles < 10.0


def test_the_sky_leans_away_from_where_the_ship_is() -> None:
    scene, _ = flying()
    moved = []

    for x in (0.0, WIDTH):
        scene.world.ship.x, press = x, Press()
        scene.draw(press)
        moved.append(press.moved[0])

    assert moved[0] > 0.0 > moved[1]


def flags(world: World) -> set[tuple[int, float]]:
    """The planets with an arrow, and how high its tip is, in a world as it is drawn."""
    sheet, found = Sheet(), set()
    draw_world(sheet, world, 0.0)
    for number, planet in enumerate(world.level.planets):
        x, y = planet.motion.at(world.time)
        gap = planet.radius + HALO + 20
        for way in (1, -1):
            side = Sheet()
            side.line(x + 11, y + way * (gap + 11), x, y + way * gap, 5, TINTS[planet.tint])
            if side.numbers.tobytes() in sheet.numbers.tobytes():
                found.add((number, y + way * gap))
    return found


def test_arrows_show_where_to_load_and_then_where_to_deliver() -> None:
    world = World(LEVELS[0])

    loading = {number for number, _ in flags(world)}
    world.parcels[0].state = "carried"

    assert loading == {0, 1}
    assert {number for number, _ in flags(world)} == {1}


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_no_arrow_is_hidden_by_the_heading(level: object) -> None:
    shown = flags(World(level))

    assert len(shown) == len({source for source, _ in level.parcels})
    assert max(height for _, height in shown) < HEIGHT - 56 - 11
