"""Paints a sheet over a window.

What a frame costs is counted in pixels, above all without a graphics card, where blending a colour
takes five times as long as copying, and blending a texture fifteen times. So the paper is one
colour and drawn only where it is seen, and the cards are painted on a canvas that a frame copies;
then they are opaque. A graphics card blends them for nothing. The processor paints the canvas, only
rows that have changed, as many as there is time for in a frame: to draw them would take further
shaders, and each time a wait for the renderer. All of it is to be called while the window's context
is the current one and its state is kept (see glstate).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap

from exponea_game.inspector.brush import Pixels, Rectangle, quarter, rectangle
from exponea_game.inspector.canvas import Canvas
from exponea_game.inspector.faces import Face
from exponea_game.inspector.sheet import CARD, RIM, SHEER, Box, Colour, Placed, Row
from exponea_game.inspector.strip import Strip, rounded
from exponea_game.inspector.tools import Tools
from exponea_game.system.clock import stopwatch

WIDTHS_LIMIT = 2000
"""Texts whose width is remembered."""


class Painter:
    """Paints for one window.

    Args:
        tools: The context's.
        ratio: Pixels of a point.
        letters: What is loaded in advance, by the size of the text.

    Attributes:
        ratio: As given.
        rows: What is on the canvas.
        opened: Whether all of them have been there.
    """

    def __init__(self, tools: Tools, ratio: float, letters: Mapping[float, str]) -> None:
        self._tools, self.ratio = tools, ratio
        self._canvas: Canvas | None = None
        self._place: tuple[Box, list[Box], Pixels] | None = None
        self._cards: list[Rectangle] = []
        self._corner = (0, 0)
        self.rows: list[Placed] = []
        self.opened = False
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
        canvas = self._canvas
        if canvas is None or self._place != (paper, cards, window):
            self._spread(paper, cards, window)
            return False
        del self.rows[len(rows) :]
        for number, placed in enumerate(rows):
            if number < len(self.rows) and self.rows[number] == placed:
                continue
            self._paint(canvas, *placed)
            self.rows[number : number + 1] = [placed]
            if stopwatch() > until:
                break
        painted = self.rows == rows
        self.opened = self.opened or painted
        return painted

    def draw(self) -> None:
        """Draw what is there."""
        if self._canvas is None:
            return
        self._tools.paper.draw()
        if self._tools.copies is None:
            self._canvas.copy(self._cards, *self._corner)
        else:
            self._canvas.bind()
            self._tools.copies.draw()

    def delete(self) -> None:
        """Give back what the context holds for us."""
        if self._canvas is not None:
            self._canvas.delete()

    def _spread(self, paper: Box, cards: list[Box], window: Pixels) -> None:
        """Have the paper, the cards and the canvas at their places."""
        tools, self._place = self._tools, (paper, cards, window)
        sheet = left, top, width, height = self._pixels(paper)
        if self._canvas is None or self._canvas.size != (width, height):
            self.delete()
            self._canvas = Canvas(tools.gl, width, height, CARD, desktop=tools.state.desktop)
            self.rows = []
        self._corner = (left, window[1] - top)
        self._cards = [self._pixels(card) for card in cards]
        placed = [(left + x, top + y, wide, high) for x, y, wide, high in self._cards]
        tools.paper.fill(_around(sheet, placed), sheet, window, paper.colour)
        if tools.copies is not None:
            light = (1.0, 1.0, 1.0, SHEER)
            tools.copies.fill(sum(starmap(rectangle, placed), array("f")), sheet, window, light)

    def _paint(self, canvas: Canvas, y: float, row: Row) -> None:
        left, right = self._at(RIM), canvas.size[0] - self._at(RIM)
        top, bottom = self._at(y), self._at(y + row.height)
        strip = Strip(right - left, bottom - top, CARD, canvas.order)
        for number, box in enumerate(row.boxes):
            x, line, width, height = self._pixels(box)
            mask = rounded(width, height, box.radius * self.ratio)
            strip.stain(
                x - left, line, width, mask, box.colour, _beneath(box.x, row.boxes[:number])
            )
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
            self._faces[size] = self._tools.face(size, self.ratio)
        return self._faces[size]


def _beneath(x: float, boxes: Iterable[Box]) -> Colour:
    """The colour of a row's ground at a place."""
    return [CARD, *(box.colour for box in boxes if box.x <= x < box.x + box.width)][-1]


def _around(sheet: Rectangle, cards: Sequence[Rectangle]) -> array[float]:
    """What is seen of the paper around cards that lie below each other.

    Its corners are as round as the rim is broad.
    """
    left, top, width, height = sheet
    right, bottom, x, y, across = left + width, top + height, *cards[0][:3]
    rim, down = x - left, y - top
    end, last = x + across, bottom - down
    frame = rectangle(left, y, rim, last - y) + rectangle(end, y, right - end, last - y)
    for middle, radius in ((x, -rim), (end, right - end)):
        frame += quarter(middle, y, radius, -down) + quarter(middle, last, radius, down)
    edge = top
    for _, begin, _, high in cards:
        frame += rectangle(x, edge, across, begin - edge)
        edge = begin + high
    return frame + rectangle(x, edge, across, bottom - edge)
