"""A texture with what is on the panel, which a frame then only copies."""

from __future__ import annotations

from collections.abc import Iterable
from ctypes import byref, c_char, c_float, c_uint
from typing import Any

from exponea_game.inspector.brush import Rectangle
from exponea_game.inspector.sheet import Colour
from exponea_game.inspector.strip import BLUE_FIRST, RED_FIRST, Strip


class Canvas:
    """The texture, to be used while OpenGL's state is kept. Its first line is the uppermost.

    Args:
        gl: OpenGL's functions.
        width: In pixels.
        height: The same.
        ground: What it is filled with.
        desktop: Whether it is OpenGL and not OpenGL ES.

    Attributes:
        size: Width and height.
        order: Of the channels: on desktops as in windows, where Mesa then copies memory.
    """

    def __init__(self, gl: Any, width: int, height: int, ground: Colour, *, desktop: bool) -> None:
        self._gl, self.size = gl, (width, height)
        self.order = BLUE_FIRST if desktop else RED_FIRST
        self._layout = (
            (gl.GL_BGRA, gl.GL_UNSIGNED_INT_8_8_8_8_REV)
            if desktop
            else (gl.GL_RGBA, gl.GL_UNSIGNED_BYTE)
        )
        self._texture, self._framebuffer = c_uint(), c_uint()
        gl.glGenTextures(1, byref(self._texture))
        self.bind()
        for name, value in (
            (gl.GL_TEXTURE_MIN_FILTER, gl.GL_NEAREST),
            (gl.GL_TEXTURE_MAG_FILTER, gl.GL_NEAREST),
            (gl.GL_TEXTURE_MAX_LEVEL, 0),
        ):
            gl.glTexParameteri(gl.GL_TEXTURE_2D, name, value)
        gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_RGBA, width, height, 0, *self._layout, None)
        gl.glGenFramebuffers(1, byref(self._framebuffer))
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._framebuffer)
        gl.glFramebufferTexture2D(
            gl.GL_FRAMEBUFFER, gl.GL_COLOR_ATTACHMENT0, gl.GL_TEXTURE_2D, self._texture, 0
        )
        gl.glClearBufferfv(gl.GL_COLOR, 0, (c_float * 4)(*ground))
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, 0)

    def bind(self) -> None:
        """Have it as the texture that is drawn with."""
        self._gl.glBindTexture(self._gl.GL_TEXTURE_2D, self._texture)

    def put(self, strip: Strip, left: int, top: int) -> None:
        """Have a strip's pixels at a place."""
        gl = self._gl
        self.bind()
        pixels = (c_char * len(strip.pixels)).from_buffer(strip.pixels)
        gl.glTexSubImage2D(
            gl.GL_TEXTURE_2D, 0, left, top, strip.width, strip.height, *self._layout, pixels
        )

    def copy(self, parts: Iterable[Rectangle], left: int, bottom: int) -> None:
        """Copy parts to the window, so that the canvas's upper left corner would be at a place."""
        gl = self._gl
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self._framebuffer)
        for x, y, width, height in parts:
            gl.glBlitFramebuffer(
                x, y, x + width, y + height,
                left + x, bottom - y, left + x + width, bottom - y - height,
                gl.GL_COLOR_BUFFER_BIT, gl.GL_NEAREST,
            )  # fmt: skip

    def delete(self) -> None:
        """Give back what the context holds for us."""
        self._gl.glDeleteFramebuffers(1, byref(self._framebuffer))
        self._gl.glDeleteTextures(1, byref(self._texture))
