"""How a world looks: planets, parcels, crystals, debris and the ship, from its state alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from demo_game.drawing.easing import ease_in_out, pulse
from demo_game.drawing.palette import (
    BLUE,
    DUSK,
    GOLD,
    LABEL,
    NIGHT,
    PAPER,
    PEBBLE,
    RED,
    SHEET,
    TINTS,
    WHITE,
    Colour,
    fade,
    mix,
)
from demo_game.drawing.planets import draw_ball, draw_halo, printed
from demo_game.drawing.sheet import Sheet
from demo_game.space.bodies import HEIGHT, WIDTH, Debris, Planet, Ship
from demo_game.space.world import HALO, World

HIGHEST_FLAG = HEIGHT - 80
"""Above is the strip of the heading."""
SHADED = mix(SHEET, PEBBLE, 0.45)


def draw_world(sheet: Sheet, world: World, seconds: float) -> None:
    """Everything but the ship."""
    wanted = {p.target for p in world.parcels if p.state == "carried"}
    offering = {p.source for p in world.parcels if p.state == "waiting"}
    for number, planet in enumerate(world.level.planets):
        _draw_rails(sheet, planet)
        x, y = planet.motion.at(world.time)
        draw_halo(sheet, planet, x, y, seconds, strong=number in wanted | offering)
        if planet.motion.period:
            draw_ball(sheet, x, y, planet.radius, TINTS[planet.tint], planet.name)
        else:
            sheet.paste(printed(planet))
        sheet.text(planet.name, x, y - planet.radius - 27, 11, LABEL, align=0.5)
        waiting = [p for p in world.parcels if p.state == "waiting" and p.source == number]
        for place, parcel in enumerate(waiting):
            _draw_waiting(sheet, world.level.planets[parcel.target], planet, x, y, seconds, place)
        if number in (wanted or offering):
            _draw_flag(sheet, planet, x, y, seconds)
    for x, y in world.crystals:
        draw_crystal(sheet, x, y, seconds)
    for rock in world.level.debris:
        draw_debris(sheet, rock, *rock.motion.at(world.time), seconds)


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
    """The arrow above a planet to fly to, or below it near the top."""
    gap = planet.radius + HALO + 20
    way = 1 if y + gap < HIGHEST_FLAG else -1
    gap += 6 * ease_in_out(pulse(seconds, 0.9))
    for side in (-1, 1):
        sheet.line(x + 11 * side, y + way * (gap + 11), x, y + way * gap, 5, TINTS[planet.tint])


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
        sheet.disc(x + cosine * radius * 0.32, y + sine * radius * 0.32, radius * 0.72, PEBBLE)
    sheet.disc(x, y, radius * 0.55, mix(PEBBLE, NIGHT, 0.3))
    sheet.disc(
        x + math.cos(turn) * 4, y + math.sin(turn) * 4, radius * 0.2, mix(PEBBLE, NIGHT, 0.5)
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


def draw_ship(
    sheet: Sheet,
    ship: Ship,
    thrust: float,
    seconds: float,
    *,
    faint: bool = False,
    size: float = 1.3,
) -> None:
    """A paper plane with an engine; ``faint`` while it cannot be hurt."""
    cosine, sine = math.cos(ship.angle) * size, math.sin(ship.angle) * size

    def line(u0: float, v0: float, u1: float, v1: float, width: float, tint: Colour) -> None:
        sheet.line(
            ship.x + u0 * cosine - v0 * sine,
            ship.y + u0 * sine + v0 * cosine,
            ship.x + u1 * cosine - v1 * sine,
            ship.y + u1 * sine + v1 * cosine,
            width * size,
            fade(tint, 0.3) if faint else tint,
        )

    if thrust:
        flame = (8 + 7 * thrust) * (0.8 + 0.2 * math.sin(seconds * 60))
        line(-8, 0, -8 - flame, 0, 8, RED)
        line(-8, 0, -8 - flame * 0.55, 0, 4, GOLD)
    for fold in range(8):
        back, wing = -12 + fold * 0.8, 11.5 - fold * 1.4
        line(16, 0, back, wing, 2.6, WHITE)
        line(16, 0, back, -wing, 2.6, SHADED)
    line(-12, 11.5, -6.4, 1.7, 2.6, WHITE)
    line(-12, -11.5, -6.4, -1.7, 2.6, SHADED)
    line(15, 0, -9, 0, 2.2, RED)


def draw_wake(sheet: Sheet, wake: Sequence[tuple[float, float]]) -> None:
    """The way the ship has come, as the three stripes of air mail, fading."""
    for number, tint in enumerate((RED, PAPER, BLUE)):
        shift = (number - 1) * 4.2
        before: tuple[float, float] | None = None
        for place, ((x0, y0), (x1, y1)) in enumerate(pairwise(wake)):
            length = math.hypot(x1 - x0, y1 - y0) or 1.0
            point = (x0 - (y1 - y0) / length * shift, y0 + (x1 - x0) / length * shift)
            if before:
                left = 1.0 - place / len(wake)
                sheet.line(*before, *point, 0.6 + 2.4 * left, fade(tint, 0.75 * left))
            before = point


def draw_string(
    sheet: Sheet, places: Sequence[tuple[float, float]], tints: Sequence[Colour]
) -> None:
    """The parcels on a string behind the ship; the first place is the ship's."""
    for (x0, y0), (x1, y1) in pairwise(places):
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
