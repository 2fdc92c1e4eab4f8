"""A short life ends at every one of its file operations, and at every byte of each write."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest

from exponea_game.journal import writer as journal

from .disk import Crash, FakeDisk
from .game import Game, settings
from .lives import deliver_all
from .truth import check
from .world import World


@dataclass
class Reaper:
    """Lets a process die at one operation, after some bytes of it; counts them until then."""

    at: int = -1
    after: int = 0
    sizes: list[int] = field(default_factory=list)

    def meet(self, disk: FakeDisk, operation: str, path: Path, size: int) -> int | None:
        self.sizes.append(size)
        if len(self.sizes) - 1 != self.at:
            return None
        disk.dead = True
        if size:
            return -min(self.after, size) - 1
        raise Crash


DRAWS = 5
"""How often chance decides which sectors are lost."""
SLOT_TEXT = 400
"""Bytes within which everything lies that is written in place here; spaces follow."""

Story = Callable[[World], Iterator[Game]]
"""Lives, one after another; each is yielded before it begins, so that it can be seen to die."""


def plays_and_quits(world: World) -> Iterator[Game]:
    game = Game(world, settings())
    yield game
    game.launch()
    world.advance(0.01)
    game.focus(True)
    _pass(game, 1.0)
    game.event()
    game.event("refused")
    _pass(game, 1.0)
    game.quit()


def becomes_another_player(world: World) -> Iterator[Game]:
    game = Game(world, settings())
    yield game
    game.launch()
    world.advance(0.01)
    game.focus(True)
    world.advance(0.5)
    game.identify()
    _pass(game, 1.0)
    world.advance(0.1)
    game.anonymize()
    _pass(game, 1.0)
    game.quit()


def becomes_others_before_the_disk_is_certain(world: World) -> Iterator[Game]:
    game = Game(world, settings())
    yield game
    game.launch()
    world.advance(0.01)
    game.focus(True)
    for _ in range(4):
        world.advance(0.2)
        game.anonymize()
        game.event()
    _pass(game, 1.0)
    game.quit()


def carries_on_after_a_kill(world: World) -> Iterator[Game]:
    yield from _is_killed(world)
    world.advance(20.0)
    yield from plays_and_quits(world)


def pays_for_a_killed_run(world: World) -> Iterator[Game]:
    yield from _is_killed(world)
    world.advance(200.0)
    yield from plays_and_quits(world)


def holds_its_session(world: World) -> Iterator[Game]:
    game = Game(world, settings(end_session_on_exit=False))
    yield game
    game.launch()
    world.advance(0.01)
    game.focus(True)
    _pass(game, 2.0)
    game.quit()
    world.advance(10.0)
    yield from plays_and_quits(world)


def begins_new_segments(world: World) -> Iterator[Game]:
    game = Game(world, settings())
    yield game
    with mock.patch.object(journal, "SEGMENT_LIMIT", 700):
        game.launch()
        world.advance(0.01)
        game.focus(True)
        for _ in range(4):
            game.event()
            _pass(game, 1.0)
        game.quit()


def _is_killed(world: World) -> Iterator[Game]:
    game = Game(world, settings())
    yield game
    game.launch()
    world.advance(0.01)
    game.focus(True)
    _pass(game, 7.0)
    game.event()
    game.die("kill")


def _pass(game: Game, seconds: float) -> None:
    for _ in range(int(seconds)):
        game.world.advance(1.0)
        game.second()


STORIES = [
    plays_and_quits,
    becomes_another_player,
    becomes_others_before_the_disk_is_certain,
    carries_on_after_a_kill,
    pays_for_a_killed_run,
    holds_its_session,
    begins_new_segments,
]


def tell(story: Story, reaper: Reaper) -> tuple[World, Game | None]:
    """A world in which a story was told until the reaper came, and whom he took."""
    world = World(7)
    world.storage.trouble = reaper
    games = story(world)
    victim = None
    try:
        for game in games:
            victim = game
        victim = None
    except Crash:
        pass
    world.storage.trouble = None
    return world, victim


def survives(story: Story, reaper: Reaper, mode: str, draw: int = 0) -> None:
    world, victim = tell(story, reaper)
    if victim is not None:
        victim.die("kill" if mode == "kill" else "cut")
    if mode != "kill":
        world.power_cut(mode, random.Random(f"{reaper.at} {draw}"))
    deliver_all(world)
    check(world)


def operations(story: Story) -> list[int]:
    """The sizes of the writes among the operations of a story, 0 for others."""
    reaper = Reaper()
    tell(story, reaper)
    return reaper.sizes


@pytest.mark.parametrize("mode", ["kill", "all", "none", "suffix", "sectors"])
@pytest.mark.parametrize("story", STORIES)
def test_a_life_that_ends_at_any_operation_leaves_the_truth(story: Story, mode: str) -> None:
    for at, size in enumerate(operations(story)):
        for draw in range(DRAWS if mode == "sectors" else 1):
            survives(story, Reaper(at, size // 2), mode, draw)


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("story", [plays_and_quits, carries_on_after_a_kill])
def test_a_life_that_ends_at_any_byte_of_a_write_leaves_the_truth(story: Story, step: int) -> None:
    sizes = operations(story)
    lives = 0 if story is plays_and_quits else len(sizes) // 2  # the first one is known by then
    for at, size in enumerate(sizes[lives:], lives):
        # Of a slot that is written in place only the first part is more than spaces.
        for after in range(0, min(size, SLOT_TEXT), step):
            survives(story, Reaper(at, after), "kill")
