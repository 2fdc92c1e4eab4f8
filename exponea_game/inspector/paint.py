"""Draws boxes and text over a window with one small shader and pyglet's glyphs.

All that is drawn is a list of rectangles, 13 numbers each: its place and size in points from the
window's upper left corner, its place in a glyph texture, its colour, and the radius of its corners;
no radius means a glyph. They are sorted by texture and stay in buffers until something changes, so
that a frame costs a handful of calls.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from ctypes import (
    POINTER,
    byref,
    c_char,
    c_char_p,
    c_int,
    c_uint,
    c_void_p,
    cast,
    create_string_buffer,
)
from dataclasses import dataclass
from typing import Any, NamedTuple

from exponea_game.inspector.glstate import State

NUMBERS = 13
"""Floats of a rectangle."""
FLOAT = 4
"""Bytes of a float."""
LAYOUT = ((0, 4), (4, 4), (8, 4), (12, 1))
"""The first float of each attribute of the shader, and how many it has."""
FONTS = ("Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Arial")
"""What the systems draw their own windows with; the first one that is there."""

VERTEX = """
layout(location = 0) in vec4 place;
layout(location = 1) in vec4 glyph;
layout(location = 2) in vec4 colour;
layout(location = 3) in float radius;
uniform vec2 size;
out vec2 corner;
out vec2 at;
flat out vec4 paint;
flat out vec3 box;
void main() {
    corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 point = place.xy + corner * place.zw;
    gl_Position = vec4(point / size * vec2(2, -2) + vec2(-1, 1), 0, 1);
    at = radius < 0.0 ? mix(glyph.xy, glyph.zw, corner) : (corner - 0.5) * place.zw;
    box = vec3(place.zw * 0.5, radius);
    paint = colour;
}
"""
FRAGMENT = """
uniform sampler2D glyphs;
in vec2 corner;
in vec2 at;
flat in vec4 paint;
flat in vec3 box;
out vec4 pixel;
void main() {
    float share;
    if (box.z < 0.0) {
        share = texture(glyphs, at).a;
    } else {
        vec2 beyond = abs(at) - box.xy + box.z;
        float edge = length(max(beyond, 0.0)) + min(max(beyond.x, beyond.y), 0.0) - box.z;
        share = clamp(0.5 - edge / max(fwidth(edge), 1e-5), 0.0, 1.0);
    }
    pixel = vec4(paint.rgb, 1) * paint.a * share;
}
"""


Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, each from 0 to 1."""


class Box(NamedTuple):
    """A box with round corners; lengths in points, from the window's upper left corner."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour
    radius: float = 0.0


class Text(NamedTuple):
    """One line of text; ``y`` is its baseline."""

    x: float
    y: float
    words: str
    size: float
    colour: Colour


class _Glyph(NamedTuple):
    texture: int
    left: float
    top: float
    width: float
    height: float
    place: tuple[float, float, float, float]
    advance: float


class Face:
    """A font of one size.

    Args:
        font: pyglet's font.
        ratio: Pixels of a point.
    """

    def __init__(self, font: Any, ratio: float) -> None:
        self._font, self._ratio = font, ratio
        self._glyphs: dict[str, _Glyph] = {}

    def width(self, words: str) -> float:
        """How wide a line is, in points; to be asked while the state of OpenGL is kept."""
        return sum(self._glyph(character).advance for character in words)

    def set(self, text: Text) -> list[tuple[int, tuple[float, ...]]]:
        """The texture and the numbers of each glyph of a line."""
        ratio = self._ratio
        x, y = round(text.x * ratio) / ratio, round(text.y * ratio) / ratio
        found: list[tuple[int, tuple[float, ...]]] = []
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


@dataclass(slots=True)
class _Layer:
    """Rectangles of one texture, in the buffers of one context."""

    vertices: c_uint
    buffer: c_uint
    count: int = 0


class Painter:
    """Paints over one window. Make it, and call it, while its context is the current one.

    Args:
        pyglet: The game's pyglet.
        ratio: Pixels of a point.
    """

    def __init__(self, pyglet: Any, ratio: float) -> None:
        self._gl, self._font, self._ratio = pyglet.gl, pyglet.font, ratio
        version = cast(self._gl.glGetString(self._gl.GL_VERSION), c_char_p)
        desktop = not (version.value or b"").startswith(b"OpenGL ES")
        self._state = State(self._gl, desktop=desktop)
        self._faces: dict[float, Face] = {}
        self._layers: dict[int, _Layer] = {}
        head = "#version 330 core\n" if desktop else "#version 310 es\nprecision highp float;\n"
        self._program = self._link(head)
        self._size = self._gl.glGetUniformLocation(self._program, create_string_buffer(b"size"))

    def width(self, words: str, size: float) -> float:
        """How wide a line of text is, in points."""
        return self._face(size).width(words)

    def _face(self, size: float) -> Face:
        face = self._faces.get(size)
        if face is None:
            name = next(filter(self._font.have_font, FONTS), None)
            font = self._font.load(name, size * self._ratio, dpi=72)
            face = self._faces[size] = Face(font, self._ratio)
        return face

    def kept(self, width: int, height: int) -> Any:
        """Within it, the rest may be called; afterwards the context is as before."""
        return self._state.kept(width, height)

    def update(self, boxes: Iterable[Box], texts: Iterable[Text]) -> None:
        """Put something else on the window from here on."""
        numbers: dict[int, array[float]] = {0: array("f")}
        for box in boxes:
            numbers[0].extend((*box[:4], 0.0, 0.0, 0.0, 0.0, *box.colour, box.radius))
        for text in texts:
            for texture, glyph in self._face(text.size).set(text):
                numbers.setdefault(texture, array("f")).extend(glyph)
        for layer in self._layers.values():
            layer.count = 0
        for texture, values in numbers.items():
            self._fill(texture, values)

    def draw(self, width: float, height: float) -> None:
        """Draw it.

        Args:
            width: Of the window, in points.
            height: The same.
        """
        gl = self._gl
        gl.glUseProgram(self._program)
        gl.glUniform2f(self._size, width, height)
        for texture, layer in self._layers.items():
            if layer.count:
                gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
                gl.glBindVertexArray(layer.vertices)
                gl.glDrawArraysInstanced(gl.GL_TRIANGLE_STRIP, 0, 4, layer.count)

    def delete(self) -> None:
        """Give back what the context holds for us."""
        for layer in self._layers.values():
            self._gl.glDeleteVertexArrays(1, byref(layer.vertices))
            self._gl.glDeleteBuffers(1, byref(layer.buffer))
        self._layers.clear()
        self._gl.glDeleteProgram(self._program)

    def _fill(self, texture: int, numbers: array[float]) -> None:
        gl = self._gl
        layer = self._layers.get(texture)
        if layer is None:
            layer = self._layers[texture] = self._layer()
        layer.count = len(numbers) // NUMBERS
        if layer.count:
            data = (c_char * (len(numbers) * FLOAT)).from_buffer(numbers)
            gl.glBindBuffer(gl.GL_ARRAY_BUFFER, layer.buffer)
            gl.glBufferData(gl.GL_ARRAY_BUFFER, len(data), data, gl.GL_DYNAMIC_DRAW)

    def _layer(self) -> _Layer:
        gl = self._gl
        layer = _Layer(c_uint(), c_uint())
        gl.glGenVertexArrays(1, byref(layer.vertices))
        gl.glGenBuffers(1, byref(layer.buffer))
        gl.glBindVertexArray(layer.vertices)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, layer.buffer)
        for number, (first, count) in enumerate(LAYOUT):
            offset, stride = c_void_p(first * FLOAT), NUMBERS * FLOAT
            gl.glEnableVertexAttribArray(number)
            gl.glVertexAttribPointer(number, count, gl.GL_FLOAT, gl.GL_FALSE, stride, offset)
            gl.glVertexAttribDivisor(number, 1)
        return layer

    def _link(self, head: str) -> int:
        gl = self._gl
        program = gl.glCreateProgram()
        sources = ((gl.GL_VERTEX_SHADER, VERTEX), (gl.GL_FRAGMENT_SHADER, FRAGMENT))
        for kind, source in sources:
            shader = gl.glCreateShader(kind)
            text = (head + source).encode()
            source_pointer = cast(c_char_p(text), POINTER(c_char))
            gl.glShaderSource(shader, 1, byref(source_pointer), c_int(len(text)))
            gl.glCompileShader(shader)
            gl.glAttachShader(program, shader)
            gl.glDeleteShader(shader)
        gl.glLinkProgram(program)
        linked = c_int()
        gl.glGetProgramiv(program, gl.GL_LINK_STATUS, byref(linked))
        if not linked.value:
            words = create_string_buffer(2000)
            gl.glGetProgramInfoLog(program, len(words), None, words)
            raise RuntimeError(f"the inspector's shader: {words.value.decode(errors='replace')}")
        return int(program)
