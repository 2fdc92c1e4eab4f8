"""What the events of a run have in common: who plays, on what machine, in which session.

It is encoded when it changes, and not with each event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exponea_game.events.commands import Base
from exponea_game.player.identity import Identity
from exponea_game.sessions.session import Session
from exponea_game.sessions.will import Context, of_session
from exponea_game.settings import Settings
from exponea_game.system.json_text import JSON, encode


class SharedProperties:
    """The properties and ids that events carry; the recorder's lock guards them.

    Args:
        settings: The tracker's settings.
        identity: Who plays.
        device: What is known of the machine.

    Attributes:
        identity: Who plays.
        ids: Their ids, as JSON.
        defaults: The properties that the game adds to every event.
        base: What every event carries.
        customer_base: What every update of the customer carries.
    """

    def __init__(self, settings: Settings, identity: Identity, device: Mapping[str, str]) -> None:
        self._application_id, self._stage = settings.application_id, settings.stage
        self._for_customers = settings.allow_default_customer_properties
        self._device = dict(device)
        self._session: Session | None = None
        self.defaults = dict(settings.default_properties)
        self.become(identity)

    def become(self, identity: Identity) -> None:
        """Events are this player's from here on."""
        self.identity, self.ids = identity, encode(identity.ids)
        self._encode()

    def use(self, settings: Settings) -> None:
        """Go on with other settings; default properties are added to those that are there."""
        self._application_id, self._stage = settings.application_id, settings.stage
        self._for_customers = settings.allow_default_customer_properties
        self.set_defaults({**self.defaults, **settings.default_properties})

    def set_defaults(self, properties: Mapping[str, Any]) -> None:
        """Replace the properties that the game adds to every event."""
        self.defaults = dict(properties)
        self._encode()

    def enter(self, session: Session | None) -> None:
        """Events carry the id of this session from here on."""
        known = self._session and self._session.id
        if (session and session.id) != known:
            self._session = session
            self._encode()

    @property
    def installation(self) -> JSON:
        """The properties of an ``installation``, which belongs to no session."""
        return encode({**self._common, **self._device})

    @property
    def context(self) -> Context:
        """What a session's start and end are written with."""
        return Context(self.identity.ids, {**self._common, **self._device})

    def _encode(self) -> None:
        self._common = {
            "application_id": self._application_id,
            "device_id": self.identity.device_id,
            "environment": self._stage,
            **self.defaults,
        }
        self.base = Base({**of_session(self._session), **self._common})
        self.customer_base = Base(self.defaults if self._for_customers else {})
