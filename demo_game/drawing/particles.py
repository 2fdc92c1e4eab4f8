"""Particles: paper scraps, sparks and smoke, for the eye alone. They never touch the world."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from demo_game.drawing.palette import Colour, fade
from demo_game.drawing.sheet import Sheet

MOST = 260
"""More than this are not shown; the oldest go first."""


@dataclass(slots=True)
class Particle:
    """A dot, or a scrap of paper that tumbles."""

    x: float
    y: float
    vx: float
    vy: float
    size: float
    tint: Colour
    span: float
    age: float = 0.0
    scrap: bool = False


class Particles:
    """All that fly about at the moment."""

    def __init__(self) -> None:
        self._all: list[Particle] = []
        self._dice = random.Random(7)

    def burst(
        self,
        x: float,
        y: float,
        tints: tuple[Colour, ...],
        count: int,
        *,
        speed: float = 120.0,
        size: float = 4.0,
        span: float = 0.8,
        scrap: bool = False,
    ) -> None:
        """Throw some in all directions; ``span`` is how many seconds they last."""
        dice = self._dice
        for number in range(count):
            angle, pace = dice.uniform(0, math.tau), speed * dice.uniform(0.3, 1.0)
            vx, vy = pace * math.cos(angle), pace * math.sin(angle)
            tint, bulk = tints[number % len(tints)], size * dice.uniform(0.5, 1.2)
            life = span * dice.uniform(0.6, 1.2)
            self._all.append(Particle(x, y, vx, vy, bulk, tint, life, scrap=scrap))
        del self._all[:-MOST]

    def puff(self, x: float, y: float, vx: float, vy: float, tint: Colour) -> None:
        """One from the ship's engine."""
        dice = self._dice
        vx, vy = vx + dice.uniform(-26, 26), vy + dice.uniform(-26, 26)
        size, span = dice.uniform(2.5, 5.5), dice.uniform(0.3, 0.6)
        self._all.append(Particle(x, y, vx, vy, size, tint, span))
        del self._all[:-MOST]

    def update(self, seconds: float) -> None:
        for particle in self._all:
            particle.age += seconds
            particle.x += particle.vx * seconds
            particle.y += particle.vy * seconds
            particle.vx *= 1.0 - 1.5 * seconds
            particle.vy *= 1.0 - 1.5 * seconds
        self._all = [particle for particle in self._all if particle.age < particle.span]

    def draw(self, sheet: Sheet) -> None:
        for particle in self._all:
            left = 1.0 - particle.age / particle.span
            if particle.scrap:
                flat = abs(math.cos(particle.age * 7 + particle.size))
                sheet.box(
                    particle.x,
                    particle.y,
                    particle.size * 2,
                    particle.size * (0.3 + flat),
                    fade(particle.tint, min(1.0, left * 3)),
                    angle=particle.age * 5 + particle.size,
                )
            else:
                sheet.disc(particle.x, particle.y, particle.size * left, fade(particle.tint, left))
