"""Time, machine, disk and network of a simulation, all decided by one seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exponea_game.journal.writer import Journal
from exponea_game.run import world as exponea_world
from exponea_game.system.clock import WRONG, Reading
from exponea_game.system.json_text import JSON

from .disk import FakeDisk, Storage
from .server import Server

HOME = Path("/home/player/game")
PROJECT = {"project_token": "simulated", "authorization": "Token simulated"}
BEGINNING = 1_700_000_000.0
FAULTS_LINGER = 10.0
"""Seconds after a fault of the disk in which lines may still wait in memory."""


@dataclass
class Call:
    """A command that the library appended to its journal, for a call of the game or of its own.

    Attributes:
        t: When, in true time.
        game: In which process.
        excused: Why it may be lost; empty if it may not.
    """

    command: str
    t: float
    game: Any
    excused: str = ""


class World:
    """Where lives are lived.

    Attributes:
        t: The true time, in seconds.
        offset: By how much the wall clock is wrong.
        boot: Counts the starts of the machine.
        faulty: When the disk last did not do as it should.
        destination: The settings that say where events go.
        provider: Gives the tokens of players, if the game has any.
        signs_in: Says whether a call of another thread identifies the player; or else it tracks.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.t, self.offset, self.boot, self._booted = 0.0, 0.0, 1, -100.0
        self.slept = 0.0
        self.sleeps: list[tuple[float, float]] = []
        self.storage = Storage()
        self.server = Server(self.chance)
        self.destination: dict[str, Any] = PROJECT
        self.provider: Any = None
        self.signs_in: Callable[[], bool] = lambda: False
        self.faulty = float("-inf")
        self.slow = 0.0
        self.games: list[Any] = []
        self.ledger: list[Call] = []
        self.calls = 0
        self.steps: list[float] = []
        self.anonymized = float("-inf")

    @property
    def wall(self) -> float:
        return BEGINNING + self.t + self.offset

    @property
    def uptime(self) -> float:
        return self.t - self._booted

    def advance(self, seconds: float) -> None:
        self.t += seconds

    def sleep(self, seconds: float) -> None:
        """The machine sleeps, as all its processes do."""
        self.sleeps.append((self.t, self.t + seconds))
        self.advance(seconds)
        self.slept += seconds

    def power_cut(self, mode: str, chance: random.Random) -> None:
        """The machine stops, and starts again a little later; see ``Storage.power_cut``."""
        for call in self.ledger:
            if call.t >= call.game.synced:
                call.excused = call.excused or "not certain at a power cut"
        for game in self.games:
            game.forget()
        self.storage.power_cut(chance, mode)
        self.reboot()

    def make_well(self) -> None:
        """Nothing keeps anything from arriving any more."""
        self.server.state = "up"

    def reboot(self) -> None:
        self.advance(20.0)
        self.boot, self._booted, self.slept = self.boot + 1, self.t - 10, 0.0

    @property
    def disk_is_faulty(self) -> bool:
        if self.storage.full or self.storage.read_only:
            self.faulty = self.t
        return self.t - self.faulty < FAULTS_LINGER

    def disk(self) -> FakeDisk:
        return FakeDisk(self.storage)


class Surroundings(exponea_world.World):
    """A world as one run of the library sees it.

    Args:
        world: The world.
        game: Whose run it is.
        disk: As the run's process sees it.
        windows: What watches the game's windows.
    """

    def __init__(self, world: World, game: Any, disk: FakeDisk, windows: Any) -> None:
        self._world, self.disk, self._windows = world, disk, windows

        class ObservedJournal(Journal):
            """A journal of the game, whose appends are entered into the world's ledger."""

            def append(
                self, elapsed: float, command: JSON | None = None, will: JSON | None = None
            ) -> None:
                excused = "cut inside the call"
                try:
                    super().append(elapsed, command, will)
                    excused = ""
                finally:
                    if command is not None and not game.keeps_apart(self):
                        world.ledger.append(Call(command, world.t, game, excused))

        self.journal = ObservedJournal

    def stopwatch(self) -> float:
        return self._world.t + self._world.slow

    def pause(self, seconds: float) -> None:
        """Nobody waits in a simulation; the stopwatch goes on as if somebody had."""
        self._world.slow += seconds

    def yield_lock(self) -> None:
        """There is no other thread."""

    def random_bytes(self, size: int) -> bytes:
        return self._world.chance.randbytes(size)

    def clock(self) -> Any:
        return FakeClock(self._world)

    def transport(self, patience: float | None = None) -> Any:
        return self._world.server

    def chance(self) -> float:
        return self._world.chance.random()

    def windows(self, *_arguments: Any, **_keywords: Any) -> Any:
        return self._windows

    def device(self, app_version: str | None) -> dict[str, str]:
        return {"os_name": "Linux", "sdk": "exponea_game", "device_type": "desktop"}


@dataclass
class FakeClock:
    """A run's clock in a world, in place of ``exponea_game.system.clock.Clock``."""

    world: World

    def __post_init__(self) -> None:
        self.began, self.boot = self.world.wall, f"boot-{self.world.boot}"
        self.boot_elapsed = self.world.uptime

    def elapsed(self) -> float:
        world = self.world  # asked so often that a call less is felt
        return world.t - world._booted - self.boot_elapsed

    def read(self) -> Reading:
        world, elapsed = self.world, self.elapsed()
        wall = self.began + elapsed
        return Reading(wall, elapsed - world.slept, elapsed, world.wall - wall)

    def correct(self) -> bool:
        ahead = self.world.wall - (self.began + self.elapsed())
        if abs(ahead) < WRONG:
            return False
        self.began += ahead
        return True
