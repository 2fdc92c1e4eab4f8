"""The tokens of players: JWTs that the game's own backend issues, for requests to an event stream.

The game gives a function that gets a player's ids and returns a token or None. A token is kept in
memory alone, until a minute before it expires. What counts is the server's clock, as its answers
tell it: players' clocks are wrong by hours. Of a token nothing is read but ``exp``.

    game      ``use``: another function, in a single assignment
    courier   ``of``, ``refuse``, ``hear``: on its own thread, or on a flight's; never in a frame
    asking    a lock held around the game's function, so that it is never asked twice at once. The
              game's thread never takes it.

Source: Bloomreach documentation, "JWT authentication"; RFC 7519, section 4.1.4.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from exponea_game.system.log import WARNING, once, quiet

TokenProvider = Callable[[dict[str, str]], "str | None"]
"""Gets a player's ids, and returns a JWT that stands for them, or None."""

EARLY = 60.0
"""Seconds before a token expires from which on another is asked for."""
NONE_HOLDS = 60.0
"""Seconds for which the game's word holds that it has no token for a player."""
PLAYERS_LIMIT = 100
"""Players whose tokens are kept; beyond, the oldest is asked for again."""
TOKEN_LIMIT = 16_000
"""Characters of a token: more would not fit into a header."""


class _Kept(NamedTuple):
    """The game's word on a player's token.

    Attributes:
        token: The token, if there is one.
        until: When it is too old, by the clock of the server; that may yet turn out to be another.
        word: Until when it is not asked for again in any case, by this machine's clock.
    """

    token: str | None
    until: float
    word: float

    def __repr__(self) -> str:
        return f"_Kept(until={self.until})"


class Tokens:
    """The tokens of the players of one tracker.

    Args:
        wall: This machine's clock, in Unix seconds.

    Attributes:
        news: How often a token came for a player for whom there was none before.
    """

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall, self._off = wall, 0.0
        self._provider: TokenProvider | None = None
        self._kept: dict[bytes, _Kept] = {}
        self._without: set[bytes] = set()
        self._asking = threading.Lock()
        self.news = 0

    @property
    def wanted(self) -> bool:
        """Whether the game gives tokens: then a request holds one player's commands."""
        return self._provider is not None

    def use(self, provider: TokenProvider | None) -> None:
        """Ask this function from here on; None for no tokens."""
        self._provider, self._kept, self._without = provider, {}, set()

    def of(self, customer: bytes) -> str | None:
        """A token for a player, asked of the game where none is kept.

        Args:
            customer: The player's ids, as JSON; nobody's are empty.
        """
        if self._provider is None or not customer:
            return None
        with quiet, self._asking:
            kept = self._kept.get(customer)
            if kept is None or max(kept.until - self._now(), kept.word - self._wall()) <= 0:
                kept = self._ask(customer)
            return kept.token

    def refuse(self, customer: bytes, token: str | None) -> None:
        """The server does not take this token, or wants one: what is kept is no good."""
        with self._asking:
            kept = self._kept.get(customer)
            if kept is not None and kept.token == token:
                del self._kept[customer]

    def hear(self, headers: Mapping[str, str]) -> None:
        """Learn the server's time from the head of its answer, where tokens are judged by it."""
        if self._provider is None:
            return
        date = headers.get("Date")
        try:
            self._off = parsedate_to_datetime(date).timestamp() - self._wall() if date else 0.0
        except (ValueError, OverflowError):
            return  # no date: what was known holds

    def _now(self) -> float:
        return self._wall() + self._off

    def _ask(self, customer: bytes) -> _Kept:
        provider, store = self._provider, self._kept
        token = _ask_the_game(provider, json.loads(customer)) if provider else None
        self._note(customer, token)
        if token is None:
            kept = _Kept(None, float("-inf"), self._wall() + NONE_HOLDS)
        else:
            kept = _Kept(token, _expiry(token) - EARLY, self._wall() + 1.0)  # not for each request
        while len(store) >= PLAYERS_LIMIT:
            del store[next(iter(store))]
        store[customer] = kept
        return kept

    def _note(self, customer: bytes, token: str | None) -> None:
        if token is not None:
            self.news += customer in self._without
            self._without.discard(customer)
        elif len(self._without) < PLAYERS_LIMIT:
            self._without.add(customer)


def _ask_the_game(provider: TokenProvider, ids: dict[str, str]) -> str | None:
    try:
        token = provider(ids)
    except Exception as error:  # noqa: BLE001 - whatever the game's function raises
        once(WARNING, "the token provider raises %s; taken for None", type(error).__name__)
        return None
    if token is None:
        return None
    fits = isinstance(token, str) and token.isascii() and token.isprintable()
    if not fits or not 0 < len(token) <= TOKEN_LIMIT or " " in token:
        kind = type(token).__name__
        once(WARNING, "the token provider returns no JWT but a %s; taken for None", kind)
        return None
    return token


def _expiry(token: str) -> float:
    """When a token expires, in Unix seconds; infinite where it does not say."""
    parts = token.split(".")
    try:
        payload = parts[1] + "=" * (-len(parts[1]) % 4)
        return float(json.loads(base64.urlsafe_b64decode(payload))["exp"])
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return float("inf")
