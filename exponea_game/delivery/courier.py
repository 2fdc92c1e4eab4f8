"""Delivers what waits: requests, each answered by a verdict.

``step`` makes at most one request and says how long to wait for the next. Only the server's state
and the flush mode decide about that: fresh events never shorten a backoff, and nobody is woken by
an event. A batch that the service refuses as a whole is halved until the culprit stands alone.
Between reading, sending and settling it leaves the interpreter lock to the game.

The order within a customer is told by the times in the commands, and the service runs those of one
batch in any order as well; who is who is not: a batch under other customer ids waits until all
before it is settled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from exponea_game.delivery.backoff import Backoff
from exponea_game.delivery.complaints import NO_COLLECTOR, complain
from exponea_game.delivery.entry import Entry
from exponea_game.delivery.flights import Flights
from exponea_game.delivery.outbox import Outbox
from exponea_game.delivery.pace import ROW, Pace
from exponea_game.delivery.schedule import Schedule
from exponea_game.delivery.sender import Sender
from exponea_game.delivery.splitting import customers, halves, of_one_player
from exponea_game.delivery.tokens import TokenProvider, Tokens
from exponea_game.delivery.transport import Transport
from exponea_game.destination import Destination, Project, Stream
from exponea_game.events.verdict import Outcome, Verdict
from exponea_game.journal.batch import Batch
from exponea_game.settings import Settings
from exponea_game.system.clock import Clock, stopwatch
from exponea_game.system.log import INFO, WARNING, emit, once

TO_THE_STREAM = "what waits for the project goes to the event stream from here on"


class Courier:
    """Makes the requests that deliver an outbox, one step after another.

    courier   calls ``step`` and ``hurry``
    keeper    asks ``can_go_on``
    game      calls ``use``, sets ``held``; everybody reads ``sent``, ``last_error``, ``not_before``
    No lock: ``use`` puts a new destination, or a new backoff, in place of the old one in a single
    assignment, and each request keeps the destination that it left for.

    Args:
        settings: Where to, and how often.
        outbox: What waits.
        clock: The run's clock.
        transport: How requests are made.
        chance: Random numbers from 0 to 1, for the backoff.
        stopwatch: Measures how long a request takes, in seconds.
        yield_lock: Called between two pieces of work: it leaves the interpreter lock to the game.

    Attributes:
        sender: Makes the requests.
        entry: Knows what the destination lets in.
        sent: How many commands the server has accepted or refused.
        held: Whether nothing may be sent, since the player has not agreed.
    """

    def __init__(
        self,
        settings: Settings,
        outbox: Outbox,
        clock: Clock,
        transport: Transport,
        chance: Callable[[], float],
        yield_lock: Callable[[], None] = lambda: None,
        stopwatch: Callable[[], float] = stopwatch,
    ) -> None:
        self._outbox, self._clock, self._yield_lock = outbox, clock, yield_lock
        self.sender = Sender(transport, Tokens(lambda: clock.read().wall), yield_lock)
        self._flights = Flights(self.sender.send, stopwatch)
        self._pace, self._schedule = Pace(), Schedule()
        self._chance, self._backoff = chance, Backoff(chance)
        self._to: Destination | None = None
        self.entry = Entry(self.sender, outbox, clock, chance, self._pace)
        self.sent, self.held, self._unnoted = 0, False, False
        outbox.ready = self.entry.may_go
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """Deliver as these settings say from here on; another destination is asked at once."""
        self._schedule.mode, self._schedule.interval = settings.flush_mode, settings.flush_interval
        if settings.destination != self._to:
            if isinstance(self._to, Project) and isinstance(settings.destination, Stream):
                once(WARNING, TO_THE_STREAM)
            self._to, self._backoff = settings.destination, Backoff(self._chance)
            self._unnoted = isinstance(self._to, Stream)
            self.entry.to = self._to
        self._pace.limited = settings.collector is None

    def use_tokens(self, provider: TokenProvider | None) -> None:
        """Ask the game for tokens of players from here on; what was refused leaves at once."""
        self.sender.tokens.use(provider)
        self._backoff = Backoff(self._chance)
        self.entry.ask_again()

    def hurry(self) -> None:
        """The game quits: try at once, and make one request after another without a pause."""
        self._flights.one_at_a_time()
        self._backoff.not_before = float("-inf")
        self._pace.quit()

    @property
    def automatic(self) -> bool:
        """Whether it delivers without being told to."""
        return self._schedule.automatic

    @property
    def last_error(self) -> str:
        """Why nothing is delivered, in the server's or the network's words; else empty."""
        return self._backoff.last_error

    @property
    def not_before(self) -> float:
        """The moment on the run's clock before which no request is made."""
        return self._backoff.not_before

    @property
    def blocked(self) -> bool:
        """Whether what waits may not go yet, but soon."""
        return self._outbox.blocked

    @property
    def in_flight(self) -> Batch | None:
        """The last that the server has been sent and has not answered for yet."""
        return self._flights.last_in_flight

    def due(self, *, flush: bool = False) -> float | None:
        """Seconds until a request may be made; None if none is to be made by itself."""
        if self._to is None or self.held or not (self.automatic or flush):
            return None
        scheduled = self._schedule.not_before(flush=flush)
        moment = max(self._backoff.not_before, self._pace.not_before, scheduled)
        return max(0.0, moment - self._clock.elapsed())

    @property
    def can_go_on(self) -> bool:
        """Whether a step can do something at this moment, as far as the server and disk let it."""
        return self.due() == 0 or self._outbox.is_due(self._clock.elapsed())

    def step(self, *, flush: bool = False) -> float | None:
        """Settle what is answered, or make a request if one is due, or wait for an answer.

        Before that the outbox is tended, whether or not anything may be sent.

        Args:
            flush: Deliver whatever the flush mode is, and gather nothing; the backoff holds.

        Returns:
            Seconds until the next step, or None if nothing waits.
        """
        self._outbox.tend(self._clock.elapsed())
        self._note_stream()
        self.entry.hear_news()
        # Counted first: an answer that comes from here on is settled by the next step.
        in_flight = self._flights.in_flight
        if self._flights.first is not None and self._flights.first.verdict is not None:
            return self._land()
        wait = self.due(flush=flush)
        if wait == 0 and in_flight < self._room():
            batch = self._next()
            if batch is not None:
                self._yield_lock()
                # The player may have refused while it was read: it is never sent then.
                return None if self.held else self._depart(batch, flush=flush)
        if in_flight:
            self._flights.wait()
            return 0.0
        if wait == 0:
            self._schedule.emptied(self._clock.elapsed())
            return None
        return wait

    def _note_stream(self) -> None:
        """A game that told a project before knows what becomes of that which waits from then."""
        if self._unnoted and not self.held:
            self._unnoted = False
            if self._outbox.note_stream():
                once(WARNING, TO_THE_STREAM)

    def _room(self) -> int:
        return 1 if self._backoff.failures else self._flights.room

    def _next(self) -> Batch | None:
        """What is to be sent next: again, or for the first time."""
        while (again := self._flights.unsent) is not None:
            if not self._outbox.has_dropped(again):
                return again
            self._flights.forget(again)
        before = self._flights.last
        batch = self._outbox.next(self._pace.limit, before)
        if batch is None:
            return None
        if before and customers(batch.commands) != customers(before.commands):
            return None
        if self.entry.one_player:
            batch = of_one_player(batch)
        self._flights.add(batch)
        return batch

    def _depart(self, batch: Batch, *, flush: bool) -> float:
        alone = self._room() == 1 and batch is self._flights.first
        batch.destination, batch.apart = self._to, self.entry.apart(batch)
        if not batch.to_go:
            batch.wait, batch.verdict = _answered_already, Verdict(Outcome.SETTLED)
            return self._land() if alone else 0.0
        full = batch.full or batch is not self._flights.last
        row = ROW if alone else 1
        pause = self._pace.depart(self._clock.elapsed(), full=full, flush=flush, row=row)
        if not alone:
            self._flights.launch(batch)
            return pause
        batch.wait = _answered_already
        self._flights.carry(batch)
        self._yield_lock()
        wait = self._land()
        self._yield_lock()
        return wait or pause

    def _land(self) -> float:
        """Settle the first flight as its verdict says; seconds until the next step."""
        batch = self._flights.first
        assert batch is not None  # noqa: S101 - the caller has looked
        assert batch.verdict is not None  # noqa: S101 - the caller has looked
        verdict = batch.verdict
        if verdict.outcome is Outcome.SETTLED:
            if verdict.message:
                once(WARNING, "%s", verdict.message)
            return self._settle(verdict.refused or {}, verdict)
        if batch.destination != self._to:  # it is no verdict on what has replaced it since
            batch.to_be_sent_again()
            return 0.0
        if verdict.outcome in (Outcome.FORBIDDEN, Outcome.UNSIGNED):
            return self._not_let_in(batch, verdict)
        if verdict.outcome is not Outcome.SPLIT:
            return self._fail(verdict)
        if len(batch.commands) == 1:
            return self._settle({0: verdict.message}, verdict)
        self._flights.put_back(halves(self._flights.pop()))
        return 0.0

    def _not_let_in(self, batch: Batch, verdict: Verdict) -> float:
        """Let through what may pass; who has left holds up nobody, the others wait."""
        if verdict.outcome is Outcome.FORBIDDEN:
            failed = self.entry.find_out(batch, verdict)
            if failed is None:
                batch.to_be_sent_again()
                return 0.0
            verdict = failed
        if self.entry.refuse_who_has_left(batch, verdict):
            return self._settle({}, verdict)
        return self._fail(verdict)

    def _settle(self, refused: Mapping[int, str], verdict: Verdict) -> float:
        batch = self._flights.first
        assert batch is not None  # noqa: S101 - the caller has looked
        asked = batch.to_go
        try:
            self._outbox.set_aside(batch, self._clock)
        except OSError as error:
            once(WARNING, "what is to wait apart cannot be kept there: %s", error)
            return self._fail(verdict._replace(message=str(error)))
        self._flights.pop()
        self._outbox.settle(batch, refused, self._clock.read().wall)
        self.entry.settled(batch)
        self.sent += sum(not marker for marker in batch.apart.values()) + len(asked)
        if not asked:
            return 0.0
        if self._backoff.last_error:
            emit(INFO, "delivering again after: %s", self._backoff.last_error)
        self._backoff.recover()
        self._pace.widen()
        return 0.0

    def _fail(self, verdict: Verdict) -> float:
        if verdict.too_large:
            self._pace.narrow(len(self._flights.first.commands) if self._flights.first else 1)
        self._flights.recall(self._pace.limit)
        if not self._pace.limited and verdict.outcome is Outcome.OFFLINE and self._to:
            verdict = verdict._replace(message=NO_COLLECTOR.format(self._to.base_url))
        if not self._backoff.last_error:
            complain(verdict, local=not self._pace.limited)
        return self._backoff.fail(verdict, self._clock.elapsed())


def _answered_already() -> None:
    """Waits for a request that is made on the courier's own thread."""
