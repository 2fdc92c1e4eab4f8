"""The properties of the event ``consent``, by which the service learns what a player allows.

    {"action":"accept","category":"newsletter","valid_until":"unlimited"}

An event that is not valid, or whose time is over, revokes the consent: so none is made.
Source: Bloomreach documentation, "Tracking consent".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exponea_game.errors import EventError
from exponea_game.events.commands import check_timestamp

OWN = {"action", "category", "valid_until"}
"""The properties that the service reads."""


def consent(
    category: object,
    accepted: object,
    valid_until: object,
    more: Mapping[str, Any],
    now: float,
) -> dict[str, Any]:
    """The properties of a valid consent event.

    Args:
        category: The consent category's id.
        accepted: Whether the player accepts.
        valid_until: Unix seconds; None for no end.
        more: Further properties.
        now: Unix seconds.

    Raises:
        EventError: The service would take it for a refusal.
    """
    if not isinstance(category, str) or not category.strip():
        raise EventError("category is no text; it must be the id of a consent category")
    if not isinstance(accepted, bool):
        raise EventError(f"accepted is of type {type(accepted).__name__}; it must be True or False")
    end: float | str = "unlimited"
    if valid_until is not None:
        end = check_timestamp(valid_until)
        if end <= now:
            raise EventError("valid_until is over; the service would take it for a refusal")
    if wrong := OWN & more.keys():
        raise EventError(f"{min(wrong)} is the service's own property of a consent; leave it out")
    action = "accept" if accepted else "reject"
    return {**more, "action": action, "category": category, "valid_until": end}
