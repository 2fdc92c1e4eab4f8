"""OpenGL's functions as pyglet has found them, without its check after each call.

Asking for errors after every call doubles what a frame costs. Whoever uses these must ask once at
the end, or the game would be told of an error that is not its own.
"""

from __future__ import annotations

from ctypes import ArgumentError, c_void_p, cast
from typing import Any


class Calls:
    """The names of a module such as ``pyglet.gl``.

    Args:
        gl: The module.
    """

    def __init__(self, gl: Any) -> None:
        self._gl = gl

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._gl, name)
        if name.startswith("gl"):
            found = _unchecked(found)
        setattr(self, name, found)
        return found


def _unchecked(function: Any) -> Any:
    """The same function without ``errcheck``; as it is where pyglet looks it up late."""
    try:
        address = cast(function, c_void_p).value
    except ArgumentError:
        return function
    unchecked = type(function)(address)
    unchecked.restype, unchecked.argtypes = function.restype, function.argtypes
    return unchecked
