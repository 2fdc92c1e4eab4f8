"""A sheet of paper, on which cards lie with rows of boxes and text: pure, in points.

A row's place is counted from the sheet's upper left corner, what is on a row from the row's, so
that a row that moves is the same row. Every place of a card is on one of its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, each from 0 to 1."""
Measure = Callable[[str, float], float]
"""How wide a text of a size is, in points."""

PAPER: Colour = (0.051, 0.078, 0.102, 0.62)
CARD: Colour = (0.051, 0.078, 0.102, 1.0)
SHEER = 0.88
"""Opacity of the cards where drawing them translucent costs next to nothing."""

RIM, GAP = 10.0, 8.0
"""Points of paper around the cards, and between them."""
SIDE, INSET = 6.0, 6.0
"""Points of a card beside its rows, and above and below them."""
PADDING = RIM + SIDE
"""Points between the sheet's edge and what is written on it."""


class Box(NamedTuple):
    """A box with round corners."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour
    radius: float = 0.0

    def holds(self, x: float, y: float) -> bool:
        """Whether a point is on it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Text(NamedTuple):
    """One line of text; ``y`` is its baseline."""

    x: float
    y: float
    words: str
    size: float
    colour: Colour


class Row(NamedTuple):
    """A strip across the sheet, and what is on it."""

    height: float
    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]


Placed = tuple[float, Row]
"""Where a row begins, and the row."""


@dataclass
class Sheet:
    """A sheet under construction, row by row from the top.

    Attributes:
        width: Of the sheet, in points.
        height: The same.
        buttons: What can be pressed, by name.
    """

    width: float
    height: float
    measure: Measure
    buttons: dict[str, Box] = field(default_factory=dict)
    _rows: list[tuple[float, float, list[Box], list[Text]]] = field(default_factory=list)
    _cards: list[tuple[float, float]] = field(default_factory=list)

    @property
    def room(self) -> float:
        """Points from side to side."""
        return self.width - 2 * PADDING

    @property
    def left(self) -> float:
        """Points that are left for further rows."""
        return self.height - RIM - INSET - self._y

    @property
    def _y(self) -> float:
        """Where the next row begins."""
        return self._cards[-1][1]

    @property
    def cards(self) -> list[Box]:
        """All cards, from the top."""
        width = self.width - 2 * RIM
        return [
            Box(RIM, top - INSET, width, bottom - top + 2 * INSET, CARD)
            for top, bottom in self._cards
        ]

    @property
    def rows(self) -> list[Placed]:
        """All rows, and a card's edges above and below them."""
        edge = Row(INSET, (), ())
        edges = [(y, edge) for top, bottom in self._cards for y in (top - INSET, bottom)]
        return edges + [
            (y, Row(height, tuple(boxes), tuple(texts))) for y, height, boxes, texts in self._rows
        ]

    def card(self) -> None:
        """Begin a card; what follows goes onto it."""
        top = self._y + INSET + GAP if self._cards else RIM
        self._cards.append((top + INSET, top + INSET))

    def row(self, height: float) -> None:
        """Begin a row; what follows goes into it."""
        top, y = self._cards[-1]
        self._rows.append((y, height, [], []))
        self._cards[-1] = (top, y + height)

    def foot(self, height: float) -> None:
        """Begin the last card and its row, instead of what reaches there."""
        y = self.height - RIM - INSET - height
        end = y - GAP - 2 * INSET
        self._rows = [row for row in self._rows if row[0] + row[1] <= end]
        self._cards = [(top, min(bottom, end)) for top, bottom in self._cards if top < end]
        self._cards.append((y, y))
        self.row(height)

    def box(
        self, x: float, y: float, width: float, height: float, colour: Colour, radius: float = 0.0
    ) -> Box:
        """Draw a box, at ``x`` and ``y`` of the row; returns it as seen from the sheet."""
        top, _, boxes, _ = self._rows[-1]
        boxes.append(Box(PADDING + x, y, width, height, colour, radius))
        return boxes[-1]._replace(y=top + y)

    def say(
        self, words: str, size: float, colour: Colour, x: float = 0.0, room: float | None = None
    ) -> float:
        """Write at ``x``, as much as there is room for; returns where the words end."""
        _, height, _, texts = self._rows[-1]
        words = self._fitting(words, size, self.room - x if room is None else room)
        y = height / 2 + size * 0.36  # half of a capital letter's height
        texts.append(Text(PADDING + x, y, words, size, colour))
        return x + self.measure(words, size)

    def say_right(self, words: str, size: float, colour: Colour) -> float:
        """Write at the right; returns where the words begin."""
        x = self.room - self.measure(words, size)
        self.say(words, size, colour, x, self.room)
        return x

    def _fitting(self, words: str, size: float, room: float) -> str:
        if self.measure(words, size) <= room:
            return words
        short, long = 0, len(words)
        while short < long:
            middle = (short + long + 1) // 2
            fits = self.measure(f"{words[:middle]}...", size) <= room
            short, long = (middle, long) if fits else (short, middle - 1)
        return f"{words[:short].rstrip()}..." if short else ""


def wrapped(text: str, size: float, room: float, measure: Measure) -> list[str]:
    """A text on lines that are no wider than there is room; what is wrapped is indented."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        indent = " " * (len(paragraph) - len(paragraph.lstrip()))
        line = indent
        for word in paragraph.split():
            longer = f"{line} {word}" if line.strip() else line + word
            if line.strip() and measure(longer, size) > room:
                lines.append(line)
                line = f"{indent}    {word}"
            else:
                line = longer
        lines.append(line)
    return lines
