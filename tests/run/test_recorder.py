"""Rules 6 to 11 as they are written: which lines, with what will, under whose ids."""

from __future__ import annotations

import json
import threading
from itertools import pairwise

import pytest
from support.fakes import BEGAN, FakeClock

from exponea_game.errors import EventError
from exponea_game.player.identity import Identity
from exponea_game.run.recorder import Recorder
from exponea_game.sessions.session import Reason
from exponea_game.settings import Settings

DEVICE = {"os_name": "Linux", "sdk": "exponea_game"}


class Tape:
    """A journal that keeps what is appended: when, the command's data, the will."""

    def __init__(self):
        self.lock, self.lines = threading.RLock(), []

    def append(self, elapsed, command=None, will=None):
        data = command and json.loads(command)
        self.lines.append((elapsed, data and data["data"], will and json.loads(will)))

    @property
    def types(self):
        return [data.get("event_type", "customers") for _, data, _ in self.lines if data]

    def last(self, event_type):
        return [d for _, d, _ in self.lines if d and d.get("event_type") == event_type][-1]

    @property
    def will(self):
        """The will that holds."""
        told = [will for _, data, will in self.lines if will is not None]
        return told[-1] if told else None


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def tape():
    return Tape()


@pytest.fixture
def make(clock, tape):
    def make(**settings):
        player = Identity("cookie-1", "device-1", BEGAN)
        return Recorder(Settings(**settings), clock, tape, "run", player, DEVICE)

    return make


@pytest.fixture
def recorder(make):
    return make()


def test_every_event_tells_the_application_the_device_and_the_environment(recorder, tape):
    recorder.event('"jump"', {"high": 2}, '{"high":2}')

    assert tape.lines[0][1] == {
        "customer_ids": {"cookie": "cookie-1"},
        "event_type": "jump",
        "timestamp": BEGAN,
        "properties": {
            "application_id": "default-application",
            "device_id": "device-1",
            "environment": "development",
            "high": 2,
        },
    }


def test_sessions_and_the_installation_tell_the_machine_and_other_events_do_not(recorder, tape):
    recorder.installation()
    recorder.present()
    recorder.event('"jump"', None, "{}")
    recorder.quit(hold=False)

    machine = {t: DEVICE.items() <= tape.last(t)["properties"].items() for t in tape.types}
    assert machine == {
        "installation": True, "session_start": True, "jump": False, "session_end": True,
    }  # fmt: skip


def test_times_are_never_given_twice_in_a_run(recorder, tape, clock):
    for moment in (0.0, 0.0, 0.0, 1e-7, 5.0, 5.0):
        clock.now = moment
        recorder.event('"jump"', None, "{}")

    times = [data["timestamp"] for _, data, _ in tape.lines]
    assert times == sorted(set(times))
    assert times[-1] == pytest.approx(BEGAN + 5.0, abs=1e-5)


def test_a_time_of_the_callers_own_given_again_and_again_differs_by_microseconds(recorder, tape):
    for _ in range(500):
        recorder.event('"jump"', None, "{}", timestamp=1000.0)

    times = {data["timestamp"] for _, data, _ in tape.lines}
    assert len(times) == 500
    assert max(times) < 1000.001


def test_an_event_larger_than_the_service_takes_is_the_callers_mistake(recorder, tape):
    properties = {f"p{n}": "x" * 15_000 for n in range(54)}

    with pytest.raises(EventError, match="bytes as JSON; at most 800000"):
        recorder.event('"jump"', properties, json.dumps(properties))

    assert tape.lines == []


def test_rule_3_leaving_and_returning_write_no_event_but_the_will(recorder, tape, clock):
    recorder.present()
    clock.now = 10.3
    recorder.away(10.0)
    away_since = tape.will["session"]["away_since"]
    clock.now = 20.0
    recorder.present()

    assert tape.types == ["session_start"]
    assert (away_since, tape.will["session"]["away_since"]) == (10.0, None)


def test_rule_4_the_end_carries_the_moment_of_leaving_and_the_duration(recorder, tape, clock):
    recorder.present()
    clock.now = 10.5
    recorder.away(10.25)
    clock.now = 70.25
    recorder.tick()

    end = tape.last("session_end")
    assert end["timestamp"] == BEGAN + 10.25
    assert end["properties"]["duration"] == 10.25
    assert end["properties"]["reason"] == "left"
    assert tape.will == {"ended": "run/1", "start": BEGAN}


def test_rule_6_presence_proves_life_so_that_a_crash_hides_five_seconds(recorder, tape, clock):
    recorder.present()
    for second in range(60):
        clock.now = second + 0.7
        recorder.tick()

    proofs = [elapsed for elapsed, _, _ in tape.lines]
    assert max(later - former for former, later in pairwise(proofs)) <= 5.0
    assert tape.types == ["session_start"]
    assert len(proofs) < 20


def test_rule_6_nobody_there_proves_nothing(recorder, tape, clock):
    recorder.present()
    clock.now = 1.0
    recorder.away(1.0)
    written = len(tape.lines)
    clock.now = 50.0
    recorder.tick()

    assert len(tape.lines) == written


def test_rule_6_the_start_shares_its_line_with_the_will(recorder, tape):
    recorder.present()

    (_, data, will) = tape.lines[0]
    assert data["event_type"] == "session_start"
    assert will["session"]["name"] == "run/1"
    assert will["context"]["customer_ids"] == {"cookie": "cookie-1"}
    assert will["context"]["properties"] == {
        "application_id": "default-application",
        "device_id": "device-1",
        "environment": "development",
        **DEVICE,
    }


def test_rule_7_an_event_after_a_sleep_comes_after_the_end_of_the_session(recorder, tape, clock):
    recorder.present()
    clock.now = 5.0
    recorder.tick()
    clock.now = clock.slept = 1000.0
    recorder.event('"jump"', None, "{}")

    assert tape.types == ["session_start", "session_end", "session_start", "jump"]
    assert tape.last("session_end")["properties"]["reason"] == "asleep"
    assert tape.last("session_end")["timestamp"] == BEGAN + 5.0


def test_rule_7_the_first_call_after_a_sleep_finds_the_session_over(recorder, tape, clock):
    def sleep_an_hour():
        recorder.present()
        clock.now += 3600.0
        clock.slept += 3600.0

    calls = {
        "customer": lambda: recorder.customer({}, "{}"),
        "identify": lambda: recorder.identify({}, {}, "{}", None),
        "set_defaults": lambda: recorder.set_defaults({"level": 5}),
        "installation": recorder.installation,
        "wish": lambda: recorder.wish({"cookie": "c"}, 5.0),
        "become": lambda: recorder.become(Identity("cookie-2", "device-1", BEGAN), lambda _: None),
    }
    for name, call in calls.items():
        clock.now += 100.0
        recorder.tick()
        clock.now += 100.0
        recorder.tick()
        sleep_an_hour()
        ends = tape.types.count("session_end")
        call()

        assert tape.types.count("session_end") == ends + 1, name
        end = tape.last("session_end")["properties"]
        assert (end["reason"], end["duration"] < 1.0) == ("asleep", True), name
        recorder.last_input = lambda woken=clock.now: woken
        recorder.tick()


ENDS = {
    "quit": lambda recorder: recorder.quit(hold=False),
    "exit": lambda recorder: recorder.exit(),
    "error": lambda recorder: recorder.quit(hold=False, reason=Reason.ERROR),
    "away": lambda recorder: recorder.away(3645.0),
    "another player": lambda recorder: recorder.become(
        Identity("cookie-2", "device-1", BEGAN), lambda _: None
    ),
}
each_end = pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)


@each_end
def test_rule_15_input_just_before_the_end_is_a_session_since_the_waking(
    recorder, tape, clock, end
):
    recorder.present()
    clock.now, clock.slept = 3600.0, 3595.0
    recorder.tick()
    clock.now = 3645.0
    recorder.present()
    recorder.last_input = lambda: 3644.5
    clock.now = 3645.1

    end(recorder)
    clock.now = 3710.0
    recorder.quit(hold=False)

    starts = [data for _, data, _ in tape.lines if data and data["event_type"] == "session_start"]
    assert starts[1]["timestamp"] == BEGAN + 3600.0
    second_end = [d for _, d, _ in tape.lines if d and d["event_type"] == "session_end"][1]
    assert second_end["properties"]["duration"] == pytest.approx(45.1, abs=0.2)


@each_end
def test_rule_17_an_end_just_after_the_idle_timeout_is_at_the_last_input(
    recorder, tape, clock, end
):
    recorder.present()
    lapses = [3610.0]
    recorder.tick()
    clock.now = 3600.0
    recorder.present()
    clock.now = 3640.0
    recorder.tick()
    clock.now = 3645.0
    recorder.lapse = lambda _: lapses.pop() if lapses else None

    end(recorder)
    clock.now = 3710.0
    recorder.quit(hold=False)

    assert tape.types.count("session_start") == 2
    assert tape.last("session_end")["timestamp"] == BEGAN + 3610.0


def test_rule_11_what_is_tracked_after_the_exit_lies_inside_the_session(recorder, tape, clock):
    recorder.present()
    clock.now = 10.0
    recorder.exit()
    clock.now = 12.0
    recorder.event('"saved"', None, "{}")
    clock.now = 13.0
    recorder.quit(hold=False)

    end = tape.last("session_end")
    assert tape.types == ["session_start", "saved", "session_end"]
    assert end["properties"]["reason"] == "quit"
    assert tape.last("saved")["timestamp"] == pytest.approx(BEGAN + 12.0, abs=1e-4)
    assert end["timestamp"] == pytest.approx(BEGAN + 12.0, abs=1e-4)


def test_rule_11_a_loss_that_is_told_after_the_exit_moves_no_end(recorder, tape, clock):
    recorder.present()
    clock.now = 10.0
    recorder.exit()
    clock.now = 12.0
    recorder.loss({"events": 1}, '{"events":1}')
    clock.now = 13.0
    recorder.quit(hold=False)

    assert tape.types == ["session_start", "journal_overflow", "session_end"]
    assert tape.last("session_end")["timestamp"] == BEGAN + 10.0


def test_rule_15_a_loss_that_is_told_after_the_waking_is_nobody_who_has_shown(
    recorder, tape, clock
):
    recorder.present()
    clock.now, clock.slept = 3600.0, 3595.0
    recorder.tick()
    clock.now = 3610.0
    recorder.loss({"events": 1}, '{"events":1}')
    recorder.quit(hold=False)

    assert tape.types == ["session_start", "session_end", "journal_overflow"]


def test_rule_11_a_kill_after_the_exit_leaves_the_quit_in_the_will(recorder, tape, clock):
    recorder.present()
    clock.now = 10.0
    recorder.exit()

    session = tape.will["session"]
    assert (session["reason"], session["away_since"]) == ("quit", 10.0)


def test_rule_14_the_session_its_start_end_and_events_bear_one_id(recorder, tape, clock):
    recorder.event('"before"', None, "{}")
    recorder.present()
    recorder.event('"during"', None, "{}")
    recorder.quit(hold=False)
    recorder.event('"after"', None, "{}")

    ids = {data["event_type"]: data["properties"].get("session_id") for _, data, _ in tape.lines}
    assert ids["before"] is ids["after"] is None
    assert ids["session_start"] == ids["during"] == ids["session_end"] != ""


def test_rule_14_the_installation_is_an_exact_copy_in_whatever_session(recorder, tape):
    recorder.installation()
    recorder.present()
    recorder.installation()

    first, second = (d for _, d, _ in tape.lines if d["event_type"] == "installation")
    assert first == second


def test_rule_14_two_runs_give_their_sessions_other_ids(make, tape):
    for _ in range(2):
        make().present()

    starts = [data["properties"]["session_id"] for _, data, _ in tape.lines]
    assert len(set(starts)) == 2


def test_rule_15_the_first_event_after_a_sleep_lies_inside_the_session(recorder, tape, clock):
    recorder.present()
    clock.now = clock.slept = 1000.0
    recorder.event('"jump"', None, "{}")

    start, jump = tape.last("session_start"), tape.last("jump")
    assert start["timestamp"] < jump["timestamp"] < start["timestamp"] + 0.001
    assert start["properties"]["session_id"] == jump["properties"]["session_id"]


@pytest.mark.parametrize("ahead", [-1e9, -3600.0, 3600.0])
def test_rule_16_a_clock_that_was_set_is_believed_from_the_next_session_on(
    recorder, tape, clock, ahead
):
    recorder.present()
    clock.now, clock.ahead = 10.0, ahead
    recorder.event('"during"', None, "{}")
    recorder.away(20.0)
    clock.now = 100.0
    recorder.present()
    recorder.event('"after"', None, "{}")

    end = tape.last("session_end")
    assert tape.last("during")["timestamp"] == pytest.approx(BEGAN + 10.0, abs=0.001)
    assert end["timestamp"] == pytest.approx(BEGAN + 10.0, abs=0.001)
    assert tape.last("session_start")["timestamp"] == pytest.approx(
        BEGAN + ahead + 100.0, abs=0.001
    )
    assert tape.last("after")["timestamp"] > tape.last("session_start")["timestamp"]


def test_rule_16_a_clock_that_drifts_by_seconds_is_not_believed_anew(recorder, tape, clock):
    clock.ahead = 59.0
    recorder.present()

    assert tape.last("session_start")["timestamp"] == pytest.approx(BEGAN, abs=0.001)


def test_rule_16_a_manual_session_after_a_clock_was_set_bears_the_right_time(make, tape, clock):
    recorder = make(automatic_session_tracking=False)
    recorder.start(None)
    clock.now, clock.ahead = 10.0, 3600.0
    recorder.start(BEGAN + 10.0 + 3600.0)
    clock.now = 13.0
    recorder.end(None)

    assert tape.last("session_start")["timestamp"] == pytest.approx(BEGAN + 3610.0, abs=0.001)
    assert tape.last("session_end")["properties"]["duration"] == pytest.approx(3.0, abs=0.001)


def test_rule_9_manual_sessions_are_written_as_the_game_says(make, tape, clock):
    recorder = make(automatic_session_tracking=False)
    recorder.present()
    assert recorder.start(None)
    clock.now = 4.0
    assert recorder.start(None)
    clock.now = 9.0
    assert recorder.end(BEGAN + 8.0)
    assert not recorder.end(None)

    assert tape.types == ["session_start", "session_end", "session_start", "session_end"]
    assert tape.last("session_end")["properties"]["duration"] == pytest.approx(4.0, abs=1e-5)


def test_rule_9_without_auto_close_a_second_start_is_refused(make, tape):
    recorder = make(automatic_session_tracking=False, manual_session_auto_close=False)

    assert recorder.start(None)
    assert not recorder.start(None)

    assert tape.types == ["session_start"]


def test_rule_10_naming_the_player_leaves_the_session_which_ends_under_the_new_ids(recorder, tape):
    recorder.present()
    recorder.identify({"registered": "a"}, {"x": 1}, '{"x":1}', None)
    recorder.quit(hold=False)

    assert tape.types == ["session_start", "customers", "session_end"]
    assert tape.last("session_start")["customer_ids"] == {"cookie": "cookie-1"}
    assert tape.last("session_end")["customer_ids"] == {"cookie": "cookie-1", "registered": "a"}


def test_rule_10_another_player_ends_the_session_under_the_old_ids(recorder, tape):
    recorder.present()
    saved = []

    recorder.become(Identity("cookie-2", "device-1", BEGAN), saved.append)

    assert tape.types == ["session_start", "session_end", "session_start"]
    assert tape.last("session_end")["customer_ids"] == {"cookie": "cookie-1"}
    assert tape.last("session_end")["properties"]["reason"] == "identity"
    assert tape.last("session_start")["customer_ids"] == {"cookie": "cookie-2"}
    assert [identity.cookie for identity in saved] == ["cookie-2"]
    assert tape.will["context"]["customer_ids"] == {"cookie": "cookie-2"}


def test_rule_11_quitting_twice_writes_one_end(recorder, tape):
    recorder.present()
    recorder.quit(hold=False)
    recorder.quit(hold=False)

    assert tape.types == ["session_start", "session_end"]


def test_default_properties_are_part_of_all_events_and_an_events_own_win(make, tape):
    recorder = make(default_properties={"level": 1, "mode": "easy"})
    recorder.present()
    recorder.event('"jump"', {"level": 2}, '{"level":2}')

    assert tape.last("session_start")["properties"]["level"] == 1
    jump = tape.last("jump")["properties"]
    assert (jump["level"], jump["mode"]) == (2, "easy")


def test_new_default_properties_replace_the_old_and_hold_for_the_end_that_is_owed(recorder, tape):
    recorder.set_defaults({"old": 1})
    recorder.present()

    recorder.set_defaults({"level": 5})

    assert "old" not in tape.will["context"]["properties"]
    assert tape.will["context"]["properties"]["level"] == 5


@pytest.mark.parametrize("allowed", [True, False])
def test_customers_get_the_default_properties_if_the_game_lets_them(make, tape, allowed):
    recorder = make(default_properties={"level": 1}, allow_default_customer_properties=allowed)

    recorder.customer({"name": "a"}, '{"name":"a"}', 5.0)

    update = tape.lines[0][1]
    assert update["update_timestamp"] == 5.0
    assert update["properties"] == ({"level": 1, "name": "a"} if allowed else {"name": "a"})


def test_the_state_is_told_to_whoever_shows_it(recorder, clock):
    clock.now = 1.0
    assert recorder.state.start is None
    recorder.present()
    start = recorder.state.start
    clock.now = 5.0
    recorder.away(4.0)

    assert start == pytest.approx(BEGAN + 1.0, abs=1e-5)
    assert (recorder.state.timestamp, recorder.state.away_since) == (BEGAN + 5.0, BEGAN + 4.0)


def test_who_shows_the_run_is_told_where_its_session_changes(make, clock):
    recorder, told = make(), []
    recorder.changed = lambda: told.append(clock.now)

    recorder.present()
    clock.now = 10.0
    recorder.event('"jump"', None, "{}")
    recorder.tick()
    clock.now = 20.0
    recorder.away(20.0)
    clock.now = 100.0
    recorder.tick()

    assert told == [0.0, 20.0, 100.0]
