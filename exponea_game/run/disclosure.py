"""What the game sends about a player, told to that player: in plain words and as data.

    <home>/sent.jsonl   the commands that the server accepted, as they were sent

The file is on the player's machine alone, within limits, and goes with everything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import chain, islice
from time import localtime, strftime
from typing import TYPE_CHECKING, Any, NamedTuple

from exponea_game.events.names import ADDED, OF_THE_MACHINE

if TYPE_CHECKING:
    from exponea_game.run.engine import Engine

NOTHING = "This game tells nobody how it is played."
SHOWN = 10_000
"""Commands that wait of which the text tells more than their number: a year without a network
makes a million, and the game waits for the answer."""
EXAMPLES = 3
"""Values of a property that are shown."""


class Disclosure(NamedTuple):
    """Everything that was or will be sent.

    Attributes:
        text: In plain words.
        sent: The commands that were sent, oldest first, as the service got them.
        waiting: The commands that wait, oldest first; of very many, the first ``SHOWN``.
    """

    text: str
    sent: list[dict[str, Any]]
    waiting: list[dict[str, Any]]


def disclose(engine: Engine) -> Disclosure:
    """What a game sends, from its files."""
    sent = list(filter(_understood, map(json.loads, engine.outbox.receipts.accepted())))
    first = islice(engine.outbox.waiting_commands(), SHOWN + 1)
    waiting = list(filter(_understood, map(json.loads, first)))
    wait = len(waiting) if len(waiting) <= SHOWN else engine.outbox.waiting()
    del waiting[SHOWN:]
    destination = engine.settings.destination
    address = destination.base_url if destination else None
    text = _tell(engine.recorder.identity.ids, address, sent, waiting, wait)
    return Disclosure(text, sent, waiting)


def _understood(command: dict[str, Any]) -> bool:
    """Whether a command is one of ours: others may have scribbled on the files."""
    data = command.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("properties", {}), dict):
        return False
    return isinstance(_moment(data), int | float)


def _moment(data: dict[str, Any]) -> Any:
    return data.get("timestamp", data.get("update_timestamp", 0))


def _tell(
    ids: dict[str, str],
    address: str | None,
    sent: list[dict[str, Any]],
    waiting: list[dict[str, Any]],
    wait: int,
) -> str:
    where = f"It is sent to {address}." if address else "It is not sent anywhere at the moment."
    known = ", ".join(f"{name} {value}" for name, value in ids.items())
    events = [*sent, *waiting]
    parts = [
        f"This game keeps a diary of how it is played. {where}",
        f"You are known there as: {known}.",
        _machine(events),
        f"{len(sent)} entries were sent, {wait} wait on this machine:",
        *_by_kind(events),
    ]
    return "\n".join(filter(None, parts))


def _machine(commands: list[dict[str, Any]]) -> str:
    """What is told of the machine, said once."""
    found: dict[str, Any] = {}
    for command in commands:
        properties = command["data"].get("properties", {})
        found |= {name: properties[name] for name in OF_THE_MACHINE if name in properties}
    if not found:
        return ""
    return "About your machine: " + ", ".join(f"{k} {v}" for k, v in found.items()) + "."


def _by_kind(commands: list[dict[str, Any]]) -> Iterable[str]:
    kinds: dict[str, list[dict[str, Any]]] = {}
    for command in commands:
        kind = command["data"].get("event_type", "about you")
        kinds.setdefault(kind, []).append(command["data"])
    for kind, entries in kinds.items():
        last = max(map(_moment, entries))
        moment = strftime("%Y-%m-%d %H:%M", localtime(last))
        times = "once" if len(entries) == 1 else f"{len(entries)} times"
        yield f"  {kind}: {times}, last on {moment}{_properties(entries)}"


def _properties(entries: list[dict[str, Any]]) -> str:
    shown = []
    names = dict.fromkeys(chain.from_iterable(entry.get("properties", {}) for entry in entries))
    for name in names:
        if name in ADDED:
            continue
        values = [e["properties"][name] for e in entries if name in e.get("properties", {})]
        examples = list(dict.fromkeys(f"{value}" for value in values))[-EXAMPLES:]
        shown.append(f"{name} (such as {', '.join(examples)})")
    return "; with " + ", ".join(shown) if shown else ""
