"""Whether the player is there, as the focus and the input say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exponea_game.windows.presence import GRAB, SETTLE, Focus, Presence

HERE, ELSEWHERE, GRABBED = Focus.HERE, Focus.ELSEWHERE, Focus.GRABBED


def test_the_first_answer_is_reported_at_once():
    assert Presence().weigh(HERE, 5.0) == (True, 5.0)
    assert Presence().weigh(ELSEWHERE, 5.0) == (False, 5.0)


def test_a_state_is_affirmed_whenever_it_is_seen_again():
    presence = Presence()
    presence.weigh(HERE, 1.0)

    assert presence.weigh(HERE, 2.0) == (True, 2.0)


def test_a_change_is_reported_when_it_has_held_since_it_was_first_seen():
    presence = Presence()
    presence.weigh(HERE, 1.0)

    assert presence.weigh(ELSEWHERE, 2.0) is None
    assert presence.settling
    assert presence.weigh(ELSEWHERE, 2.1 + SETTLE) == (False, 2.0)
    assert not presence.settling


def test_a_change_that_does_not_hold_never_was():
    presence = Presence()
    presence.weigh(HERE, 1.0)
    presence.weigh(ELSEWHERE, 2.0)

    assert presence.weigh(HERE, 2.1) == (True, 2.1)
    assert presence.weigh(ELSEWHERE, 2.2) is None
    assert presence.weigh(ELSEWHERE, 2.45) is None


def test_a_grab_that_lasts_is_an_absence_since_it_began():
    presence = Presence()
    presence.weigh(HERE, 1.0)

    assert presence.weigh(GRABBED, 10.0) == (True, 10.0)
    assert presence.weigh(GRABBED, 10.0 + GRAB - 0.1) == (True, 10.0 + GRAB - 0.1)
    assert presence.weigh(GRABBED, 10.0 + GRAB) == (False, 10.0)


def test_input_during_a_grab_shows_that_the_player_is_there():
    presence = Presence()
    presence.weigh(GRABBED, 10.0)

    presence.touch(19.0)

    assert presence.weigh(GRABBED, 20.0) == (True, 20.0)


def test_leaving_is_reported_once_with_the_moment_it_was_first_seen():
    presence = Presence()
    presence.weigh(HERE, 1.0)
    presence.weigh(ELSEWHERE, 2.0)

    assert presence.away(9.0) == 2.0
    assert presence.away(9.0) is None


def test_presence_that_has_yet_to_hold_is_a_return_since_it_was_first_seen():
    presence = Presence()
    presence.weigh(ELSEWHERE, 5.0)
    assert presence.returning is None

    presence.weigh(HERE, 10.0)
    presence.weigh(HERE, 10.2)
    assert presence.returning == 10.0

    assert presence.weigh(HERE, 10.3) == (True, 10.0)
    assert presence.returning is None


def test_presence_after_leaving_must_hold_before_it_is_reported():
    presence = Presence()
    presence.weigh(HERE, 1.0)
    presence.away(2.0)

    assert presence.weigh(HERE, 3.0) is None
    assert presence.weigh(HERE, 3.1 + SETTLE) == (True, 3.0)


# Rule 17


def idle_after(seconds: float) -> Presence:
    presence = Presence(idle_timeout=seconds)
    presence.weigh(HERE, 0.0)
    return presence


def test_rule_17_without_input_for_the_idle_timeout_the_player_left_at_the_last_one():
    presence = idle_after(300.0)
    presence.touch(10.0)

    assert presence.weigh(HERE, 309.9) == (True, 309.9)
    assert presence.weigh(HERE, 310.0) == (False, 10.0)
    assert presence.weigh(HERE, 311.0) == (False, 311.0)


def test_rule_17_a_focus_that_comes_counts_as_input():
    presence = idle_after(300.0)
    presence.weigh(ELSEWHERE, 200.0)
    presence.weigh(ELSEWHERE, 201.0)
    presence.weigh(HERE, 250.0)

    assert presence.weigh(HERE, 400.0) == (True, 250.0)
    assert presence.weigh(HERE, 550.0) == (False, 250.0)


def test_rule_17_input_is_a_return_from_when_it_came():
    presence = idle_after(300.0)
    presence.weigh(HERE, 300.0)

    presence.touch(400.0)

    assert presence.weigh(HERE, 400.1) is None
    assert presence.returning == 400.0
    assert presence.weigh(HERE, 400.0 + SETTLE) == (True, 400.0)


def test_rule_17_input_is_a_return_before_anybody_has_asked_again():
    presence = idle_after(20.0)
    presence.weigh(HERE, 20.0)

    assert presence.touch(59.5) is None
    assert presence.returning == 59.5


def test_rule_17_input_that_comes_after_the_idle_timeout_tells_of_the_absence_first():
    presence = idle_after(20.0)
    presence.touch(5.0)

    assert presence.touch(55.0) == 5.0
    assert presence.returning == 55.0
    assert presence.touch(55.1) is None
    assert presence.weigh(HERE, 56.0) == (True, 55.0)


def test_rule_17_input_in_time_tells_of_nothing():
    presence = idle_after(20.0)

    assert presence.touch(19.9) is None
    assert presence.touch(39.7) is None
    assert presence.returning is None


def test_rule_17_a_focus_that_leaves_an_idle_player_tells_of_the_last_input():
    presence = idle_after(20.0)
    presence.touch(5.0)

    assert presence.weigh(ELSEWHERE, 25.0) == (False, 5.0)


def test_rule_17_idleness_that_nobody_has_asked_for_is_told_once():
    presence = idle_after(20.0)
    presence.touch(5.0)

    assert presence.lapse(24.9) is None
    assert presence.lapse(25.0) == 5.0
    assert presence.lapse(26.0) is None
    assert presence.weigh(HERE, 27.0) == (False, 27.0)


def test_rule_17_who_is_idle_and_elsewhere_is_not_back_by_input():
    presence = idle_after(300.0)
    presence.weigh(HERE, 300.0)
    presence.weigh(ELSEWHERE, 350.0)

    assert presence.touch(400.0) is None
    assert presence.weigh(ELSEWHERE, 401.0) == (False, 401.0)


def test_rule_17_without_the_setting_nine_hours_of_a_film_are_presence():
    presence = Presence()
    presence.weigh(HERE, 0.0)

    assert presence.weigh(HERE, 9 * 3600.0) == (True, 9 * 3600.0)


def test_a_change_is_dated_at_what_first_hinted_at_it():
    presence = Presence()
    presence.weigh(HERE, 0.0)

    assert presence.weigh(ELSEWHERE, 5.0, hinted_at=4.5) == (False, 4.5)


@pytest.mark.parametrize("focus", [HERE, GRABBED])
def test_the_last_input_is_known(focus):
    presence = Presence()
    presence.weigh(focus, 0.0)
    presence.touch(3.0)

    assert presence.last_input == 3.0


def answers(*kinds: Focus) -> st.SearchStrategy[list[tuple[Focus, float]]]:
    """Answers, each with the seconds that have passed since the one before."""
    return st.lists(st.tuples(st.sampled_from(kinds), st.floats(0.0, 5.0)), min_size=1)


@given(answers(HERE, ELSEWHERE))
def test_reports_never_go_back_in_time_nor_into_the_future(answers):
    presence, now, latest = Presence(), 0.0, 0.0

    for answer, pause in answers:
        now += pause
        if verdict := presence.weigh(answer, now):
            assert latest <= verdict[1] <= now
            latest = verdict[1]


@given(answers(*Focus))
def test_what_is_asked_again_after_it_has_settled_is_what_is_reported(answers):
    presence, now = Presence(), 0.0
    for answer, pause in answers:
        now += pause
        presence.weigh(answer, now)

    presence.weigh(answers[-1][0], now + GRAB)
    verdict = presence.weigh(answers[-1][0], now + 2 * GRAB)

    assert verdict is not None
    assert verdict[0] is (answers[-1][0] is HERE)
