"""Draws rectangles with small shaders: boxes with round corners, glyphs, and copies.

A rectangle is 13 numbers: place and size in points from the upper left corner of what is drawn on;
of a glyph or a copy its place in the texture, of a box the same places as seen from its middle;
colour; and the radius of the corners. Each is there four times, once for each corner, which the
number of the vertex tells: software renderers are slow at instances.
"""

from __future__ import annotations

from array import array
from ctypes import POINTER, byref, c_char, c_char_p, c_int, c_uint, c_void_p, cast
from ctypes import create_string_buffer as text_buffer
from typing import Any

NUMBERS = 13
"""Floats of a rectangle."""
FLOAT = 4
"""Bytes of a float."""
RECTANGLES_LIMIT = 4096
"""Rectangles of one texture that are drawn; a panel has some hundreds."""
CORNERS = array("H", (4 * i + n for i in range(RECTANGLES_LIMIT) for n in (0, 1, 2, 2, 1, 3)))
"""The vertices of the two triangles of each rectangle."""
LAYOUT = ((0, 4), (4, 4), (8, 4), (12, 1))
"""The first float of each attribute of the shader, and how many it has."""

DESKTOP = """#version 330 core
#define STRAIGHT noperspective
"""
EMBEDDED = """#version 310 es
#define STRAIGHT
precision highp float;
"""
VERTEX = """
layout(location = 0) in vec4 place;
layout(location = 1) in vec4 glyph;
layout(location = 2) in vec4 colour;
layout(location = 3) in float radius;
uniform vec2 size;
STRAIGHT out vec2 at;
flat out vec4 paint;
flat out vec3 box;
void main() {
    vec2 corner = vec2(gl_VertexID & 1, (gl_VertexID >> 1) & 1);
    vec2 point = place.xy + corner * place.zw;
    gl_Position = vec4(point / size * vec2(2, -2) + vec2(-1, 1), 0, 1);
    at = mix(glyph.xy, glyph.zw, corner);
    box = vec3(max(abs(glyph.xy), abs(glyph.zw)), radius);
    paint = colour;
}
"""
FRAGMENT = """
uniform sampler2D glyphs;
uniform float ratio;
STRAIGHT in vec2 at;
flat in vec4 paint;
flat in vec3 box;
out vec4 pixel;
"""
COPIES = """
void main() {
    pixel = textureLod(glyphs, at, 0.0);
}
"""
BOXES = """
void main() {
    vec2 beyond = max(abs(at) - box.xy + box.z, 0.0);
    float share = box.z > 0.0 ? clamp(0.5 - (length(beyond) - box.z) * ratio, 0.0, 1.0) : 1.0;
    pixel = vec4(paint.rgb, 1) * paint.a * share;
}
"""
GLYPHS = """
void main() {
    pixel = vec4(paint.rgb, 1) * paint.a * texture(glyphs, at).a;
}
"""


def moved(numbers: array[float], x: float, y: float) -> array[float]:
    """The same rectangles elsewhere."""
    copy = numbers[:]
    copy[0::NUMBERS] = array("f", [place + x for place in numbers[0::NUMBERS]])
    copy[1::NUMBERS] = array("f", [place + y for place in numbers[1::NUMBERS]])
    return copy


class Brush:
    """One shader.

    Args:
        gl: OpenGL's functions.
        fragment: What it does with a pixel: ``COPIES``, ``BOXES`` or ``GLYPHS``.
        desktop: Whether it is OpenGL and not OpenGL ES.
    """

    def __init__(self, gl: Any, fragment: str, *, desktop: bool) -> None:
        self._gl = gl
        head = DESKTOP if desktop else EMBEDDED
        self._program = self._link(head + VERTEX, head + FRAGMENT + fragment)
        self._size = gl.glGetUniformLocation(self._program, text_buffer(b"size"))
        self._ratio = gl.glGetUniformLocation(self._program, text_buffer(b"ratio"))
        self._told = (0.0, 0.0, 0.0)

    def take(self, width: float, height: float, ratio: float) -> None:
        """Draw with it from here on.

        Args:
            width: Of what is drawn on, in points.
            height: The same.
            ratio: Pixels of a point.
        """
        self._gl.glUseProgram(self._program)
        if self._told == (width, height, ratio):
            return
        self._told = (width, height, ratio)
        self._gl.glUniform2f(self._size, width, height)
        if self._ratio >= 0:
            self._gl.glUniform1f(self._ratio, ratio)

    def delete(self) -> None:
        """Give back what the context holds for us."""
        self._gl.glDeleteProgram(self._program)

    def _link(self, *sources: str) -> int:
        gl = self._gl
        program = gl.glCreateProgram()
        for kind, source in zip((gl.GL_VERTEX_SHADER, gl.GL_FRAGMENT_SHADER), sources, strict=True):
            shader, text = gl.glCreateShader(kind), source.encode()
            pointer = cast(c_char_p(text), POINTER(c_char))
            gl.glShaderSource(shader, 1, byref(pointer), c_int(len(text)))
            gl.glCompileShader(shader)
            gl.glAttachShader(program, shader)
            gl.glDeleteShader(shader)
        gl.glLinkProgram(program)
        linked = c_int()
        gl.glGetProgramiv(program, gl.GL_LINK_STATUS, byref(linked))
        if not linked.value:
            words = text_buffer(2000)
            gl.glGetProgramInfoLog(program, len(words), None, words)
            raise RuntimeError(f"the inspector's shader: {words.value.decode(errors='replace')}")
        return int(program)


class Layer:
    """Rectangles of one texture, kept by the context.

    Args:
        gl: OpenGL's functions.
        texture: The texture's number; 0 for boxes.
    """

    def __init__(self, gl: Any, texture: int) -> None:
        self._gl, self._texture, self._count = gl, texture, 0
        self._vertices, self._buffer, self._corners = c_uint(), c_uint(), c_uint()
        gl.glGenVertexArrays(1, byref(self._vertices))
        gl.glBindVertexArray(self._vertices)
        gl.glGenBuffers(1, byref(self._corners))
        gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, self._corners)
        self._send(gl.GL_ELEMENT_ARRAY_BUFFER, CORNERS)
        gl.glGenBuffers(1, byref(self._buffer))
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffer)
        for number, (first, count) in enumerate(LAYOUT):
            offset, stride = c_void_p(first * FLOAT), NUMBERS * FLOAT
            gl.glEnableVertexAttribArray(number)
            gl.glVertexAttribPointer(number, count, gl.GL_FLOAT, gl.GL_FALSE, stride, offset)

    def fill(self, numbers: array[float]) -> None:
        """Hold other rectangles from here on."""
        self._count = min(len(numbers) // (4 * NUMBERS), RECTANGLES_LIMIT)
        if self._count:
            self._gl.glBindBuffer(self._gl.GL_ARRAY_BUFFER, self._buffer)
            self._send(self._gl.GL_ARRAY_BUFFER, numbers)

    def draw(self) -> None:
        """Draw them."""
        gl = self._gl
        if self._count:
            if self._texture:
                gl.glBindTexture(gl.GL_TEXTURE_2D, self._texture)
            gl.glBindVertexArray(self._vertices)
            gl.glDrawElements(gl.GL_TRIANGLES, 6 * self._count, gl.GL_UNSIGNED_SHORT, None)

    def delete(self) -> None:
        """Give back what the context holds for us."""
        self._gl.glDeleteVertexArrays(1, byref(self._vertices))
        for buffer in (self._buffer, self._corners):
            self._gl.glDeleteBuffers(1, byref(buffer))

    def _send(self, target: int, numbers: array[Any]) -> None:
        data = (c_char * (len(numbers) * numbers.itemsize)).from_buffer(numbers)
        self._gl.glBufferData(target, len(data), data, self._gl.GL_DYNAMIC_DRAW)
