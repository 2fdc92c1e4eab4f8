"""Lives on an event stream that checks tokens, with players whose tokens come, expire and go.

The stream knows the true time and refuses as documented: 401 for a token that is no good, 403 for
an event type that it denies, or wants signed by the customer's own token. A request that holds
somebody's commands under another's token is noted, whatever is answered.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from exponea_game.delivery.transport import Reply

from .game import Game
from .lives import Lives
from .server import Server
from .world import BEGINNING, World

LIFETIMES = (-10.0, 30.0, 100.0, 3600.0)
"""Seconds for which tokens hold; some have expired when they come."""
RULES: tuple[Mapping[str, str], ...] = (
    {}, {}, {"level": "deny"}, {"shot": "signed"}, {"*": "signed"}, {"*": "deny"},
    {"customers": "deny", "session_end": "deny"}, {"installation": "signed", "level": "deny"},
)  # fmt: skip


class Backend:
    """Issues tokens for the players it knows at the moment."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.lifetime, self.known = 3600.0, 1.0
        """``known`` is the share of players who are signed in."""

    def __call__(self, ids: dict[str, str]) -> str | None:
        if self._world.chance.random() >= self.known:
            return None
        claims = {"ids": ids, "exp": BEGINNING + self._world.t + self.lifetime}
        claims["issued"] = self._world.t
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
        return f"h.{payload.rstrip('=')}.s"


class Stream(Server):
    """The service as an event stream.

    Attributes:
        rules: ``deny`` or ``signed`` for event types; ``*`` for all others.
        revoked: Tokens issued before this true time are no good.
        mixed: Commands that came under another customer's token.
        signed: How many requests came with a token.
        turned_away: How many were refused for a token or a rule.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world.chance)
        self._world = world
        self.rules: Mapping[str, str] = {}
        self.revoked = float("-inf")
        self.mixed: list[Any] = []
        self.signed = self.turned_away = 0

    def __call__(self, address: str, headers: Mapping[str, str], data: bytes) -> Reply:
        commands = json.loads(data)["commands"]
        given = headers.get("Authorization")
        claims = _claims(given) if given is not None else None
        self.signed += claims is not None
        for command in commands:
            if claims is not None and command["data"]["customer_ids"] != claims["ids"]:
                self.mixed.append(command)
        if self.state not in ("down", "busy", "portal", "locked"):
            refusal = self._refusal(commands, claims)
            if refusal is not None:
                self.turned_away += 1
                return self._dated(refusal)
        return self._dated(super().__call__(address, headers, data))

    def _refusal(self, commands: list[Any], claims: Any) -> Reply | None:
        now = BEGINNING + self._world.t
        if claims is not None and (claims["exp"] < now or claims["issued"] < self.revoked):
            expired = claims["exp"] < now
            return _refused(401, "Token rejected", token_expired=expired)
        for command in commands:
            own = command["data"].get("event_type", "customers")
            rule = self.rules.get(own, self.rules.get("*", "allow"))
            if rule == "deny" or (rule == "signed" and claims is None):
                return _refused(403, f"Not authorized: {own}")
        return None

    def _dated(self, reply: Reply) -> Reply:
        date = formatdate(BEGINNING + self._world.t, usegmt=True)
        return Reply(reply.status, {**reply.headers, "Date": date}, reply.body)


def _refused(status: int, error: str, **more: Any) -> Reply:
    text = json.dumps({"success": False, "error": error, **more})
    return Reply(status, {}, text.encode())


def _claims(authorization: str) -> Any:
    kind, _, token = authorization.partition(" ")
    assert kind == "Bearer", authorization
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


class StreamLives(Lives):
    """The lives that a seed decides, on a stream."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        world = self.world
        self.stream, self.backend = Stream(world), Backend(world)
        world.server, world.destination = self.stream, {"stream_id": "simulated"}
        world.provider = self.backend if self.chance.random() < 0.8 else None
        world.make_well = self._make_well  # type: ignore[method-assign]

    def _act(self, game: Game) -> None:
        if self.chance.random() < 0.2:
            self._meddle(game)
        super()._act(game)

    def _meddle(self, game: Game) -> None:
        """Somebody at the stream, at the backend or in the game does something about tokens."""
        chance = self.chance
        what = chance.random()
        if what < 0.4:
            self.stream.rules = chance.choice(RULES)
        elif what < 0.55:
            self.stream.revoked = self.world.t
        elif what < 0.7:
            self.backend.lifetime = chance.choice(LIFETIMES)
        elif what < 0.85:
            self.backend.known = chance.choice((0.0, 0.5, 1.0))
        elif self.world.provider is not None:
            game.engine.use_tokens(self.backend)

    def _make_well(self) -> None:
        World.make_well(self.world)
        self.stream.rules = {}
        self.backend.lifetime, self.backend.known = 3600.0, 1.0
