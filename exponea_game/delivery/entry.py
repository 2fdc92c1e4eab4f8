"""What a destination lets in, asked of it where it refuses a request with status 401 or 403.

What it does not let in is kept apart, so that it holds up nobody (see denials, set_aside). Where it
lets nothing in, those who have left wait apart, each for longer with each refusal; with whoever is
there everything waits.

    courier   everything
    game      sets ``to``, ``ask_again``: each replaces what is known in a single assignment
"""

from __future__ import annotations

from collections.abc import Callable

from exponea_game.delivery.denials import Denials, Found, denied_type, inquire
from exponea_game.delivery.outbox import Outbox
from exponea_game.delivery.pace import Pace
from exponea_game.delivery.sender import Sender
from exponea_game.delivery.set_aside import of_player
from exponea_game.delivery.splitting import customer, customers
from exponea_game.destination import Destination
from exponea_game.events.verdict import Outcome, Verdict
from exponea_game.journal.batch import Batch, Position
from exponea_game.system.clock import Clock
from exponea_game.system.log import WARNING, once

AHEAD = 2_000
"""Commands of each run that are looked through for one that a stream lets in."""
DENIED = "the stream does not let in %s: %s; these events wait apart, and are tried at each launch"


class Entry:
    """The way into one destination.

    Args:
        sender: Makes the requests.
        outbox: What waits.
        clock: The run's clock.
        chance: Random numbers from 0 to 1.
        pace: Counts the requests.

    Attributes:
        present_player: Gives the ids of the player who is there, as commands have them.
    """

    def __init__(
        self,
        sender: Sender,
        outbox: Outbox,
        clock: Clock,
        chance: Callable[[], float],
        pace: Pace,
    ) -> None:
        self._sender, self._outbox, self._clock = sender, outbox, clock
        self._chance, self._pace = chance, pace
        self._to: Destination | None = None
        self._denials, self._news = Denials(), 0
        self.present_player: Callable[[], bytes] = lambda: b""

    @property
    def to(self) -> Destination | None:
        """Where events go."""
        return self._to

    @to.setter
    def to(self, destination: Destination | None) -> None:
        self._to = destination
        self.ask_again()

    @property
    def one_player(self) -> bool:
        """Whether a request holds one player's commands."""
        return self._sender.one_player_a_request(self._to)

    @property
    def denied(self) -> dict[str, str]:
        """What the stream does not let in, by event type, with its words; updates have no type."""
        return self._denials.messages

    def ask_again(self) -> None:
        """What was not let in may be from here on."""
        self._denials = Denials(per_player=self.one_player)

    def hear_news(self) -> None:
        """Ask again where a token has come for a player who had none."""
        if self._news != self._sender.tokens.news:
            self._news = self._sender.tokens.news
            self.ask_again()

    def apart(self, batch: Batch) -> dict[int, bytes]:
        """What of a batch is not to be sent, as ``Batch.apart`` has it."""
        return self._denials.among(batch.commands)

    def settled(self, batch: Batch) -> None:
        """A batch has left the journal."""
        self._denials.settled(batch.commands)

    def may_go(self, marker: bytes) -> bool:
        """Whether what waits apart is to be asked about."""
        if denied_type(marker) is not None:
            return not self._denials.hold(marker)
        player = customer(marker)
        if self._denials.hold_player(player, self._clock.elapsed()):
            return False
        return not self.one_player or self._sender.tokens.of(player) is not None

    def find_out(self, batch: Batch, verdict: Verdict) -> Verdict | None:
        """Ask what of a batch is not let in.

        Args:
            batch: What was refused with status 403.
            verdict: The verdict on it.

        Returns:
            None where that is known: what is left of it may be sent. Else why all of it waits.
        """
        denials = self._denials
        if denials.among(batch.commands) != batch.apart:
            return None  # known since it left
        found = self._found(batch, verdict)
        if denials is not self._denials:
            return None  # another token or stream has come meanwhile
        denials.learn(found.refused if found.let_in else {}, found.taken)
        if found.failure is not None:
            return found.failure
        if not found.let_in:
            player = customer(batch.commands[0])
            missing = self.one_player and self._sender.tokens.of(player) is None
            outcome = Outcome.UNSIGNED if missing else Outcome.CREDENTIALS
            return verdict._replace(outcome=outcome)
        if not found.refused or denials.among(batch.commands) == batch.apart:
            # Each alone may pass and together they may not, or there are too many kinds.
            return verdict._replace(outcome=Outcome.CREDENTIALS)
        for own, message in found.refused.items():
            once(WARNING, DENIED, own.event_type or "updates of customers", message)
        return None

    def _found(self, batch: Batch, verdict: Verdict) -> Found:
        if denied_type(self._outbox.marker(batch)) is not None:  # it waits apart, and does again
            kinds = map(self._denials.kind_of, batch.to_go)
            return Found(dict.fromkeys(kinds, verdict.message), let_in=True)
        player = customer(batch.commands[0])
        ahead = self._outbox.all_that_waits(AHEAD)
        behind = (own for own in ahead if not self.one_player or customer(own) == player)
        return inquire(batch.to_go, behind, self._ask, self._denials.kind_of)

    def _ask(self, command: bytes) -> Verdict:
        """Send a command alone."""
        self._pace.depart(self._clock.elapsed(), full=True, flush=True)
        alone = Batch(Position(0, 0, 0), destination=self._to)
        alone.add(command, Position(0, 0, 1))
        return self._sender.send(alone)

    def refuse_who_has_left(self, batch: Batch, verdict: Verdict) -> bool:
        """Have a batch wait apart whose player has left and is not let in.

        Args:
            batch: The batch.
            verdict: Why it is not let in.

        Returns:
            Whether that is so; else it waits where it is.
        """
        player = customer(batch.commands[0])
        if verdict.outcome not in (Outcome.UNSIGNED, Outcome.CREDENTIALS):
            return False
        if not self._has_left(batch, player):
            return False
        self._denials.refuse(player, self._clock.elapsed(), self._chance())
        batch.apart = dict.fromkeys(range(len(batch.commands)), of_player(player))
        once(WARNING, "there is no token for an earlier player: their events wait apart")
        return True

    def _has_left(self, batch: Batch, player: bytes) -> bool:
        """Whether a batch is of one player, who is not the one who is there."""
        if self.one_player:
            return player != self.present_player()
        return bool(self._outbox.marker(batch)) and customers(batch.commands) == {player}
