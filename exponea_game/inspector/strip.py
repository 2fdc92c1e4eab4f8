"""A row's pixels, painted by the processor: pure.

What is painted is a mask, which is text or a box: a byte for each pixel, from the upper left one
on, that says how much of it is covered. The ground beneath must be of one colour, and is known. So
a channel is one translation of all bytes, and a row takes a fifth of a millisecond.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, hypot

from exponea_game.inspector.sheet import Colour

BLUE_FIRST, RED_FIRST = (2, 1, 0), (0, 1, 2)
"""Orders of a pixel's channels; opacity is the last one."""
SOLID = 255
"""A pixel that is covered, or as opaque as can be."""
PIXEL = 4
"""Bytes of a pixel."""


class Strip:
    """Pixels, row by row from the upper left one.

    Args:
        width: In pixels.
        height: The same.
        ground: What it is filled with.
        order: Of the channels.
    """

    def __init__(self, width: int, height: int, ground: Colour, order: tuple[int, ...]) -> None:
        self.width, self.height, self._order = width, height, order
        pixel = bytes([*(round(SOLID * ground[channel]) for channel in order), SOLID])
        self.pixels = bytearray(pixel * (width * height))

    def stain(
        self, x: int, y: int, width: int, mask: bytes, colour: Colour, ground: Colour
    ) -> None:
        """Paint a mask of so many pixels in a line, as far as it is on the strip."""
        stained = bytearray(PIXEL * len(mask))
        for channel, table in enumerate(_tables(colour, ground, self._order)):
            stained[channel::PIXEL] = mask.translate(table)
        first, last = max(0, x), min(self.width, x + width)
        length = PIXEL * max(0, last - first)
        for line in range(max(0, -y), min(len(mask) // max(1, width), self.height - y)):
            to = PIXEL * ((y + line) * self.width + first)
            source = PIXEL * (line * width + first - x)
            self.pixels[to : to + length] = stained[source : source + length]


@lru_cache(64)
def _tables(colour: Colour, ground: Colour, order: tuple[int, ...]) -> list[bytes]:
    """What each channel is, by how much of a pixel is covered."""
    tables = []
    for channel in order:
        below, above = ground[channel], colour[channel]
        step = (above - below) / SOLID
        tables.append(bytes([round(SOLID * (below + step * part)) for part in range(256)]))
    return [*tables, bytes([SOLID] * 256)]


@lru_cache(64)
def rounded(width: int, height: int, radius: float) -> bytes:
    """The mask of a box with round corners."""
    left = min(ceil(radius), (width + 1) // 2)
    right = min(left, width - left)
    middle, lines = bytes([SOLID]) * (width - left - right), []
    for line in range(height):
        y = radius - min(line, height - 1 - line) - 0.5
        corner = bytes(_covered(radius - x - 0.5, y, radius) for x in range(left))
        lines.append(corner + middle + corner[:right][::-1])
    return b"".join(lines)


def _covered(x: float, y: float, radius: float) -> int:
    """How much of a pixel is within a circle, so far from its middle."""
    beyond = hypot(max(x, 0.0), max(y, 0.0)) - radius
    return round(SOLID * min(1.0, max(0.0, 0.5 - beyond)))
