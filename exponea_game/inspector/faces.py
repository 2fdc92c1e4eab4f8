"""pyglet's glyphs as rectangles."""

from __future__ import annotations

from typing import Any, NamedTuple

from exponea_game.inspector.sheet import Text

FONTS = ("Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Arial")
"""What the systems draw their own windows with; the first one that is there."""

Rectangle = tuple[float, ...]
"""As the brush takes it, see there."""


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
        size: In points.
        ratio: Pixels of a point.
    """

    def __init__(self, font: Any, size: float, ratio: float) -> None:
        name = next(filter(font.have_font, FONTS), None)
        self._font, self._ratio = font.load(name, size * ratio, dpi=72), ratio
        self._glyphs: dict[str, _Glyph] = {}

    def width(self, words: str) -> float:
        """How wide a line is, in points."""
        return sum(self._glyph(character).advance for character in words)

    def set(self, text: Text) -> list[tuple[int, Rectangle]]:
        """The texture and the rectangle of each glyph of a line."""
        ratio = self._ratio
        x, y = round(text.x * ratio) / ratio, round(text.y * ratio) / ratio
        found: list[tuple[int, Rectangle]] = []
        for character in text.words:
            glyph = self._glyph(character)
            place = (x + glyph.left, y - glyph.top, glyph.width, glyph.height)
            if character != " ":
                found.append((glyph.texture, (*place, *glyph.place, *text.colour, -1.0)))
            x += glyph.advance
        return found

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
