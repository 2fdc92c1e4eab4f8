"""What an event stream does not let in, and how that is found out: pure.

A stream's operator allows, denies or wants signed each event type, customer id and customer
property. One command that may not pass has its whole request refused with status 403; so does a
token or a stream that is wrong. So one command of each kind is asked about alone:

    some are let in    the refused kinds are denied: they wait apart, the others leave
    none is let in     what waits behind is asked about, until something is let in
    nothing at all     it is the token or the stream: everything waits

A kind is what the lists of a stream can tell apart: an event's type, or an update's properties, and
the names of the customer's ids; with tokens of players also whose it is. What is denied is asked
about again at each launch, and as soon as there is another token or destination.

Source: Bloomreach documentation, "Event stream security and permissions".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from exponea_game.delivery.backoff import seconds
from exponea_game.delivery.splitting import customer
from exponea_game.events.verdict import Outcome, Verdict
from exponea_game.system.json_text import encode

QUESTIONS = 20
"""Kinds that are asked about until it is taken for certain that nothing is let in."""
KINDS_LIMIT = 1_000
"""Kinds that are kept in mind; more are asked about again."""
MESSAGES = 20
"""Denied kinds that are shown with the stream's message."""


class Kind(NamedTuple):
    """What a stream's lists can tell apart; an update has no event type."""

    event_type: str = ""
    ids: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    player: bytes = b""


def kind(command: bytes, *, per_player: bool = False) -> Kind:
    """The kind of a command.

    Args:
        command: The command.
        per_player: Whether tokens make a difference between players.
    """
    try:
        data = json.loads(command)["data"]
        ids = tuple(sorted(map(str, data.get("customer_ids", {}))))
        event_type = str(data.get("event_type", ""))
        properties = () if event_type else tuple(sorted(map(str, data.get("properties", {}))))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Kind()
    return Kind(event_type, ids, properties, customer(command) if per_player else b"")


class Found(NamedTuple):
    """What asking about commands one by one has told.

    Attributes:
        refused: The stream's message for each kind that it does not let in.
        taken: The commands that it has accepted.
        let_in: Whether it lets anything in.
        failure: The verdict on a question that got no such answer; None if all got one.
    """

    refused: Mapping[Kind, str] = {}
    taken: Sequence[bytes] = ()
    let_in: bool = False
    failure: Verdict | None = None


def inquire(
    refused: Iterable[bytes],
    behind: Iterable[bytes],
    ask: Callable[[bytes], Verdict],
    kind_of: Callable[[bytes], Kind] = kind,
) -> Found:
    """Ask about one command of each kind.

    Args:
        refused: The commands that were refused together.
        behind: Others that wait; only read while nothing is let in.
        ask: Sends a command alone.
        kind_of: The kind of a command.
    """
    known: dict[Kind, str] = {}
    taken: list[bytes] = []
    asked: set[Kind] = set()
    for commands in (refused, behind):
        if asked - known.keys():
            break
        for command in commands:
            own = kind_of(command)
            if own in asked:
                continue
            verdict = ask(command)
            asked.add(own)
            if verdict.outcome is Outcome.FORBIDDEN:
                known[own] = verdict.message
            elif verdict.outcome not in (Outcome.SETTLED, Outcome.SPLIT):
                return Found(known, taken, let_in=False, failure=verdict)
            elif verdict.outcome is Outcome.SETTLED and not verdict.refused:
                taken.append(command)
            let_in = len(asked) > len(known)
            if (let_in and commands is behind) or (not let_in and len(asked) >= QUESTIONS):
                return Found(known, taken, let_in)
    return Found(known, taken, len(asked) > len(known))


class Denials:
    """What is known of one stream, as long as its token and its address are the same.

    Args:
        per_player: Whether tokens make a difference between players.
    """

    def __init__(self, *, per_player: bool = False) -> None:
        self._per_player = per_player
        self._markers: dict[Kind, bytes] = {}
        self._taken: set[bytes] = set()
        self._players: dict[bytes, tuple[float, float]] = {}

    def kind_of(self, command: bytes) -> Kind:
        """The kind of a command."""
        return kind(command, per_player=self._per_player)

    @property
    def messages(self) -> dict[str, str]:
        """The stream's message for each event type that it denies."""
        markers = dict.fromkeys(list(self._markers.values()))
        texts = map(json.loads, islice(markers, MESSAGES))
        return {text["event_type"]: text["error"] for text in texts}

    def learn(self, refused: Mapping[Kind, str], taken: Sequence[bytes] = ()) -> None:
        """Keep in mind what the stream has told."""
        known = {(own.event_type, own.player): marker for own, marker in self._markers.items()}
        for own, message in refused.items():
            if len(self._markers) < KINDS_LIMIT:
                new = marker(own, message)
                self._markers[own] = known.setdefault((own.event_type, own.player), new)
        self._taken.update(taken)

    def among(self, commands: Sequence[bytes]) -> dict[int, bytes]:
        """Those that are not to be sent, by index: where they wait, or nothing if it has them."""
        apart = {}
        if self._markers or self._taken:
            for index, command in enumerate(commands):
                if command in self._taken:
                    apart[index] = b""
                elif self._markers and (found := self._markers.get(self.kind_of(command))):
                    apart[index] = found
        return apart

    def settled(self, commands: Iterable[bytes]) -> None:
        """These have left the journal."""
        self._taken.difference_update(commands)

    def refuse(self, player: bytes, now: float, chance: float) -> None:
        """The stream does not let a player in, whatever it is; each time they wait for longer.

        Args:
            player: Their ids.
            now: Seconds on the run's clock.
            chance: A random number from 0 to 1.
        """
        waited, _ = self._players.get(player, (0.0, 0.0))
        wait = seconds(waited, chance)
        self._players[player] = waited + wait, now + wait

    def hold_player(self, player: bytes, now: float) -> bool:
        """Whether a player was refused a short while ago."""
        return self._players.get(player, (0.0, now))[1] > now

    def hold(self, given: bytes) -> bool:
        """Whether what has this marker was asked about, in vain."""
        event_type, player = denied_type(given), customer(given)
        return any((k.event_type, k.player) == (event_type, player) for k in self._markers)


def marker(own: Kind, message: str) -> bytes:
    """Why commands wait apart, as their run says it: the stream denies their kind."""
    of_player = b',"customer_ids":%b' % own.player if own.player else b""
    about = f'"event_type":{encode(own.event_type)},"error":{encode(message)}'
    return b"{%b%b}" % (about.encode("utf-8", "replace"), of_player)


def denied_type(given: bytes) -> str | None:
    """The event type that a marker speaks of, empty for updates; None where it speaks of none."""
    try:
        event_type = json.loads(given)["event_type"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return str(event_type)
