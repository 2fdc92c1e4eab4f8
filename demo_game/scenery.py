"""How a world looks: planets, parcels, crystals, debris and the ship, drawn from its state alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from demo_game.easing import ease_in_out, pulse
from demo_game.palette import (
    BLUE,
    DEEP,
    DUSK,
    GOLD,
    NIGHT,
    PAPER,
    PENCIL,
    RED,
    SHEET,
    TINTS,
    WHITE,
    Colour,
    fade,
    mix,
)
from demo_game.sheet import Sheet
from demo_game.world import HALO, HEIGHT, WIDTH, Debris, Planet, Ship, World

SUN = (-0.62, 0.78)
"""Where the light comes from."""


def draw_world(sheet: Sheet, world: World, seconds: float) -> None:
    """Everything but the ship."""
    wanted = {p.target for p in world.parcels if p.state == "carried"}
    offering = {p.source for p in world.parcels if p.state == "waiting"}
    for number, planet in enumerate(world.level.planets):
        _draw_rails(sheet, planet)
        x, y = planet.motion.at(world.time)
        draw_halo(sheet, planet, x, y, seconds, strong=number in wanted | offering)
        draw_planet(sheet, planet, x, y)
        waiting = [p for p in world.parcels if p.state == "waiting" and p.source == number]
        for place, parcel in enumerate(waiting):
            _draw_waiting(sheet, world.level.planets[parcel.target], planet, x, y, seconds, place)
        if number in wanted:
            _draw_flag(sheet, planet, x, y, seconds)
    for x, y in world.crystals:
        draw_crystal(sheet, x, y, seconds)
    for rock in world.level.debris:
        draw_debris(sheet, rock, *rock.motion.at(world.time), seconds)


def draw_planet(sheet: Sheet, planet: Planet, x: float, y: float) -> None:
    """A flat printed ball: one ink, some markings, a crescent of shade."""
    tint, radius = TINTS[planet.tint], planet.radius
    dark, light = mix(tint, NIGHT, 0.35), mix(tint, PAPER, 0.38)
    sheet.disc(x, y, radius, tint)
    for u, v, size, pale in _markings(planet.name):
        if planet.tint % 2:
            chord = math.sqrt(max(0.0, 1.0 - v * v)) * 0.96 - size * 0.5
            sheet.line(
                x - chord * radius, y + v * radius, x + chord * radius * u, y + v * radius,
                size * radius * 0.7, light if pale else dark,
            )  # fmt: skip
        else:
            sheet.disc(x + u * radius, y + v * radius, size * radius, light if pale else dark)
    shade = (SUN[0] * radius * 0.42, SUN[1] * radius * 0.42, radius * 1.06)
    sheet.disc(x, y, radius, fade(DEEP, 0.42), cut=shade)
    if radius > 80:
        sheet.box(
            x, y, radius * 2.9, radius * 0.34, fade(PAPER, 0.75), corner=radius * 0.17, line=4,
            angle=0.35, cut=(0.0, radius * 0.62, radius * 0.98),
        )  # fmt: skip


@cache
def _markings(name: str) -> list[tuple[float, float, float, bool]]:
    """Where a planet's spots or bands are, always the same for a name; in shares of the radius."""
    seed = sum(ord(letter) * (place + 3) for place, letter in enumerate(name))
    marks = []
    for number in range(5):
        angle = seed * 0.7 + number * 2.4
        reach = 0.22 + 0.13 * number
        u, v = reach * math.cos(angle), reach * math.sin(angle)
        marks.append(
            (u, -0.72 + 0.36 * number if seed else v, 0.11 + 0.05 * (number % 3), number % 2 == 0)
        )
    return [(u, v if abs(v) < 0.8 else 0.0, size, pale) for (u, v, size, pale) in marks]


def draw_halo(
    sheet: Sheet, planet: Planet, x: float, y: float, seconds: float, *, strong: bool
) -> None:
    """The dashed circle that a ship has to touch; it turns, and is bright where something is to be done."""
    radius = planet.radius + HALO
    tint = TINTS[planet.tint] if strong else fade(DUSK, 0.7)
    dashes = round(radius / 5.5)
    for dash in range(dashes):
        angle = math.tau * dash / dashes + seconds * 0.25
        half = 0.26 * math.tau / dashes
        x0, y0 = x + radius * math.cos(angle - half), y + radius * math.sin(angle - half)
        x1, y1 = x + radius * math.cos(angle + half), y + radius * math.sin(angle + half)
        sheet.line(x0, y0, x1, y1, 3.0 if strong else 2.0, tint)


def _draw_rails(sheet: Sheet, planet: Planet) -> None:
    if planet.motion.period:
        sheet.ring(
            planet.motion.x, planet.motion.y, planet.motion.circle, fade(DUSK, 0.5), line=1.5
        )


def draw_parcel(sheet: Sheet, x: float, y: float, size: float, tint: Colour, angle: float) -> None:
    """A brown paper parcel with a ribbon in the ink of the planet it is addressed to."""
    sheet.box(x, y, size, size * 0.86, SHEET, corner=2, angle=angle)
    sheet.box(x, y, size * 0.28, size * 0.86, tint, angle=angle)
    sheet.box(x, y, size, size * 0.24, tint, angle=angle)
    sheet.box(x, y, size, size * 0.86, NIGHT, corner=2, angle=angle, line=1.6)


def _draw_waiting(
    sheet: Sheet, target: Planet, planet: Planet, x: float, y: float, seconds: float, place: int
) -> None:
    angle = math.pi / 2 + 0.5 * place + seconds * 0.25
    reach = planet.radius + HALO * 0.5 + 3 * math.sin(seconds * 3 + place)
    px, py = x + reach * math.cos(angle), y + reach * math.sin(angle)
    draw_parcel(sheet, px, py, 22, TINTS[target.tint], 0.2 * math.sin(seconds * 2 + place))


def _draw_flag(sheet: Sheet, planet: Planet, x: float, y: float, seconds: float) -> None:
    """The arrow above a planet that something is carried to."""
    top = y + planet.radius + HALO + 20 + 6 * ease_in_out(pulse(seconds, 0.9))
    for side in (-1, 1):
        sheet.line(x + 11 * side, top + 11, x, top, 5, TINTS[planet.tint])


def draw_crystal(sheet: Sheet, x: float, y: float, seconds: float) -> None:
    """A little cut stone that turns."""
    turn = math.pi / 4 + 0.25 * math.sin(seconds * 2.2 + x * 0.05)
    sheet.box(x, y, 13, 13, GOLD, angle=turn, corner=2)
    sheet.box(x - 1.5, y + 1.5, 6, 6, WHITE, angle=turn, corner=1)


def draw_debris(sheet: Sheet, rock: Debris, x: float, y: float, seconds: float) -> None:
    """A rock that tumbles, or a comet with its tail."""
    if rock.tail:
        _draw_tail(sheet, rock, x, y)
        return
    turn, radius = seconds * 0.6 + rock.radius, rock.radius
    for part in range(3):
        angle = turn + part * math.tau / 3
        cosine, sine = math.cos(angle), math.sin(angle)
        sheet.disc(x + cosine * radius * 0.32, y + sine * radius * 0.32, radius * 0.72, PENCIL)
    sheet.disc(x, y, radius * 0.55, mix(PENCIL, NIGHT, 0.3))
    sheet.disc(
        x + math.cos(turn) * 4, y + math.sin(turn) * 4, radius * 0.2, mix(PENCIL, NIGHT, 0.5)
    )


def _draw_tail(sheet: Sheet, rock: Debris, x: float, y: float) -> None:
    pace = math.hypot(rock.motion.vx, rock.motion.vy)
    ux, uy = -rock.motion.vx / pace, -rock.motion.vy / pace
    for number, (tint, length) in enumerate(((BLUE, 110), (PAPER, 80), (RED, 95))):
        shift = (number - 1) * rock.radius * 0.62
        sx, sy = x - uy * shift, y + ux * shift
        sheet.line(sx, sy, sx + ux * length, sy + uy * length, rock.radius * 0.5, fade(tint, 0.75))
    sheet.disc(x, y, rock.radius, PAPER)
    sheet.disc(x, y, rock.radius * 0.5, GOLD)


def draw_ship(sheet: Sheet, ship: Ship, thrust: float, seconds: float, *, blink: bool) -> None:
    """A paper plane with an engine."""
    cosine, sine = math.cos(ship.angle), math.sin(ship.angle)

    def spot(u: float, v: float) -> tuple[float, float]:
        return ship.x + u * cosine - v * sine, ship.y + u * sine + v * cosine

    if thrust:
        flame = (10 + 8 * thrust) * (0.8 + 0.2 * math.sin(seconds * 60))
        sheet.line(*spot(-9, 0), *spot(-9 - flame, 0), 9, RED)
        sheet.line(*spot(-9, 0), *spot(-9 - flame * 0.55, 0), 5, GOLD)
    body = fade(WHITE, 0.35) if blink else WHITE
    fold = fade(SHEET, 0.35) if blink else mix(SHEET, PENCIL, 0.45)
    for part in range(7):
        back = -11 + part * 0.6
        reach = 11 - part * 1.5
        sheet.line(*spot(16, 0), *spot(back, reach), 3, body)
        sheet.line(*spot(16, 0), *spot(back, -reach), 3, fold)
    sheet.line(*spot(16, 0), *spot(-7, 0), 3, RED)


def draw_string(
    sheet: Sheet, places: Sequence[tuple[float, float]], tints: Sequence[Colour]
) -> None:
    """The parcels on a string behind the ship; the first place is the ship's."""
    for (x0, y0), (x1, y1) in zip(places, places[1:], strict=False):
        sheet.line(x0, y0, x1, y1, 1.5, PAPER)
    for (x, y), tint, before in zip(places[1:], tints, places, strict=False):
        draw_parcel(sheet, x, y, 18, tint, math.atan2(before[1] - y, before[0] - x))


def draw_wayfinder(sheet: Sheet, ship: Ship, seconds: float) -> None:
    """An arrow at the edge while the ship is off the map."""
    x, y = min(WIDTH - 30, max(30, ship.x)), min(HEIGHT - 80, max(30, ship.y))
    if math.dist((x, y), (ship.x, ship.y)) < 50:
        return
    angle = math.atan2(ship.y - y, ship.x - x)
    reach = 8 + 5 * pulse(seconds, 0.5)
    tip = (x + reach * math.cos(angle), y + reach * math.sin(angle))
    for side in (-1, 1):
        back = angle + math.pi + side * 0.6
        sheet.line(*tip, tip[0] + 18 * math.cos(back), tip[1] + 18 * math.sin(back), 5, RED)
