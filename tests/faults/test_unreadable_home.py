"""A home that cannot be read: nobody has refused, so nothing is destroyed."""

from __future__ import annotations

import errno
import os
from functools import partial

import pytest
from support.fakes import FakeServer, journaled_types
from support.homes import PROJECT, launch

from exponea_game.mistakes import Mistakes
from exponea_game.run.engine import Engine
from exponea_game.run.lifecycle import Lifecycle
from exponea_game.run.world import World
from exponea_game.system.disk import Disk


class LockedDisk(Disk):
    """A disk that gives nothing away while it is locked."""

    error = 0

    def _guard(self):
        if self.error:
            raise OSError(self.error, os.strerror(self.error))

    def read(self, *arguments):
        self._guard()
        return super().read(*arguments)

    def open(self, *arguments, **keywords):
        self._guard()
        return super().open(*arguments, **keywords)

    def create(self, *arguments):
        self._guard()
        return super().create(*arguments)

    def names(self, *arguments):
        self._guard()
        return super().names(*arguments)


class Offline(World):
    """A world without a network, on such a disk."""

    def __init__(self):
        super().__init__()
        self.disk, self.server = LockedDisk(), FakeServer()

    def transport(self, patience=None):
        return self.server


def begin(home, world):
    """A run whose threads do not run: the test does their work."""
    life = Lifecycle({"home": home, **PROJECT}, Mistakes(), world, partial(without_threads, world))
    engine = life.open()
    engine.recorder.event('"early"', {}, "{}")
    return engine


def without_threads(world, settings, permitted):
    return Engine(settings, world, permitted=permitted)


@pytest.mark.parametrize("error", [errno.EACCES, errno.EMFILE, errno.EIO])
def test_a_home_that_cannot_be_read_is_asked_again_and_then_has_everything(tmp_path, caplog, error):
    world = Offline()
    world.disk.error = error
    engine = begin(tmp_path, world)

    engine.look()

    assert "cannot be read" in engine.why_waiting
    assert "let the player who starts the game read" in caplog.text
    assert journaled_types(tmp_path) == []
    world.disk.error = 0
    engine.look()
    assert "early" in journaled_types(tmp_path)
    assert not engine.courier.held
    engine.close()


def test_who_is_known_stays_known_after_a_home_that_could_not_be_read(tmp_path):
    launch(tmp_path)
    before = (tmp_path / "identity.json").read_bytes()
    world = Offline()
    world.disk.error = errno.EACCES
    engine = begin(tmp_path, world)
    world.disk.error = 0
    engine.look()
    engine.close()

    assert (tmp_path / "identity.json").read_bytes() == before


@pytest.mark.parametrize("below", ["file/home", "/".join(["n" * 200] * 30)], ids=["file", "long"])
def test_where_no_file_can_be_the_setting_holds(tmp_path, below):
    (tmp_path / "file").write_text("no folder")

    assert "played" in launch(tmp_path / below)
