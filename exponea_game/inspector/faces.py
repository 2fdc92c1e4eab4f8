"""pyglet's glyphs as rectangles."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

from exponea_game.inspector.sheet import Colour

FONTS = ("Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Arial")
"""What the systems draw their own windows with; the first one that is there."""


Line = dict[int, "array[float]"]
"""A line of text: rectangles as the brush takes them, by texture."""


def family(font: Any) -> Iterator[str | None]:
    """Looks for the first of the fonts that is there; the last one that is given is it."""
    for name in FONTS:
        if font.have_font(name):
            yield name
            return
        yield None


class _Glyph(NamedTuple):
    texture: int
    left: float
    top: float
    width: float
    height: float
    place: tuple[float, float, float, float]
    advance: float


class Face:
    """A font of one size, to be used while OpenGL's state is kept: it loads glyphs.

    Args:
        font: The game's ``pyglet.font``.
        family: The font's name; None for pyglet's own choice.
        size: In points.
        ratio: Pixels of a point.
    """

    def __init__(self, font: Any, family: str | None, size: float, ratio: float) -> None:
        self._font, self._ratio = font.load(family, size * ratio, dpi=72), ratio
        self._glyphs: dict[str, _Glyph] = {}

    def width(self, words: str) -> float:
        """How wide a line is, in points."""
        return sum(self._glyph(character).advance for character in words)

    def line(self, words: str, colour: Colour) -> Line:
        """The rectangles of a line that begins at 0, 0."""
        line: Line = {}
        x, rest = 0.0, (*colour, -1.0)
        for character in words:
            glyph = self._glyph(character)
            if character != " ":
                place = (x + glyph.left, -glyph.top, glyph.width, glyph.height)
                rectangle = 4 * (*place, *glyph.place, *rest)
                line.setdefault(glyph.texture, array("f")).extend(rectangle)
            x += glyph.advance
        return line

    def _glyph(self, character: str) -> _Glyph:
        glyph = self._glyphs.get(character)
        if glyph is None:
            glyph = self._glyphs[character] = self._load(character)
        return glyph

    def _load(self, character: str) -> _Glyph:
        glyphs = self._font.get_glyphs(character if character.isprintable() else "?")
        glyph = (glyphs[0] if isinstance(glyphs, tuple) else glyphs)[0]  # pyglet 2.1 or 2.0
        left, bottom, right, top = (edge / self._ratio for edge in glyph.vertices)
        corners = glyph.tex_coords
        place = (corners[0], corners[7], corners[6], corners[1])
        advance = glyph.advance / self._ratio
        return _Glyph(glyph.owner.id, left, top, right - left, top - bottom, place, advance)
