"""What drawing changes of an OpenGL context is put back as it was.

Only what the painter touches is kept: all of it is asked of OpenGL itself, so that it is right
whatever the game, pyglet or arcade believe it to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from ctypes import c_char_p, c_int, c_ubyte, cast
from typing import Any

from exponea_game.system.log import WARNING, once

OFF = (
    "GL_DEPTH_TEST",
    "GL_CULL_FACE",
    "GL_SCISSOR_TEST",
    "GL_STENCIL_TEST",
    "GL_RASTERIZER_DISCARD",
    "GL_SAMPLE_ALPHA_TO_COVERAGE",
)
OFF_ON_DESKTOPS = ("GL_COLOR_LOGIC_OP", "GL_FRAMEBUFFER_SRGB")
"""Capabilities that would change the picture."""
NUMBERS = (
    "GL_CURRENT_PROGRAM",
    "GL_VERTEX_ARRAY_BINDING",
    "GL_DRAW_FRAMEBUFFER_BINDING",
    "GL_READ_FRAMEBUFFER_BINDING",
    "GL_ACTIVE_TEXTURE",
    "GL_BLEND_SRC_RGB",
    "GL_BLEND_DST_RGB",
    "GL_BLEND_SRC_ALPHA",
    "GL_BLEND_DST_ALPHA",
    "GL_BLEND_EQUATION_RGB",
    "GL_BLEND_EQUATION_ALPHA",
)
BLEND = NUMBERS[5:9]
EQUATION = NUMBERS[9:]
BUFFERS = ("GL_ARRAY_BUFFER", "GL_PIXEL_PACK_BUFFER", "GL_PIXEL_UNPACK_BUFFER")
STORES = tuple(
    f"GL_{way}_{name}"
    for way in ("PACK", "UNPACK")
    for name in ("ALIGNMENT", "ROW_LENGTH", "SKIP_PIXELS", "SKIP_ROWS")
)
"""What matters where something is handed to or asked of the context, and not in each frame."""


class State:
    """Keeps and puts back the state of the current context.

    Args:
        gl: OpenGL's functions.

    Attributes:
        gl: The same.
        desktop: Whether it is OpenGL and not OpenGL ES.
        software: Whether the processor draws, by Mesa's llvmpipe.
    """

    def __init__(self, gl: Any) -> None:
        version = cast(gl.glGetString(gl.GL_VERSION), c_char_p).value or b""
        renderer = cast(gl.glGetString(gl.GL_RENDERER), c_char_p).value or b""
        self.software = renderer.startswith(b"llvmpipe")
        self.gl, self.desktop = gl, not version.startswith(b"OpenGL ES")
        self._number, self._four, self._flags = c_int(), (c_int * 4)(), (c_ubyte * 4)()
        self._off = [getattr(gl, name) for name in OFF + (OFF_ON_DESKTOPS if self.desktop else ())]
        self._numbers = [(name, getattr(gl, name)) for name in NUMBERS]
        self._buffers = [(getattr(gl, f"{name}_BINDING"), getattr(gl, name)) for name in BUFFERS]
        self._stores = [getattr(gl, name) for name in STORES]

    @contextmanager
    def kept(self, width: int, height: int, *, loading: bool) -> Iterator[None]:
        """Ready for drawing blended rectangles on the whole window; afterwards as before.

        Args:
            width: Of the window's framebuffer, in pixels.
            height: The same.
            loading: Whether buffers and textures will be filled or read.
        """
        gl = self.gl
        on = [name for name in self._off if gl.glIsEnabled(name)]
        blend = gl.glIsEnabled(gl.GL_BLEND)
        kept = {name: self._ask(number) for name, number in self._numbers}
        viewport, mask = self._ask_four(gl.GL_VIEWPORT), self._ask_mask()
        mode = self._ask_four(gl.GL_POLYGON_MODE)[0] if self.desktop else None
        gl.glActiveTexture(gl.GL_TEXTURE0)
        texture, sampler = self._ask(gl.GL_TEXTURE_BINDING_2D), self._ask(gl.GL_SAMPLER_BINDING)
        try:
            self._prepare(on, width, height)
            with self._kept_for_loading() if loading else nullcontext():
                yield
        finally:
            gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
            gl.glBindSampler(0, sampler)
            if mode is not None:
                gl.glPolygonMode(gl.GL_FRONT_AND_BACK, mode)
            gl.glColorMask(*mask)
            gl.glViewport(*viewport)
            self._put_back(kept)
            (gl.glEnable if blend else gl.glDisable)(gl.GL_BLEND)
            for name in on:
                gl.glEnable(name)
            if error := gl.glGetError():
                once(WARNING, "the inspector's drawing: OpenGL error %s", error)

    @contextmanager
    def _kept_for_loading(self) -> Iterator[None]:
        gl = self.gl
        buffers = [(target, self._ask(binding)) for binding, target in self._buffers]
        stores = [(name, self._ask(name)) for name in self._stores]
        for target, _ in buffers:
            gl.glBindBuffer(target, 0)
        for name, _ in stores:
            gl.glPixelStorei(name, int(name in (gl.GL_PACK_ALIGNMENT, gl.GL_UNPACK_ALIGNMENT)))
        try:
            yield
        finally:
            for target, buffer in buffers:
                gl.glBindBuffer(target, buffer)
            for name, number in stores:
                gl.glPixelStorei(name, number)

    def _prepare(self, on: list[int], width: int, height: int) -> None:
        gl = self.gl
        for name in on:
            gl.glDisable(name)
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, 0)
        gl.glBindSampler(0, 0)
        gl.glViewport(0, 0, width, height)
        gl.glColorMask(1, 1, 1, 1)
        if self.desktop:
            gl.glPolygonMode(gl.GL_FRONT_AND_BACK, gl.GL_FILL)
        gl.glEnable(gl.GL_BLEND)
        gl.glBlendEquation(gl.GL_FUNC_ADD)
        gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)

    def _put_back(self, kept: dict[str, int]) -> None:
        gl = self.gl
        gl.glBlendFuncSeparate(*(kept[name] for name in BLEND))
        gl.glBlendEquationSeparate(*(kept[name] for name in EQUATION))
        gl.glActiveTexture(kept["GL_ACTIVE_TEXTURE"])
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, kept["GL_DRAW_FRAMEBUFFER_BINDING"])
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, kept["GL_READ_FRAMEBUFFER_BINDING"])
        gl.glBindVertexArray(kept["GL_VERTEX_ARRAY_BINDING"])
        gl.glUseProgram(kept["GL_CURRENT_PROGRAM"])

    def _ask(self, name: int) -> int:
        self.gl.glGetIntegerv(name, self._number)
        return self._number.value

    def _ask_four(self, name: int) -> list[int]:
        self.gl.glGetIntegerv(name, self._four)
        return list(self._four)

    def _ask_mask(self) -> list[int]:
        self.gl.glGetBooleanv(self.gl.GL_COLOR_WRITEMASK, self._flags)
        return list(self._flags)
