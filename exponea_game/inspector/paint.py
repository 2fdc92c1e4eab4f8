"""Paints a sheet over a window.

What the context draws stays in its buffers. Only rows that have changed are set anew, as many as
there is time for in a frame; the rest of a frame is two or three draws. All of it is to be called
while the window's context is the current one and its state is kept (see glstate).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

from exponea_game.clock import stopwatch
from exponea_game.inspector.brush import BOXES, GLYPHS, Brush, Layer
from exponea_game.inspector.faces import Face
from exponea_game.inspector.sheet import Box, Row

Numbers = tuple[float, ...]
"""A rectangle as the brush takes it."""

WIDTHS_LIMIT = 2000
"""Texts whose width is remembered."""


class Painter:
    """Paints for one window.

    Args:
        gl: OpenGL's functions.
        font: The game's ``pyglet.font``.
        ratio: Pixels of a point.
        desktop: Whether it is OpenGL and not OpenGL ES.
    """

    def __init__(self, gl: Any, font: Any, ratio: float, desktop: bool) -> None:
        self._gl, self._font, self.ratio = gl, font, ratio
        self._boxes = Brush(gl, BOXES, desktop=desktop)
        self._glyphs = Brush(gl, GLYPHS, desktop=desktop)
        self._layers: dict[int, Layer] = {}
        self._paper: Box | None = None
        self._rows: list[Row] = []
        self._set: list[dict[int, array[float]]] = []
        self._faces: dict[float, Face] = {}
        self._widths: dict[tuple[str, float], float] = {}

    def width(self, words: str, size: float) -> float:
        """How wide a line of text is, in points."""
        key = (words, size)
        if key not in self._widths:
            if len(self._widths) > WIDTHS_LIMIT:
                self._widths.clear()
            self._widths[key] = self._face(size).width(words)
        return self._widths[key]

    def set(self, paper: Box, rows: Sequence[Row], until: float) -> None:
        """Set the rows that have changed, at least one, as long as there is time.

        Args:
            paper: What they are on, and where in the window.
            rows: All rows.
            until: The moment on the stopwatch at which to stop.
        """
        if paper != self._paper or len(rows) < len(self._rows):
            self._paper, self._rows, self._set = paper, [], []
        changed = False
        for number, row in enumerate(rows):
            if number < len(self._rows) and self._rows[number] == row:
                continue
            self._rows[number : number + 1] = [row]
            self._set[number : number + 1] = [self._rectangles(row, paper)]
            changed = True
            if stopwatch() > until:
                break
        if changed:
            self._fill(paper)

    def draw(self, width: float, height: float) -> None:
        """Draw what is set over a window of that size, in points."""
        for texture, layer in self._layers.items():
            brush = self._glyphs if texture else self._boxes
            brush.take(width, height, self.ratio)
            layer.draw()

    def delete(self) -> None:
        """Give back what the context holds for us."""
        for layer in self._layers.values():
            layer.delete()
        self._boxes.delete()
        self._glyphs.delete()

    def _fill(self, paper: Box) -> None:
        """Hand everything that is set to the context; boxes have no texture and are below."""
        numbers = {texture: array("f") for texture in (0, *self._layers)}
        for part in _sheet(paper):
            numbers[0].extend(part)
        for row in self._set:
            for texture, values in row.items():
                numbers.setdefault(texture, array("f")).extend(values)
        for texture, values in numbers.items():
            if texture not in self._layers:
                self._layers[texture] = Layer(self._gl, texture)
            self._layers[texture].fill(values)

    def _rectangles(self, row: Row, paper: Box) -> dict[int, array[float]]:
        """What is on a row, by texture."""
        found: dict[int, array[float]] = {}
        for box in row.boxes:
            moved = box._replace(x=box.x + paper.x, y=box.y + paper.y)
            found.setdefault(0, array("f")).extend(_rectangle(moved))
        for text in row.texts:
            moved_text = text._replace(x=text.x + paper.x, y=text.y + paper.y)
            for texture, glyph in self._face(text.size).set(moved_text):
                found.setdefault(texture, array("f")).extend(4 * glyph)
        return found

    def _face(self, size: float) -> Face:
        if size not in self._faces:
            self._faces[size] = Face(self._font, size, self.ratio)
        return self._faces[size]


def _rectangle(box: Box) -> Numbers:
    """A box as the brush takes it."""
    x, y = box.width / 2, box.height / 2
    return 4 * (*box[:4], -x, -y, x, y, *box.colour, box.radius)


def _sheet(paper: Box) -> Iterator[Numbers]:
    """A large box in parts, so that only its corners are drawn as such: the rest is cheap."""
    (x, y, width, height, colour, edge) = paper
    yield _rectangle(Box(x, y + edge, width, height - 2 * edge, colour))
    for top, down in ((y, -1), (y + height - edge, 1)):
        yield _rectangle(Box(x + edge, top, width - 2 * edge, edge, colour))
        for left, right in ((x, -1), (x + width - edge, 1)):
            seen = (min(right, 0), min(down, 0), max(right, 0), max(down, 0))
            place = (left, top, edge, edge, *(edge * share for share in seen))
            yield 4 * (*place, *colour, edge)
