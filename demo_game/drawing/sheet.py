"""A sheet: a list of shapes to be printed. Everything in the game is made of one shape.

The shape is a box with rounded corners: a disc is a box of no size with a big corner, a line is a
box of no height. It may be hollow (``line``), soft at its edge (``feather``), and have a disc cut
out of it (``cut``): a crescent. A shape is 16 numbers; `press` hands them to the graphics card as
they are.

Drawing is immediate: a scene draws all it shows into fresh sheets every frame. What never changes
is drawn once into a sheet of its own, kept (`functools.cache`), and pasted.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from demo_game.drawing.lettering import measure, write
from demo_game.drawing.palette import Colour

NUMBERS_PER_SHAPE = 16
ARC = -1.0
"""In place of a cut's radius: the two numbers before it are the cosine and sine of half an arc."""
NO_CUT = (0.0, 0.0, 0.0)
Point = tuple[float, float]
Cut = tuple[float, float, float]
"""x, y and radius of a disc, in the shape's own frame."""


class Sheet:
    """Shapes in the order they are printed, the first at the bottom."""

    def __init__(self) -> None:
        self.numbers = array("f")

    def __len__(self) -> int:
        return len(self.numbers) // NUMBERS_PER_SHAPE

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: Colour,
        *,
        corner: float = 0.0,
        angle: float = 0.0,
        line: float = 0.0,
        feather: float = 0.0,
        cut: Cut = NO_CUT,
    ) -> None:
        """A box around (x, y); ``line`` above 0 draws its outline alone, that wide."""
        half_width, half_height = width / 2 - corner, height / 2 - corner
        cosine, sine = (math.cos(angle), math.sin(angle)) if angle else (1.0, 0.0)
        self.numbers.extend((x, y, half_width, half_height, cosine, sine, corner, line / 2))
        self.numbers.extend((*cut, feather, *colour))

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, cut: Cut = NO_CUT) -> None:
        """A filled circle; with ``cut``, a crescent."""
        self.numbers.extend((x, y, 0.0, 0.0, 1.0, 0.0, radius, 0.0, *cut, 0.0, *colour))

    def ring(self, x: float, y: float, radius: float, colour: Colour, *, line: float = 2.0) -> None:
        """A circle's outline."""
        self.numbers.extend((x, y, 0.0, 0.0, 1.0, 0.0, radius, line / 2, *NO_CUT, 0.0, *colour))

    def glow(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A disc that fades out towards its edge."""
        half = radius / 2
        self.numbers.extend((x, y, 0.0, 0.0, 1.0, 0.0, half, 0.0, *NO_CUT, half, *colour))

    def line(
        self, x0: float, y0: float, x1: float, y1: float, width: float, colour: Colour
    ) -> None:
        """A line with round ends."""
        length = math.hypot(x1 - x0, y1 - y0)
        cosine, sine = ((x1 - x0) / length, (y1 - y0) / length) if length else (1.0, 0.0)
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        self.numbers.extend((*middle, length / 2, 0.0, cosine, sine, width / 2, 0.0))
        self.numbers.extend((*NO_CUT, 0.0, *colour))

    def path(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """A bent line through points."""
        for (x0, y0), (x1, y1) in pairwise(points):
            self.line(x0, y0, x1, y1, width, colour)

    def arc(
        self,
        x: float,
        y: float,
        radius: float,
        start: float,
        stop: float,
        width: float,
        colour: Colour,
    ) -> None:
        """A part of a circle, with round ends, between two angles in radians."""
        middle, half = (start + stop) / 2, abs(stop - start) / 2
        self.numbers.extend((x, y, 0.0, 0.0, math.cos(middle), math.sin(middle)))
        self.numbers.extend((radius, width / 2, math.cos(half), math.sin(half), ARC, 0.0, *colour))

    def text(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        colour: Colour,
        *,
        align: float = 0.0,
        weight: float = 0.14,
        angle: float = 0.0,
    ) -> None:
        """Write in capitals of height ``size`` on a baseline.

        Args:
            text: What to write.
            x: Where the text begins, or its middle or end, as ``align`` says.
            y: The height of the baseline.
            size: The height of a capital.
            colour: Its ink.
            align: 0 for the left, 0.5 for the middle, 1 for the right.
            weight: The width of the strokes, as a share of the size.
            angle: The way the baseline goes, in radians.
        """
        self.numbers.extend(_lettered(text, x, y, size, colour, align, weight, angle))

    def paste(self, other: Sheet) -> None:
        """Add everything another sheet has."""
        self.numbers.extend(other.numbers)


@lru_cache(maxsize=1024)
def _lettered(
    text: str,
    x: float,
    y: float,
    size: float,
    colour: Colour,
    align: float,
    weight: float,
    angle: float,
) -> array[float]:
    """The shapes of a text; kept, as most texts are the same in the next frame."""
    sheet, shift = Sheet(), -align * measure(text) * size
    cosine, sine = math.cos(angle), math.sin(angle)
    left, base = x + shift * cosine, y + shift * sine
    thick = max(1.5, weight * size)

    def spot(u: float, v: float) -> Point:
        return left + (u * cosine - v * sine) * size, base + (u * sine + v * cosine) * size

    for stroke in write(text):
        if len(stroke) == 4:
            sheet.line(*spot(*stroke[:2]), *spot(*stroke[2:]), thick, colour)
        else:
            u, v, radius, start, stop = stroke
            begin, end = math.radians(start) + angle, math.radians(stop) + angle
            sheet.arc(*spot(u, v), radius * size, begin, end, thick, colour)
    return sheet.numbers
