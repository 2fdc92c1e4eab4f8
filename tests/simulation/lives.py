"""Random lives of a game on one home, run after run, all decided by a seed."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from exponea_game.journal import writer
from exponea_game.recovery.runs import Home

from .disk import Crash, FakeDisk
from .game import Game, settings
from .player import TIMEOUT
from .server import STATES
from .truth import BrokenPromiseError, check
from .world import HOME, World

LIVES = 4
"""Lives at most, before the one that delivers everything."""
YEAR = 365.25 * 86_400
IDLE = 0.15
"""How likely the games of a seed are ones in which it counts what the player does."""
SIGNS_IN = 0.1
"""How likely another thread of a seed's games identifies the player, as often as it tracks."""
SHORT, SHORT_SEGMENT = 0.12, 1_500
"""How likely the segments of a seed's games are short, and their bytes: then there are many."""
IDLE_TIMEOUTS = (None, 7.0, 20.0, 45.0, 90.0)


@dataclass
class Mischief:
    """The trouble with the disk: one death at a chosen operation, and failures now and then."""

    world: World
    deadly_in: int | None = None
    """Operations until the process dies; None if it does not."""
    failing: float = 0.0
    """How likely an operation fails."""
    slow: float = 0.0
    restless: float = 0.0
    """How likely another thread of the process is quicker."""
    interrupted: bool = False

    def meet(self, disk: FakeDisk, operation: str, path: Path, size: int) -> int | None:
        chance = self.world.chance
        if self.restless and not self.interrupted and chance.random() < self.restless:
            self.interrupted = True
            for game in self.world.games:
                if game.disk is disk and game.at_work:
                    game.meanwhile()
            self.interrupted = False
            if disk.dead:
                raise Crash
        if self.deadly_in is not None:
            self.deadly_in -= 1
            if self.deadly_in < 0:
                self.deadly_in = None
                self.world.victim = disk
                disk.dead = True
                if size:
                    return -chance.randint(0, size) - 1
                raise Crash
        if self.slow and operation == "write" and chance.random() < self.slow:
            self.world.slow += 0.02
        if self.failing and chance.random() < self.failing:
            self.world.faulty = self.world.t
            if size > 1 and chance.random() < 0.5:
                return chance.randint(1, size - 1)
            if operation == "sync" and chance.random() < 0.2:
                self.deadly_in = chance.randint(0, 3)
            raise OSError(5, f"{operation} failed")
        return None


class Lives:
    """The lives that a seed decides.

    Attributes:
        hard: Times are hard: sessions are short, disks fail, and the power goes every other minute.
        hands: Decides what the player does with the games, apart from all else: where they do
            nothing that counts, a seed tells the same lives without it.
        idle: Games may have an ``idle_timeout``, so that it counts what the player does.
    """

    def __init__(self, seed: int) -> None:
        self.seed, self.lived = seed, 0
        self.world = World(seed)
        self.chance = self.world.chance
        self.mischief = Mischief(self.world)
        self.world.storage.trouble = self.mischief
        self.hard = self.chance.random() < 0.3
        self.hands = random.Random(f"hands {seed}")
        self.idle = self.hands.random() < IDLE
        self.short = random.Random(f"limits {seed}").random() < SHORT
        others = random.Random(f"others {seed}")
        if others.random() < SIGNS_IN:
            self.world.signs_in = lambda: others.random() < 0.5
        self.games: list[Game] = []
        self.next_look = 0.0

    def run(self) -> int:
        """Live them all and check; returns how many lives there were.

        Raises:
            BrokenPromiseError: A promise was broken; the text says how to see it again.
        """
        logging.disable(logging.CRITICAL)
        limit = SHORT_SEGMENT if self.short else writer.SEGMENT_LIMIT
        try:
            with mock.patch.object(writer, "SEGMENT_LIMIT", limit):
                self._run()
        except Exception as error:
            again = f"python -m tests.simulation.soak --seed {self.seed}"
            raise BrokenPromiseError(f"{type(error).__name__}: {error}\nagain: {again}") from error
        finally:
            logging.disable(logging.NOTSET)
        return self.lived

    def _run(self) -> None:
        for _ in range(self.chance.randint(1, LIVES)):
            self._live()
        self.lived += 1
        deliver_all(self.world)
        check(self.world)

    def _live(self) -> None:
        """One life, and perhaps a second game beside it."""
        chance = self.chance
        self._start()
        if chance.random() < 0.15:
            self._start()
        if chance.random() < 0.35:
            self.mischief.deadly_in = int(chance.expovariate(1 / 120))
        self.mischief.restless = chance.choice((0.0, 0.0, 0.02))
        for _ in range(chance.randint(2, 14)):
            for game in list(self.games):
                if game in self.games:
                    self._safely(game, self._act)
            if not self.games:
                break
        self.mischief.deadly_in = None
        while self.games:
            if self.idle:  # where two have no session, nothing else tells their errors apart
                self.world.advance(0.0001)
            self._end(self.games[0])
        self._between()

    def _start(self) -> None:
        chance = self.chance
        game = Game(
            self.world,
            settings(
                automatic_session_tracking=chance.random() < 0.9,
                end_session_on_exit=chance.random() < 0.7,
                idle_timeout=self.hands.choice(IDLE_TIMEOUTS) if self.idle else None,
            ),
        )
        self.lived += 1
        self.games.append(game)
        self.world.advance(chance.random())
        self._safely(game, Game.launch)
        self.world.advance(0.01)
        if game in self.games and chance.random() < 0.9:
            self._safely(game, lambda game: game.focus(True))
        if game in self.games and chance.random() < 0.03:
            self._safely(game, Game.deliver)  # the courier is quicker than the keeper
            self._power_cut()

    def _live_on(self, seconds: float) -> None:
        """Time passes for all games."""
        until = self.world.t + seconds
        while self.games and self.world.t < until:
            if until < self.next_look:
                self.world.advance(until - self.world.t)
                return
            self.world.advance(max(0.0, self.next_look - self.world.t))
            self.next_look = self.world.t + 1.0
            for game in list(self.games):
                self.world.advance(0.003)  # no two processes do anything at the very same time
                self._safely(game, Game.second)

    def _sleep(self, seconds: float) -> None:
        """The machine sleeps."""
        for game in self.games:
            game.player.mark()
        self.world.sleep(seconds)
        for game in self.games:
            game.player.wake(seconds)
        self._live_on(1.5)

    def _safely(self, game: Game, act) -> None:  # type: ignore[no-untyped-def]
        """Act; where the process dies of it, notice."""
        if game not in self.games:
            return
        try:
            act(game)
        except Crash:
            if self.chance.random() < 0.3:
                self._power_cut()
            else:
                self._dies(game, "kill")

    def _dies(self, game: Game, how: str) -> None:
        game.die(how)
        self.games.remove(game)

    def _power_cut(self) -> None:
        for game in list(self.games):
            self._dies(game, "cut")
        modes = ["all", "none", "suffix", "suffix", "sectors"] + ["sectors"] * 9 * self.hard
        mode = self.chance.choice(modes)
        self.world.power_cut(mode, self.chance)

    def _end(self, game: Game) -> None:
        how = self.chance.random() + (0.2 if self.hard else 0.0)
        if how < 0.5:
            if how < 0.1:
                self._safely(game, Game.fail)
            self._safely(game, self._quit)
            if game in self.games:
                self.games.remove(game)
        elif how < 0.8:
            self._dies(game, "kill")
        else:
            self._power_cut()

    def _quit(self, game: Game) -> None:
        how = self.chance.random()
        if how < 0.2:
            game.leave(self.chance.choice((0, 1, 3)))
        else:
            game.quit(at_once=how < 0.4)

    def _between(self) -> None:
        """The time between two lives."""
        chance = self.chance
        longest = chance.choice((0.5, 5.0, 30.0, 70.0, 3600.0, 86_400.0))
        self.world.advance(longest * chance.random())
        if chance.random() < 0.15:
            self._set_clock()
        if chance.random() < 0.1:
            self.world.reboot()
        if chance.random() < 0.7:
            self._heal()

    def _heal(self) -> None:
        self.world.disk_is_faulty  # noqa: B018 - notes until when
        self.mischief.failing = self.mischief.slow = 0.0
        self.world.storage.full = self.world.storage.read_only = False

    def _set_clock(self) -> None:
        step = self.chance.choice((3600.0, 30.0, YEAR)) * self.chance.choice((1, -1))
        self.world.steps.append(self.world.t)
        self.world.offset += step * self.chance.random()

    def _act(self, game: Game) -> None:
        chance, world = self.chance, self.world
        self._live_on(0.001 + chance.random() / 10)
        if game not in self.games:
            return
        world.advance(0.0001)  # no two things happen at the very same time
        if self.idle and self.hands.random() < 0.4:
            self._play(game)
            return
        if self.hard and chance.random() < 0.3:
            self._suffer(game)
            return
        if not game.settings.automatic_session_tracking and chance.random() < 0.2:
            game.by_hand(start=chance.random() < 0.6, timed=chance.random() < 0.5)
            return
        what = chance.random()
        if what < 0.40:
            self._live_on(chance.choice((0.1, 1.0, 3.0, 12.0)) * chance.random() * 2)
        elif what < 0.60:
            for _ in range(chance.choice((1, 3, 40))):
                self._live_on(chance.random() * 0.05)
                if game not in self.games:
                    return
                game.event(chance.choice(("shot", "level", "shot", "refused", "poison")))
        elif what < 0.72:
            game.focus(not game.player.focused)
            self._live_on(chance.choice((0.2, 2.0, 30.0, 61.0, 75.0)))
        elif what < 0.745:
            self._come_back_in_time(game)
        elif what < 0.77:
            self._sleep(chance.choice((5.0, 50.0, 70.0, 32_400.0)))
        elif what < 0.80:
            game.identify()
        elif what < 0.83:
            game.anonymize()
        elif what < 0.86:
            self._set_clock()
        elif what < 0.92:
            world.server.state = chance.choice(STATES)
        elif what < 0.95:
            self._trouble()
        elif what < 0.97:
            game.exit(chance.choice((None, None, 0, 3)))
            self._live_on(chance.choice((0.2, 5.0, 55.0, 61.0)))

    def _play(self, game: Game) -> None:
        """The player does something, and perhaps nothing for a while."""
        hands, idle_timeout = self.hands, game.settings.idle_timeout or TIMEOUT
        for _ in range(hands.randint(1, 4)):
            if game in self.games and game.player.focused:
                game.touch()
                if hands.random() < 0.3:
                    game.look()  # before anybody asks for the focus
            around = idle_timeout - 1.5 + 3.0 * hands.random()
            self._live_on(hands.choice((0.3, 3.0, around, TIMEOUT - 1.5 + 3.0 * hands.random())))

    def _suffer(self, game: Game) -> None:
        chance = self.chance
        what = chance.random()
        if what < 0.6:
            self._become_others(game)
        elif what < 0.8:
            self.mischief.failing = chance.choice((0.05, 0.3, 0.6))
        else:
            self._heal()
        if chance.random() < 0.3:
            self._power_cut()

    def _become_others(self, game: Game) -> None:
        """Sessions follow each other within moments."""
        for _ in range(self.chance.randint(1, 4)):
            self._live_on(self.chance.random() * 0.4)
            if game in self.games:
                game.anonymize()
                game.event()

    def _come_back_in_time(self, game: Game) -> None:
        """The player returns when the time is nearly up, or just over."""
        if game.player.focused:
            game.focus(False)
            self._live_on(TIMEOUT - 0.35 + 0.4 * self.chance.random())
        if game in self.games:
            game.focus(True)
            self._live_on(2.0)

    def _trouble(self) -> None:
        kind = self.chance.choice(("heal", "heal", "full", "read_only", "failing", "slow"))
        self._heal()
        if kind in ("full", "read_only"):
            setattr(self.world.storage, kind, True)
        elif kind != "heal":
            setattr(self.mischief, kind, self.chance.choice((0.02, 0.3)))


def deliver_all(world: World) -> None:
    """A healthy life at the end, in which everything arrives.

    Raises:
        BrokenPromiseError: Something is left.
    """
    world.storage.full = world.storage.read_only = False
    world.storage.trouble = None
    world.make_well()
    world.advance(120.0)
    game = Game(world, settings())
    game.launch()
    game.event("farewell")  # losses are told once the server has taken something
    for _ in range(600):
        world.advance(1.0)
        game.second()
        if game.engine.outbox.idle() and not game.engine.outbox.lost():
            break
    game.quit()
    left = Home(HOME, world.disk()).names()
    if left:
        raise BrokenPromiseError(f"these runs are left after a healthy life: {left}")
