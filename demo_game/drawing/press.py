"""The press: prints a sheet onto the window, with one draw call, at the screen's own sharpness.

Each shape is one instance of a square; the fragment shader measures the distance to the shape's
edge, so that edges are smooth on any screen without multisampling, which a software renderer
could not afford.
"""

from __future__ import annotations

import math
from ctypes import byref, c_void_p, sizeof

from pyglet import gl
from pyglet.graphics.shader import Shader, ShaderProgram

from demo_game.drawing.sheet import NUMBERS_PER_SHAPE, Sheet
from demo_game.space.bodies import HEIGHT, WIDTH

_FLOAT = sizeof(gl.GLfloat)

_VERTEX = """#version 330 core
layout(location = 0) in vec4 place;    // centre, half size
layout(location = 1) in vec4 form;     // cosine, sine, corner, half line
layout(location = 2) in vec4 bite;     // cut x, y, radius; feather
layout(location = 3) in vec4 colour;
uniform vec4 view;                     // where the middle goes, scale to clip space
uniform vec2 turn;                     // cosine and sine of the sheet's angle, zoomed
uniform vec2 middle;
uniform float pixel;                   // size of a screen pixel in the game's units
out vec2 local;
flat out vec2 half_size;
flat out vec4 edge;                    // corner, half line, softness
flat out vec3 cut;
flat out vec4 tint;

void main() {
    float softness = max(bite.w, 0.55 * pixel);
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
    local = corner * (place.zw + form.z + form.w + softness);
    vec2 turned = vec2(local.x * form.x - local.y * form.y, local.x * form.y + local.y * form.x);
    half_size = place.zw;
    edge = vec4(form.z, form.w, softness, 0.55 * pixel);
    cut = bite.xyz;
    tint = colour;
    vec2 spot = place.xy + turned - middle;
    spot = vec2(spot.x * turn.x - spot.y * turn.y, spot.x * turn.y + spot.y * turn.x);
    gl_Position = vec4((spot + view.xy) * view.zw, 0.0, 1.0);
}
"""

_FRAGMENT = """#version 330 core
in vec2 local;
flat in vec2 half_size;
flat in vec4 edge;
flat in vec3 cut;
flat in vec4 tint;
uniform float opacity;
out vec4 fragment;

void main() {
    vec2 outer = abs(local) - half_size;
    float distance = length(max(outer, 0.0)) + min(max(outer.x, outer.y), 0.0) - edge.x;
    vec2 mirrored = vec2(local.x, abs(local.y));
    bool past_end = cut.z < 0.0 && cut.x * mirrored.y > cut.y * mirrored.x;
    if (past_end) distance = length(mirrored - cut.xy * edge.x) - edge.y;
    else if (edge.y > 0.0) distance = abs(distance) - edge.y;
    float cover = clamp(0.5 - distance / (2.0 * edge.z), 0.0, 1.0);
    if (edge.z > edge.w) cover *= cover;
    float bitten = (length(local - cut.xy) - cut.z) / (2.0 * edge.w);
    if (cut.z > 0.0) cover *= clamp(0.5 + bitten, 0.0, 1.0);
    fragment = vec4(tint.rgb, tint.a * cover * opacity);
}
"""


class Press:
    """Prints sheets; belongs to the window whose graphics context is current when it is made."""

    def __init__(self) -> None:
        self._program = ShaderProgram(Shader(_VERTEX, "vertex"), Shader(_FRAGMENT, "fragment"))
        self._array, self._buffer = gl.GLuint(), gl.GLuint()
        gl.glGenVertexArrays(1, byref(self._array))
        gl.glGenBuffers(1, byref(self._buffer))
        gl.glBindVertexArray(self._array)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffer)
        for location in range(4):
            offset = c_void_p(location * 4 * _FLOAT)
            stride = NUMBERS_PER_SHAPE * _FLOAT
            gl.glEnableVertexAttribArray(location)
            gl.glVertexAttribPointer(location, 4, gl.GL_FLOAT, gl.GL_FALSE, stride, offset)
            gl.glVertexAttribDivisor(location, 1)
        gl.glBindVertexArray(0)
        self._scale = (2 / WIDTH, 2 / HEIGHT)
        self._pixel = 1.0

    def resize(self, width: int, height: int) -> None:
        """Fit 1280 by 720 into a framebuffer of so many pixels; the rest shows more of the sky."""
        size = max(0.1, min(width / WIDTH, height / HEIGHT))
        self._pixel = 1.0 / size
        self._scale = (2 * size / max(1, width), 2 * size / max(1, height))

    def clear(self, colour: tuple[float, float, float, float]) -> None:
        """Begin a frame with one colour."""
        gl.glClearColor(*colour)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)
        gl.glEnable(gl.GL_BLEND)
        gl.glBlendFuncSeparate(
            gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA, gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA
        )

    def print(
        self,
        sheet: Sheet,
        dx: float = 0.0,
        dy: float = 0.0,
        *,
        zoom: float = 1.0,
        angle: float = 0.0,
        opacity: float = 1.0,
        middle: tuple[float, float] = (WIDTH / 2, HEIGHT / 2),
    ) -> None:
        """Print a sheet, zoomed and turned about its ``middle``, then moved by (dx, dy)."""
        if not len(sheet) or opacity <= 0.0 or zoom <= 0.0:
            return
        x, y = middle[0] + dx - WIDTH / 2, middle[1] + dy - HEIGHT / 2
        self._program.use()
        self._program["middle"] = middle
        self._program["view"] = (x, y, *self._scale)
        self._program["turn"] = (zoom * math.cos(angle), zoom * math.sin(angle))
        self._program["pixel"] = self._pixel / zoom
        self._program["opacity"] = opacity
        gl.glBindVertexArray(self._array)
        gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffer)
        numbers = (gl.GLfloat * len(sheet.numbers)).from_buffer(sheet.numbers)
        gl.glBufferData(gl.GL_ARRAY_BUFFER, len(numbers) * _FLOAT, numbers, gl.GL_STREAM_DRAW)
        gl.glDrawArraysInstanced(gl.GL_TRIANGLE_STRIP, 0, 4, len(sheet))
        gl.glBindVertexArray(0)
