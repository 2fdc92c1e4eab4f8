"""What a context is drawn on with, made when a window is attached: it takes too long for a frame.

Drawing with a shader for the first time has Mesa compile it for 30 ms, and the first question for a
font takes 6. Neither can be spread over frames.
"""

from __future__ import annotations

import sys
from ctypes import byref, c_int
from importlib import import_module
from typing import Any

from exponea_game.inspector.brush import COPIES, PAPER, Brush, rectangle
from exponea_game.inspector.calls import Calls
from exponea_game.inspector.faces import Face, family
from exponea_game.inspector.glstate import State

OUTSIDE = (-9, -9, 1, 1)
"""A rectangle that nobody sees."""


class Tools:
    """The tools for pyglet's current context.

    Attributes:
        gl: OpenGL's functions.
        state: Keeps OpenGL's state.
        paper: Draws the paper.
        copies: Draws the cards, translucent; None where they are copied, opaque: without a
            graphics card, and where the window is not multisampled.
    """

    def __init__(self) -> None:
        gl = self.gl = Calls(opengl())
        self._font = import_module("pyglet.font")
        self._family = family(self._font)
        self.state = State(gl)
        with self.state.kept(1, 1, loading=True):
            samples, desktop = c_int(), self.state.desktop
            gl.glGetIntegerv(gl.GL_SAMPLES, byref(samples))
            self.paper = Brush(gl, PAPER, desktop=desktop)
            copied = self.state.software and not samples.value
            self.copies = None if copied else Brush(gl, COPIES, desktop=desktop)
            for brush in filter(None, (self.paper, self.copies)):
                brush.fill(rectangle(*OUTSIDE), OUTSIDE, (1, 1))
                brush.draw()

    def face(self, size: float, ratio: float) -> Face:
        """The font in a size, with so many pixels to a point."""
        return Face(self.gl, self._font, self._family, size, ratio)

    def delete(self) -> None:
        """Give back what the context holds for us."""
        for brush in filter(None, (self.paper, self.copies)):
            brush.delete()


def opengl() -> Any:
    """Pyglet's module with OpenGL's functions, of pyglet 2 or 3; None without."""
    return sys.modules.get("pyglet.gl") or sys.modules.get("pyglet.graphics.api.gl")


def current(window: Any) -> bool:
    """Whether the context that is drawn on is the window's."""
    context, gl = getattr(window, "context", None), opengl()
    if context is None or gl is None:
        return False
    api = sys.modules.get("pyglet.graphics.api")  # of pyglet 3
    keeper = getattr(api, "core", None) or gl
    return context is getattr(keeper, "current_context", None)
