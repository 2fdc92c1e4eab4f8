"""What the collector does wrong on request, so that a sender's manners can be seen.

A fault holds until it is replaced, for a number of requests, or for some seconds.
``PUT /_/faults`` takes the fields of ``Faults`` as JSON; ``{}`` ends all of them.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TOKEN_FAULTS = ("expired", "rejected", "insufficient")
LONGEST = 3600.0  # seconds; a fault is a test, not a setting


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Faults:
    """How requests to the tracking API go wrong. All off by default.

    Raises:
        ValueError: A field has no meaning, with words for a person.
    """

    delay: float = 0.0
    """Seconds to wait before anything else."""
    hang: bool = False
    """Never answer."""
    close: str = ""
    """``before``: close without an answer; ``after``: the same, once all is stored."""
    status: int | None = None
    """Answer this status (401, 429, 500, ...) and store nothing."""
    retry_after: float | None = None
    """Seconds named by a ``Retry-After`` header beside the status."""
    corrupt: bool = False
    """Store, and answer with half a JSON document."""
    refuse_type: str | None = None
    """Refuse events of this type."""
    refuse_every: int | None = None
    """Refuse every n-th command."""
    token: str = ""
    """Of event streams: every token is ``expired``, ``rejected`` or ``insufficient``."""
    requests: int | None = None
    """Hold for this many requests only."""
    seconds: float | None = None
    """Hold for this long only."""

    def __post_init__(self) -> None:
        checks: dict[str, Callable[[Any], bool]] = {
            "delay": lambda value: _number(value) and 0 <= value <= LONGEST,
            "hang": lambda value: isinstance(value, bool),
            "close": lambda value: value in ("", "before", "after"),
            "status": lambda value: value is None or (_whole(value) and 400 <= value <= 599),
            "retry_after": lambda value: value is None or (_number(value) and value >= 0),
            "corrupt": lambda value: isinstance(value, bool),
            "refuse_type": lambda value: value is None or isinstance(value, str),
            "refuse_every": lambda value: value is None or (_whole(value) and value >= 1),
            "token": lambda value: value in ("", *TOKEN_FAULTS),
            "requests": lambda value: value is None or (_whole(value) and value >= 1),
            "seconds": lambda value: value is None or (_number(value) and 0 < value <= LONGEST),
        }
        for name, fits in checks.items():
            if not fits(getattr(self, name)):
                raise ValueError(f"{name} cannot be {getattr(self, name)!r}")

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Faults:
        """Make faults of a JSON object."""
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = ", ".join(sorted(set(fields) - known))
        if unknown:
            raise ValueError(f"unknown: {unknown}; known: {', '.join(sorted(known))}")
        return cls(**fields)


NONE = Faults()


class FaultPlan:
    """The faults in force, and for how long they are.

    Args:
        now: Where seconds are counted; the process's monotonic clock by default.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self.put(NONE)

    def put(self, faults: Faults) -> None:
        """Replace the faults in force."""
        self._faults = faults
        self._requests = faults.requests
        self._until = None if faults.seconds is None else self._now() + faults.seconds
        self._commands = 0

    def current(self) -> Faults:
        """What would happen to a request."""
        if self._requests == 0 or (self._until is not None and self._now() >= self._until):
            self.put(NONE)
        return self._faults

    def take(self) -> Faults:
        """What happens to this request, which is counted."""
        faults = self.current()
        if self._requests is not None:
            self._requests -= 1
        return faults

    def objection(self, faults: Faults, command: object) -> str | None:
        """Why these faults refuse a command, if they do."""
        self._commands += 1
        if faults.refuse_every and self._commands % faults.refuse_every == 0:
            return "Refused by the collector's faults."
        data = command.get("data") if isinstance(command, dict) else None
        refused = faults.refuse_type
        if refused and isinstance(data, dict) and data.get("event_type") == refused:
            return "Not authorized to add event of specified type"
        return None

    def report(self) -> dict[str, Any]:
        """The faults in force as JSON, with what is left of them."""
        report = dataclasses.asdict(self.current())
        report["requests"] = self._requests
        report["seconds"] = None if self._until is None else self._until - self._now()
        return report
