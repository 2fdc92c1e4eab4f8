"""The typeface and the sheet of shapes."""

from __future__ import annotations

import math

import pytest

from demo_game.drawing.lettering import GLYPHS, can_write, measure, write
from demo_game.drawing.palette import PAPER
from demo_game.drawing.sheet import NUMBERS_PER_SHAPE, Sheet


@pytest.mark.parametrize("mark", sorted(GLYPHS))
def test_a_glyph_stays_within_its_width(mark: str) -> None:
    width, strokes = GLYPHS[mark]
    lines = [stroke for stroke in strokes if len(stroke) == 4]

    assert all(-0.1 <= x <= width + 0.1 for line in lines for x in (line[0], line[2]))
    assert all(len(stroke) in (4, 5) for stroke in strokes)


def test_small_letters_and_accents_are_written() -> None:
    assert can_write("Zoë & Jürgen Šímá, 7!")
    assert write("é") != write("e")
    assert measure("é") == measure("E")


def test_what_has_no_glyph_is_refused_and_left_out() -> None:
    assert not can_write("Ж")
    assert write("aЖ") == write("a")


def test_a_text_is_as_wide_as_its_letters_and_their_spaces() -> None:
    assert measure("HI") == pytest.approx(measure("H") + measure("I") + 0.29)
    assert measure("") == 0.0


def test_a_line_is_a_box_of_no_height_turned_its_way() -> None:
    sheet = Sheet()

    sheet.line(0.0, 0.0, 30.0, 40.0, 6.0, PAPER)

    x, y, half_length, half_height, cosine, sine, radius, _ = sheet.numbers[:8]
    assert (x, y, half_length, half_height, radius) == (15.0, 20.0, 25.0, 0.0, 3.0)
    assert (cosine, sine) == pytest.approx((0.6, 0.8))


def test_shapes_are_counted_and_pasted_in_order() -> None:
    first, second = Sheet(), Sheet()
    first.disc(1.0, 2.0, 3.0, PAPER)
    second.arc(4.0, 5.0, 6.0, 0.0, math.pi, 1.0, PAPER)

    first.paste(second)

    assert len(first) == 2
    assert first.numbers[NUMBERS_PER_SHAPE] == 4.0
