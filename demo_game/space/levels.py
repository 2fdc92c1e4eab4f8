"""The ten levels, easy ones first."""

from __future__ import annotations

import math
from itertools import pairwise

from demo_game.space.bodies import Debris, Level, Motion, Planet

Place = tuple[float, float]


def planet(
    name: str, x: float, y: float, radius: float, tint: int, pull: float = 130.0, **circle: float
) -> Planet:
    """A planet at rest, or one that circles (x, y) when given ``circle`` and ``period``."""
    return Planet(name, Motion(x, y, **circle), radius, pull, tint)


def rock(x: float, y: float, vx: float, vy: float, radius: float = 15.0) -> Debris:
    """A drifting rock."""
    return Debris(Motion(x, y, vx, vy), radius)


def comet(x: float, y: float, vx: float, vy: float) -> Debris:
    """A fast rock with a tail."""
    return Debris(Motion(x, y, vx, vy), 13.0, tail=True)


def belt(x: float, y: float, circle: float, period: float, count: int) -> tuple[Debris, ...]:
    """Rocks that circle a place."""
    return tuple(
        Debris(
            Motion(x, y, circle=circle, period=period, phase=math.tau * number / count),
            11.0 + number % 3 * 2.0,
        )
        for number in range(count)
    )


def trail(*corners: Place, every: int = 5) -> tuple[Place, ...]:
    """Crystals along a bent line: ``every`` of them between two corners."""
    return tuple(
        (x0 + (x1 - x0) * (step + 0.5) / every, y0 + (y1 - y0) * (step + 0.5) / every)
        for (x0, y0), (x1, y1) in pairwise(corners)
        for step in range(every)
    )


def crown(x: float, y: float, circle: float, count: int = 6) -> tuple[Place, ...]:
    """Crystals around a place."""
    angles = [math.tau * (number + 0.5) / count for number in range(count)]
    return tuple((x + circle * math.cos(a), y + circle * math.sin(a)) for a in angles)


LEVELS = (
    Level(
        1,
        "First round",
        45.0,
        (planet("Pomelo", 300, 300, 64, 0), planet("Quill", 980, 420, 76, 1)),
        ((0, 1), (1, 0)),
        trail((400, 390), (640, 470), (860, 520), every=4),
        start=(300.0, 440.0),
        hint="Arrows or mouse: bring the green parcel to Quill",
    ),
    Level(
        2,
        "Three stops",
        50.0,
        (
            planet("Pomelo", 220, 220, 60, 0),
            planet("Quill", 640, 520, 54, 1),
            planet("Ochre", 1060, 230, 68, 2),
        ),
        ((0, 1), (1, 2), (2, 0)),
        trail((320, 320), (560, 460)) + trail((730, 450), (960, 320)),
        start=(220.0, 350.0),
        hint="A planet bends your way: let it",
    ),
    Level(
        3,
        "The moon shot",
        50.0,
        (
            planet("Juniper", 300, 400, 62, 1),
            planet("Sable", 860, 350, 86, 3, pull=150.0),
            planet("Mote", 860, 350, 26, 2, pull=60.0, circle=205.0, period=14.0),
        ),
        ((0, 1), (1, 2), (2, 0)),
        crown(860, 350, 165),
        start=(300.0, 530.0),
        hint="Moons move: aim where they will be",
    ),
    Level(
        4,
        "Gravel",
        50.0,
        (
            planet("Pomelo", 200, 520, 56, 0),
            planet("Brindle", 1060, 520, 62, 4),
            planet("Tamarind", 640, 160, 66, 2),
        ),
        ((0, 1), (1, 2), (2, 0)),
        trail((330, 560), (640, 610), (930, 560)),
        (
            rock(420, 60, 12, 62),
            rock(520, 420, -8, 55, 20.0),
            rock(800, 240, 10, -70),
            rock(880, 500, -14, -52, 18.0),
        ),
        start=(200.0, 390.0),
        hint="Rocks cost a plate of the hull",
    ),
    Level(
        5,
        "Heavy post",
        55.0,
        (
            planet("Goliath", 640, 350, 104, 3, pull=260.0),
            planet("Quill", 190, 540, 48, 1),
            planet("Ochre", 1100, 180, 52, 2),
        ),
        ((1, 2), (2, 1), (0, 2)),
        crown(640, 350, 190, 8),
        (rock(200, 120, 58, 18), rock(1000, 600, -58, -12)),
        start=(190.0, 420.0),
        hint="Goliath pulls twice as hard",
    ),
    Level(
        6,
        "Rush hour",
        34.0,
        (
            planet("Pomelo", 180, 180, 50, 0),
            planet("Quill", 460, 520, 46, 1),
            planet("Ochre", 820, 200, 50, 2),
            planet("Brindle", 1110, 510, 54, 4),
        ),
        ((0, 1), (1, 2), (2, 3), (3, 0)),
        trail((250, 270), (400, 440), every=4) + trail((880, 280), (1050, 430), every=4),
        (rock(640, 360, 0, 74, 18.0), rock(300, 640, 64, -20)),
        start=(180.0, 300.0),
        hint="Short hours: no detours",
    ),
    Level(
        7,
        "The twins",
        55.0,
        (
            planet("Castor", 640, 350, 58, 5, pull=190.0, circle=135.0, period=16.0),
            planet("Pollux", 640, 350, 58, 4, pull=190.0, circle=135.0, period=16.0, phase=math.pi),
            planet("Juniper", 170, 360, 46, 1),
            planet("Ochre", 1110, 360, 46, 2),
        ),
        ((2, 0), (0, 3), (3, 1), (1, 2)),
        crown(640, 350, 60, 4) + crown(640, 350, 270, 8),
        (rock(320, 60, 20, 66), rock(960, 640, -20, -66)),
        start=(170.0, 470.0),
        hint="Between the twins the pulls cancel out",
    ),
    Level(
        8,
        "Comet season",
        50.0,
        (
            planet("Sable", 240, 200, 58, 3),
            planet("Pomelo", 640, 560, 50, 0),
            planet("Quill", 1040, 210, 62, 1),
        ),
        ((0, 1), (1, 2), (2, 0), (0, 2)),
        trail((340, 280), (560, 500)) + trail((720, 500), (940, 290)),
        (
            comet(0, 640, 210, -90),
            comet(700, 60, -190, 80),
            comet(1200, 420, -170, -60),
            rock(640, 300, 20, 40, 20.0),
        ),
        start=(240.0, 330.0),
        hint="Comets do not brake",
    ),
    Level(
        9,
        "The ring road",
        60.0,
        (
            planet("Goliath", 640, 350, 92, 2, pull=220.0),
            planet("Juniper", 170, 180, 46, 1),
            planet("Brindle", 1110, 190, 46, 4),
            planet("Castor", 1080, 560, 42, 5),
        ),
        ((1, 0), (0, 2), (2, 3), (3, 0), (0, 1)),
        crown(640, 350, 165, 8),
        belt(640, 350, 235, 22.0, 7),
        start=(170.0, 300.0),
        hint="Watch the gaps, then go",
    ),
    Level(
        10,
        "Last post",
        60.0,
        (
            planet("Sable", 420, 350, 66, 3, pull=190.0),
            planet("Goliath", 880, 350, 84, 0, pull=210.0),
            planet("Mote", 880, 350, 24, 2, pull=60.0, circle=190.0, period=12.0),
            planet("Quill", 140, 580, 42, 1),
            planet("Brindle", 1150, 120, 44, 4),
        ),
        ((3, 0), (0, 1), (1, 2), (2, 4), (4, 3)),
        crown(420, 350, 130, 6) + crown(880, 350, 140, 6),
        (
            *belt(420, 350, 190, 18.0, 4),
            comet(0, 80, 180, 60),
            comet(1260, 640, -200, -50),
        ),
        start=(140.0, 470.0),
        hint="All of it, once more",
    ),
)
