"""What waiting for a delivery came to."""

from __future__ import annotations

from typing import NamedTuple


class Flushed(NamedTuple):
    """What ``flush`` came to.

    Attributes:
        sent: Commands the server answered for meanwhile; none where all had arrived before.
        left: Commands that still wait.
        trouble: Why, and what can be done; empty where nothing is wrong.
    """

    sent: int
    left: int
    trouble: str

    def __bool__(self) -> bool:
        return self.left == 0
