"""The player of a simulated game: the truth about when somebody was there.

Presence is a list of intervals in true time. What a library cannot know for sure, for nothing
shows it before it is over, is marked by the interval's beginning:

    unnoticed   who goes and is back, or comes and goes, faster than a change is reported
    woken       the machine has woken, and nobody has done anything: perhaps nobody is there

Who does nothing for the idle timeout has been away since the last input. Until then they counted as
present, and do in all that was written, or kept on the disk, before the library could know.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from exponea_game.sessions.rules import AWAKE

from .world import World

TIMEOUT = 60.0
NOTICED = 1.4
"""Seconds until a change of presence is reported: it settles, and is asked for once a second."""
NEVER = float("-inf")


@dataclass
class Lapse:
    """An absence that is known only afterwards: nothing was done from ``since`` on.

    Attributes:
        since: When the player last did something, or when the last session ended by itself.
        until: Until when they may have counted as present.
        known: When the library was told of it.
    """

    since: float
    until: float
    known: float = float("inf")


@dataclass
class Player:
    """Whether, and since when, somebody plays one run of a game.

    Attributes:
        idle_timeout: Seconds without input that are absence.
        present: The moments in which the player was there, in true time, as intervals.
        unsure: Beginnings of presence of which the library cannot be sure.
        focused: Whether the game has the focus.
        changed: When the focus, or idleness, last came or went.
        touched: When the player last did something with the game.
        idle: The player has done nothing for the idle timeout.
        lapses: When that was so.
        waking: When the machine woke, or another player came after that, while nobody has done
            anything since.
        woke: When the machine last woke so.
        shown: When input first showed that somebody was there, by the waking since which they were.
        exited: When the event loop exited, with nobody back since.
    """

    world: World
    idle_timeout: float = float("inf")
    present: list[list[float]] = field(default_factory=list)
    unsure: set[float] = field(default_factory=set)
    focused: bool = False
    changed: float = NEVER
    touched: float = NEVER
    idle: bool = False
    lapses: list[Lapse] = field(default_factory=list)
    waking: float | None = None
    woke: float = NEVER
    shown: dict[float, float] = field(default_factory=dict)
    exited: float = NEVER
    _exited_before: float = NEVER
    """The same before the focus came, which the library may not have noticed."""
    _perhaps: list[float] | None = None
    """A waking that ended when the focus went, and when it went."""
    _concluded: float = NEVER
    """When a session last ended, whatever is found out of the player later."""

    # What the player does.

    def focus(self, focused: bool) -> None:
        """The focus comes or goes."""
        now = self.world.t
        if self.waking is not None:
            self._perhaps = [self.waking, now]
        if focused:
            self._exited_before = max(self.exited, self._exited_before)
        elif now - self.changed >= NOTICED:
            self._exited_before = NEVER
        self.focused, self.changed, self.waking = focused, now, None
        self.touched, self.idle = now, False
        if focused:
            former = [span for span in self.present[-1:] if span[0] in self.unsure]
            perhaps = [] if self._perhaps is None else [self._perhaps]
            before = max([*former, *perhaps], default=None)
            self.resume()
            if before is not None and now - before[1] < NOTICED:
                self.unsure.add(now)  # nobody has seen the focus go and come back
        self.exited = NEVER

    def touch(self) -> None:
        """The player does something with the game, which has the focus."""
        self.mark()
        if self.waking is not None:
            self.shown[self.waking] = self.world.t
        self.show_up()
        if self.idle:
            self.asked()  # input that comes late tells of the absence first
            self.idle, self.changed = False, self.world.t
            self.resume()
        self.touched = self.world.t

    @property
    def can_exit(self) -> bool:
        """Whether an exit of the event loop can be told from what came just before it."""
        return self.waking is None and self.focused and self.world.t - self.changed >= NOTICED

    @property
    def is_awaited(self) -> bool:
        """Whether what is tracked begins a session, at a waking that nobody has answered yet."""
        gone = self._perhaps is not None and self.world.t - self._perhaps[1] < NOTICED
        return self.waking is not None or gone

    def exits(self) -> None:
        """The event loop exits: nobody is there any more.

        Who has been idle was away already, and stays so in another loop, until there is input.
        """
        if not self.idle:
            self.focused, self.exited = False, self.world.t

    def tracks(self) -> None:
        """What is tracked after the loop lies in the session: a moment, not the time until then."""
        exited = max(self.exited, self._exited_before)
        if not self.focused and self.world.t - exited < TIMEOUT:
            self.resume()
            if exited == self._exited_before:
                self.unsure.add(self.world.t)

    def becomes_another(self) -> None:
        """From here on another player has the focus."""
        self.mark()
        self.asked()
        if self.waking is not None:
            self.waking = self.world.t  # what the new player shows is no moment of the former one
        elif self.focused and self.present[-1][0] in self.unsure:
            self.resume()  # nor is what the former one has not shown
            self.unsure.add(self.world.t)
        elif self.focused and not self.idle and self.idle_timeout < float("inf"):
            self.resume()
        self._concluded = self.world.t

    def goes(self) -> None:
        """The process is over."""
        self.focused, self.waking = False, None

    # What time does.

    def mark(self) -> None:
        """Enter that the player is still there, or has been idle."""
        now = self.world.t
        if not self.focused:
            return
        if now - self.touched >= self.idle_timeout:
            self._idles(now)
            return
        if self.waking is not None:
            if now - self.woke < AWAKE:
                return
            self.unsure.add(self.waking)
            self.show_up()
        self.present[-1][1] = now
        if now - self.present[-1][0] > AWAKE + NOTICED:
            self.unsure.discard(self.present[-1][0])

    def _idles(self, now: float) -> None:
        """Without input for so long the player has been away since the last one."""
        if not self.idle:
            since = max(self.touched, self._concluded)
            self.present = [[a, min(b, since)] for a, b in self.present if a <= since]
            self.lapses.append(Lapse(since, now))
            self.idle, self.waking = True, None
        lapse = self.lapses[-1]
        if lapse.known == float("inf"):
            lapse.until = now

    def asked(self) -> None:
        """The library has looked at the time, or the focus: it knows of a lapse."""
        if self.focused and self.idle and self.lapses:
            self.lapses[-1].known = min(self.lapses[-1].known, self.world.t)

    def show_up(self) -> None:
        """Somebody has been there since the waking."""
        if self.waking is not None:
            self.present.append([self.waking, self.world.t])
            self.waking = None
        elif self._perhaps is not None and self.world.t - self._perhaps[1] < NOTICED:
            self.unsure.add(self._perhaps[0])  # who has just gone may not be known to have gone
            self.present.insert(len(self.present) - self.focused, self._perhaps)
            self._perhaps = None

    def wake(self, asleep: float) -> None:
        """The machine has slept for some seconds; the focus is where it was."""
        if not self.focused:
            return
        if asleep >= TIMEOUT:
            self._concluded = self.world.t - asleep
        if self.world.t - self.touched >= self.idle_timeout:
            self._idles(self.world.t - asleep)  # seconds asleep are seconds without input
            return
        fresh = self.world.t - asleep - self.changed < NOTICED
        if self.waking is not None or (asleep >= TIMEOUT and not fresh):
            self.waking = self.woke = self.world.t
            return
        doubted = bool(self.present) and self.present[-1][0] in self.unsure
        self.resume()
        if asleep >= TIMEOUT or doubted:
            self.unsure.add(self.world.t)

    def resume(self) -> None:
        """The player is there anew, or again; a process that stood still goes on."""
        self.present.append([self.world.t, self.world.t])
