"""A sync that failed: nothing that it was for is certain, and no later sync of it helps."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from .disk import FakeDisk
from .game import TIMEOUT, Game, settings
from .lives import deliver_all
from .truth import check
from .world import World


class NoSync:
    """A disk of which no journal's sync succeeds, and which has no room for another segment."""

    def __init__(self, world: World) -> None:
        self._world = world

    def meet(self, _disk: FakeDisk, operation: str, path: Path, _size: int) -> None:
        if operation in ("sync", "create") and path.suffix == ".jsonl":
            self._world.faulty = self._world.t
            raise OSError(errno.EIO, os.strerror(errno.EIO))


def live_through_a_failed_sync(server: str, cut: str) -> None:
    """A player becomes another one, and no sync confirms it; the game is killed.

    The next launch concludes what it left, and then the power goes.
    """
    world = World(1)
    game = Game(world, settings())
    world.server.state = "down"
    game.launch()
    world.advance(0.01)
    game.focus(True)
    world.advance(1.0)
    game.second()
    game.anonymize()
    game.identify()
    game.event()
    world.storage.trouble = NoSync(world)
    world.advance(1.0)
    game.second()
    game.die("kill")
    world.storage.trouble = None
    world.advance(2 * TIMEOUT)
    world.server.state = server
    after = Game(world, settings())
    after.launch()
    after.look()
    after.deliver()
    after.die("cut")
    world.power_cut(cut, world.chance)
    deliver_all(world)
    check(world)


@pytest.mark.parametrize("cut", ["all", "none", "suffix", "sectors"])
@pytest.mark.parametrize("server", ["up", "mute", "halting", "down"])
def test_what_no_sync_has_confirmed_is_written_again_before_it_is_concluded(
    server: str, cut: str
) -> None:
    live_through_a_failed_sync(server, cut)
