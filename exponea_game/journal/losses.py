"""Losses by event type, as the event ``journal_overflow`` tells them, and read back from it.

    {"events":1203,"by_type":{"shot":1200,"jump":3},"damaged":2}

``damaged`` are those whose type nobody knows. Once such an event is in the journal, nobody else
knows of what it tells: who loses it has lost all that.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from exponea_game.system.json_text import printable

OVERFLOW = "journal_overflow"
TYPE_LENGTH = 32
"""Bytes of an event type's name where losses are counted: all must fit into a cursor's slot."""
LARGEST = 10**15
"""Numbers beyond are damage: no journal is as long."""


def properties(lost: Counter[str]) -> dict[str, Any]:
    """What an event tells of losses; those of which nobody knows the type stand under ""."""
    by_type = {name: count for name, count in lost.items() if name}
    events = sum(by_type.values())
    return {"events": events, "by_type": by_type, "damaged": lost.total() - events}


def reported_by(command: bytes) -> Counter[str]:
    """The losses of which such an event tells; none where it is only named so."""
    try:
        losses = json.loads(command)["data"]["properties"]
        return counts({**losses["by_type"], "": losses["damaged"]})
    except (ValueError, TypeError, KeyError, RecursionError):
        return Counter()


def counts(value: Any) -> Counter[str]:
    """Losses by event type, as far as they can be understood."""
    found: Counter[str] = Counter()
    for name, given in value.items() if isinstance(value, dict) else ():
        count = number(given)
        if count:
            found[printable(name)[:TYPE_LENGTH]] += count
    return found


def number(value: Any) -> int | None:
    """A number that a journal can have; None where it is none."""
    plain = isinstance(value, int) and not isinstance(value, bool)
    return value if plain and 0 <= value <= LARGEST else None
