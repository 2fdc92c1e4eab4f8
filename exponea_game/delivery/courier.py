"""Delivers what waits: requests, each answered by a verdict (see wire).

``step`` makes at most one request and says how long to wait for the next. Only the server's state
and the flush mode decide about that: fresh events never shorten a backoff, and nobody is woken by
an event. A batch that is refused as a whole is halved until the culprit stands alone. Between
reading, posting and settling it takes a breath, in which the game gets the interpreter lock.

Where a full batch waits, the next request does not wait for a slow answer: as many are in the air
as the round trip lasts at the rate allowed, up to ``FLIGHTS_LIMIT``. They leave in order and are
settled in order, so nothing is passed over that has no answer. Where one fails, those behind it
keep their answers, and those that failed as well are sent again, one at a time. The order within a
customer is told by the times in the commands, and the service runs those of one batch in any order
as well; who is who is not: a batch under other customer ids waits until all before it is settled.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from logging import ERROR, INFO, WARNING
from threading import Thread, current_thread

from exponea_game.delivery.outbox import Outbox, Parcel
from exponea_game.delivery.pace import ROW, Pace
from exponea_game.delivery.protocol import Outcome, Verdict, backoff, body, customers, judge
from exponea_game.delivery.transport import Transport
from exponea_game.destination import Destination
from exponea_game.events.limits import BATCH_LIMIT, RATE_LIMIT
from exponea_game.settings import Settings
from exponea_game.system.clock import Clock, stopwatch
from exponea_game.system.log import error_inside, logger, once

CREDENTIALS_PAUSE = 300.0
"""Seconds without a request after the server refused the project or its token."""
SHORT_TRIP = 0.005
"""Seconds for an answer that are not worth a second request in the air. A longer trip counts at
most twice the one before: one slow answer starts no threads."""
FLIGHTS_LIMIT = 10
"""Requests in the air: with a server that takes 200 ms for each, 100,000 commands in 40 s."""


@dataclass
class Flight:
    """A parcel on its way, the thread that carries it, and what the server said."""

    parcel: Parcel
    thread: Thread | None = None
    verdict: Verdict | None = None

    @property
    def in_the_air(self) -> bool:
        """Whether the answer is still to come."""
        return self.thread is not None and self.verdict is None

    def wait(self) -> None:
        """Wait until it is answered or has failed, if it is in the air."""
        if self.thread is not None and self.verdict is None:
            self.thread.join()


class Courier:
    """Delivers an outbox.

    Args:
        settings: Where to, and how often.
        outbox: What waits.
        clock: The run's clock.
        transport: How.
        chance: Random numbers from 0 to 1, for the backoff.
        yield_lock: Called between two pieces of work: it leaves the interpreter lock to the game.

    Attributes:
        sent: How many commands the server has accepted or refused.
        last_error: The server's or the network's last words, while it does not take anything.
        not_before: The moment on the run's clock before which no request is made.
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
    ) -> None:
        self._outbox, self._clock, self._transport, self._chance = outbox, clock, transport, chance
        self._yield_lock = yield_lock
        self._flights: deque[Flight] = deque()
        self._most, self._round_trip = FLIGHTS_LIMIT, SHORT_TRIP
        self._last, self._pace = float("-inf"), Pace()
        self._to: Destination | None = None
        self.sent, self.held = 0, False
        self._begin_anew()
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """Deliver as these settings say from here on; another destination is asked at once."""
        self._mode, self._interval = settings.flush_mode, settings.flush_interval
        if settings.destination != self._to:
            self._to = settings.destination
            self._begin_anew()
        self._pace.limited = settings.collector is None
        if self._to is None:
            once(WARNING, "events wait on this machine: %s", settings.why_not_sent)

    def _begin_anew(self) -> None:
        self._failures, self.last_error, self.not_before = 0, "", float("-inf")

    def hurry(self) -> None:
        """The game quits: try at once, and make one request after another without a pause."""
        self._most, self.not_before = 1, float("-inf")
        self._pace.quit()

    @property
    def automatic(self) -> bool:
        """Whether it delivers without being told to."""
        return self._mode != "manual"

    def due(self, *, flush: bool = False) -> float | None:
        """Seconds until a request may be made; None if none is to be made by itself."""
        if self._to is None or self.held or not (self.automatic or flush):
            return None
        moment = max(self.not_before, self._pace.not_before)
        if self._mode == "periodic" and not flush:
            moment = max(moment, self._last + self._interval)
        return max(0.0, moment - self._clock.elapsed())

    def step(self, *, flush: bool = False) -> float | None:
        """Settle what is answered, or make a request if one is due, or wait for an answer.

        Args:
            flush: Deliver whatever the flush mode is, and gather nothing; the backoff holds.

        Returns:
            Seconds until the next step, or None if nothing waits.
        """
        # Counted first: an answer that comes from here on is settled by the next step.
        in_the_air = sum(flight.in_the_air for flight in self._flights)
        if self._flights and self._flights[0].verdict is not None:
            return self._land(self._flights[0].verdict)
        wait = self.due(flush=flush)
        if wait == 0 and in_the_air < self._room():
            flight = self._next()
            if flight is not None:
                self._yield_lock()
                return self._launch(flight, flush=flush)
        if in_the_air:
            self._flights[0].wait()
            return 0.0
        if wait == 0:
            self._last = self._clock.elapsed()
            return None
        return wait

    @property
    def blocked(self) -> bool:
        """Whether what waits may not go yet, but soon."""
        return self._outbox.blocked

    @property
    def in_flight(self) -> Parcel | None:
        """The last that the server has been sent and has not answered for yet."""
        sent = [flight.parcel for flight in list(self._flights) if flight.in_the_air]
        return sent[-1] if sent else None

    def _room(self) -> int:
        """How many requests may be in the air: what leaves until an answer comes, and one more."""
        if self._failures:
            return 1
        room = math.ceil(self._round_trip * RATE_LIMIT)
        return min(self._most, room + 1 if room > 1 else 1)

    def _next(self) -> Flight | None:
        """What is to be sent next: again, or for the first time."""
        for flight in self._flights:
            if flight.verdict is None and flight.thread is None:
                return flight
        before = self._flights[-1].parcel if self._flights else None
        parcel = self._outbox.next(BATCH_LIMIT, before)
        if parcel is None:
            return None
        if before and customers(parcel.batch.commands) != customers(before.batch.commands):
            return None
        self._flights.append(Flight(parcel))
        return self._flights[-1]

    def _launch(self, flight: Flight, *, flush: bool) -> float:
        full = len(flight.parcel.batch.commands) >= BATCH_LIMIT or flight is not self._flights[-1]
        alone = self._room() == 1 and flight is self._flights[0]
        row = ROW if alone else 1
        pause = self._pace.depart(self._clock.elapsed(), full=full, flush=flush, row=row)
        if not alone:
            name = "exponea_game flight"
            thread = Thread(target=self._carry, args=(flight,), name=name, daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the system has none to give: one request after another
                self._most = 1
            else:
                flight.thread = thread
            return pause
        flight.thread = current_thread()
        verdict = self._carry(flight)
        self._yield_lock()
        wait = self._land(verdict)
        self._yield_lock()
        return wait or pause

    def _carry(self, flight: Flight) -> Verdict:
        begun = stopwatch()
        try:
            verdict = self._send(flight.parcel.batch.commands)
        except Exception as error:  # noqa: BLE001 - on a thread of its own nobody would see it
            error_inside(error)
            verdict = Verdict(Outcome.WAIT, "an error inside the library")
        self._round_trip = max(SHORT_TRIP, min(2 * self._round_trip, stopwatch() - begun))
        flight.verdict = verdict
        return verdict

    def _send(self, commands: list[bytes]) -> Verdict:
        assert self._to is not None  # noqa: S101 - due has looked
        try:
            reply = self._transport(self._to.address, self._to.headers(), body(commands))
        except OSError as error:
            return Verdict(Outcome.WAIT, str(error) or type(error).__name__)
        return judge(reply.status, reply.headers, reply.body, len(commands))

    def _land(self, verdict: Verdict) -> float:
        """Settle the first flight as its verdict says."""
        parcel = self._flights[0].parcel
        count = len(parcel.batch.commands)
        if verdict.outcome not in (Outcome.SETTLED, Outcome.SPLIT):
            return self._fail(verdict)
        self._flights.popleft()
        if verdict.outcome is Outcome.SPLIT and count > 1:
            halves = reversed(parcel.batch.halves())
            self._flights.extendleft(Flight(Parcel(parcel.run, half)) for half in halves)
            return 0.0
        alone = {0: verdict.message} if verdict.outcome is Outcome.SPLIT else {}
        self._outbox.settle(parcel, verdict.refused or alone, self._clock.read().wall)
        if self.last_error:
            logger.info("delivering again after: %s", self.last_error)
        self.sent += count
        self.last_error, self._failures = "", 0
        return 0.0

    def _fail(self, verdict: Verdict) -> float:
        self._failures += 1
        for flight in self._flights:
            flight.wait()
            if flight.verdict and flight.verdict.outcome in (Outcome.CREDENTIALS, Outcome.WAIT):
                flight.thread = flight.verdict = None
        if verdict.outcome is Outcome.CREDENTIALS:
            wait = CREDENTIALS_PAUSE * (1 + self._chance() / 4)
            told = f"the server does not accept the project or its token: {verdict.message}"
            level = ERROR
        else:
            wait = backoff(self._failures, self._chance(), verdict.retry_after)
            told = f"events wait on this machine: {verdict.message}"
            level = INFO
        if not self.last_error:
            logger.log(level, "%s", told)
        self.last_error, self.not_before = verdict.message, self._clock.elapsed() + wait
        return wait
