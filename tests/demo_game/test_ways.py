"""Where the ways from one screen to another lead, in a game without a window."""

from __future__ import annotations

from types import SimpleNamespace

import pyglet
import pytest

pyglet.options.shadow_window = False

from demo_game.game import Game  # noqa: E402 - without a display only after the option
from demo_game.logbook import Logbook  # noqa: E402
from demo_game.scenes.best import Best  # noqa: E402
from demo_game.scenes.hangar import Hangar  # noqa: E402
from demo_game.scenes.pause import Pause  # noqa: E402
from demo_game.scenes.play import Play  # noqa: E402
from demo_game.scenes.result import Result  # noqa: E402
from demo_game.scenes.scene import Scene, Shared  # noqa: E402
from demo_game.scenes.settings import Settings  # noqa: E402
from demo_game.scenes.title import Title  # noqa: E402
from demo_game.scenes.wipe import SECONDS, Wipe  # noqa: E402
from demo_game.space.levels import LEVELS  # noqa: E402
from demo_game.space.pilot import Pilot, play  # noqa: E402
from demo_game.space.world import World  # noqa: E402
from demo_game.ways import LevelOver, SignOn, Way  # noqa: E402


class Windowless(Game):
    """The game, of which nothing is shown."""

    def __init__(self) -> None:
        self.logbook, self.address, self.autopilot = Logbook(), "", None
        self.shared = Shared(self.logbook, SimpleNamespace(play=lambda _: None), self.go)
        self.wipe, self._behind = Wipe(), ()
        self.scene: Scene = Title(self.shared, "")

    def follow(self, *ways: Way) -> Scene:
        """Go these ways, each to its end; returns the screen they lead to."""
        for way in ways:
            self.go(way)
            self.wipe.update(SECONDS)
        return self.scene


@pytest.fixture
def game() -> Windowless:
    return Windowless()


@pytest.fixture(scope="module")
def won() -> World:
    return play(World(LEVELS[0]), Pilot(1, 1, 1))


def test_the_settings_come_back_to_the_title_they_were_entered_from(game: Windowless) -> None:
    title = game.scene

    settings = game.follow("settings")

    assert isinstance(settings, Settings)
    assert game.follow("back") is title


def test_the_settings_come_back_to_the_pause_and_that_to_its_level(game: Windowless) -> None:
    level = game.follow(SignOn("Ada"))
    pause = game.follow("pause")

    there, back = game.follow("settings"), game.follow("back")
    game.go("back")

    assert isinstance(pause, Pause)
    assert isinstance(there, Settings)
    assert back is pause
    assert game.scene is level  # at once, without a wipe


def test_the_hangar_comes_back_to_the_card(game: Windowless, won: World) -> None:
    card = game.follow(SignOn(""), LevelOver(won))

    hangar = game.follow("hangar")

    assert isinstance(card, Result)
    assert isinstance(hangar, Hangar)
    assert game.follow("back") is card


def test_only_a_level_is_paused(game: Windowless) -> None:
    assert isinstance(game.follow("pause"), Title)


def test_while_screens_change_no_other_way_is_taken(game: Windowless) -> None:
    game.go("hangar")

    game.go("settings")
    game.wipe.update(SECONDS)

    assert isinstance(game.scene, Hangar)


def test_a_level_is_booked_once_however_often_it_says_that_it_is_over(
    game: Windowless, won: World
) -> None:
    game.follow(SignOn("Ada"))

    for _ in range(3):
        game.go(LevelOver(won))

    assert (game.tour.score, game.tour.completed) == (won.score, 1)
    assert game.logbook.crystals == won.collected


def test_the_next_level_is_the_next_and_the_same_one_another_attempt(
    game: Windowless, won: World
) -> None:
    levels = [game.follow(SignOn("Ada"))]
    levels.append(game.follow(LevelOver(won), "next level"))
    levels.append(game.follow("pause", "same level"))

    assert all(isinstance(level, Play) for level in levels)
    assert [level.world.level.number for level in levels] == [1, 2, 2]
    assert game.tour.attempt == 2


def test_a_tour_ends_in_the_ledger_and_that_at_a_title(game: Windowless, won: World) -> None:
    ledger = game.follow(SignOn("Ada"), LevelOver(won), "end of tour")

    title = game.follow("title")

    assert isinstance(ledger, Best)
    assert ledger.place == 0
    assert game.logbook.best == [("Ada", won.score, 1)]
    assert isinstance(title, Title)
    assert title.name == "Ada"
