"""Paints a sheet over a window.

What a frame costs is counted in pixels, above all without a graphics card, where blending takes ten
times as long as copying and a texture thirty times. So the paper is one colour that is drawn only
where it is seen, and the cards are painted on a canvas that a frame copies. The processor paints
it, only rows that have changed, as many as there is time for in a frame: to draw them there would
take a second shader, and each time a wait for what is being drawn. All of it is to be called while
the window's context is the current one and its state is kept (see glstate).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ctypes import byref, c_int
from typing import Any

from exponea_game.clock import stopwatch
from exponea_game.inspector.brush import COPIES, PAPER, Brush, Rectangle
from exponea_game.inspector.canvas import Canvas
from exponea_game.inspector.faces import Face, family
from exponea_game.inspector.sheet import CARD, RIM, Box, Colour, Placed, Row
from exponea_game.inspector.strip import Strip, rounded

Pixels = tuple[int, int]
"""A width and a height."""

WIDTHS_LIMIT = 2000
"""Texts whose width is remembered."""
OUTSIDE = (-9, -9, 1, 1)
"""A rectangle that nobody sees."""


class Brushes:
    """The shaders, which take Mesa up to 50 ms: drawing with one compiles it.

    Args:
        gl: OpenGL's functions.
        desktop: Whether it is OpenGL and not OpenGL ES.

    Attributes:
        gl: The same.
        desktop: The same.
        paper: Draws the paper.
        copies: Draws the cards; None where they can be copied.
    """

    def __init__(self, gl: Any, *, desktop: bool) -> None:
        self.gl, self.desktop = gl, desktop
        samples = c_int()
        gl.glGetIntegerv(gl.GL_SAMPLES, byref(samples))
        self.paper = Brush(gl, PAPER, desktop=desktop)
        self.copies = Brush(gl, COPIES, desktop=desktop) if samples.value else None
        for brush in filter(None, (self.paper, self.copies)):
            brush.fill([OUTSIDE], OUTSIDE, (1, 1))
            brush.draw()

    def delete(self) -> None:
        """Give back what the context holds for us."""
        for brush in filter(None, (self.paper, self.copies)):
            brush.delete()


class Painter:
    """Paints for one window.

    Args:
        brushes: The context's.
        font: The game's ``pyglet.font``.
        ratio: Pixels of a point.
        letters: What is loaded in advance, by the size of the text.

    Attributes:
        ratio: As given.
        rows: What is on the canvas.
    """

    def __init__(
        self, brushes: Brushes, font: Any, ratio: float, letters: Mapping[float, str]
    ) -> None:
        self._brushes, self._font, self.ratio = brushes, font, ratio
        self._canvas: Canvas | None = None
        self._place: tuple[Box, list[Box], Pixels] | None = None
        self._cards: list[Rectangle] = []
        self._corner = (0, 0)
        self.rows: list[Placed] = []
        self._family: str | None = None
        self._faces: dict[float, Face] = {}
        self._widths: dict[tuple[str, float], float] = {}
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

    def set(
        self, paper: Box, cards: list[Box], rows: list[Placed], window: Pixels, until: float
    ) -> bool:
        """Paint the rows that have changed, at least one, as long as there is time.

        Until all of them are there, it must be given the same ones again.

        Args:
            paper: Where it is in the window, at whole pixels.
            cards: What lies on it.
            rows: What is on them.
            window: Width and height of its framebuffer.
            until: The moment on the stopwatch at which to stop.

        Returns:
            Whether all of them are there.
        """
        canvas = self._spread(paper, cards, window)
        del self.rows[len(rows) :]
        for number, placed in enumerate(rows):
            if number < len(self.rows) and self.rows[number] == placed:
                continue
            self._paint(canvas, *placed)
            self.rows[number : number + 1] = [placed]
            if stopwatch() > until:
                break
        return self.rows == rows

    def draw(self) -> None:
        """Draw what is there."""
        if self._canvas is None:
            return
        self._brushes.paper.draw()
        if self._brushes.copies is None:
            self._canvas.copy(self._cards, *self._corner)
        else:
            self._canvas.bind()
            self._brushes.copies.draw()

    def delete(self) -> None:
        """Give back what the context holds for us."""
        if self._canvas is not None:
            self._canvas.delete()

    def _spread(self, paper: Box, cards: list[Box], window: Pixels) -> Canvas:
        """Have the paper, the cards and the canvas at their places."""
        sheet = self._pixels(paper)
        left, top, *size = sheet
        if self._canvas is None or self._canvas.size != tuple(size):
            self.delete()
            brushes = self._brushes
            self._canvas = Canvas(brushes.gl, *size, CARD, desktop=brushes.desktop)
            self.rows = []
        if self._place != (paper, cards, window):
            self._place = (paper, cards, window)
            self._corner = (left, window[1] - top)
            self._cards = [self._pixels(card) for card in cards]
            seen = [(left + x, top + y, *size) for x, y, *size in _around(size, self._cards)]
            radius = paper.radius * self.ratio
            self._brushes.paper.fill(seen, sheet, window, paper.colour, radius)
            if self._brushes.copies is not None:
                placed = [(left + x, top + y, *size) for x, y, *size in self._cards]
                self._brushes.copies.fill(placed, sheet, window)
        return self._canvas

    def _paint(self, canvas: Canvas, y: float, row: Row) -> None:
        left, right = self._at(RIM), canvas.size[0] - self._at(RIM)
        top, bottom = self._at(y), self._at(y + row.height)
        strip = Strip(right - left, bottom - top, CARD, canvas.order)
        for number, box in enumerate(row.boxes):
            x, line, width, height = self._pixels(box)
            mask = rounded(width, height, box.radius * self.ratio)
            strip.stain(x - left, line, width, mask, box.colour, _beneath(box.x, row.boxes[:number]))
        for text in row.texts:
            ink = self._face(text.size).ink(text.words)
            x, line = self._at(text.x) - left + ink.left, self._at(text.y) + ink.top
            strip.stain(x, line, ink.width, ink.mask, text.colour, _beneath(text.x, row.boxes))
        canvas.put(strip, left, top)

    def _pixels(self, box: Box) -> Rectangle:
        left, top = self._at(box.x), self._at(box.y)
        return left, top, self._at(box.x + box.width) - left, self._at(box.y + box.height) - top

    def _at(self, length: float) -> int:
        return round(length * self.ratio)

    def _face(self, size: float) -> Face:
        if size not in self._faces:
            gl = self._brushes.gl
            self._faces[size] = Face(gl, self._font, self._family, size, self.ratio)
        return self._faces[size]


def _beneath(x: float, boxes: Iterable[Box]) -> Colour:
    """The colour of a row's ground at a place."""
    return [CARD, *(box.colour for box in boxes if box.x <= x < box.x + box.width)][-1]


def _around(size: Sequence[int], cards: Sequence[Rectangle]) -> Iterator[Rectangle]:
    """What is seen of the paper around cards that lie below each other."""
    (width, height), (left, _, wide, _) = size, cards[0]
    yield 0, 0, left, height
    yield left + wide, 0, width - left - wide, height
    end = 0
    for _, top, _, high in cards:
        yield left, end, wide, top - end
        end = top + high
    yield left, end, wide, height - end
