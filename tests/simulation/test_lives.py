"""Thousands of random lives; a seed that breaks a promise is named, and shows it again."""

from __future__ import annotations

import pytest

from .lives import Lives

SEEDS = 2700
"""They make about 10,000 lives."""
PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_random_lives_keep_every_promise(part: int) -> None:
    lived = sum(Lives(seed).run() for seed in range(part, SEEDS, PARTS))

    assert lived >= 2 * SEEDS / PARTS
