"""Rules 9 and 11 to 17 of sessions, with plain numbers."""

from __future__ import annotations

import pytest

from exponea_game.sessions.session import Ended, Reason, Session, Started, recover

from .moments import WALL, at, automatic, manual, open_session, play, told

# Rule 9


def test_rule_9_windows_start_and_end_nothing_in_manual_mode():
    sessions = manual()

    assert sessions.present(at(0.0)) == []
    sessions.start(WALL + 1.0, at(1.0))
    assert sessions.away(2.0, at(2.3)) == []
    assert play(sessions, 3.0, 200.0) == []


def test_rule_9_a_start_while_one_is_open_closes_it_first():
    sessions = manual()
    sessions.start(WALL, at(0.0))

    assert told(sessions.start(WALL + 7.0, at(7.0))) == [(7.0, 7.0, Reason.MANUAL), (7.0,)]


def test_rule_9_without_auto_close_a_second_start_starts_nothing():
    sessions = manual(auto_close=False)
    sessions.start(WALL, at(0.0))

    assert sessions.start(WALL + 7.0, at(7.0)) == []
    assert told(sessions.end(WALL + 9.0, at(9.0))) == [(9.0, 9.0, Reason.MANUAL)]


def test_rule_9_an_end_without_a_start_writes_nothing():
    assert manual().end(WALL, at(0.0)) == []


def test_rule_9_a_start_and_an_end_may_carry_a_time_of_the_games_own():
    sessions = manual()

    started = sessions.start(WALL - 100.0, at(5.0))
    ended = sessions.end(WALL - 50.0, at(6.0))

    assert told([*started, *ended]) == [(-100.0,), (-50.0, 50.0, Reason.MANUAL)]


def test_rule_9_an_end_before_its_start_has_no_negative_duration():
    sessions = manual()
    sessions.start(WALL, at(0.0))

    assert told(sessions.end(WALL - 10.0, at(1.0))) == [(0.0, 0.0, Reason.MANUAL)]


def test_rule_9_quitting_ends_a_manual_session():
    sessions = manual()
    sessions.start(WALL, at(0.0))

    assert told(sessions.quit(at(4.0), hold=False)) == [(4.0, 4.0, Reason.QUIT)]


def test_rule_9_a_manual_session_is_not_carried_on_by_the_next_launch():
    session = Session("run/1", WALL, 0.0, manual=True)

    assert told([recover(session, proof=9.0, gap=1.0, timeout=60.0)]) == [
        (9.0, 9.0, Reason.CRASHED)
    ]


@pytest.mark.parametrize("asleep", [100.0, 8 * 3600.0])
def test_rule_9_sleep_and_a_standstill_end_no_manual_session(asleep):
    sessions = manual()
    sessions.start(None, at(0.0))

    assert sessions.tick(at(asleep, slept=asleep)) == []
    assert sessions.tick(at(asleep + 1000.0, slept=asleep)) == []
    assert sessions.exit(at(asleep + 1001.0, slept=asleep)) == []
    (ended,) = sessions.end(None, at(asleep + 1002.0, slept=asleep))

    assert (ended.duration, ended.reason) == (asleep + 1002.0, Reason.MANUAL)


def test_rule_9_starts_and_ends_never_overlap_and_never_bear_the_same_moment():
    sessions = manual()

    told = sessions.start(WALL - 100.0, at(0.0))
    told += sessions.start(WALL - 150.0, at(1.0))  # before the one that is open
    told += sessions.start(WALL - 150.0, at(1.0))
    told += sessions.end(WALL - 500.0, at(2.0))
    told += sessions.start(WALL - 120.0, at(3.0))  # before the last end
    told += sessions.end(None, at(3.0))

    times = [t.timestamp if isinstance(t, Ended) else t.session.start for t in told]
    assert [type(t) for t in told] == [Started, Ended] * 4
    assert [f"{time:.6f}" for time in times] == sorted({f"{time:.6f}" for time in times})


@pytest.mark.parametrize("ahead", [-3600.0, 3600.0, 45.0])
def test_rule_9_a_duration_by_hand_contains_no_correction_of_the_clock(ahead):
    sessions = manual()
    sessions.start(WALL + 10.0 + ahead, at(10.0, ahead))

    (ended,) = sessions.end(None, at(13.0, ahead))

    assert ended.duration == pytest.approx(3.0)


def test_rule_9_a_manual_session_is_not_held_for_a_relaunch():
    sessions = manual()
    sessions.start(None, at(0.0))

    assert told(sessions.quit(at(4.0), hold=True)) == [(4.0, 4.0, Reason.QUIT)]


# Rule 11


def after_an_exit() -> Session:
    sessions = automatic()
    sessions.present(at(0.0))
    assert sessions.exit(at(10.0)) == []
    return sessions


@pytest.mark.parametrize("pause", [0.1, 30.0, 59.9])
def test_rule_11_a_second_loop_or_a_window_in_time_goes_on_with_the_session(pause):
    sessions = after_an_exit()

    assert play(sessions, 10.0 + pause, 100.0) == []

    assert told(sessions.quit(at(100.0))) == [(100.0, 100.0, Reason.QUIT)]


def test_rule_11_a_second_loop_that_comes_too_late_is_another_session():
    sessions = after_an_exit()

    assert told(sessions.present(at(70.0))) == [(10.0, 10.0, Reason.QUIT), (70.0,)]


def test_rule_11_the_timeout_writes_the_quit_at_the_exit():
    sessions = after_an_exit()

    assert sessions.tick(at(69.9)) == []
    assert told(sessions.tick(at(70.0))) == [(10.0, 10.0, Reason.QUIT)]


def test_rule_11_stop_and_atexit_write_the_quit_at_the_exit():
    sessions = after_an_exit()

    assert told(sessions.quit(at(12.0))) == [(10.0, 10.0, Reason.QUIT)]
    assert sessions.quit(at(12.1)) == []


def test_rule_11_what_is_tracked_after_the_exit_lies_inside_the_session():
    sessions = after_an_exit()

    assert sessions.event(at(11.5)) == []
    assert sessions.event(at(12.5)) == []

    assert told(sessions.quit(at(13.0))) == [(12.5, 12.5, Reason.QUIT)]


def test_rule_11_events_after_the_exit_hold_the_session_open_no_longer_than_the_timeout():
    sessions = after_an_exit()
    transitions = [t for second in range(11, 400) for t in sessions.event(at(float(second)))]

    assert told(transitions) == [(69.0, 69.0, Reason.QUIT)]


def test_rule_11_an_exit_while_away_is_a_quit_at_the_moment_of_leaving():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.away(5.0, at(5.3))
    sessions.exit(at(10.0))
    sessions.event(at(11.0))

    assert told(sessions.tick(at(65.0))) == [(5.0, 5.0, Reason.QUIT)]


def test_rule_11_a_return_forgets_the_exit():
    sessions = after_an_exit()
    sessions.present(at(11.0))
    sessions.away(20.0, at(20.3))
    sessions.event(at(21.0))

    assert told(sessions.tick(at(80.0))) == [(20.0, 20.0, Reason.LEFT)]


def test_rule_11_all_ways_of_ending_together_end_once():
    sessions = automatic()
    sessions.present(at(0.0))

    ends = [t for n in range(4) for t in sessions.quit(at(5.0 + n), hold=False)]

    assert told(ends) == [(5.0, 5.0, Reason.QUIT)]


def test_rule_11_ends_that_are_held_keep_the_first_moment():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.quit(at(5.0), hold=True)
    sessions.quit(at(9.0), hold=True)

    assert told(sessions.tick(at(65.0))) == [(5.0, 5.0, Reason.QUIT)]


# Rule 13


def test_rule_13_an_error_ends_the_session_at_once():
    sessions = automatic()
    sessions.present(at(0.0))

    assert told(sessions.quit(at(7.0), reason=Reason.ERROR)) == [(7.0, 7.0, Reason.ERROR)]
    assert sessions.quit(at(7.1)) == []


def test_rule_13_an_error_after_the_loop_ends_the_session_where_it_was_last_used():
    sessions = after_an_exit()
    sessions.event(at(11.0))

    assert told(sessions.quit(at(11.0), reason=Reason.ERROR)) == [(11.0, 11.0, Reason.ERROR)]


def test_rule_13_a_status_that_was_seen_is_part_of_the_quit():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.exit(at(5.0), status=3)

    (ended,) = sessions.quit(at(5.1))

    assert (ended.reason, ended.session.exit_status) == (Reason.QUIT, 3)


def test_rule_13_a_status_that_was_caught_is_forgotten_with_the_next_loop():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.exit(at(5.0), status=3)
    sessions.present(at(6.0))

    (ended,) = sessions.quit(at(9.0))

    assert ended.session.exit_status is None


def test_rule_13_a_status_goes_with_a_quit_alone():
    failed, parted, crashed = automatic(), automatic(), automatic()
    for sessions in (failed, parted):
        sessions.present(at(0.0))
        sessions.exit(at(5.0), status=3)
    dead = Session("dead/1", WALL, 0.0, away_since=1.0, reason=Reason.CRASHED)
    crashed.carry_on(dead, at(2.0))
    crashed.exit(at(5.0), status=3)

    ends = [
        *failed.quit(at(5.1), reason=Reason.ERROR),
        *parted.part(at(5.1))[0],
        *crashed.quit(at(5.1)),
    ]

    assert [(end.reason, end.session.exit_status) for end in ends] == [
        (Reason.ERROR, None),
        (Reason.IDENTITY, None),
        (Reason.CRASHED, None),
    ]


# Rule 14


def test_rule_14_each_session_has_an_id_of_its_own():
    sessions = automatic()
    ids = set()
    for moment in (0.0, 100.0, 200.0):
        sessions.present(at(moment))
        ids.add(open_session(sessions).id)

    assert ids == {"run-1", "run-2", "run-3"}


def test_rule_14_a_relaunch_keeps_the_id_and_is_counted():
    left = Session("run/1", WALL, 0.0, id="abc-1", resumed=1)

    carried = recover(left, proof=9.0, gap=1.0, timeout=60.0)

    assert isinstance(carried, Session)
    assert (carried.id, carried.resumed) == ("abc-1", 2)


def test_rule_14_a_relaunch_after_a_held_quit_is_counted_too():
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.quit(at(5.0), hold=True)

    carried = recover(open_session(sessions), proof=5.0, gap=1.0, timeout=60.0)

    assert isinstance(carried, Session)
    assert (carried.id, carried.resumed) == (open_session(sessions).id, 1)


# Rule 15


def fallen_asleep():
    """A session of thirty seconds, then eight hours with the lid closed; nobody has looked yet."""
    sessions = automatic()
    play(sessions, 0.0, 30.0)
    return sessions


ASLEEP = 28_800.0
WAKING = 30.0 + ASLEEP


def test_rule_15_after_a_sleep_the_focus_alone_starts_nothing():
    sessions = fallen_asleep()

    assert told(play(sessions, WAKING, WAKING + 59.0, ASLEEP)) == [(30.0, 30.0, Reason.ASLEEP)]
    assert sessions.open is None


def test_rule_15_a_minute_awake_is_a_session_from_the_waking_on():
    sessions = fallen_asleep()

    transitions = play(sessions, WAKING, WAKING + 60.0, ASLEEP)

    assert told(transitions) == [(30.0, 30.0, Reason.ASLEEP), (WAKING,)]


def test_rule_15_the_first_input_starts_a_session_from_the_waking_on():
    sessions = fallen_asleep()
    play(sessions, WAKING, WAKING + 5.0, ASLEEP)

    transitions = sessions.input(WAKING + 5.5, at(WAKING + 6.0, slept=ASLEEP))

    assert told(transitions) == [(WAKING,)]


def test_rule_15_input_from_before_the_sleep_is_no_player():
    sessions = fallen_asleep()
    play(sessions, WAKING, WAKING + 5.0, ASLEEP)

    assert sessions.input(29.0, at(WAKING + 6.0, slept=ASLEEP)) == []


def test_rule_15_the_first_event_lies_inside_the_session_it_starts():
    sessions = fallen_asleep()
    moment = at(WAKING + 0.4, slept=ASLEEP)

    transitions = sessions.event(moment)

    assert told(transitions) == [(30.0, 30.0, Reason.ASLEEP), (WAKING + 0.4,)]
    assert open_session(sessions).since <= moment.elapsed


def test_rule_15_a_focus_that_comes_starts_a_session():
    sessions = fallen_asleep()
    sessions.present(at(WAKING, slept=ASLEEP))
    sessions.away(WAKING + 1.0, at(WAKING + 1.3, slept=ASLEEP))

    transitions = sessions.present(at(WAKING + 5.0, slept=ASLEEP))

    assert told(transitions) == [(WAKING + 5.0,)]


def test_rule_15_twenty_wakes_of_a_quarter_minute_are_no_session():
    sessions = fallen_asleep()
    transitions, slept, moment = [], 0.0, 30.0
    for _ in range(20):
        slept, moment = slept + 1800.0, moment + 1800.0
        transitions += play(sessions, moment, moment + 15.0, slept)
        moment += 15.0

    assert told(transitions) == [(30.0, 30.0, Reason.ASLEEP)]


def test_rule_15_a_minute_of_waking_is_counted_anew_after_each_nap():
    sessions = fallen_asleep()
    transitions, slept, moment = [], ASLEEP, WAKING
    for _ in range(10):
        transitions += play(sessions, moment, moment + 15.0, slept)
        slept, moment = slept + 20.0, moment + 35.0

    assert told(transitions) == [(30.0, 30.0, Reason.ASLEEP)]


def test_rule_15_an_event_of_a_game_that_nobody_looks_at_is_no_player():
    sessions = automatic()
    play(sessions, 0.0, 30.0)
    sessions.away(30.0, at(30.3))
    sessions.tick(at(WAKING, slept=ASLEEP))

    assert sessions.event(at(WAKING + 1.0, slept=ASLEEP)) == []
    assert sessions.open is None


def test_rule_15_another_player_after_the_waking_gets_no_moment_of_the_former_one():
    sessions = fallen_asleep()
    play(sessions, WAKING, WAKING + 5.0, ASLEEP)
    sessions.part(at(WAKING + 6.0, slept=ASLEEP))

    sessions.input(WAKING + 7.0, at(WAKING + 7.0, slept=ASLEEP))

    assert open_session(sessions).since == pytest.approx(WAKING + 6.0, abs=1e-5)


# Rule 16: the recorder's part is in run/test_recorder.py, the boot's in recovery/test_runs.py


@pytest.mark.parametrize("ahead", [-3600.0, 3600.0])
def test_rule_16_within_a_session_a_clock_that_is_set_moves_nothing(ahead):
    sessions = automatic()
    sessions.present(at(0.0))
    sessions.present(at(10.0, ahead))

    assert told(sessions.quit(at(20.0, ahead))) == [(20.0, 20.0, Reason.QUIT)]


# Rule 17: when a player is idle, windows/test_presence.py has


def test_rule_17_a_player_who_was_idle_has_been_away_since_the_last_input():
    sessions = automatic()
    play(sessions, 0.0, 329.0)

    assert told(sessions.away(30.0, at(330.0))) == [(30.0, 30.0, Reason.LEFT)]
    assert told(sessions.present(at(400.0))) == [(400.0,)]


def test_rule_17_who_was_idle_and_is_back_in_time_goes_on_with_the_session():
    sessions = automatic()
    play(sessions, 0.0, 20.0)

    assert sessions.away(0.0, at(60.2), returning=59.5) == []
    assert sessions.present(at(61.0), 59.5) == []
    assert open_session(sessions).away_since is None


def test_rule_17_who_was_idle_and_is_back_too_late_has_another_session():
    sessions = automatic()
    play(sessions, 0.0, 20.0)

    assert told(sessions.away(0.0, at(60.4), returning=60.0)) == [(0.0, 0.0, Reason.LEFT)]
    assert told(sessions.present(at(61.0), 60.0)) == [(60.0,)]
