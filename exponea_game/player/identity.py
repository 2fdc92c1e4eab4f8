"""Who plays: the cookie, the customer ids it was told, and the installation's own id.

    <home>/identity.json   {"cookie":"<uuid>","device_id":"<uuid>","customer_ids":{...},
                            "born":1700000000.123456,"installed":true}

A cookie names a player whom nobody has named yet. It stays until ``anonymize``. ``born`` is the
time of the cookie's ``installation`` event, so that a repetition is an exact copy, which the server
stores once. A new value goes to one slot of the file, and to the other once it is certain: so no
power cut and no damage to one of them takes the player away.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from exponea_game.system.disk import Disk
from exponea_game.system.json_text import encode
from exponea_game.system.two_slot_file import TwoSlotFile

IDENTITY = "identity.json"
IDENTITY_SIZE = 16_384
"""Bytes of a slot: room for the longest customer ids."""

_NOT_RANDOM = 0xF << 76 | 0x3 << 62
_VERSION_4 = 0x4 << 76 | 0x2 << 62
"""Bits of a UUID: of its 128 these say that the others are random."""

Chance = Callable[[int], bytes]
"""Gives so many random bytes."""


class Identity(NamedTuple):
    """A player on this installation."""

    cookie: str
    device_id: str
    born: float
    customer_ids: Mapping[str, str] = {}
    installed: bool = False

    @classmethod
    def new(cls, now: float, chance: Chance = os.urandom) -> Identity:
        """A player nobody has met; ``now`` is Unix seconds."""
        return cls(_any_id(chance), _any_id(chance), round(now, 6))

    @property
    def ids(self) -> dict[str, str]:
        """All customer ids, the cookie first."""
        return {"cookie": self.cookie, **self.customer_ids}

    def named(self, customer_ids: Mapping[str, str]) -> Identity:
        """The same player with more ids; those given win."""
        return self._replace(customer_ids={**self.customer_ids, **customer_ids})

    def anonymous(self, born: float, chance: Chance = os.urandom) -> Identity:
        """Another player on the same installation."""
        return Identity(_any_id(chance), self.device_id, born)


def _any_id(chance: Chance) -> str:
    """A random UUID (RFC 9562, 5.4); Python's module for them costs an import 2 ms."""
    number = int.from_bytes(chance(16), "big")
    digits = f"{number & ~_NOT_RANDOM | _VERSION_4:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _understood(value: Any) -> Identity | None:
    """The identity that a value tells of; another version may have written more members."""
    try:
        identity = Identity(**{name: v for name, v in value.items() if name in Identity._fields})
        texts = [identity.cookie, identity.device_id, *chain(*identity.customer_ids.items())]
        encode(identity._asdict()).encode()  # no number without an end, no half letter
        understood = all(isinstance(text, str) for text in texts) and identity.born > 0
    except (TypeError, AttributeError, ValueError):
        return None
    return identity if understood else None


class IdentityFile:
    """Keeps an identity on the disk.

    Args:
        home: The home folder.
        disk: Where it lies.
        chance: For a player whom nobody has met.
    """

    def __init__(self, home: Path, disk: Disk, chance: Chance = os.urandom) -> None:
        self._file = TwoSlotFile(home / IDENTITY, IDENTITY_SIZE, disk)
        self._home, self._disk, self._chance = home, disk, chance
        self._lock = threading.Lock()
        self._kept: Identity | None = None
        self._loaded = self._named = self._found = False
        self._copies = 0

    def load(self, now: float) -> Identity:
        """The identity kept, or a new one.

        Args:
            now: Unix seconds.

        Raises:
            OSError: The file is there and cannot be read.
        """
        value = self._file.read()
        self._kept = None if value is None else _understood(value)
        if value is not None and self._kept is None:
            self._file.set_aside("it names no player")
        self._loaded, self._found = True, self._kept is not None
        return self._kept or self.new(now)

    def new(self, now: float) -> Identity:
        """A player nobody has met; ``now`` is Unix seconds."""
        return Identity.new(now, self._chance)

    def save(self, identity: Identity) -> bool:
        """Keep an identity; False where another thread is writing, for no caller waits for that.

        Raises:
            OSError: The file cannot be written, or holds one that could not be read.
        """
        if not self._loaded:
            # A player who is kept and could not be read is not replaced by who plays meanwhile.
            if self._file.read() is not None:
                return True
            self._loaded = True
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if identity != self._kept:
                if not self._file.write(identity._asdict(), wait=False):
                    return False
                self._kept, self._copies = identity, 1
        finally:
            self._lock.release()
        return True

    def sync(self) -> None:
        """Wait until the identity is on the disk itself, in both slots.

        Raises:
            OSError: The disk does not confirm it.
        """
        kept = self._kept
        if kept is None:
            return
        self._file.sync()
        if not self._named:
            self._disk.sync_folder(self._home)
            self._named = True
        with self._lock:
            if kept is not self._kept or self._copies == 2:
                return
            self._file.write(kept._asdict())
            self._copies = 2
        self._file.sync()

    def take_back(self) -> None:
        """Remove an identity that was not there when the file was loaded.

        Raises:
            OSError: The disk does not let us.
        """
        with self._lock:
            if self._found or self._kept is None:
                return
            self._file.remove()
            self._kept, self._copies, self._named = None, 0, False

    def close(self) -> None:
        """Give the file up."""
        self._file.close()
