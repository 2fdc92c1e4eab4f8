"""Thousands of random lives; a seed that breaks a promise is named, and shows it again."""

from __future__ import annotations

import pytest

from .lives import Lives

SEEDS = 2700
"""They make about 10,000 lives."""
PARTS = 10
RARE = (
    1795872043214,
    7000000002128,
    7000000004448,
    950332,
    31001875,
    32002286,
    7005124,
    8000000000801,
    8000000005071,
    8000000005309,
    1795916025059,
    1800000000874,
    3100000008975,
    3300000011850,
    3300000030427,
    3500000027016,
    3700000000339,
    3900000035234,
    4400000009167,
    4600000001976,
    4700000023198,
    4800000002494,
    4900000016811,
    5000000035649,
    5100000008634,
    5102000006488,
    5304000004951,
    5400000002098,
    5501000015876,
    5504000008216,
    5506000002735,
)
"""Seeds that once broke a promise that the first ones kept (docs/design/faults.md)."""


@pytest.mark.parametrize("part", range(PARTS))
def test_random_lives_keep_every_promise(part: int) -> None:
    lived = sum(Lives(seed).run() for seed in range(part, SEEDS, PARTS))

    assert lived >= 2 * SEEDS / PARTS


@pytest.mark.parametrize("seed", RARE)
def test_lives_that_are_rare_keep_every_promise(seed: int) -> None:
    assert Lives(seed).run() >= 2
