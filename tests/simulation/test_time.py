"""Clocks that are set, machines that sleep, programs that stand still: sessions stay true."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from .game import Game, settings
from .lives import YEAR, deliver_all
from .player import TIMEOUT
from .truth import check
from .world import BEGINNING, World

HOUR = 3600.0
AUTUMN = 1_698_541_200.0 - BEGINNING
"""Two o'clock in the morning of the day on which Prague leaves summer time in 2023."""


@pytest.fixture
def world() -> World:
    return World(5)


@pytest.fixture
def prague(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system has one time zone")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Prague")
        time.tzset()
        yield
    time.tzset()


def launch(world: World, **changed: Any) -> Game:
    game = Game(world, settings(**changed))
    game.launch()
    world.advance(0.01)
    game.focus(True)
    return game


def play(world: World, seconds: float, *games: Game) -> None:
    for _ in range(round(seconds)):
        world.advance(1.0)
        for game in games:
            game.second()


def sleep(world: World, seconds: float, *games: Game) -> None:
    for game in games:
        game.player.mark()
    world.sleep(seconds)
    for game in games:
        game.player.wake(seconds)


def ends(world: World) -> list[tuple[float, str]]:
    """Duration and reason of each session that the server has, in order, after a healthy life."""
    deliver_all(world)
    check(world)
    ended = sorted(world.server.events("session_end"), key=lambda end: end["timestamp"])
    return [(round(e["properties"]["duration"]), e["properties"]["reason"]) for e in ended]


def test_rule_11_a_second_loop_goes_on_and_a_late_one_does_not(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    game.exit()
    play(world, 30, game)
    game.focus(True)
    play(world, 100, game)
    game.exit()
    play(world, 100, game)
    game.focus(True)
    play(world, 100, game)
    game.quit()

    assert ends(world) == [(230, "quit"), (100, "quit")]


def test_rule_13_a_game_that_dies_of_its_own_error_ends_there(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    game.fail()
    game.quit()

    assert ends(world) == [(100, "error")]


@pytest.mark.usefixtures("prague")
def test_a_run_across_a_daylight_saving_change_is_one_session(world: World) -> None:
    world.offset = AUTUMN - HOUR
    game = launch(world)

    play(world, 2 * HOUR, game)
    game.quit()

    assert time.localtime(world.wall - 2 * HOUR).tm_isdst != time.localtime(world.wall).tm_isdst
    assert ends(world) == [(2 * HOUR, "quit")]


def test_a_clock_set_back_a_year_and_forward_again_changes_no_duration(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    world.offset -= YEAR
    play(world, 100, game)
    world.offset += YEAR
    play(world, 100, game)
    game.quit()

    assert ends(world) == [(300, "quit")]


def test_a_clock_set_back_between_two_launches_of_one_boot_is_not_asked(world: World) -> None:
    first = launch(world)
    play(world, 100, first)
    first.die("kill")
    world.offset -= YEAR
    world.advance(30.0)
    second = launch(world)
    play(world, 100, second)
    second.quit()

    assert ends(world) == [(230, "quit")]


def test_nine_hours_with_the_lid_closed_are_in_no_session(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    sleep(world, 9 * HOUR, game)
    play(world, 100, game)
    game.quit()

    assert ends(world) == [(100, "asleep"), (99, "quit")]


def test_rule_15_a_night_of_twenty_short_wakes_is_no_session(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    for _ in range(20):
        sleep(world, HOUR / 2, game)
        play(world, 15, game)
    game.quit()

    assert ends(world) == [(100, "asleep")]


def test_rule_15_a_handheld_that_is_played_by_its_buttons_has_its_session(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    sleep(world, HOUR, game)
    play(world, 300, game)
    game.quit()

    assert ends(world) == [(100, "asleep"), (299, "quit")]


@pytest.mark.parametrize("wrong", [-1_700_000_000.0, HOUR, -HOUR])
def test_rule_16_a_clock_that_was_wrong_at_launch_holds_for_the_first_session_only(
    world: World, wrong: float
) -> None:
    world.offset = wrong
    game = launch(world)
    play(world, 100, game)
    world.offset = 0.0
    game.focus(False)
    play(world, 100, game)
    game.focus(True)
    second = world.wall
    play(world, 100, game)
    game.quit()

    assert sorted(ends(world)) == [(100, "left"), (100, "quit")]
    starts = sorted(start["timestamp"] for start in world.server.events("session_start"))
    assert min(abs(start - second) for start in starts) < 2.0


def test_a_short_sleep_is_part_of_the_session(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    sleep(world, TIMEOUT - 10, game)
    play(world, 100, game)
    game.quit()

    assert ends(world) == [(250, "quit")]


def test_two_minutes_at_a_breakpoint_are_in_no_session(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    game.player.mark()
    world.advance(120.0)
    game.player.resume()
    play(world, 100, game)
    game.quit()

    assert ends(world) == [(100, "left"), (99, "quit")]


def test_less_than_the_timeout_at_a_breakpoint_is_part_of_the_session(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    world.advance(TIMEOUT - 2.0)
    play(world, 100, game)
    game.quit()

    assert ends(world) == [(258, "quit")]


def test_hibernation_between_two_launches_is_a_gap(world: World) -> None:
    first = launch(world)
    play(world, 100, first)
    first.die("kill")
    sleep(world, 8 * HOUR)
    second = launch(world)
    play(world, 100, second)
    second.quit()

    first_end, second_end = ends(world)
    assert 95 <= first_end[0] <= 100
    assert first_end[1] == "crashed"
    assert second_end == (100, "quit")


def test_rule_16_no_session_goes_on_across_a_start_of_the_machine(world: World) -> None:
    first = launch(world)
    play(world, 100, first)
    first.die("cut")
    world.power_cut("all", world.chance)
    second = launch(world)
    play(world, 100, second)
    second.quit()

    first_end, second_end = ends(world)
    assert 95 <= first_end[0] <= 100
    assert (first_end[1], second_end) == ("crashed", (100, "quit"))


def test_rule_17_an_untouched_game_is_in_no_session_until_it_is_touched(world: World) -> None:
    game = launch(world, idle_timeout=300.0)
    for _ in range(4):
        play(world, 299, game)
        game.touch()
    play(world, 9 * HOUR, game)
    game.touch()
    play(world, 100, game)
    game.quit()

    assert ends(world) == [(4 * 299, "left"), (100, "quit")]


def test_rule_17_who_is_back_in_time_goes_on_with_the_session(world: World) -> None:
    game = launch(world, idle_timeout=20.0)
    play(world, 50, game)
    game.touch()
    play(world, 100, game)
    game.quit()

    assert ends(world) == [(50, "left")]


@pytest.mark.parametrize(
    ("awake", "sessions"), [(4, [(169, "quit")]), (10, [(100, "left"), (10, "quit")])]
)
def test_rule_17_a_sleep_of_the_idle_timeout_is_an_absence_since_the_last_input(
    world: World, awake: int, sessions: list[tuple[float, str]]
) -> None:
    game = launch(world, idle_timeout=20.0)
    for _ in range(10):
        play(world, 10, game)
        game.touch()
    play(world, awake, game)
    sleep(world, TIMEOUT - 5.0, game)
    game.touch()
    play(world, 10, game)
    game.quit()

    assert ends(world) == sessions


def test_rule_17_who_wakes_the_machine_idle_is_back_with_the_first_input(world: World) -> None:
    game = launch(world, idle_timeout=20.0)
    play(world, 19, game)
    sleep(world, HOUR, game)
    play(world, 100, game)
    game.touch()
    play(world, 10, game)
    game.quit()

    assert ends(world) == [(19, "asleep"), (10, "quit")]


def test_rule_17_input_counts_before_anybody_asks_again(world: World) -> None:
    game = launch(world, idle_timeout=20.0)
    play(world, TIMEOUT - 1.0, game)
    world.advance(0.5)
    game.touch()
    world.advance(1.0)
    game.look()
    play(world, 10, game)
    game.quit()

    assert ends(world) == [(70, "quit")]


def test_rule_17_a_crash_of_an_idle_game_ends_at_the_last_input(world: World) -> None:
    first = launch(world, idle_timeout=300.0)
    play(world, 100, first)
    first.touch()
    play(world, 301, first)
    first.die("kill")
    world.advance(HOUR)
    second = launch(world, idle_timeout=300.0)
    play(world, 100, second)
    second.quit()

    assert ends(world) == [(100, "left"), (100, "quit")]


def test_rule_15_input_after_a_sleep_is_a_session_from_the_waking_on(world: World) -> None:
    game = launch(world)
    play(world, 100, game)
    sleep(world, HOUR, game)
    play(world, 5, game)
    game.touch()
    play(world, 20, game)
    game.quit()

    assert ends(world) == [(100, "asleep"), (24, "quit")]


@pytest.mark.skipif(os.name == "nt", reason="there is no such clock there")
def test_the_real_clocks_agree_with_the_machine() -> None:
    from exponea_game.system.clock import Clock

    clock = Clock()
    boot = time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    assert 0 <= boot - clock.boot_elapsed < 60
    assert abs(clock.read().wall - time.time()) < 60
