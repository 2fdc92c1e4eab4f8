"""A game that is played: one process, one run of the library, and the truth about it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from exponea_game.journal.memory import MEMORY_LIMIT, Memory, Waiting
from exponea_game.journal.resync import LONGEST, UnsyncedError
from exponea_game.run.engine import Engine
from exponea_game.settings import Settings
from exponea_game.system.json_text import encode
from exponea_game.windows.presence import Focus, Presence

from .disk import Crash
from .player import TIMEOUT, Player
from .world import FAULTS_LINGER, HOME, Surroundings, World

WAKES_UP = 0.01
"""Seconds that the keeper takes to notice that lines wait for a slow disk."""


@dataclass
class Opened:
    """A session as a run knew it: when it was opened or carried on there, and when it began.

    Both in true time.
    """

    id: str
    t: float
    began: float


class Windows:
    """The windows of a simulated game, which the game itself asks."""

    settling = False

    def __init__(self, presence: Presence) -> None:
        self._presence = presence

    @property
    def returning(self) -> float | None:
        return self._presence.returning

    @property
    def last_input(self) -> float:
        return self._presence.last_input

    def lapse(self, now: float) -> float | None:
        return self._presence.lapse(now)

    def beat(self) -> None:
        """Nobody is there to be asked."""

    def close(self) -> None:
        """There is nothing to take away."""


@dataclass
class Game:
    """One process.

    Attributes:
        player: Who plays, and when they were there.
        opened: The sessions that were open in this run.
        synced: When everything appended was last on the disk itself, by the library's own word.
        kept: Until when all that it appended is on the disk, once it has ended.
        ended: How the process ended: "quit", "kill", "cut", or "" while it lives.
    """

    world: World
    settings: Settings
    opened: list[Opened] = field(default_factory=list)
    synced: float = float("-inf")
    ended: str = ""
    ended_at: float = float("inf")
    looked: float = float("-inf")
    kept: float = float("inf")
    at_work: set[str] = field(default_factory=set)
    """The library's threads that are in the middle of something."""
    dropped: dict[str | None, float] = field(default_factory=dict)
    """The commands for which its memory had no room, and when they were tracked."""
    catching_up: bool = False
    unclear: bool = False
    """A session of this run could not be dated: its presence is in none for certain."""
    status: int | None = None
    """The status with which the game was told to exit, with nobody back since."""
    statuses: set[int] = field(default_factory=set)
    """All with which it was ever told to."""
    parted_from: str = ""
    """The session that was open when it quit."""
    noticed: int = 0
    """How much of the world's ledger has been looked through for sessions."""
    said: list[float] = field(default_factory=list)
    """When the game itself has begun or ended what is a session of its own."""

    def __post_init__(self) -> None:
        self.player = Player(self.world, self.settings.idle_timeout or float("inf"))

    def launch(self) -> None:
        world = self.world
        self.disk = world.disk()
        self._presence = Presence(self.settings.idle_timeout)
        world.games.append(self)
        self.began, self.boot = world.t, world.boot
        surroundings = Surroundings(world, self, self.disk, Windows(self._presence))
        self.engine = Engine(replace(self.settings, **world.destination), surroundings)
        self._watch(self.engine.journal._memory)
        if world.provider is not None:
            self.engine.use_tokens(world.provider)
        self._notice_session()
        self.look()

    def keeps_apart(self, journal: Any) -> bool:
        """Whether commands are moved into a journal from that of their calls."""
        if not hasattr(self, "engine"):
            return False
        return any(journal is own for _, own in self.engine.outbox.aside._open.values())

    # What the player does.

    def focus(self, focused: bool) -> None:
        self.player.mark()
        self._catch_up()
        self.player.asked()
        self.player.focus(focused)
        self.status = None
        self._ask()

    def touch(self) -> None:
        """The player does something with the game, which has the focus."""
        self._catch_up()
        if self.player.idle:
            self.status = None  # they are back
        self.player.touch()
        left = self._presence.touch(self.engine.clock.elapsed())
        if left is not None and self.settings.automatic_session_tracking:
            self.engine._report(False, left)
        self._notice_session()

    def exit(self, status: int | None = None) -> None:
        """The event loop exits; a second one, or the end of the program, may follow."""
        self.player.mark()
        if not self.player.can_exit:
            return
        self._catch_up()
        self.player.asked()
        self.player.exits()
        self.status = None
        idle_since = self._presence.lapse(self.engine.clock.elapsed())
        self._presence.away(self.engine.clock.elapsed())
        if idle_since is not None and self.settings.automatic_session_tracking:
            self.engine._report(False, idle_since)
        if status is None:
            self.engine.exit()
        else:
            self._exits(status)

    def _exits(self, status: int) -> None:
        self.status = status
        self.statuses.add(status)
        self.engine.failures.exits(status)

    def fail(self) -> None:
        """The game does not catch an exception of its own."""
        self.world.advance(0.0001)  # errors of two games are told apart by their moments
        if self.player.is_awaited:
            self.event()  # the error would begin a session and end it, which nobody could see
        self._catch_up()
        self._track_after_exit()
        self.player.mark()
        self.player.asked()
        self._say()
        self.engine.failures.failed(KeyError(), "MainThread", fatal=True)

    def _ask(self) -> None:
        engine = self.engine
        focus = Focus.HERE if self.player.focused else Focus.ELSEWHERE
        verdict = self._presence.weigh(focus, engine.clock.elapsed())
        if verdict is not None and engine.settings.automatic_session_tracking:
            engine._report(*verdict)
        self.player.asked()
        self._notice_session()

    def second(self) -> None:
        """What the library's threads do about once a second."""
        self.player.mark()
        self._catch_up()
        self._ask()
        works = [self.look, self.deliver]
        for work in works if self.world.chance.random() < 0.5 else reversed(works):
            work()

    def look(self) -> None:
        began = self.world.t
        self.at_work.add("keeper")
        self.engine.look()
        self.at_work.discard("keeper")
        self._notice_session()
        self.looked = began
        self.note_synced(began)

    def note_synced(self, began: float) -> None:
        """What was appended before a look is certain after it, by the library's own word."""
        world, fault = self.world, self.engine.journal.fault
        healthy = not world.disk_is_faulty
        if isinstance(fault, UnsyncedError):  # after which the disk is asked ever more rarely
            healthy = healthy and world.t - world.faulty > LONGEST + FAULTS_LINGER
        assert fault is None or not healthy, f"a healthy disk is said to have a fault: {fault}"
        if fault is None and not self.engine.journal._memory:
            self.synced = began

    def _watch(self, memory: Memory) -> None:
        """Enter what it drops because it is full."""
        keep = memory.add

        def add(waiting: Waiting) -> None:
            size = memory.size + len(waiting.line)
            for line in memory:
                if size <= MEMORY_LIMIT:
                    break
                if line.tells_of_losses:
                    continue
                size -= len(line.line)
                self.dropped[line.command] = self.began + line.elapsed
            keep(waiting)

        memory.add = add  # type: ignore[method-assign]

    def _catch_up(self) -> None:
        """Within milliseconds the keeper writes out what waits for a disk that was slow."""
        journal, memory = self.engine.journal, list(self.engine.journal._memory)
        waits = memory and self._age(memory[0]) > WAKES_UP
        if waits and journal.urgent.is_set() and not self.at_work:
            self.catching_up = True
            journal.catch_up()
            self.catching_up = False

    def deliver(self, steps: int = 3) -> None:
        self.at_work.add("courier")
        self._deliver(steps)
        self.at_work.discard("courier")

    def meanwhile(self) -> None:
        """Another thread is quicker, between two operations of one on the disk."""
        engine = self.engine
        if engine.journal.lock._is_owned():  # type: ignore[attr-defined]
            return
        chance = self.world.chance.random()
        if chance < 0.6:
            self.world.advance(0.0001)
            if self.world.signs_in():
                self.identify()
            else:
                self.event()
            return
        files = [engine.saver.file, *(run.cursor for run in [engine.run, *engine.outbox._dead])]
        waits = any(lock.locked() for file in files for lock in (file._lock, file._file._lock))
        if waits or engine.journal._work._is_owned():  # type: ignore[attr-defined]
            return
        if chance < 0.8 and "keeper" not in self.at_work:
            self.look()
        elif "courier" not in self.at_work:
            self.deliver()

    def _deliver(self, steps: int) -> None:
        for _ in range(steps):
            if self.engine.outbox.idle():
                break
            wait = self.engine.courier.step()
            if wait is None or wait > 0.25:
                break

    def event(self, kind: str = "shot") -> None:
        self.player.show_up()
        self._catch_up()
        self._track_after_exit()
        self.world.calls += 1
        properties = {"n": self.world.calls, "text": "x" * (self.world.calls * 37 % 300)}
        self.engine.recorder.event(encode(kind), properties, encode(properties))
        self._notice_session()

    def _track_after_exit(self) -> None:
        if self._session_is_open():
            self.player.tracks()

    def _session_is_open(self) -> bool:
        return self.engine.recorder.state.start is not None

    def identify(self) -> None:
        self._catch_up()
        self.world.calls += 1
        properties = {"n": self.world.calls}
        ids = {"registered": f"player{self.world.calls}@example.com"}
        self.engine.identify(ids, properties, encode(properties), None)

    def anonymize(self) -> None:
        self._catch_up()
        self._say()
        self.world.anonymized = self.world.t
        self.player.becomes_another()
        self.engine.anonymize()
        self._notice_session()

    def by_hand(self, *, start: bool, timed: bool) -> None:
        """The game starts or ends a session, perhaps with the moment that its clock shows."""
        self._catch_up()
        self._say()
        recorder = self.engine.recorder
        (recorder.start if start else recorder.end)(self.world.wall if timed else None)
        self._notice_session()

    def _say(self) -> None:
        self.said.append(self.world.t)

    def _notice_session(self) -> None:
        """Enter the sessions that have begun, also those that have ended within the same call."""
        ledger, clock = self.world.ledger, self.engine.clock
        session = self.engine.recorder._sessions.open
        known = {opened.id for opened in self.opened}
        if self.noticed == len(ledger) and (session is None or session.id in known):
            return
        begun = {}
        for call in ledger[self.noticed :]:
            if call.game is self and '"session_start"' in call.command and not call.excused:
                start = json.loads(call.command)["data"]
                begun[start["properties"]["session_id"]] = start["timestamp"] - clock.began
        if session is not None:
            begun[session.id] = session.since
        for name, since in begun.items():
            if name not in known:
                self.opened.append(Opened(name, self.world.t, self.began + since))
        self.noticed = len(ledger)

    # How it ends.

    def leave(self, status: int) -> None:
        """The game calls ``sys.exit``, which its event loop passes on."""
        self.player.mark()
        self._catch_up()
        self._exits(status)
        self.quit()

    def quit(self, *, at_once: bool = False) -> None:
        """The game ends; ``at_once`` where a signal ends it, which leaves no time to deliver."""
        engine = self.engine
        self.player.mark()
        self.player.asked()
        self._say()
        session = engine.recorder._sessions.open
        if session is not None:
            self.parted_from = session.id
        if at_once:
            engine.failures.terminated()
            self._notice_session()
        else:
            engine.quit()
            self.player.goes()  # what other threads still track shows nobody any more
            self._notice_session()
            engine.look()
            self.deliver()
            engine.close()
        self.disk.die()
        self._over("quit")
        if self.engine.journal.complete:
            self.synced = self.world.t
        else:
            self._excuse_memory("quit")

    def die(self, how: str) -> None:
        self.player.mark()
        if hasattr(self, "engine"):
            self._notice_session()
            with suppress(Crash):
                self._catch_up()
        self.disk.die()
        self._excuse_memory(how)
        self._over(how)

    def _excuse_memory(self, how: str) -> None:
        """What the disk did not take dies with the process, where the disk was at fault."""
        engine = getattr(self, "engine", None)
        if engine is None:
            return
        lines = engine.journal._memory
        waiting = {item.command for item in lines}
        seldom = isinstance(engine.journal.fault, UnsyncedError) and how != "quit"
        linger = FAULTS_LINGER + LONGEST * seldom  # a quit asks the disk once more
        faulty = self.world.disk_is_faulty or self.world.faulty > self.looked - linger
        fresh = all(self._age(item) <= WAKES_UP for item in lines)
        fresh = fresh or self.catching_up or bool(self.at_work)  # it died of it
        assert not len(lines) or faulty or fresh, "lines wait though the disk is well"
        for call in self.world.ledger:
            if call.game is self and call.command in waiting:
                call.excused = call.excused or f"in memory at a {how}"

    def _age(self, waiting: Waiting) -> float:
        return self.world.t - self.began - waiting.elapsed

    def _over(self, how: str) -> None:
        self.ended, self.ended_at = how, self.world.t
        self.player.goes()
        waiting = self.engine.journal._memory if hasattr(self, "engine") else ()
        late = (self.began + item.elapsed for item in waiting)
        self.kept = min([self.ended_at, *late, *self.dropped.values()])
        self.complete = not waiting and not self.dropped
        for call in self.world.ledger if self.dropped else ():
            if call.game is self and call.command in self.dropped:
                call.excused = call.excused or "no room in memory"

    def forget(self) -> None:
        """The power went, in this process's time or after it."""
        if self.synced < self.ended_at:
            self.kept, self.complete = min(self.kept, self.synced), False


def settings(**changed: Any) -> Settings:
    given = {
        "app_name": "game",
        "session_timeout": TIMEOUT,
        "home": HOME,
        "environment": "production",
    }
    return Settings(**{**given, **changed})
