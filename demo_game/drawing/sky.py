"""The sky behind everything: a printed star chart, in layers that move by different amounts."""

from __future__ import annotations

import math
import random
from functools import cache

from demo_game.drawing.easing import pulse
from demo_game.drawing.palette import DUSK, GOLD, HAZE, PAPER, fade, mix
from demo_game.drawing.press import Press
from demo_game.drawing.sheet import Sheet
from demo_game.space.bodies import HEIGHT, WIDTH

MARGIN = 320
"""How far the sky goes on outside the 1280 by 720 of the game, for other screen shapes."""
LAYERS = ((0.15, 150, 0.8), (0.4, 80, 1.2), (0.8, 34, 1.8))
"""How much a layer follows, how many stars it has, how big they are."""


def print_sky(press: Press, seconds: float, dx: float = 0.0, dy: float = 0.0) -> None:
    """Print the chart and its stars, seen from a place moved by (dx, dy)."""
    press.print(_chart(), dx * 0.08, dy * 0.08)
    for layer, (follow, _, _) in enumerate(LAYERS):
        press.print(_stars(layer), dx * follow, dy * follow)
    press.print(_sparkles(seconds), dx * 0.8, dy * 0.8)


@cache
def _chart() -> Sheet:
    sheet = Sheet()
    for radius in range(180, 1100, 150):
        angles = [math.tau * piece / 90 for piece in range(91)]
        circle = [(1010 + radius * math.cos(a), 130 + radius * math.sin(a)) for a in angles]
        sheet.path(circle, 1.5, mix(HAZE, DUSK, 0.12))
    for spoke in range(12):
        angle = math.tau * (spoke + 0.35) / 12
        cosine, sine = math.cos(angle), math.sin(angle)
        sheet.line(
            1010 + 180 * cosine,
            130 + 180 * sine,
            1010 + 1080 * cosine,
            130 + 1080 * sine,
            1.5,
            HAZE,
        )
    return sheet


@cache
def _stars(layer: int) -> Sheet:
    dice, sheet = random.Random(f"stars {layer}"), Sheet()
    _, count, size = LAYERS[layer]
    for _ in range(count):
        x = dice.uniform(-MARGIN, WIDTH + MARGIN)
        y = dice.uniform(-MARGIN, HEIGHT + MARGIN)
        tint = mix(DUSK, PAPER, dice.uniform(0.1, 0.9))
        sheet.disc(x, y, size * dice.uniform(0.7, 1.3), tint)
    return sheet


def _sparkles(seconds: float) -> Sheet:
    dice, sheet = random.Random("sparkles"), Sheet()
    for number in range(9):
        x, y = dice.uniform(30, WIDTH - 30), dice.uniform(30, HEIGHT - 30)
        reach = 3.0 + 6.0 * pulse(seconds + number * 1.7, 3.0 + number * 0.4)
        tint = fade(GOLD if number % 3 == 0 else PAPER, 0.9)
        sheet.line(x - reach, y, x + reach, y, 1.3, tint)
        sheet.line(x, y - reach, x, y + reach, 1.3, tint)
    return sheet
