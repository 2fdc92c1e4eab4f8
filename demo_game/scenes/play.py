"""Playing a level: the world moves in its own fixed steps, the screen follows."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable

from demo_game import tracking
from demo_game.drawing.easing import ease_out
from demo_game.drawing.flashes import Flashes
from demo_game.drawing.palette import BLUE, GOLD, NIGHT, PAPER, PEBBLE, RED, TINTS, WHITE
from demo_game.drawing.particles import Particles
from demo_game.drawing.planets import small_stamp
from demo_game.drawing.press import Press
from demo_game.drawing.scenery import draw_ship, draw_string, draw_wake, draw_wayfinder, draw_world
from demo_game.drawing.sheet import Sheet
from demo_game.drawing.sky import print_sky
from demo_game.drawing.stationery import letter
from demo_game.scenes.heading import draw_heading
from demo_game.scenes.scene import Scene, Shared
from demo_game.space.bodies import HEIGHT, WIDTH, Controls, Happening
from demo_game.space.levels import LEVELS
from demo_game.space.upgrades import powers
from demo_game.space.world import HALO, STEP, World
from demo_game.tour import Tour
from demo_game.ways import LevelOver

MOST_STEPS = 12
"""Steps in one frame at most: a slow machine plays slower, it does not stutter."""
STRING_GAP = 15
"""Steps between two parcels on the string."""
WAKE_GAP = 5
"""Steps between two points of the stripes behind the ship."""
AFTERMATH = 1.1
"""Seconds from the end of a level to its card."""
LETTER_READ = 0.7
"""Seconds from which on the level waits, behind its letter, for the player to steer."""


class Play(Scene):
    """One attempt at the level the tour has come to."""

    def __init__(self, shared: Shared, tour: Tour, steer: Callable[[World], Controls]) -> None:
        super().__init__(shared)
        self.score, self.steer = tour.score, steer
        level = LEVELS[tour.level]
        self.world = World(level, powers(self.logbook.owned))
        self.particles = Particles()
        self.wake: deque[tuple[float, float]] = deque(maxlen=STRING_GAP * 8)
        self.flashes = Flashes()
        self.shake = self.over = self._owed = 0.0
        self.controls = Controls()
        self._begun_at: float | None = None
        self._dice = random.Random(1)
        tracking.level_start(level.number, tour.attempt)

    def update(self, seconds: float) -> None:
        super().update(seconds)
        if self._begun_at is None:
            self._begun_at = self.age if self._may_begin() else None
            return
        self._owed = min(self._owed + seconds, MOST_STEPS * STEP)
        while self._owed >= STEP and not self.world.outcome:
            self._owed -= STEP
            self._step()
        self.particles.update(seconds)
        self.shake = max(0.0, self.shake - seconds * 26.0)
        self.flashes.update(seconds)
        if self.world.outcome:
            self.controls = Controls()
            self.over += seconds
        if self.over > AFTERMATH:
            self.go(LevelOver(self.world))

    def _may_begin(self) -> bool:
        return self.age > LETTER_READ and self.steer(self.world) != Controls()

    def _step(self) -> None:
        self.controls = self.steer(self.world)
        self.world.step(self.controls)
        ship = self.world.ship
        self.wake.appendleft((ship.x, ship.y))
        if self.controls.thrust and self.world.steps % 3 == 0:
            back = -170.0
            vx, vy = back * math.cos(ship.angle), back * math.sin(ship.angle)
            x, y = ship.x + vx * 0.1, ship.y + vy * 0.1
            tint = (PAPER, GOLD, RED)[self.world.steps // 3 % 3]
            self.particles.puff(x, y, vx + ship.vx * 0.5, vy + ship.vy * 0.5, tint)
        for happening in self.world.happenings:
            self._show(happening)
        self.world.happenings.clear()

    def _show(self, happening: Happening) -> None:
        """Let what happened be seen, heard and told."""
        x, y, burst, play = happening.x, happening.y, self.particles.burst, self.sounds.play
        if happening.kind == "crystal":
            burst(x, y, (GOLD, WHITE), 8, speed=90, span=0.5)
            play("crystal")
        elif happening.kind == "picked_up":
            self._flash(happening, "Picked up")
            play("pickup")
        elif happening.kind == "delivered":
            tint = TINTS[self.world.level.planets[happening.planet].tint]
            burst(x, y, (tint, PAPER, GOLD), 26, speed=190, size=6, span=1.1, scrap=True)
            self._flash(happening, "Delivered +100")
            self.shake = max(self.shake, 4.0)
            play("deliver")
        elif happening.kind == "bumped":
            burst(x, y, (PEBBLE, PAPER), 8, speed=70, span=0.5)
            play("tick")
        elif happening.kind == "hit":
            burst(x, y, (RED, GOLD, PAPER), 24, speed=230)
            self.shake = 14.0
            play("hit")
        elif happening.kind == "won":
            burst(x, y, (*TINTS, PAPER), 90, speed=420, size=7, span=1.6, scrap=True)
            play("win")
        elif happening.kind == "lost":
            burst(x, y, (PAPER, RED, BLUE), 60, speed=300, size=7, span=1.4, scrap=True)
            play("lose")

    def _flash(self, happening: Happening, words: str) -> None:
        """Stamp words beside the planet where something happened."""
        planet = self.world.level.planets[happening.planet]
        away = planet.radius + HALO + 26
        self.flashes.stamp(*planet.motion.at(self.world.time), away, words, TINTS[planet.tint])

    def draw(self, press: Press) -> None:
        world, ship = self.world, self.world.ship
        lean_x = (WIDTH / 2 - ship.x) * 0.03
        lean_y = (HEIGHT / 2 - ship.y) * 0.03
        angle = self._dice.uniform(0, math.tau)
        dx, dy = lean_x + self.shake * math.cos(angle), lean_y + self.shake * math.sin(angle)
        print_sky(press, self.shared.age, dx * 2, dy * 2)
        sheet = Sheet()
        draw_world(sheet, world, self.age)
        self._draw_ship(sheet)
        self.particles.draw(sheet)
        self.flashes.draw(sheet)
        press.print(sheet, dx, dy)
        over = Sheet()
        draw_wayfinder(over, ship, self.age)
        draw_heading(over, world, self.score, self.age)
        press.print(over)
        self._print_opening(press)

    def _draw_ship(self, sheet: Sheet) -> None:
        world = self.world
        if world.outcome == "lost":
            return
        carried = [p for p in world.parcels if p.state == "carried"]
        reach = range(0, min(len(self.wake), STRING_GAP * (len(carried) + 1)), STRING_GAP)
        places = [self.wake[place] for place in reach]
        tints = [TINTS[world.level.planets[p.target].tint] for p in carried]
        draw_wake(sheet, list(self.wake)[::WAKE_GAP])
        draw_string(sheet, places, tints)
        blink = world.safe_for > 0 and int(world.safe_for * 10) % 2 == 0
        draw_ship(sheet, world.ship, self.controls.thrust, self.age, faint=blink)

    def _print_opening(self, press: Press) -> None:
        """The level's name and a hint on a letter, until the player begins."""
        gone = 0.0 if self._begun_at is None else (self.age - self._begun_at) / 0.4
        if gone > 1.0:
            return
        sheet, level = Sheet(), self.world.level
        letter(sheet, WIDTH / 2, 124, 660, 150)
        sheet.text(f"Round {level.number} of {len(LEVELS)}", 346, 156, 13, RED)
        if self._begun_at is None and self.age % 1.0 < LETTER_READ:
            sheet.text("Steer to begin", 846, 156, 13, BLUE, align=1.0)
        sheet.text(level.name, 346, 112, 30, NIGHT, weight=0.15)
        sheet.text(level.hint, 346, 82, 12, NIGHT)
        planet = max(level.planets, key=lambda planet: planet.radius)
        small_stamp(sheet, 906, 124, planet)
        press.print(sheet, 0, -220 * (1 - ease_out(self.age / 0.4) + ease_out(gone)))

    def back(self) -> None:
        if not self.world.outcome:
            self.go("pause")

    def lose_focus(self) -> None:
        self.back()
