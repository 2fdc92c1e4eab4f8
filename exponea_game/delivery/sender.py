"""Sends a batch to its destination, with the token of its player where the destination takes one.

A token that the stream does not take is replaced at once, and the request made once more; a player
for whom the game has no token sends without one, as most games do for all.

    flight, courier   ``send``, several at once; the tokens have a lock of their own
"""

from __future__ import annotations

from collections.abc import Callable

from exponea_game.delivery.failures import verdict_on
from exponea_game.delivery.protocol import body, judge
from exponea_game.delivery.splitting import customer
from exponea_game.delivery.tokens import Tokens
from exponea_game.delivery.transport import Transport
from exponea_game.destination import Destination, Stream
from exponea_game.events.verdict import Verdict
from exponea_game.journal.batch import Batch

LARGE = 1 << 16
"""Bytes of an answer that takes so long to understand that the game has its turn before."""


class Sender:
    """Makes one request, or two where a token is replaced.

    Args:
        transport: How requests are made.
        tokens: The tokens of players.
        yield_lock: Leaves the interpreter lock to the game.
    """

    def __init__(
        self, transport: Transport, tokens: Tokens, yield_lock: Callable[[], None] = lambda: None
    ) -> None:
        self.transport, self.tokens, self._yield_lock = transport, tokens, yield_lock

    def one_player_a_request(self, to: Destination | None) -> bool:
        """Whether the commands of a request must be one player's."""
        return isinstance(to, Stream) and self.tokens.wanted

    def send(self, batch: Batch) -> Verdict:
        """Send what of a batch is to go to its destination; the verdict on it."""
        verdict = self._send(batch)
        if not batch.apart or not verdict.refused:
            return verdict
        places = [index for index in range(len(batch.commands)) if index not in batch.apart]
        refused = {places[index]: text for index, text in verdict.refused.items()}
        return verdict._replace(refused=refused)

    def _send(self, batch: Batch) -> Verdict:
        to = batch.destination
        assert to is not None  # noqa: S101 - the courier has set it
        data, count = body(batch.to_go), len(batch.to_go)
        if not self.one_player_a_request(to):
            return self._post(to, data, count, None)[1]
        player = customer(batch.commands[0])
        token = self.tokens.of(player)
        status, verdict = self._post(to, data, count, token)
        if not _unsigned(status, token):
            return verdict
        self.tokens.refuse(player, token)
        another = self.tokens.of(player)
        if another is not None and another != token:
            token = another
            _, verdict = self._post(to, data, count, token)
        return verdict

    def _post(
        self, to: Destination, data: bytes, count: int, token: str | None
    ) -> tuple[int, Verdict]:
        """The status, 0 without an answer, and the verdict, in which no token is left."""
        try:
            reply = self.transport(to.address, to.headers(token), data)
        except OSError as error:
            return 0, _without(token, verdict_on(error, to))
        self.tokens.hear(reply.headers)
        if len(reply.body) > LARGE:
            self._yield_lock()
        verdict = judge(reply.status, reply.headers, reply.body, count, to)
        return reply.status, _without(token, verdict)


def _unsigned(status: int, token: str | None) -> bool:
    """Whether an answer asks for a token, or for another one."""
    return status == 401 or (status == 403 and token is None)


def _without(token: str | None, verdict: Verdict) -> Verdict:
    """The verdict, where the server does not repeat the token."""
    if token is None or token not in f"{verdict.message}{verdict.refused}":
        return verdict
    refused = {index: text.replace(token, "***") for index, text in (verdict.refused or {}).items()}
    return verdict._replace(message=verdict.message.replace(token, "***"), refused=refused or None)
