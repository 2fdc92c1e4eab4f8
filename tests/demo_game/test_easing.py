"""How things begin and end to move."""

from __future__ import annotations

import pytest

from demo_game.drawing.easing import ease_in_out, ease_out, overshoot, pulse


@pytest.mark.parametrize("ease", [ease_out, ease_in_out, overshoot])
def test_a_movement_begins_at_its_beginning_and_stays_at_its_end(ease) -> None:
    assert [ease(share) for share in (-1.0, 0.0, 1.0, 2.0)] == pytest.approx([0, 0, 1, 1])


def test_arriving_gently_is_fast_at_first() -> None:
    assert ease_out(0.1) > 0.2
    assert ease_out(0.9) > 0.99


def test_beginning_gently_is_slow_at_both_ends() -> None:
    assert ease_in_out(0.1) < 0.05
    assert ease_in_out(0.9) > 0.95


def test_a_stamp_goes_a_little_too_far_before_it_settles() -> None:
    assert 1.05 < max(overshoot(step / 50) for step in range(50)) < 1.2


def test_a_pulse_swings_once_in_its_period() -> None:
    assert [pulse(second, 4.0) for second in (0, 1, 2, 3, 4)] == pytest.approx([0, 0.5, 1, 0.5, 0])
