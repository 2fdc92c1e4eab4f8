"""A courier's tour: from the first level on, as far as it goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Tour:
    """How far it has come and what it has earned; ``level`` counts from 0."""

    level: int = 0
    score: int = 0
    attempt: int = 1
    completed: int = 0

    def win(self, score: int) -> None:
        """A level was won, with so many points."""
        self.score += score
        self.completed += 1

    def go_on(self) -> None:
        """The next level comes."""
        self.level += 1
        self.attempt = 1

    def try_again(self) -> None:
        """The same level once more."""
        self.attempt += 1
