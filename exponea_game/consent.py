"""Whether the player lets the game track, as decided and kept.

    <home>/consent.json   {"consent":"granted"}

    granted   events are written to the disk and sent
    pending   the player has not decided: events wait in memory alone, nothing is written
    denied    nothing is tracked, and what waited is destroyed

A kept decision wins over the setting, and the variable ``DO_NOT_TRACK`` over both: it counts as
denied (consoledonottrack.com).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from exponea_game.disk import Disk
from exponea_game.slots import Slots

DECISION = "consent.json"
DECISION_SIZE = 512
"""Bytes of a slot."""
CHOICES = ("granted", "pending", "denied")


def do_not_track(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the player asks all programs not to track."""
    return environment.get("DO_NOT_TRACK", "").lower() not in ("", "0", "false")


def decided(home: Path, disk: Disk, default: str) -> str:
    """The decision that holds.

    Args:
        home: The home folder.
        disk: Where it lies.
        default: What holds until the player decides.
    """
    if do_not_track():
        return "denied"
    try:
        kept = Slots(home / DECISION, DECISION_SIZE, disk).read()
    except OSError:
        kept = None
    consent = kept.get("consent") if isinstance(kept, dict) else None
    return consent if consent in CHOICES else default


def keep(home: Path, disk: Disk, consent: str) -> None:
    """Keep a decision.

    Raises:
        OSError: It cannot be kept.
    """
    disk.make_folder(home)
    slots = Slots(home / DECISION, DECISION_SIZE, disk)
    slots.read()
    try:
        slots.write({"consent": consent})
        slots.write({"consent": consent})
        slots.sync()
    finally:
        slots.close()
