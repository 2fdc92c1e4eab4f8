"""The strip above a level: what is left of hull and time, what has been delivered and found."""

from __future__ import annotations

from functools import cache

from demo_game.drawing.easing import pulse
from demo_game.drawing.palette import DEEP, DUSK, GOLD, PAPER, RED, TINTS, mix
from demo_game.drawing.scenery import draw_crystal, draw_parcel
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.stationery import stripes
from demo_game.space.bodies import HEIGHT, WIDTH
from demo_game.space.world import World

BASE = HEIGHT - 34


def draw_heading(sheet: Sheet, world: World, score: int, seconds: float) -> None:
    """Draw the strip; ``score`` is what the tour had before this level."""
    sheet.box(WIDTH / 2, HEIGHT - 26, WIDTH + 900, 52, DEEP)
    sheet.paste(_border())
    sheet.text(f"{world.level.number:02}", 28, BASE, 18, GOLD, weight=0.16)
    sheet.text(world.level.name, 76, BASE + 1, 15, PAPER)
    _draw_hull(sheet, world)
    _draw_parcels(sheet, world)
    draw_crystal(sheet, 800, HEIGHT - 26, seconds)
    sheet.text(f"{world.collected}", 818, BASE, 16, PAPER)
    _draw_time(sheet, world)
    sheet.text(f"{score + world.score}", WIDTH - 28, BASE, 18, PAPER, align=1.0, weight=0.16)


@cache
def _border() -> Sheet:
    sheet = Sheet()
    stripes(sheet, -450, HEIGHT - 54, WIDTH + 900, 6)
    return sheet


def _draw_hull(sheet: Sheet, world: World) -> None:
    for plate in range(world.powers.hull):
        tint = RED if plate < world.hull else DUSK
        sheet.box(360 + plate * 20, HEIGHT - 26, 13, 22, tint, corner=4)


def _draw_parcels(sheet: Sheet, world: World) -> None:
    left = WIDTH / 2 - 14 * (len(world.parcels) - 1)
    for place, parcel in enumerate(world.parcels):
        tint = TINTS[world.level.planets[parcel.target].tint]
        x = left + place * 28
        if parcel.state == "delivered":
            sheet.path([(x - 6, HEIGHT - 26), (x - 1, HEIGHT - 32), (x + 8, HEIGHT - 19)], 4, tint)
        else:
            draw_parcel(sheet, x, HEIGHT - 26, 20, tint, 0.0)


def _draw_time(sheet: Sheet, world: World) -> None:
    whole = world.level.seconds + world.powers.extra_seconds
    share, hurry = world.time_left / whole, world.time_left < 10
    tint = mix(RED, PAPER, pulse(world.time, 0.5)) if hurry else PAPER
    sheet.box(960, HEIGHT - 26, 160, 10, DUSK, corner=5)
    sheet.box(880 + 80 * share, HEIGHT - 26, max(10, 160 * share), 10, tint, corner=5)
    sheet.text(f"{world.time_left:.0f}", 1056, BASE, 16, tint)
