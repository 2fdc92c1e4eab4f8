from __future__ import annotations

import json
import random

import pytest

from exponea_game.run.timestamps import Timestamps


@pytest.mark.parametrize("wall", [-5.0, 0.0, 0.25, 1.0, 1.7e9, 1700000000.05, 1e10 + 1e-6])
def test_a_moment_as_text_is_the_same_number_in_whole_microseconds(wall):
    text = Timestamps().stamp_text(wall)

    assert json.loads(text) == Timestamps().stamp(wall)
    assert text == f"{json.loads(text):.6f}"
    assert wall < 1.0 or abs(json.loads(text) - wall) < 0.000002


def test_moments_as_numbers_and_as_texts_are_later_than_all_before():
    times, chance = Timestamps(), random.Random(1)
    walls = [1.7e9 + chance.choice([0.0, 0.0000004, 0.05]) for _ in range(300)]

    given = [
        times.stamp(wall) if chance.random() < 0.5 else times.stamp_text(wall) for wall in walls
    ]

    numbers = [float(time) for time in given]
    assert numbers == sorted(set(numbers))
