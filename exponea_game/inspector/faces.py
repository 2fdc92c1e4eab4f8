"""Text as masks (see strip), cut out of the textures that pyglet draws its glyphs on."""

from __future__ import annotations

from collections.abc import Iterable
from ctypes import byref, c_ubyte, c_uint
from typing import Any, NamedTuple

FONTS = ("Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Arial")
"""What the systems draw their own windows with; the first one that is there."""

INKS_LIMIT = 200
"""Lines that are remembered."""


def family(font: Any) -> str | None:
    """The first of the fonts that is there; None for pyglet's own choice."""
    return next(filter(font.have_font, FONTS), None)


class Ink(NamedTuple):
    """A mask, and where it is to a line's beginning on its baseline, in pixels."""

    left: int
    top: int
    width: int
    mask: bytes


class Face:
    """A font of one size, to be used while OpenGL's state is kept: it loads glyphs.

    Args:
        gl: OpenGL's functions.
        font: The game's ``pyglet.font``.
        family: The font's name; None for pyglet's own choice.
        size: In points.
        ratio: Pixels of a point.
    """

    def __init__(self, gl: Any, font: Any, family: str | None, size: float, ratio: float) -> None:
        self._gl, self._font, self._ratio = gl, font.load(family, size * ratio, dpi=72), ratio
        self._glyphs: dict[str, Any] = {}
        self._cut: dict[str, list[bytes]] = {}
        self._inks: dict[str, Ink] = {}

    def width(self, words: str) -> float:
        """How wide a line is, in points."""
        return float(sum(self._glyph(character).advance for character in words)) / self._ratio

    def ink(self, words: str) -> Ink:
        """A line of text."""
        if words not in self._inks:
            if len(self._inks) > INKS_LIMIT:
                self._inks.clear()
            self._inks[words] = self._written(words)
        return self._inks[words]

    def _written(self, words: str) -> Ink:
        self._cut_out(words)
        placed, x = [], 0
        for character in words:
            left, _, _, top = self._glyph(character).vertices
            if character != " ":
                placed.append((round(x + left), round(top), self._cut[character]))
            x += self._glyph(character).advance
        top = max((top for _, top, _ in placed), default=0)
        height = max((top - at + len(lines) for _, at, lines in placed), default=0)
        start = min((left for left, _, _ in placed), default=0)
        width = max((left - start + len(lines[0]) for left, _, lines in placed), default=0)
        mask = bytearray(width * height)
        for left, at, lines in placed:
            place = (top - at) * width + left - start
            for line in lines:
                mask[place : place + len(line)] = line
                place += width
        return Ink(start, -top, width, bytes(mask))

    def _glyph(self, character: str) -> Any:
        if character not in self._glyphs:
            glyphs = self._font.get_glyphs(character if character.isprintable() else "?")
            glyphs = glyphs[0] if isinstance(glyphs, tuple) else glyphs  # pyglet 2.1 or 2.0
            self._glyphs[character] = glyphs[0]
        return self._glyphs[character]

    def _cut_out(self, words: str) -> None:
        """Have the pixels of these glyphs; with new ones, of all that have been loaded.

        A graphics card has to be waited for, so that they are read all at once.
        """
        if all(character in self._cut for character in words):
            return
        regions: dict[Any, dict[str, _Region]] = {}
        for character in {*self._glyphs, *words} - self._cut.keys():
            glyph = self._glyph(character)
            regions.setdefault(glyph.owner, {})[character] = _region(glyph)
        for texture, wanted in regions.items():
            self._read(texture.id, wanted)

    def _read(self, texture: int, regions: dict[str, _Region]) -> None:
        left, right = _ends((place.left, place.right) for place in regions.values())
        low, high = _ends((place.low, place.high) for place in regions.values())
        width = right - left
        mask = _opacity(self._gl, texture, left, low, width, high - low)
        for character, place in regions.items():
            begins = range((place.low - low) * width, (place.high - low) * width, width)
            part = slice(place.left - left, place.right - left)
            lines = [mask[begin : begin + width][part] for begin in begins]
            self._cut[character] = lines if place.upright else lines[::-1]


class _Region(NamedTuple):
    """Texels of a glyph, and whether its first line is the lowest of them."""

    left: int
    right: int
    low: int
    high: int
    upright: bool


def _region(glyph: Any) -> _Region:
    left, bottom, right, top = (glyph.tex_coords[number] for number in (0, 1, 6, 7))
    wide, high = glyph.owner.width, glyph.owner.height
    low, up = sorted((round(bottom * high), round(top * high)))
    return _Region(round(left * wide), round(right * wide), low, up, upright=top < bottom)


def _ends(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    starts, ends = zip(*pairs, strict=True)
    return min(starts), max(ends)


def _opacity(gl: Any, texture: int, left: int, low: int, width: int, height: int) -> bytes:
    """The opacity of a part of a texture."""
    pixels, framebuffer = (c_ubyte * (4 * width * height))(), c_uint()
    gl.glGenFramebuffers(1, byref(framebuffer))
    gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, framebuffer)
    gl.glFramebufferTexture2D(
        gl.GL_READ_FRAMEBUFFER, gl.GL_COLOR_ATTACHMENT0, gl.GL_TEXTURE_2D, texture, 0
    )
    gl.glReadPixels(left, low, width, height, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, pixels)
    gl.glDeleteFramebuffers(1, byref(framebuffer))
    return bytes(pixels)[3::4]
