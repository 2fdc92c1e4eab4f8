"""What the post office is made of: cards, perforated stamps, postmarks, air mail borders."""

from __future__ import annotations

import math

from demo_game.drawing.palette import (
    BLUE,
    DEEP,
    NIGHT,
    PAPER,
    PEBBLE,
    PENCIL,
    RED,
    SHEET,
    WHITE,
    Colour,
    fade,
)
from demo_game.drawing.sheet import Sheet

SLANT = 0.5
"""How far an air mail stripe leans, as a share of its height."""
WAVES = 6
WAVE_ANGLE = 0.8
"""Half the angle of the parts of circles that a wave is made of."""


def card(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    """A piece of paper and its shadow."""
    sheet.box(x + 7, y - 9, width, height, fade(DEEP, 0.55), corner=6)
    sheet.box(x, y, width, height, PAPER, corner=6)


def stripes(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    """The red and blue border of an air mail letter, from x to the right."""
    step = height * 1.9
    angle = math.atan2(1.0, SLANT)
    length = height / math.sin(angle)
    for number in range(round(width / step)):
        middle = x + (number + 0.5) * width / round(width / step)
        tint = (RED, BLUE)[number % 2]
        sheet.box(middle, y, length, height * 0.75, tint, angle=angle)


def letter(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    """A card with air mail borders above and below."""
    card(sheet, x, y, width, height)
    for edge in (1, -1):
        stripes(sheet, x - width / 2 + 8, y + edge * (height / 2 - 14), width - 16, 12)


def stamp(
    sheet: Sheet,
    x: float,
    y: float,
    width: float,
    height: float,
    tint: Colour,
    ground: Colour = NIGHT,
) -> None:
    """A postage stamp with a field of one ink; its holes show the ground it is on."""
    sheet.box(x + 5, y - 6, width, height, fade(DEEP, 0.45 if ground == NIGHT else 0.2))
    sheet.box(x, y, width, height, WHITE if ground == PAPER else PAPER)
    across, down = round(width / 14), round(height / 14)
    for edge in (-1, 1):
        for hole in range(across + 1):
            sheet.disc(x - width / 2 + hole * width / across, y + edge * height / 2, 4.2, ground)
        for hole in range(1, down):
            sheet.disc(x + edge * width / 2, y - height / 2 + hole * height / down, 4.2, ground)
    margin = min(26.0, width * 0.17)
    sheet.box(x, y, width - margin, height - margin, tint)


def postmark(
    sheet: Sheet, x: float, y: float, radius: float, tint: Colour, words: str, date: str
) -> None:
    """A round postmark with its wavy lines to the right."""
    sheet.ring(x, y, radius, tint, line=3)
    sheet.ring(x, y, radius * 0.68, tint, line=2)
    ring_text(sheet, words, x, y, radius * 0.775, radius * 0.15, tint)
    sheet.text(date, x, y - radius * 0.1, radius * 0.2, tint, align=0.5)
    waves(sheet, x + radius + 6, y, radius * 1.9, radius * 1.3, tint)


def waves(
    sheet: Sheet, x: float, y: float, width: float, height: float, tint: Colour, count: int = 5
) -> None:
    """The wavy lines that cancel a stamp."""
    half = width / WAVES / 2
    radius, dip = half / math.sin(WAVE_ANGLE), half / math.tan(WAVE_ANGLE)
    for number in range(count):
        base = y + height * (number / (count - 1) - 0.5)
        for wave in range(WAVES):
            middle, side = x + half * (2 * wave + 1), 1 if wave % 2 else -1
            up = side * math.pi / 2
            start, stop = up - WAVE_ANGLE, up + WAVE_ANGLE
            sheet.arc(middle, base - side * dip, radius, start, stop, 2.5, tint)


def ring_text(
    sheet: Sheet, words: str, x: float, y: float, radius: float, size: float, tint: Colour
) -> None:
    """Words around a circle, read clockwise from the left."""
    step = math.tau / max(1, len(words))
    for number, mark in enumerate(words):
        angle = math.pi * 1.02 - (number + 0.5) * step
        left, base = x + radius * math.cos(angle), y + radius * math.sin(angle)
        sheet.text(mark, left, base, size, tint, align=0.5, angle=angle - math.pi / 2)


def rubber(
    sheet: Sheet, words: str, x: float, y: float, size: float, tint: Colour, width: float
) -> None:
    """A rubber stamp: big words in a frame."""
    sheet.box(x, y, width, size * 2.3, tint, corner=8, line=5)
    sheet.box(x, y, width - 16, size * 2.3 - 16, tint, corner=4, line=2)
    sheet.text(words, x, y - size / 2, size, tint, align=0.5, weight=0.17)


def rule(sheet: Sheet, x: float, y: float, width: float) -> None:
    """A dotted line to write on, from end to end."""
    dots = round(width / 7)
    for number in range(dots + 1):
        sheet.disc(x + width * number / dots, y, 1.2, PEBBLE)


def tag(sheet: Sheet, x: float, y: float, width: float, height: float, *, chosen: bool) -> None:
    """A luggage label with its hole: what can be chosen in a menu."""
    lift = 3 if chosen else 0
    sheet.box(x + 3, y - 4, width, height, fade(DEEP, 0.3), corner=9)
    sheet.box(x - lift, y + lift, width, height, RED if chosen else SHEET, corner=9)
    sheet.disc(x - lift - width / 2 + 20, y + lift, 6, NIGHT)
    sheet.ring(x - lift - width / 2 + 20, y + lift, 7.5, PAPER if chosen else PENCIL, line=2)
