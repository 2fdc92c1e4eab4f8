"""The world: gravity, parcels, crystals, collisions, time, scoring."""

from __future__ import annotations

import math

import pytest

from demo_game.space.bodies import Controls, Debris, Level, Motion, Planet, Powers, Ship
from demo_game.space.flight import bounce, fly
from demo_game.space.levels import LEVELS
from demo_game.space.world import HALO, HARD_LANDING, SAFE_SECONDS, STEP, World

AT_REST = Controls()
FAR = Planet("Far", Motion(1100.0, 600.0), 40.0, 0.0, 1)


def planet(x: float, y: float, pull: float = 0.0, radius: float = 50.0) -> Planet:
    return Planet("Near", Motion(x, y), radius, pull, 0)


def level(*planets: Planet, **more: object) -> Level:
    parcels = more.pop("parcels", ((0, 1),))
    things = {"seconds": 30.0, "start": (640.0, 360.0), **more}
    return Level(1, "Test", planets=planets, parcels=parcels, **things)


def run(world: World, seconds: float, controls: Controls = AT_REST) -> list[str]:
    for _ in range(round(seconds / STEP)):
        world.step(controls)
    return [happening.kind for happening in world.happenings]


def test_a_planet_pulls_towards_itself_with_the_square_of_the_distance() -> None:
    near, far = Ship(200.0, 0.0), Ship(400.0, 0.0)
    source = (planet(0.0, 0.0, pull=100.0),)

    for ship in (near, far):
        fly(ship, AT_REST, Powers(), source, 0.0, STEP)

    assert near.vx == pytest.approx(-100.0 * (50 / 200) ** 2 * STEP, rel=0.01)
    assert near.vx / far.vx == pytest.approx(4.0)


def test_thrust_goes_where_the_ship_points() -> None:
    ship = Ship(640.0, 360.0, angle=math.pi / 2)

    for _ in range(60):
        fly(ship, Controls(thrust=1.0), Powers(), (), 0.0, STEP)

    assert ship.vx == pytest.approx(0.0, abs=1e-9)
    assert ship.vy > 100.0


def test_the_ship_turns_the_short_way_to_an_aim() -> None:
    ship = Ship(0.0, 0.0, angle=math.radians(170))

    for _ in range(60):
        fly(ship, Controls(aim=math.radians(-170)), Powers(), (), 0.0, STEP)

    assert ship.angle == pytest.approx(math.radians(190), abs=0.01)


def test_the_wind_brings_a_ship_back_onto_the_map() -> None:
    ship = Ship(-40.0, 360.0)

    for _ in range(240):
        fly(ship, AT_REST, Powers(), (), 0.0, STEP)

    assert ship.x > 0.0


def test_a_bounce_leaves_away_from_the_ground_and_never_slower_than_a_push() -> None:
    ship = Ship(60.0, 0.0, vx=-200.0, vy=30.0)

    came = bounce(ship, 0.0, 0.0, 61.0)

    assert came == pytest.approx(200.0)
    assert (ship.x, ship.y) == (61.0, 0.0)
    assert ship.vx == pytest.approx(140.0)
    assert ship.vy == pytest.approx(30.0)


def test_a_halo_picks_up_what_waits_and_delivers_what_is_addressed_there() -> None:
    world = World(level(planet(640.0, 360.0 - 50 - HALO + 5), FAR))

    assert run(world, STEP) == ["picked_up"]
    world.ship.x, world.ship.y = 1100.0, 600.0 - 40 - HALO + 5
    kinds = run(world, STEP)

    assert kinds == ["picked_up", "delivered", "won"]
    assert world.outcome == "won"


def test_winning_pays_for_parcels_time_and_hull() -> None:
    world = World(level(FAR, FAR, parcels=(), seconds=30.0))

    run(world, STEP)

    assert world.score == 29 * 5 + 3 * 50


def test_a_crystal_in_reach_is_collected_once() -> None:
    world = World(level(FAR, FAR, crystals=((650.0, 360.0), (900.0, 360.0))))

    kinds = run(world, 0.5)

    assert kinds == ["crystal"]
    assert (world.collected, world.score, world.crystals) == (1, 10, [(900.0, 360.0)])


def test_a_net_reaches_further() -> None:
    world = World(level(FAR, FAR, crystals=((700.0, 360.0),)), Powers(reach=62.0))

    assert run(world, STEP) == ["crystal"]


def land(world: World, speed: float) -> None:
    """Put the ship onto the ground of the planet in the middle, coming from above."""
    world.ship = Ship(640.0, 420.0, vy=-speed)


def test_a_gentle_landing_only_bounces() -> None:
    world = World(level(FAR, FAR, planet(640.0, 360.0)))
    land(world, HARD_LANDING - 5.0)

    assert run(world, STEP) == ["bumped"]
    assert world.hull == 3
    assert world.ship.vy > 0.0


def test_a_hard_landing_costs_a_plate_and_then_the_ship_is_safe_for_a_while() -> None:
    world = World(level(FAR, FAR, planet(640.0, 360.0)))

    land(world, HARD_LANDING + 5.0)
    kinds = run(world, STEP)
    land(world, HARD_LANDING + 5.0)
    again = run(world, STEP)

    assert kinds == ["hit"]
    assert again == ["hit", "bumped"]
    assert world.hull == 2
    assert world.safe_for == pytest.approx(SAFE_SECONDS - STEP)


def test_debris_that_takes_the_last_plate_is_the_cause_of_the_loss() -> None:
    rock = Debris(Motion(640.0, 360.0), 20.0)
    world = World(level(FAR, FAR, debris=(rock,)), Powers(hull=1))

    kinds = run(world, STEP)

    assert kinds == ["hit", "lost"]
    assert (world.outcome, world.cause) == ("lost", "debris")


def test_a_level_is_lost_when_its_time_is_up() -> None:
    world = World(level(FAR, FAR, seconds=1.0), Powers(extra_seconds=0.5))

    run(world, 1.4)
    before = world.outcome
    run(world, 0.2)

    assert before == ""
    assert (world.outcome, world.cause) == ("lost", "late")


def test_a_ship_far_off_the_map_is_lost_in_space() -> None:
    world = World(level(FAR, FAR))
    world.ship.x = -400.0

    run(world, STEP)

    assert (world.outcome, world.cause) == ("lost", "lost_in_space")


def test_a_finished_world_stands_still() -> None:
    world = World(level(FAR, FAR, parcels=()))
    run(world, STEP)
    place, steps = (world.ship.x, world.ship.y), world.steps

    run(world, 1.0, Controls(thrust=1.0))

    assert ((world.ship.x, world.ship.y), world.steps) == (place, steps)


def test_rails_circle_and_drift_and_come_back() -> None:
    circle = Motion(100.0, 100.0, circle=50.0, period=8.0)
    drift = Motion(1300.0, 360.0, vx=100.0, vy=0.0)

    assert circle.at(2.0) == pytest.approx((100.0, 150.0))
    assert circle.at(8.0) == pytest.approx(circle.at(0.0))
    assert drift.at(1.0) == pytest.approx((0.0, 360.0))


def test_the_same_controls_give_the_same_world() -> None:
    worlds = [World(LEVELS[3]), World(LEVELS[3])]

    for world in worlds:
        for step in range(900):
            world.step(Controls(turn=math.sin(step / 90), thrust=float(step % 200 < 80)))

    assert worlds[0].ship == worlds[1].ship
    assert worlds[0].happenings == worlds[1].happenings


@pytest.mark.parametrize("number", range(len(LEVELS)))
def test_a_level_is_well_formed(number: int) -> None:
    it = LEVELS[number]

    assert it.number == number + 1
    assert all(len({*parcel}) == 2 for parcel in it.parcels)
    assert {stop for parcel in it.parcels for stop in parcel} <= set(range(len(it.planets)))
    for body in it.planets:
        assert math.dist(body.motion.at(0.0), it.start) > body.radius + 30
    for crystal in it.crystals:
        resting = [body for body in it.planets if not body.motion.period]
        assert all(math.dist(b.motion.at(0.0), crystal) > b.radius + 12 for b in resting)
