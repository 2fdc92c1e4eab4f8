"""Presence and absence become ``session_start`` and ``session_end``.

A session is a run of presence with no gap of ``timeout`` seconds or more. What may be relied on in
each state:

    none      no session is open
    present   away_since is None; silence counts: without a look for the timeout it has ended
    away      since <= away_since <= now; time counts from away_since, and reason is why it will end
    woken     none is open; the machine has slept and the game has the focus, but nobody has shown
    manual    open by a call of the game: neither silence nor time counts
    dead      open, as a run that has died left it

What each input does, by the number of its rule:

    rule  state    what comes                      next     what it tells
    1     none     presence                        present  start, when it was first seen
    1     none     absence                         none     nothing
    3     present  absence                         away     nothing; away_since is kept
    3     away     presence in time                present  nothing; away_since is dropped
    4     away     the timeout                     none     end at away_since: left
    4     away     presence too late               present  end at away_since: left; start
    5     present  the quit                        none     end at once: quit
    5     away     the quit                        none     end at away_since: quit
    5     present  the quit, held                  away     nothing; the next launch decides
    6     dead     a launch in time                away     nothing; resumed counts it
    6     dead     a launch too late               none     end at the last sign of life: crashed
    7     present  sleep                           woken    end at the last look before: asleep
    7     present  a standstill                    none     end at the last look before: left
    9     none     a start by hand                 manual   start
    9     manual   a start by hand                 manual   end: manual; start
    9     manual   an end by hand                  none     end: manual
    9     manual   absence                         manual   nothing
    9     manual   sleep                           manual   nothing
    9     manual   a standstill                    manual   nothing
    9     manual   the exit                        manual   nothing
    9     manual   the quit, held                  none     end at once: quit
    10    present  another player                  none     end at once: identity
    10    away     another player                  none     end at away_since: identity
    11    present  the exit                        away     nothing; the reason is quit
    11    away     the exit                        away     nothing; the reason is quit
    13    present  an error                        none     end at once: error
    13    away     an error                        none     end at away_since: error
    15    woken    presence under a minute         woken    nothing
    15    woken    presence for a minute           present  start, at the waking
    15    woken    input                           present  start, at the waking
    15    woken    an event                        present  start, at the waking
    15    woken    absence                         none     nothing
    15    woken    sleep                           woken    nothing
    17    present  absence since the timeout       none     end at the last input: left

Rules that are no arrow:

    2   with several windows, any that has the focus is presence (``windows/focus``)
    8   an end says why: ``Reason``
    12  a burst of changes of focus costs next to nothing and is one session at most
    14  start, end and the events between them bear the session's ``id``; its end, ``resumed``
    16  within a session nothing moves where the wall clock is set; none goes on across a boot

The exit is that of the event loop, or of the last window: a quit that a window or a loop takes back
if it comes in time. An event that is tracked after it, in time, moves it.

Nothing here reads a clock or a file: ``now`` is an argument, all moments are seconds on the run's
clock that counts sleep (``Reading.elapsed``), and every method returns what happened.
"""

from __future__ import annotations

from exponea_game.sessions.session import APART, Reason, Session, Started, Transition
from exponea_game.system.clock import Reading

AWAKE = 60.0
"""Seconds awake after which the focus alone is a player: no machine wakes for itself that long."""
NAP = 1.0
"""Seconds of sleep that begin such a waking anew; the clocks cannot seem to differ by as much."""
NEVER = float("inf")


class Sessions:
    """The sessions of one run: at most one is open at a time.

    Args:
        run: The run's name; the sessions are named after it.
        timeout: Seconds of absence that end a session.
        automatic: Whether presence opens sessions; otherwise the game's calls do.
        auto_close: Whether a manual start closes the session that is open.
        prefix: The sessions' ids begin with it; the run's name by default.

    Attributes:
        open: The session that is open.
    """

    def __init__(
        self, run: str, timeout: float, *, automatic: bool, auto_close: bool, prefix: str = ""
    ) -> None:
        self._run, self._count, self._prefix = run, 0, prefix or run
        self._timeout, self._automatic, self._auto_close = timeout, automatic, auto_close
        self._last: Reading | None = None
        self._over = -NEVER  # when the last session ended
        self._here = False  # whether the player was there when that was last told
        self._woke: Reading | None = None
        self._exit = -NEVER  # when the player's presence ended with the game's
        self.open: Session | None = None

    @property
    def deadline(self) -> float:
        """The moment from which on an event must be told, and time be looked at before any call."""
        if self._woke is not None or self._exit > -NEVER:
            return -NEVER
        if self._last is None or not self._automatic:
            return NEVER
        if self.open is not None and self.open.away_since is not None:
            return self.open.away_since + self._timeout
        return self._last.elapsed + self._timeout

    # What the player does.

    def present(self, now: Reading, since: float | None = None) -> list[Transition]:
        """The player is there, and has been since the moment ``since``; without one, since now."""
        transitions = self.tick(now, since)
        arrives, self._here = not self._here, True
        if not self._automatic:
            return transitions
        if self.open is None:
            if self._woke is None or arrives:
                transitions.append(self._start(self._back(now, since), now))
            elif now.elapsed - self._woke.elapsed >= AWAKE:
                transitions.append(self._start(self._woke.elapsed, now))
        elif self.open.away_since is not None:
            self._exit = -NEVER
            self.open = self.open._replace(away_since=None, reason=Reason.LEFT, exit_status=None)
        return transitions

    def away(self, since: float, now: Reading, returning: float | None = None) -> list[Transition]:
        """The player has been away since the moment ``since``; ``returning`` is as in ``tick``."""
        transitions = self.tick(now, returning)
        self._here, self._woke = False, None
        if self.open is None or self.open.manual or self.open.away_since is not None:
            return transitions
        away_since = min(max(since, self.open.since), now.elapsed)
        self.open = self.open._replace(away_since=away_since)
        return transitions + self.tick(now, returning)

    def input(
        self, moment: float, now: Reading, returning: float | None = None
    ) -> list[Transition]:
        """The game has had input, lately at that moment; ``returning`` is as in ``tick``."""
        transitions = self.tick(now, returning)
        if self._woke is not None and moment >= self._woke.elapsed:
            transitions.append(self._start(self._woke.elapsed, now))
        return transitions

    def event(self, now: Reading, returning: float | None = None) -> list[Transition]:
        """The game tracks an event at this moment; ``returning`` is as in ``tick``."""
        transitions = self.input(now.elapsed, now, returning)
        if self.open is not None and now.elapsed - self._exit < self._timeout:
            self.open = self.open._replace(away_since=now.elapsed + APART)
        return transitions

    # What happens by itself.

    def tick(self, now: Reading, returning: float | None = None) -> list[Transition]:
        """Time has passed; at most the player seems to be back since the moment ``returning``."""
        last, self._last = self._last or now, now
        silence = now.elapsed - last.elapsed
        slept = silence - (now.awake - last.awake)
        asleep = silence >= self._timeout and slept > silence / 2
        if self._automatic and self._here and (asleep or (self._woke and slept >= NAP)):
            self._woke = now
        if self.open is None or self.open.manual:
            return []
        if self.open.away_since is not None:
            expired = self._back(now, returning) - self.open.away_since >= self._timeout
            return [self._end(self.open.away_since, self.open.reason)] if expired else []
        if silence < self._timeout:
            return []
        return [self._end(last.elapsed, Reason.ASLEEP if asleep else Reason.LEFT)]

    # What the game does.

    def exit(self, now: Reading, status: int | None = None) -> list[Transition]:
        """The event loop has exited, or the last window is closed: perhaps the game quits.

        Args:
            now: This moment.
            status: The status with which the game exits, where that can be seen.
        """
        transitions = self.tick(now)
        self._here, self._woke = False, None
        if self.open is None or self.open.manual:
            return transitions
        if self.open.away_since is None:
            self._exit = now.elapsed
        self.open = self._leaving(now, Reason.QUIT, status)
        return transitions

    def quit(
        self,
        now: Reading,
        *,
        hold: bool = False,
        reason: Reason = Reason.QUIT,
        status: int | None = None,
    ) -> list[Transition]:
        """The game ends.

        Args:
            now: This moment.
            hold: Let the session wait for a relaunch within the timeout, unless it is manual.
            reason: ``QUIT`` or ``ERROR``.
            status: The status with which the game exits, where that can be seen.
        """
        transitions = self.tick(now)
        self._here, self._woke, self._exit = False, None, -NEVER
        if self.open is None:
            return transitions
        self.open = leaving = self._leaving(now, reason, status)
        if hold and not leaving.manual:
            return transitions
        return [*transitions, self._end(leaving.away_since or 0.0, leaving.reason)]

    def start(self, timestamp: float | None, now: Reading) -> list[Transition]:
        """The game starts a session by hand, at ``timestamp`` (Unix seconds) or at this moment.

        Without ``auto_close`` a start while a session is open starts nothing: each session has
        one start and one end.
        """
        transitions = self.tick(now)
        moment = _moment(timestamp, now)
        if self.open is not None:
            if not self._auto_close:
                return transitions
            transitions.append(self._end(moment, Reason.MANUAL))
        return [*transitions, self._start(moment, now, timestamp, manual=True)]

    def end(self, timestamp: float | None, now: Reading) -> list[Transition]:
        """The game ends its session by hand, at ``timestamp`` (Unix seconds) or at this moment."""
        transitions = self.tick(now)
        if self.open is not None:
            transitions.append(self._end(_moment(timestamp, now), Reason.MANUAL))
        return transitions

    def part(self, now: Reading) -> tuple[list[Transition], bool]:
        """The player becomes another one: ends the session; also says whether to start anew."""
        transitions, self._over = self.tick(now), now.elapsed
        if self.open is None:
            return transitions, False
        present = self.open.away_since is None
        self.open = leaving = self._leaving(now, Reason.IDENTITY)
        transitions.append(self._end(leaving.away_since or 0.0, leaving.reason))
        return transitions, present and self._automatic

    def carry_on(self, session: Session, now: Reading) -> None:
        """Make a session of an earlier run, as ``recover`` returned it, the open one."""
        self.open, self._last = session, now

    # Underneath.

    def _back(self, now: Reading, since: float | None) -> float:
        """When the player came back: ``since`` then, unless a gap has followed that ends it."""
        gone = since is None or now.elapsed - since >= self._timeout
        return now.elapsed if since is None or gone else since

    def _leaving(self, now: Reading, reason: Reason, status: int | None = None) -> Session:
        """The open session as it will end; a crash that nobody came back from stays one."""
        assert self.open is not None  # noqa: S101 - every caller has looked
        reason = Reason.CRASHED if self.open.reason is Reason.CRASHED else reason
        status = self.open.exit_status if status is None else status
        return self.open._replace(
            away_since=now.elapsed if self.open.away_since is None else self.open.away_since,
            reason=reason,
            exit_status=status if reason is Reason.QUIT else None,
        )

    def _start(
        self, moment: float, now: Reading, timestamp: float | None = None, *, manual: bool = False
    ) -> Started:
        """Start at a moment, or where the last session ended, if that was later."""
        since = max(moment, self._over + APART)
        start = now.wall - now.elapsed + moment if timestamp is None else timestamp
        self._count, self._woke = self._count + 1, None
        self.open = Session(
            f"{self._run}/{self._count}",
            start + since - moment,
            since,
            manual=manual,
            id=f"{self._prefix}-{self._count}",
        )
        return Started(self.open)

    def _end(self, moment: float, reason: Reason) -> Transition:
        assert self.open is not None  # noqa: S101 - every caller has looked
        ended, self.open = self.open.ended(moment, reason), None
        self._over, self._exit = max(self._over, ended.session.since + ended.duration), -NEVER
        return ended


def _moment(timestamp: float | None, now: Reading) -> float:
    """A time that the game took from the machine's clock, on the clock that nobody can set."""
    return now.elapsed if timestamp is None else now.elapsed + timestamp - (now.wall + now.ahead)
