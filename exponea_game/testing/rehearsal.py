"""A made-up world in which the real library runs: one machine, one player, one server.

Time passes only when the world is told so. The disk is in memory, the server takes everything
while it can be reached, and the windows are believed to have the focus while the player is there.
No thread runs: with each second that passes, a run does what its threads would have done.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from exponea_game.delivery.transport import Reply, Transport
from exponea_game.run.engine import Engine
from exponea_game.run.keeper import LOOK
from exponea_game.run.world import World
from exponea_game.system.clock import Clock, Reading
from exponea_game.testing.ram_disk import RamDisk
from exponea_game.windows.hook import WindowHook
from exponea_game.windows.presence import Focus

BEGINNING = 1_700_000_000.0
"""Unix time at which a world begins."""


@dataclass
class Machine:
    """The clocks of a machine, in seconds."""

    wall: float = BEGINNING
    uptime: float = 1000.0
    awake: float = 1000.0

    def pass_time(self, seconds: float, *, asleep: bool = False) -> None:
        """Let time pass on all clocks that go on meanwhile."""
        self.wall += seconds
        self.uptime += seconds
        self.awake += 0.0 if asleep else seconds


class MachineClock(Clock):
    """The time of one run on a made-up machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.boot, self.boot_elapsed, self.began = "rehearsal", machine.uptime, machine.wall

    def elapsed(self) -> float:
        """Seconds since the run began, sleep included."""
        return self._machine.uptime - self.boot_elapsed

    def read(self) -> Reading:
        """This moment on all clocks."""
        elapsed = self.elapsed()
        wall = self.began + elapsed
        return Reading(wall, self._machine.awake, elapsed, self._machine.wall - wall)


class FakeWindow:
    """A window that nobody sees: as much of one as the library asks for."""

    def __init__(self) -> None:
        self.context: object | None = object()

    def dispatch_event(self, *arguments: Any) -> None:
        """Tell nobody."""

    def close(self) -> None:
        """Close the window, as the player does with a click."""
        self.context = None
        self.dispatch_event("on_close")


@dataclass
class Server:
    """Takes everything while it can be reached.

    Attributes:
        reachable: Whether it answers.
        commands: What it took, in the order in which it came.
    """

    reachable: bool = True
    commands: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, address: str, headers: Mapping[str, str], data: bytes, /) -> Reply:  # noqa: ARG002
        """Answer a batch.

        Raises:
            ConnectionError: It cannot be reached.
        """
        if not self.reachable:
            raise ConnectionError(f"{address} cannot be reached")
        commands = json.loads(data)["commands"]
        self.commands += commands
        results = [{"success": True} for _ in commands]
        return Reply(200, {}, json.dumps({"success": True, "results": results}).encode())

    def close(self) -> None:
        """There is no connection to give up."""


class MadeUpWorld(World):
    """All that is outside of the library.

    Attributes:
        here: Whether the player is at the game.
    """

    def __init__(self) -> None:
        self.machine, self.server, self.here = Machine(), Server(), True
        self.disk: RamDisk = RamDisk()

    def clock(self) -> Clock:
        """The machine's."""
        return MachineClock(self.machine)

    def transport(self, patience: float | None = None) -> Transport:  # noqa: ARG002 - it answers
        """To the server."""
        return self.server

    def chance(self) -> float:
        """Nothing is left to it."""
        return 0.5

    def windows(self, *arguments: Any, **keywords: Any) -> WindowHook:
        """What watches windows of any kind."""
        return MadeUpWindows(self, *arguments, **keywords)


class MadeUpWindows(WindowHook):
    """Watches windows of any kind; whether one has the focus is the world's to say."""

    def __init__(self, world: MadeUpWorld, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._world = world

    def _truth(self, windows: Collection[Any]) -> Focus:  # noqa: ARG002 - the world knows
        return Focus.HERE if self._world.here else Focus.ELSEWHERE

    def _post(self) -> None:
        self._answer()


class RehearsedEngine(Engine):
    """One run in a made-up world, without threads."""

    def turn(self) -> None:
        """Do what the threads do in a second."""
        self.look()
        if not self.outbox.idle():  # else the courier sleeps
            self.deliver()

    def deliver(self, *, flush: bool = False) -> None:
        """Send what waits, as far as it may be sent at this moment."""
        wait = self.courier.step(flush=flush)
        while wait is not None and wait < LOOK and not self.courier.last_error:
            wait = self.courier.step(flush=flush)

    def flush(self, timeout: float) -> tuple[int, int, str]:  # noqa: ARG002 - no time passes
        """Deliver what waits: sent, left, and the trouble; no time passes."""
        before = self.courier.sent
        self.deliver(flush=True)
        _, left, trouble = super().flush(0.0)
        return self.courier.sent - before, left, trouble

    def die(self) -> None:
        """End as a killed process does: nothing is written, nothing is sent."""
        if self.run.lock is not None:  # else all is in memory, as before the player's consent
            self.journal.maintain()  # a real disk has what a call has written
        self._closed = True
        self.windows.close()
        disk = self.home.disk
        if isinstance(disk, RamDisk):
            disk.kill()


def kept(engine: Engine) -> list[dict[str, Any]]:
    """The commands in all journals of a home that the server does not have, oldest first."""
    commands: list[bytes] = []
    for name in engine.home.names():
        run = engine.home.run(name)
        run.cursor.load()
        place = run.cursor.position
        while (batch := run.reader.read(place)).commands:
            commands += batch.commands
            place = batch.end
    return [json.loads(command) for command in commands]
