"""How planets look: flat printed balls with spots or bands, a crescent of shade, perhaps a ring."""

from __future__ import annotations

import math
import random
from functools import cache

from demo_game.drawing.palette import DEEP, DUSK, NIGHT, PAPER, TINTS, Colour, fade, mix
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.stationery import stamp
from demo_game.space.bodies import Planet
from demo_game.space.world import HALO

SUN = (-0.62, 0.78)
"""Where the light comes from."""
RINGED_FROM = 80.0
"""Planets of this radius and more wear a ring."""
RING_TILT = 0.32
RING_SQUASH = 0.24


@cache
def printed(planet: Planet) -> Sheet:
    """A planet that stays where it is, drawn once and kept."""
    sheet = Sheet()
    draw_ball(sheet, *planet.motion.at(0.0), planet.radius, TINTS[planet.tint], planet.name)
    return sheet


def draw_ball(sheet: Sheet, x: float, y: float, radius: float, tint: Colour, name: str) -> None:
    """A planet; its name decides its markings."""
    ringed = radius >= RINGED_FROM
    if ringed:
        _half_ring(sheet, x, y, radius, 0.0)
    sheet.disc(x, y, radius, tint)
    dice = random.Random(name)
    if dice.random() < 0.5:
        _draw_bands(sheet, x, y, radius, tint, dice)
    else:
        _draw_spots(sheet, x, y, radius, tint, dice)
    shade = (SUN[0] * radius * 0.42, SUN[1] * radius * 0.42, radius * 1.06)
    sheet.disc(x, y, radius, fade(DEEP, 0.42), cut=shade)
    if ringed:
        _half_ring(sheet, x, y, radius, math.pi)


def small_stamp(sheet: Sheet, x: float, y: float, planet: Planet) -> None:
    """A postage stamp that shows a planet, on paper."""
    tint = TINTS[planet.tint]
    stamp(sheet, x, y, 84, 98, mix(tint, PAPER, 0.72), PAPER)
    draw_ball(sheet, x, y, 22 if planet.radius < RINGED_FROM else 17, tint, planet.name)


def _draw_spots(
    sheet: Sheet, x: float, y: float, radius: float, tint: Colour, dice: random.Random
) -> None:
    turn = dice.uniform(0, math.tau)
    for number in range(7):
        reach = radius * (0.12 + 0.1 * number)
        angle = turn + number * 2.4
        size = min(radius * dice.uniform(0.09, 0.22), radius * 0.94 - reach)
        pale = number % 3 == 0
        spot = mix(tint, PAPER, 0.4) if pale else mix(tint, NIGHT, 0.3)
        sheet.disc(x + reach * math.cos(angle), y + reach * math.sin(angle), size, spot)


def _draw_bands(
    sheet: Sheet, x: float, y: float, radius: float, tint: Colour, dice: random.Random
) -> None:
    for number, height in enumerate((-0.66, -0.34, 0.04, 0.36, 0.68)):
        width = radius * dice.uniform(0.08, 0.2)
        edge = math.sqrt(1.0 - (abs(height) + width / radius / 2) ** 2) * radius * 0.95 - width / 2
        begin, end = -edge, edge
        if dice.random() < 0.6:
            begin, end = (-edge, edge * dice.uniform(0, 0.6)) if number % 2 else (edge * -0.4, edge)
        band = mix(tint, PAPER, 0.4) if number % 2 == 0 else mix(tint, NIGHT, 0.25)
        sheet.line(x + begin, y + height * radius, x + end, y + height * radius, width, band)


def _half_ring(sheet: Sheet, x: float, y: float, radius: float, start: float) -> None:
    """The half of a planet's ring that is behind it (from 0) or before it (from pi)."""
    cosine, sine = math.cos(RING_TILT), math.sin(RING_TILT)
    for reach, width, tint in ((1.42, 0.07, PAPER), (1.62, 0.035, mix(PAPER, DUSK, 0.4))):
        points = []
        for piece in range(37):
            angle = start + math.pi * piece / 36
            u = radius * reach * math.cos(angle)
            v = radius * reach * RING_SQUASH * math.sin(angle)
            points.append((x + u * cosine - v * sine, y + u * sine + v * cosine))
        sheet.path(points, radius * width, tint)


def draw_halo(
    sheet: Sheet, planet: Planet, x: float, y: float, seconds: float, *, strong: bool
) -> None:
    """The dashed circle to be touched; it turns, and is bright where something is to be done."""
    radius = planet.radius + HALO
    tint = TINTS[planet.tint] if strong else fade(DUSK, 0.7)
    dashes = round(radius / 5.5)
    for dash in range(dashes):
        angle = math.tau * dash / dashes + seconds * 0.25
        half = 0.26 * math.tau / dashes
        x0, y0 = x + radius * math.cos(angle - half), y + radius * math.sin(angle - half)
        x1, y1 = x + radius * math.cos(angle + half), y + radius * math.sin(angle + half)
        sheet.line(x0, y0, x1, y1, 3.0 if strong else 2.0, tint)
