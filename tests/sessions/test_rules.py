"""The rules of sessions, with plain numbers; on real windows in integration/test_windows.py."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from exponea_game.sessions.session import Ended, Reason, Session, Started, recover
from exponea_game.windows.focus import ask
from exponea_game.windows.presence import Focus

from .moments import WALL, at, automatic, manual, play, told

# Rule 1


def test_rule_1_presence_starts_a_session():
    assert told(automatic().present(at(3.0))) == [(3.0,)]


def test_rule_1_presence_told_twice_starts_one_session():
    sessions = automatic()
    sessions.present(at(3.0))

    assert sessions.present(at(3.0)) == []


def test_rule_1_absence_alone_starts_nothing():
    sessions = automatic()

    assert sessions.away(0.0, at(5.0)) == []
    assert sessions.tick(at(100.0)) == []
    assert sessions.open is None


# Rule 2


@pytest.mark.parametrize(
    ("states", "focus"),
    [
        ([True], Focus.HERE),
        ([False], Focus.ELSEWHERE),
        ([False, True], Focus.HERE),
        ([False, False], Focus.ELSEWHERE),
        ([None], Focus.HERE),
        ([None, False], Focus.ELSEWHERE),
    ],
)
def test_rules_1_and_2_any_active_window_and_an_unknown_state_are_presence(states, focus):
    windows = [SimpleNamespace(_active=state) for state in states]

    assert ask(windows) is focus


# Rule 3


def test_rule_3_leaving_sends_nothing():
    sessions = automatic()
    sessions.present(at(0.0))

    assert sessions.away(10.0, at(10.3)) == []


@pytest.mark.parametrize("absence", [0.1, 30.0, 59.999])
def test_rule_3_back_within_the_timeout_is_the_same_session(absence):
    sessions = automatic()
    (started,) = sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))

    assert sessions.present(at(10.0 + absence)) == []

    assert sessions.open == started.session


def test_rule_3_a_return_clears_the_moment_of_leaving():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))
    sessions.present(at(20.0))

    assert play(sessions, 21.0, 100.0) == []
    assert told(sessions.quit(at(100.5), hold=False)) == [(100.5, 100.5, Reason.QUIT)]


def test_rule_3_a_return_counts_from_when_it_was_first_seen():
    sessions = automatic()
    (started,) = sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))

    assert sessions.tick(at(70.1), returning=69.9) == []
    assert sessions.present(at(70.2), since=69.9) == []

    assert sessions.open == started.session


def test_rule_3_an_event_during_a_return_that_has_yet_to_hold_ends_nothing():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))

    assert sessions.event(at(70.1), returning=69.9) == []


def test_rule_3_a_return_that_does_not_hold_is_none():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))
    sessions.tick(at(70.1), returning=69.9)

    assert told(sessions.away(70.15, at(70.15))) == [(10.0, 10.0, Reason.LEFT)]


def test_rule_3_a_return_that_sleep_has_swallowed_is_none():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))

    assert told(sessions.tick(at(129.9), returning=69.9)) == [(10.0, 10.0, Reason.LEFT)]


# Rule 4


@pytest.mark.parametrize("absence", [60.0, 60.001, 86400.0])
def test_rule_4_an_absence_of_the_timeout_ends_at_the_moment_of_leaving(absence):
    sessions = automatic()
    sessions.present(at(2.0))
    sessions.away(10.5, at(10.8))

    assert told(sessions.tick(at(10.5 + absence))) == [(10.5, 8.5, Reason.LEFT)]


def test_rule_4_coming_back_later_starts_anew():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))

    assert told(sessions.present(at(70.0))) == [(10.0, 10.0, Reason.LEFT), (70.0,)]


def test_rule_4_a_return_that_was_late_starts_anew_when_it_was_first_seen():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))

    ended, started = sessions.present(at(80.3), since=80.0)

    assert told([ended]) == [(10.0, 10.0, Reason.LEFT)]
    assert (started.session.since, started.session.start) == (80.0, at(80.0).wall)


def test_rule_4_a_return_that_was_seen_before_an_end_starts_after_it():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))
    sessions.end(at(20.1).wall, at(20.1))

    (started,) = sessions.present(at(20.3), since=20.0)

    assert started.session.since == pytest.approx(20.1, abs=1e-5)


def test_rule_4_an_end_is_told_once():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))
    sessions.tick(at(70.0))

    assert sessions.tick(at(71.0)) == []
    assert sessions.away(10.0, at(72.0)) == []


def test_rule_4_leaving_again_does_not_move_the_moment_of_leaving():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(10.0, at(10.3))
    sessions.away(40.0, at(40.3))

    assert told(sessions.tick(at(70.0))) == [(10.0, 10.0, Reason.LEFT)]


def test_rule_4_a_leaving_that_is_noticed_late_is_stamped_when_it_was():
    sessions = automatic()
    play(sessions, 0.0, 30.0)

    assert told(sessions.away(5.0, at(65.0))) == [(5.0, 5.0, Reason.LEFT)]


def test_rule_4_a_leaving_before_the_start_gives_no_negative_duration():
    sessions = automatic()
    sessions.present(at(10.0))
    sessions.away(3.0, at(10.1))

    assert told(sessions.tick(at(100.0))) == [(10.0, 0.0, Reason.LEFT)]


# Rule 5


def test_rule_5_quitting_ends_at_once():
    sessions = automatic()
    sessions.present(at(1.0))

    assert told(sessions.quit(at(5.25), hold=False)) == [(5.25, 4.25, Reason.QUIT)]


def test_rule_5_quitting_while_away_ends_at_the_moment_of_leaving():
    sessions = automatic()
    sessions.present(at(1.0))
    sessions.away(3.0, at(3.3))

    assert told(sessions.quit(at(9.0), hold=False)) == [(3.0, 2.0, Reason.QUIT)]


def test_rule_5_a_held_end_waits_for_the_timeout():
    sessions = automatic()
    sessions.present(at(1.0))

    assert sessions.quit(at(5.0), hold=True) == []
    assert told(sessions.tick(at(65.0))) == [(5.0, 4.0, Reason.QUIT)]


def held(away_since: float) -> Session:
    return Session("run/1", WALL, 0.0, away_since=away_since, reason=Reason.QUIT)


def test_rule_5_a_relaunch_within_the_timeout_carries_the_session_on():
    carried = recover(held(away_since=30.0), proof=30.0, gap=20.0, timeout=60.0)
    sessions = automatic()

    assert isinstance(carried, Session)
    sessions.carry_on(carried, at(0.0))
    assert sessions.present(at(0.1)) == []
    assert told(sessions.quit(at(10.0), hold=False)) == [(60.0, 60.0, Reason.QUIT)]


def test_rule_5_a_relaunch_after_the_timeout_ends_the_session_where_it_was_left():
    ended = recover(held(away_since=30.0), proof=30.0, gap=60.0, timeout=60.0)

    assert told([ended]) == [(30.0, 30.0, Reason.QUIT)]


def test_rule_5_a_session_carried_on_that_nobody_returns_to_ends_where_it_was_left():
    carried = recover(held(away_since=30.0), proof=30.0, gap=20.0, timeout=60.0)
    sessions = automatic()
    sessions.carry_on(carried, at(0.0))

    assert sessions.tick(at(39.9)) == []
    assert told(sessions.tick(at(40.0))) == [(30.0, 30.0, Reason.QUIT)]


# Rule 6


def crashed_after(proof: float, gap: float | None) -> Session | Ended:
    return recover(Session("run/1", WALL, 0.0), proof=proof, gap=gap, timeout=60.0)


@pytest.mark.parametrize("gap", [60.0, 3 * 86400.0])
def test_rule_6_a_crash_ends_at_the_last_proof_of_life(gap):
    assert told([crashed_after(proof=25.0, gap=gap)]) == [(25.0, 25.0, Reason.CRASHED)]


def test_rule_6_where_no_clock_can_tell_the_gap_the_session_ends():
    assert told([crashed_after(proof=25.0, gap=None)]) == [(25.0, 25.0, Reason.CRASHED)]


def test_rule_6_a_crash_and_a_quick_relaunch_are_one_session():
    carried = crashed_after(proof=25.0, gap=59.0)
    sessions = automatic()

    sessions.carry_on(carried, at(0.0))

    assert sessions.present(at(0.5)) == []
    assert told(sessions.quit(at(1.0), hold=False)) == [(85.0, 85.0, Reason.QUIT)]


def test_rule_6_a_crash_while_away_ends_at_the_moment_of_leaving():
    session = Session("run/1", WALL, 0.0, away_since=20.0)

    ended = recover(session, proof=25.0, gap=1000.0, timeout=60.0)

    assert told([ended]) == [(20.0, 20.0, Reason.LEFT)]


def test_rule_6_a_crash_while_away_counts_the_absence_from_the_leaving():
    session = Session("run/1", WALL, 0.0, away_since=20.0)

    assert isinstance(recover(session, 25.0, gap=54.9, timeout=60.0), Session)
    assert isinstance(recover(session, 25.0, gap=55.0, timeout=60.0), Ended)


def test_rule_6_a_session_can_be_carried_on_again_and_again():
    first = crashed_after(proof=25.0, gap=10.0)
    second_run = first._replace(away_since=None)
    second = recover(second_run, proof=5.0, gap=7.0, timeout=60.0)
    sessions = automatic()

    sessions.carry_on(second, at(0.0))
    sessions.present(at(0.0))

    assert told(sessions.quit(at(1.0), hold=False)) == [(48.0, 48.0, Reason.QUIT)]


# Rule 7


@pytest.mark.parametrize("asleep", [60.0, 8 * 3600.0])
def test_rule_7_a_long_sleep_ends_the_session_at_the_moment_of_falling_asleep(asleep):
    sessions = automatic()
    play(sessions, 0.0, 30.0)

    woken = sessions.present(at(30.0 + asleep, slept=asleep))

    assert told(woken) == [(30.0, 30.0, Reason.ASLEEP)]


def test_rule_7_a_process_that_stood_still_while_the_machine_was_awake_was_left():
    sessions = automatic()
    play(sessions, 0.0, 30.0)

    resumed = sessions.present(at(150.0))

    assert told(resumed) == [(30.0, 30.0, Reason.LEFT), (150.0,)]


def test_rule_7_a_short_sleep_is_part_of_the_session():
    sessions = automatic()
    play(sessions, 0.0, 30.0)

    assert sessions.present(at(89.9)) == []
    assert told(sessions.quit(at(90.0), hold=False)) == [(90.0, 90.0, Reason.QUIT)]


def test_rule_7_waking_without_a_player_starts_nothing():
    sessions = automatic()
    play(sessions, 0.0, 30.0)

    sessions.tick(at(1000.0))

    assert sessions.open is None
    assert told(sessions.present(at(1005.0))) == [(1005.0,)]


def test_rule_7_an_event_after_a_sleep_finds_the_session_over():
    sessions = automatic()
    play(sessions, 0.0, 30.0)

    assert sessions.deadline == 90.0


@pytest.mark.parametrize("ahead", [-86400.0, -3600.0, 3600.0, 1e7])
def test_rule_7_a_clock_that_is_set_changes_no_duration(ahead):
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.present(at(10.0, ahead))
    sessions.away(20.0, at(20.3, ahead))

    assert told(sessions.tick(at(80.0, ahead))) == [(20.0, 20.0, Reason.LEFT)]


# Rule 8


def test_rule_8_an_end_says_why():
    assert {reason.value for reason in Reason} == {
        "left", "quit", "error", "asleep", "crashed", "manual", "identity",
    }  # fmt: skip


# Rule 10


def test_rule_10_another_player_ends_the_session_and_starts_anew():
    sessions = automatic()
    sessions.present(at(0.0))

    transitions, anew = sessions.part(at(5.0))

    assert (told(transitions), anew) == ([(5.0, 5.0, Reason.IDENTITY)], True)


def test_rule_10_another_player_who_is_away_starts_nothing():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(3.0, at(3.3))

    transitions, anew = sessions.part(at(5.0))

    assert (told(transitions), anew) == ([(3.0, 3.0, Reason.IDENTITY)], False)


def test_rule_10_without_a_session_another_player_changes_nothing():
    assert automatic().part(at(5.0)) == ([], False)


def test_rule_10_a_return_that_was_seen_before_is_the_new_players_from_then_on():
    sessions = automatic()
    sessions.part(at(5.0))

    (started,) = sessions.present(at(5.2), since=4.9)

    assert started.session.since == pytest.approx(5.0, abs=1e-5)


def test_rule_10_a_manual_session_ends_and_the_game_starts_the_next_one():
    sessions = manual()
    sessions.start(WALL, at(0.0))

    transitions, anew = sessions.part(at(5.0))

    assert (told(transitions), anew) == ([(5.0, 5.0, Reason.IDENTITY)], False)


# Rule 12


def test_rule_12_two_hundred_thousand_flips_are_one_session():
    sessions = automatic()
    transitions = []

    for flip in range(200_000):
        moment = at(flip * 1e-4)
        transitions += (
            sessions.away(moment.elapsed, moment) if flip % 2 else sessions.present(moment)
        )
    transitions += sessions.quit(at(21.0), hold=False)

    started, ended = transitions
    assert isinstance(started, Started)
    assert (ended.duration, ended.reason) == (pytest.approx(19.9999), Reason.QUIT)


# Across the rules


def test_each_session_of_a_run_has_a_name_of_its_own():
    sessions = automatic()

    for moment in (0.0, 100.0, 200.0):
        sessions.present(at(moment))

    assert sessions.open is not None
    assert sessions.open.name == "run/3"


def test_a_timeout_of_another_length_holds():
    sessions = automatic(timeout=1.5)
    sessions.present(at(0.0))
    sessions.away(1.0, at(1.0))

    assert sessions.tick(at(2.4)) == []
    assert told(sessions.tick(at(2.5))) == [(1.0, 1.0, Reason.LEFT)]
