"""A texture to paint on, which a frame then only copies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_uint
from typing import Any


class Canvas:
    """The texture, to be used while OpenGL's state is kept.

    Args:
        gl: OpenGL's functions.
        width: In pixels.
        height: The same.

    Attributes:
        size: Width and height.
        texture: The texture's number.
    """

    def __init__(self, gl: Any, width: int, height: int) -> None:
        self._gl, self.size = gl, (width, height)
        self._framebuffer, texture = c_uint(), c_uint()
        gl.glGenTextures(1, byref(texture))
        self.texture: int = texture.value
        gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
        for name, value in (
            (gl.GL_TEXTURE_MIN_FILTER, gl.GL_NEAREST),
            (gl.GL_TEXTURE_MAG_FILTER, gl.GL_NEAREST),
            (gl.GL_TEXTURE_WRAP_S, gl.GL_CLAMP_TO_EDGE),
            (gl.GL_TEXTURE_WRAP_T, gl.GL_CLAMP_TO_EDGE),
            (gl.GL_TEXTURE_MAX_LEVEL, 0),
        ):
            gl.glTexParameteri(gl.GL_TEXTURE_2D, name, value)
        gl.glTexImage2D(
            gl.GL_TEXTURE_2D, 0, gl.GL_RGBA8, width, height, 0,
            gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, None,
        )  # fmt: skip
        gl.glGenFramebuffers(1, byref(self._framebuffer))
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, self._framebuffer)
        gl.glFramebufferTexture2D(
            gl.GL_DRAW_FRAMEBUFFER, gl.GL_COLOR_ATTACHMENT0, gl.GL_TEXTURE_2D, texture, 0
        )
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, 0)

    @contextmanager
    def painted(self, width: int, height: int) -> Iterator[None]:
        """Draw on the texture, and afterwards on a window of this size, in pixels."""
        gl = self._gl
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, self._framebuffer)
        gl.glViewport(0, 0, *self.size)
        try:
            yield
        finally:
            gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, 0)
            gl.glViewport(0, 0, width, height)

    def delete(self) -> None:
        """Give back what the context holds for us."""
        self._gl.glDeleteFramebuffers(1, byref(self._framebuffer))
        self._gl.glDeleteTextures(1, byref(c_uint(self.texture)))
