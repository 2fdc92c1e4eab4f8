"""Paints a sheet over a window.

What a frame costs is counted in pixels, above all without a graphics card. So the sheet is painted
on a canvas, and a frame only copies that. Only rows that have changed are painted anew, as many as
there is time for in a frame. All of it is to be called while the window's context is the current
one and its state is kept (see glstate).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from exponea_game.clock import stopwatch
from exponea_game.inspector.brush import BOXES, COPIES, GLYPHS, Brush, Layer, moved
from exponea_game.inspector.canvas import Canvas
from exponea_game.inspector.faces import Face, Line, family
from exponea_game.inspector.sheet import Box, Colour, Placed, Text

Numbers = tuple[float, ...]
"""A rectangle as the brush takes it."""
Pixels = tuple[int, int]
"""A width and a height."""

WIDTHS_LIMIT = 2000
"""Texts whose width is remembered."""
LINES_LIMIT = 200
"""Texts whose rectangles are remembered."""


class Painter:
    """Paints for one window.

    Args:
        gl: OpenGL's functions.
        font: The game's ``pyglet.font``.
        ratio: Pixels of a point.
        desktop: Whether it is OpenGL and not OpenGL ES.
        letters: What is loaded in advance, by the size of the text.

    Attributes:
        ratio: As given.
        rows: What is on the canvas.
    """

    def __init__(
        self, gl: Any, font: Any, ratio: float, *, desktop: bool, letters: Mapping[float, str]
    ) -> None:
        self._gl, self._font, self.ratio, self._desktop = gl, font, ratio, desktop
        self._brushes: dict[str, Brush] = {}
        self._layers: dict[int, Layer] = {}
        self._canvas: Canvas | None = None
        self._copy: Layer | None = None
        self._place: tuple[Box, Pixels] | None = None
        self.rows: list[Placed] = []
        self._family: str | None = None
        self._faces: dict[float, Face] = {}
        self._widths: dict[tuple[str, float], float] = {}
        self._lines: dict[tuple[str, float, Colour], Line] = {}
        self._steps = self._preparation(letters)
        self._prepared = False

    def prepare(self, until: float) -> bool:
        """Load what is needed, as long as there is time; whether all of it is there."""
        while not self._prepared:
            self._prepared = next(self._steps, None) is None
            if stopwatch() > until:
                break
        return self._prepared

    def _preparation(self, letters: Mapping[float, str]) -> Iterator[object]:
        for fragment in (COPIES, BOXES, GLYPHS):
            self._brushes[fragment] = Brush(self._gl, fragment, desktop=self._desktop)
            yield fragment
        for name in family(self._font):
            self._family = name
            yield "a family was looked for"
        for size, characters in letters.items():
            yield self._face(size)
            for character in characters:
                yield self._face(size).width(character)

    def width(self, words: str, size: float) -> float:
        """How wide a line of text is, in points."""
        key = (words, size)
        if key not in self._widths:
            if len(self._widths) > WIDTHS_LIMIT:
                self._widths.clear()
            self._widths[key] = self._face(size).width(words)
        return self._widths[key]

    def set(self, paper: Box, rows: list[Placed], window: Pixels, until: float) -> bool:
        """Paint the rows that have changed, at least one, as long as there is time.

        Until all of them are there, it must be given the same ones again.

        Args:
            paper: What they are on, and where in the window, at whole pixels.
            rows: All rows.
            window: Width and height of its framebuffer.
            until: The moment on the stopwatch at which to stop.

        Returns:
            Whether all of them are there.
        """
        if self._place != (paper, window):
            self._begin(paper, window)
            return False
        del self.rows[len(rows) :]
        if self._canvas is None or self.rows == rows:
            return True
        ground, ink = array("f"), {0: array("f")}
        for number, placed in enumerate(rows):
            if number < len(self.rows) and self.rows[number] == placed:
                continue
            self.rows[number : number + 1] = [placed]
            self._put(placed, paper, ground, ink)
            if stopwatch() > until:
                break
        with self._canvas.painted(*window):
            self._cover(ground)
            self._draw_on(self._canvas, ink)
        return self.rows == rows

    def draw(self) -> None:
        """Draw what is there."""
        if self._place is not None and self._copy is not None:
            self._brushes[COPIES].take(*self._place[1], 1.0)
            self._copy.draw()

    def delete(self) -> None:
        """Give back what the context holds for us."""
        for held in (*self._layers.values(), *self._brushes.values(), self._copy, self._canvas):
            if held is not None:
                held.delete()

    def _begin(self, paper: Box, window: Pixels) -> None:
        """Take a canvas for a sheet of this size, which is empty, and its place in the window."""
        left, top, width, height = (round(length * self.ratio) for length in paper[:4])
        if self._canvas is None or self._canvas.size != (width, height):
            for held in (self._canvas, self._copy):
                if held is not None:
                    held.delete()
            self._canvas = Canvas(self._gl, width, height)
            self._copy = Layer(self._gl, self._canvas.texture)
        self.rows = []
        with self._canvas.painted(*window):
            self._cover(array("f", _rectangle(paper._replace(x=0.0, y=0.0))))
        if self._copy is not None:
            self._copy.fill(array("f", 4 * (left, top, width, height, 0, 1, 1, 0, *5 * (0.0,))))
        self._place = (paper, window)

    def _put(self, placed: Placed, paper: Box, ground: array[float], ink: dict[int, Any]) -> None:
        """Add a row's rectangles: its ground, and what is on it by texture."""
        y, row = placed
        top, bottom = self._snapped(y), self._snapped(y + row.height)
        ground.extend(_rectangle(Box(0.0, top, paper.width, bottom - top, paper.colour)))
        for box in row.boxes:
            ink[0].extend(_rectangle(box, top))
        for text in row.texts:
            left, base = self._snapped(text.x), self._snapped(text.y) + top
            for texture, numbers in self._line(text).items():
                ink.setdefault(texture, array("f")).extend(moved(numbers, left, base))

    def _cover(self, numbers: array[float]) -> None:
        """Draw boxes in place of what is on the canvas."""
        assert self._canvas is not None  # noqa: S101 - for the type checker
        self._gl.glBlendFunc(self._gl.GL_ONE, self._gl.GL_ZERO)
        self._draw_on(self._canvas, {0: numbers})
        self._gl.glBlendFunc(self._gl.GL_ONE, self._gl.GL_ONE_MINUS_SRC_ALPHA)

    def _draw_on(self, canvas: Canvas, numbers: dict[int, array[float]]) -> None:
        """Draw boxes, which have no texture, and above them glyphs."""
        width, height = (length / self.ratio for length in canvas.size)
        for texture, values in numbers.items():
            if texture not in self._layers:
                self._layers[texture] = Layer(self._gl, texture)
            self._layers[texture].fill(values)
            brush = self._brushes[GLYPHS if texture else BOXES]
            brush.take(width, height, self.ratio)
            self._layers[texture].draw()

    def _snapped(self, length: float) -> float:
        """At a whole pixel."""
        return round(length * self.ratio) / self.ratio

    def _line(self, text: Text) -> Line:
        key = text[2:]
        if key not in self._lines:
            if len(self._lines) > LINES_LIMIT:
                self._lines.clear()
            self._lines[key] = self._face(text.size).line(text.words, text.colour)
        return self._lines[key]

    def _face(self, size: float) -> Face:
        if size not in self._faces:
            self._faces[size] = Face(self._font, self._family, size, self.ratio)
        return self._faces[size]


def _rectangle(box: Box, below: float = 0.0) -> Numbers:
    """A box as the brush takes it, so much below its place."""
    x, y, width, height, colour, radius = box
    right, bottom = width / 2, height / 2
    return 4 * (x, y + below, width, height, -right, -bottom, right, bottom, *colour, radius)
