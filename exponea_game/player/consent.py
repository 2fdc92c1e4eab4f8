"""Whether the player lets the game track, as decided and kept, and the wish to be forgotten.

    <home>/consent.json   {"consent":"granted","forget":{"customer_ids":{...},"timestamp":1.7e9}}

    granted   events are written to the disk and sent
    pending   the player has not decided: events wait in memory alone, nothing is written
    denied    nothing is tracked, and what waited is destroyed

A kept decision wins over the setting, and the variable ``DO_NOT_TRACK`` over both: it counts as
denied (consoledonottrack.com). A decision of which no slot is whole counts as pending. While the
file cannot be read at all, for want of rights or descriptors, events wait in memory, and it is
asked for again.
``forget`` is a wish that has yet to arrive, and is sent anew at each launch until it has; null
where there is none.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from exponea_game.system.json_text import encode
from exponea_game.system.log import WARNING, once
from exponea_game.system.two_slot_file import TwoSlotFile

if TYPE_CHECKING:
    from pathlib import Path

    from exponea_game.system.disk import Disk

DECISION = "consent.json"
DECISION_SIZE = 8192
"""Bytes of a slot: room for the longest customer ids."""
CHOICES = ("granted", "pending", "denied")
UNREADABLE = "unreadable"
"""What holds while nobody can read what the player decided: events wait in memory."""
UNREADABLE_HOME = (
    "what the player allows cannot be read from %s: %s; events wait in memory until it can: let "
    "the player who starts the game read and write that folder"
)
FORBIDDEN = "the variable DO_NOT_TRACK is set: nothing is tracked while it is"
REFUSED = "the player has refused: nothing is tracked until set_consent('granted')"
UNDECIDED = "consent is 'denied' until the player decides: nothing is tracked until set_consent"
NOWHERE = (errno.ENOTDIR, errno.ENAMETOOLONG)
"""Where no file can be: no decision is there, and the setting holds."""


class Wish(NamedTuple):
    """A player's wish to be forgotten: who it was, and when in Unix seconds."""

    customer_ids: Mapping[str, str]
    timestamp: float


class Decision(NamedTuple):
    """What the player decided: one of ``CHOICES`` or None, and a wish or None."""

    consent: str | None = None
    forget: Wish | None = None


def do_not_track(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the player asks all programs not to track."""
    return environment.get("DO_NOT_TRACK", "").lower() not in ("", "0", "false")


def decided(home: Path, disk: Disk, default: str) -> str:
    """The consent that holds, or ``UNREADABLE``.

    Args:
        home: The home folder.
        disk: Where it lies.
        default: What holds until the player decides.
    """
    if do_not_track():
        return "denied"
    try:
        return _load(home, disk).consent or default
    except OSError as error:
        once(WARNING, UNREADABLE_HOME, home / DECISION, error)
        return UNREADABLE


def why_denied(decision: Decision) -> str:
    """Why nothing may be tracked, and what can be done, where this decision denies it."""
    if do_not_track():
        return FORBIDDEN
    return REFUSED if decision.consent == "denied" else UNDECIDED


def load(home: Path, disk: Disk) -> Decision:
    """The decision that is kept; none where it cannot be read."""
    try:
        return _load(home, disk)
    except OSError:
        return Decision()


def _load(home: Path, disk: Disk) -> Decision:
    """The decision that is kept.

    Raises:
        OSError: There may be one, and it cannot be read.
    """
    path = home / DECISION
    file = TwoSlotFile(path, DECISION_SIZE, disk)
    try:
        kept = file.read()
        if kept is None and not disk.has(path):
            return Decision()
    except OSError as error:
        if error.errno in NOWHERE:
            return Decision()
        raise
    if kept is not None and not isinstance(kept, dict):
        file.set_aside("it holds no decision")
        return Decision()
    if kept is None:
        return Decision("pending")
    consent = kept.get("consent")
    known = isinstance(consent, str) and consent in CHOICES
    return Decision(consent if known else None, _wish(kept.get("forget")))


def _wish(kept: Any) -> Wish | None:
    try:
        wish = Wish(dict(kept["customer_ids"]), float(kept["timestamp"]))
        encode(wish._asdict()).encode()  # no number without an end, no half letter
    except (TypeError, ValueError, KeyError):
        return None
    return wish if all(isinstance(value, str) for value in wish.customer_ids.values()) else None


def keep(
    home: Path, disk: Disk, decision: Decision, written: Callable[[], object] = lambda: None
) -> None:
    """Keep a decision.

    Args:
        home: The home folder.
        disk: Where it lies.
        decision: The decision.
        written: Called once it survives a kill: what follows is the sync.

    Raises:
        OSError: It cannot be kept.
    """
    wish = decision.forget and decision.forget._asdict()
    value = {"consent": decision.consent, "forget": wish}
    try:
        _write(home, disk, value, written)
    except FileNotFoundError:  # who leaves nothing in a home has removed that at this moment
        _write(home, disk, value, written)


def _write(home: Path, disk: Disk, value: object, written: Callable[[], object]) -> None:
    disk.make_folder(home)
    file = TwoSlotFile(home / DECISION, DECISION_SIZE, disk)
    file.read()
    try:
        for _ in range(2):  # damage to a slot must not bring an older decision back
            file.write(value)
        written()
        file.sync()
    finally:
        file.close()
