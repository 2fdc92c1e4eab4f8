"""Flight: how the ship turns, is pulled by planets, thrusts, bounces."""

from __future__ import annotations

import math

from demo_game.space.bodies import HEIGHT, WIDTH, Controls, Planet, Powers, Ship

TOP_SPEED = 380.0
DRAG = 0.35
"""Share of its speed a ship loses in a second: a little, so that it can be steered."""
TURN_RATE = 5.5
WIND = 4.0
"""Acceleration back onto the map, for each pixel beyond it."""
BOUNCE = 0.7
LEAST_BOUNCE = 90.0


def fly(
    ship: Ship,
    controls: Controls,
    powers: Powers,
    planets: tuple[Planet, ...],
    time: float,
    seconds: float,
) -> None:
    """Move the ship for a while: turn, thrust, gravity, drag, and a wind from beyond the map."""
    ship.angle += _turn(ship, controls) * TURN_RATE * seconds
    ax = math.cos(ship.angle) * powers.thrust * controls.thrust
    ay = math.sin(ship.angle) * powers.thrust * controls.thrust
    for planet in planets:
        px, py = planet.motion.at(time)
        dx, dy = px - ship.x, py - ship.y
        distance = max(planet.radius, math.hypot(dx, dy))
        strength = planet.pull * planet.radius**2 / distance**3
        ax += dx * strength
        ay += dy * strength
    ax += WIND * (max(0.0, -ship.x) - max(0.0, ship.x - WIDTH))
    ay += WIND * (max(0.0, -ship.y) - max(0.0, ship.y - HEIGHT))
    keep = 1.0 - DRAG * seconds
    vx, vy = (ship.vx + ax * seconds) * keep, (ship.vy + ay * seconds) * keep
    slow = min(1.0, TOP_SPEED / (math.hypot(vx, vy) or 1.0))
    ship.vx, ship.vy = vx * slow, vy * slow
    ship.x += ship.vx * seconds
    ship.y += ship.vy * seconds


def bounce(ship: Ship, x: float, y: float, distance: float) -> float:
    """Put the ship back to a distance from a centre and send it away; returns how fast it came."""
    away = math.atan2(ship.y - y, ship.x - x)
    nx, ny = math.cos(away), math.sin(away)
    ship.x, ship.y = x + nx * distance, y + ny * distance
    towards = ship.vx * nx + ship.vy * ny
    push = max(LEAST_BOUNCE, -BOUNCE * towards) - towards
    ship.vx += nx * push
    ship.vy += ny * push
    return -towards


def outside(ship: Ship) -> float:
    """How far outside the map the ship is, 0 inside."""
    return max(0.0, -ship.x, ship.x - WIDTH, -ship.y, ship.y - HEIGHT)


def _turn(ship: Ship, controls: Controls) -> float:
    if controls.aim is None:
        return controls.turn
    difference = (controls.aim - ship.angle + math.pi) % math.tau - math.pi
    return max(-1.0, min(1.0, difference * 8.0))
