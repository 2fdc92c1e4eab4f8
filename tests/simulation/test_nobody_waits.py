"""Whatever a thread of the library is doing on the disk, a call of the game does not wait for it.

The game calls on a real thread, in the midst of each operation in turn. One lock alone may be held
there: the journal's, where a segment begins, as docs/design/faults.md tells.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from .disk import FakeDisk
from .game import Game
from .test_every_operation import (
    Story,
    becomes_another_player,
    begins_new_segments,
    pays_for_a_killed_run,
)
from .world import World

PATIENCE = 5.0
"""Seconds after which a call that has not returned counts as one that waits."""


@dataclass
class Caller:
    """Calls in the midst of one operation; counts them until then.

    Attributes:
        calls: What the game calls.
        at: The number of the operation.
        failing: Syncs fail until this moment of the world's time.
    """

    world: World
    calls: Callable[[Game], object]
    at: int = -1
    failing: float = 0.0
    seen: int = 0
    asks: bool = False
    waited_for: str = ""

    def meet(self, disk: FakeDisk, operation: str, path: Path, size: int) -> int | None:
        if self.asks:
            return None
        number, self.seen = self.seen, self.seen + 1
        game = next((game for game in self.world.games if game.disk is disk), None)
        if number == self.at and game is not None and game.at_work:
            self._ask(game, f"{operation} of {path.name}")
        if operation in {"sync", "sync_folder"} and self.world.t < self.failing:
            self.world.faulty = self.world.t
            raise OSError(5, f"{operation} failed")
        return None

    def _ask(self, game: Game, what: str) -> None:
        if game.engine.journal.lock._is_owned():  # type: ignore[attr-defined]
            return
        thread = threading.Thread(target=self.calls, args=(game,), daemon=True)
        self.asks = True
        thread.start()
        thread.join(PATIENCE)
        self.asks = False
        if thread.is_alive():
            self.waited_for = what


CALLS = [Game.event, Game.identify, Game.anonymize]


def tell(story: Story, calls: Callable[[Game], object], at: int, failing: float) -> Caller:
    world = World(7)
    caller = world.storage.trouble = Caller(world, calls, at, failing)
    for _ in story(world):
        pass
    return caller


@pytest.mark.parametrize("failing", [0.0, 3.0])
@pytest.mark.parametrize("calls", CALLS)
@pytest.mark.parametrize(
    "story", [becomes_another_player, begins_new_segments, pays_for_a_killed_run]
)
def test_a_call_waits_for_no_thread_of_the_library(
    story: Story, calls: Callable[[Game], object], failing: float
) -> None:
    for at in range(tell(story, calls, -1, failing).seen):
        assert not tell(story, calls, at, failing).waited_for
