"""Draws triangles over a window with a small shader.

A corner of a triangle is two numbers, in pixels from the window's upper left corner. All triangles
are parts of one sheet: what a pixel is may depend on where on the sheet it is.
"""

from __future__ import annotations

from array import array
from ctypes import POINTER, byref, c_char, c_char_p, c_int, c_uint, cast
from ctypes import create_string_buffer as text_buffer
from itertools import pairwise
from math import cos, pi, sin
from typing import Any

from exponea_game.inspector.sheet import Colour

Pixels = tuple[int, int]
"""A width and a height."""
Rectangle = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""

WHITE: Colour = (1.0, 1.0, 1.0, 1.0)
ARC = 6
"""Triangles of a round corner."""

DESKTOP = """#version 330 core
#define STRAIGHT noperspective
"""
EMBEDDED = """#version 310 es
#define STRAIGHT
precision highp float;
"""
VERTEX = """
layout(location = 0) in vec2 place;
uniform vec2 window;
uniform vec4 sheet;
STRAIGHT out vec2 at;
void main() {
    at = place - sheet.xy;
    gl_Position = vec4(place / window * vec2(2, -2) + vec2(-1, 1), 0, 1);
}
"""
FRAGMENT = """
uniform highp vec4 sheet;
uniform vec4 colour;
uniform sampler2D canvas;
STRAIGHT in vec2 at;
out vec4 pixel;
"""
PAPER = """
void main() {
    pixel = colour;
}
"""
"""A colour."""
COPIES = """
void main() {
    pixel = textureLod(canvas, at / sheet.zw, 0.0) * colour;
}
"""
"""A texture of the sheet's size, whose first line is the uppermost, in a colour's light."""


def rectangle(left: float, top: float, width: float, height: float) -> array[float]:
    """The two triangles of a rectangle."""
    right, bottom = left + width, top + height
    upper = (left, top, right, top, left, bottom)
    return array("f", (*upper, left, bottom, right, top, right, bottom))


def quarter(x: float, y: float, across: float, down: float) -> array[float]:
    """The triangles of a quarter of a disc, of which the middle and the radii are given."""
    angles = [pi / 2 * step / ARC for step in range(ARC + 1)]
    rim = [(x + across * cos(angle), y + down * sin(angle)) for angle in angles]
    return array("f", [n for ends in pairwise(rim) for point in ((x, y), *ends) for n in point])


class Brush:
    """One shader, and the triangles that it draws.

    Args:
        gl: OpenGL's functions.
        fragment: What it does with a pixel: ``PAPER`` or ``COPIES``.
        desktop: Whether it is OpenGL and not OpenGL ES.
    """

    def __init__(self, gl: Any, fragment: str, *, desktop: bool) -> None:
        self._gl, self._count = gl, 0
        head = DESKTOP if desktop else EMBEDDED
        self._program = self._link(head + VERTEX, head + FRAGMENT + fragment)
        self._vertices, self._buffer = c_uint(), c_uint()
        gl.glGenVertexArrays(1, byref(self._vertices))
        gl.glBindVertexArray(self._vertices)
        gl.glGenBuffers(1, byref(self._buffer))
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffer)
        gl.glEnableVertexAttribArray(0)
        gl.glVertexAttribPointer(0, 2, gl.GL_FLOAT, gl.GL_FALSE, 8, None)

    def fill(
        self, corners: array[float], sheet: Rectangle, window: Pixels, colour: Colour = WHITE
    ) -> None:
        """Have other triangles from here on.

        Args:
            corners: Of the triangles, which are parts of the sheet.
            sheet: All of it.
            window: Its width and height.
            colour: Of paper, or of the light on copies.
        """
        gl = self._gl
        self._count = len(corners) // 2
        data = (c_char * (len(corners) * corners.itemsize)).from_buffer(corners)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffer)
        gl.glBufferData(gl.GL_ARRAY_BUFFER, len(data), data, gl.GL_DYNAMIC_DRAW)
        gl.glUseProgram(self._program)
        *tone, opacity = colour
        gl.glUniform2f(self._uniform("window"), *window)
        gl.glUniform4f(self._uniform("sheet"), *sheet)
        gl.glUniform4f(self._uniform("colour"), *(part * opacity for part in tone), opacity)

    def draw(self) -> None:
        """Draw them."""
        gl = self._gl
        gl.glUseProgram(self._program)
        gl.glBindVertexArray(self._vertices)
        gl.glDrawArrays(gl.GL_TRIANGLES, 0, self._count)

    def delete(self) -> None:
        """Give back what the context holds for us."""
        self._gl.glDeleteProgram(self._program)
        self._gl.glDeleteVertexArrays(1, byref(self._vertices))
        self._gl.glDeleteBuffers(1, byref(self._buffer))

    def _uniform(self, name: str) -> int:
        return int(self._gl.glGetUniformLocation(self._program, text_buffer(name.encode())))

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
