"""Delivers what waits: one request at a time, each answered by a verdict (see wire).

``step`` makes at most one request and says how long to wait for the next. Only the server's state
and the flush mode decide about that: fresh events never shorten a backoff, and nobody is woken by
an event. A batch that is refused as a whole is halved until the culprit stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from logging import ERROR, INFO, WARNING
from typing import Any

from exponea_game.clock import Clock
from exponea_game.log import logger, once
from exponea_game.outbox import Outbox, Parcel
from exponea_game.settings import LOOPBACK, Settings
from exponea_game.wire import (
    BATCH_LIMIT,
    RATE_LIMIT,
    Outcome,
    Verdict,
    backoff,
    body,
    judge,
    url,
)

GATHER = 0.25
"""Seconds in which events gather before the next request, unless a full batch waits."""
CREDENTIALS_PAUSE = 300.0
"""Seconds without a request after the server refused the project or its token."""
CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 30.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Post = Callable[[str, Mapping[str, str], bytes], Reply]
"""Posts a body to an address; raises OSError where no answer comes."""


class RequestsPost:
    """Posts with ``requests``, on one connection that is kept.

    Args:
        patience: Seconds for an answer; a server that is slower is not there.
    """

    def __init__(self, patience: float = READ_TIMEOUT) -> None:
        self._session: Any = None
        self._timeout = (min(CONNECT_TIMEOUT, patience), patience)

    def __call__(self, address: str, headers: Mapping[str, str], data: bytes) -> Reply:
        """Post a body.

        Raises:
            OSError: No answer came (``requests`` raises nothing else for that).
        """
        if self._session is None:
            import requests

            self._session = requests.Session()
            # A proxy of the machine cannot reach a local collector, and its .netrc, if asked, would
            # replace the authorization.
            self._session.trust_env = not LOOPBACK.match(address)
            self._session.auth = lambda request: request
        answer = self._session.post(
            address,
            data=data,
            headers=headers,
            timeout=self._timeout,
            allow_redirects=False,
        )
        return Reply(answer.status_code, answer.headers, answer.content)

    def close(self) -> None:
        """Give the connection up."""
        if self._session is not None:
            self._session.close()


class Courier:
    """Delivers an outbox.

    Args:
        settings: Where to, and how often.
        outbox: What waits.
        clock: The run's clock.
        post: How.
        chance: Random numbers from 0 to 1, for the backoff.

    Attributes:
        sent: How many commands the server has accepted or refused.
        trouble: The server's or the network's last words, while it does not take anything.
        not_before: The moment on the run's clock before which no request is made.
        held: Whether nothing may be sent, since the player has not agreed.
        under_way: What the server has been sent and not answered for yet.
    """

    def __init__(
        self,
        settings: Settings,
        outbox: Outbox,
        clock: Clock,
        post: Post,
        chance: Callable[[], float],
    ) -> None:
        self._outbox, self._clock, self._post, self._chance = outbox, clock, post, chance
        self._limit, self._last = BATCH_LIMIT, float("-inf")
        self._to: tuple[str, str, str] | None = None
        self.sent, self.held = 0, False
        self.under_way: Parcel | None = None
        self._begin_anew()
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """Deliver as these settings say from here on; another destination is asked at once."""
        self._mode, self._interval = settings.flush_mode, settings.flush_interval
        if settings.destination != self._to:
            self._to = settings.destination
            self._begin_anew()
        self._pace = 0.0 if settings.collector else 1 / RATE_LIMIT
        if self._to is None:
            once(WARNING, "events wait on this machine: %s", settings.why_not_sent)

    def _begin_anew(self) -> None:
        self._failures, self.trouble, self.not_before = 0, "", float("-inf")

    def due(self, *, flush: bool = False) -> float | None:
        """Seconds until a request may be made; None if none is to be made by itself."""
        if self._to is None or self.held or (self._mode == "manual" and not flush):
            return None
        moment = self.not_before
        if self._mode == "periodic" and not flush:
            moment = max(moment, self._last + self._interval)
        return max(0.0, moment - self._clock.elapsed())

    def step(self, *, flush: bool = False) -> float | None:
        """Make a request if one is due.

        Args:
            flush: Deliver whatever the flush mode is; the backoff holds all the same.

        Returns:
            Seconds until the next step, or None if nothing waits.
        """
        wait = self.due(flush=flush)
        if wait is None or wait > 0:
            return wait
        parcel = self._outbox.next(self._limit)
        if parcel is None:
            self._last = self._clock.elapsed()
            return None
        self.under_way = parcel
        try:
            return self._settle(parcel, self._send(parcel.batch.commands))
        finally:
            self.under_way = None

    def _send(self, commands: list[bytes]) -> Verdict:
        assert self._to is not None  # noqa: S101 - due has looked
        base_url, token, authorization = self._to
        headers = {"Authorization": authorization, "Content-Type": "application/json"}
        try:
            reply = self._post(url(base_url, token), headers, body(commands))
        except OSError as error:
            return Verdict(Outcome.WAIT, f"{type(error).__name__}: {error}")
        return judge(reply.status, reply.headers, reply.body, len(commands))

    def _settle(self, parcel: Parcel, verdict: Verdict) -> float:
        commands, now = parcel.batch.commands, self._clock.read()
        if verdict.outcome is Outcome.SPLIT and len(commands) > 1:
            self._limit = len(commands) // 2
            return self._pace
        if verdict.outcome in (Outcome.SETTLED, Outcome.SPLIT):
            alone = {0: verdict.words} if verdict.outcome is Outcome.SPLIT else {}
            self._outbox.settle(parcel, verdict.refused or alone, now.wall)
            full = len(commands) >= self._limit
            self._well(len(commands))
            return self._pace if full else GATHER
        return self._ill(verdict, now.elapsed)

    def _well(self, count: int) -> None:
        if self.trouble:
            logger.info("delivering again after: %s", self.trouble)
        self.sent += count
        self.trouble, self._failures = "", 0
        self._limit = min(BATCH_LIMIT, self._limit * 2)

    def _ill(self, verdict: Verdict, now: float) -> float:
        self._failures += 1
        if verdict.outcome is Outcome.CREDENTIALS:
            wait = CREDENTIALS_PAUSE * (1 + self._chance() / 4)
            told = f"the server does not accept the project or its token: {verdict.words}"
            level = ERROR
        else:
            wait = backoff(self._failures, self._chance(), verdict.retry_after)
            told = f"events wait on this machine: {verdict.words}"
            level = INFO
        if not self.trouble:
            logger.log(level, "%s", told)
        self.trouble, self.not_before = verdict.words, now + wait
        return wait
