"""A game's tracebacks, without the frames of ours that stand between."""

from __future__ import annotations

import traceback

import pytest

from exponea_game.system.tracebacks import hide_ours, stands_between, without_ours
from exponea_game.windows import hook


@stands_between
def between(function):
    return function()


def fails():
    raise ValueError("in the game")


def fails_through_us():
    between(fails)


def names(error):
    """The functions of a traceback, outermost first."""
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)][1:]


def caught(function):
    with pytest.raises(Exception) as found:
        function()
    return found.value


def test_a_frame_that_stands_between_is_left_out_and_no_other():
    error = caught(fails_through_us)
    assert names(error) == ["fails_through_us", "between", "fails"]

    hide_ours(error)

    assert names(error)[-2:] == ["fails_through_us", "fails"]


def test_what_an_error_came_from_is_read_in_the_same_way():
    def wraps():
        try:
            fails_through_us()
        except ValueError as error:
            raise KeyError("no level") from error

    error = caught(wraps)
    hide_ours(error)

    frames = traceback.extract_tb(error.__cause__.__traceback__)
    assert [frame.name for frame in frames] == ["wraps", "fails_through_us", "fails"]


def test_an_interrupt_that_finds_us_at_work_shows_where_the_game_was():
    def at_work():
        exec(compile("raise KeyboardInterrupt", hook.__file__, "exec"), {})

    with pytest.raises(KeyboardInterrupt) as found:
        at_work()
    hide_ours(found.value)

    assert names(found.value) == ["at_work"]


def test_an_error_that_is_its_own_origin_ends():
    error = caught(fails)
    error.__cause__ = other = KeyError()
    other.__cause__ = error

    hide_ours(error)

    assert names(error)[-1] == "fails"


def test_nothing_but_our_frames_leaves_nothing():
    error = caught(lambda: between(lambda: 1 / 0))
    ours = error.__traceback__.tb_next.tb_next
    while ours.tb_frame.f_code is not between.__code__:
        ours = ours.tb_next
    ours.tb_next = None

    assert without_ours(ours) is None
    assert without_ours(None) is None
