"""What an inspector shows, and what can be done from it: handed in by whoever has a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from exponea_game.run.insight import Insight


class Subject(NamedTuple):
    """A tracker, as far as an inspector needs it.

    Attributes:
        gather: Looks at the run, from a thread of its own; None where nothing is tracked.
        disclose: What the player would be shown, from the same thread.
        recorder: Whose calls are measured; None where nothing is tracked.
        now: Unix time by the run's clock; None where nothing is tracked.
        why_silent: Says why nothing is tracked, where that is so.
        forget: Deletes everything about the player.
        decide: Takes the player's decision, ``"granted"`` or ``"denied"``.
    """

    gather: Callable[[], Insight | None]
    disclose: Callable[[], str]
    recorder: Callable[[], Any]
    now: Callable[[], float | None]
    why_silent: Callable[[], str]
    forget: Callable[[], None]
    decide: Callable[[str], None]
