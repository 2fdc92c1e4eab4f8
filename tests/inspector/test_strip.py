"""A row's pixels, as the processor paints them."""

from __future__ import annotations

import pytest

from exponea_game.inspector.strip import BLUE_FIRST, RED_FIRST, Strip, rounded

BLACK, ORANGE = (0.0, 0.0, 0.0, 1.0), (1.0, 0.6, 0.2, 1.0)


def pixel(strip: Strip, x: int, y: int) -> list[int]:
    at = 4 * (y * strip.width + x)
    return list(strip.pixels[at : at + 4])


@pytest.mark.parametrize(
    ("order", "whole", "half"),
    [(RED_FIRST, [255, 153, 51], [128, 77, 26]), (BLUE_FIRST, [51, 153, 255], [26, 77, 128])],
)
def test_a_mask_tells_how_much_of_a_pixel_is_covered(order, whole, half):
    strip = Strip(4, 2, BLACK, order)

    strip.stain(1, 1, 2, bytes([255, 128]), ORANGE, BLACK)

    assert pixel(strip, 0, 1) == [0, 0, 0, 255]
    assert pixel(strip, 1, 1) == [*whole, 255]
    assert pixel(strip, 2, 1) == [*half, 255]


@pytest.mark.parametrize(("x", "y"), [(-2, 0), (3, 0), (0, -2), (0, 1), (9, 0), (0, 9)])
def test_what_reaches_beyond_a_strip_is_cut(x, y):
    strip = Strip(4, 2, BLACK, RED_FIRST)

    strip.stain(x, y, 3, bytes([255]) * 9, ORANGE, BLACK)

    assert len(strip.pixels) == 4 * 4 * 2
    assert all(pixel(strip, n, 0) in ([0, 0, 0, 255], [255, 153, 51, 255]) for n in range(4))


@pytest.mark.parametrize(
    ("width", "height", "radius"), [(14, 14, 7.0), (21, 21, 10.5), (40, 26, 6)]
)
def test_round_corners_are_the_same_on_all_sides(width, height, radius):
    mask = rounded(width, height, radius)

    lines = [mask[n : n + width] for n in range(0, len(mask), width)]
    assert lines == lines[::-1] == [line[::-1] for line in lines]
    assert lines[0][0] < 64
    assert lines[height // 2][width // 2] == 255


def test_a_box_without_room_is_nothing():
    assert rounded(0, 4, 2.0) == b""
