"""A game's own tests see what the real library would do, without disk, network or waiting."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import exponea_game
from exponea_game import SettingsError, Tracker
from exponea_game.testing import FakeWindow, Playthrough, Session


@pytest.fixture
def play() -> Iterator[Playthrough]:
    with Playthrough() as play:
        yield play


def test_an_event_is_recorded_with_its_properties_and_the_line_of_the_game(play):
    exponea_game.track_event("level_failed", {"level": 3, "cause": "comet"})

    (event,) = play.assert_tracked("level_failed", {"cause": "comet"})
    assert event.properties["level"] == 3
    assert event.timestamp == pytest.approx(play.now)
    assert event.place.startswith("test_playthrough.py:")


def test_an_absence_below_the_timeout_is_part_of_the_session(play):
    exponea_game.attach(play.window)
    play.wait(10)

    play.alt_tab(seconds=59)

    play.assert_sessions("open")
    play.wait(minutes=5)
    play.assert_sessions("open")


def test_an_absence_as_long_as_the_timeout_ends_the_session_at_the_leaving(play):
    exponea_game.attach(play.window)
    play.wait(10)

    play.alt_tab(seconds=60)

    play.assert_sessions("left", "open")
    assert play.sessions[0].duration == pytest.approx(10)


def test_the_timeout_is_the_games():
    with Playthrough(session_timeout=5.0) as play:
        exponea_game.attach(play.window)

        play.alt_tab(seconds=5)

        play.assert_sessions("left", "open")


def test_a_sleeping_machine_ends_the_session_at_falling_asleep(play):
    exponea_game.attach(play.window)
    play.wait(minutes=2)

    play.sleep(minutes=10)

    assert play.sessions[0] == Session(play.sessions[0].start, pytest.approx(120), "asleep")
    play.assert_sessions("asleep", "open")


def test_a_nap_is_part_of_the_session(play):
    exponea_game.attach(play.window)

    play.sleep(seconds=59)

    play.assert_sessions("open")


def test_rule_17_nine_hours_that_nobody_touches_are_no_session():
    with Playthrough(idle_timeout=300.0) as play:
        exponea_game.attach(play.window)
        play.wait(minutes=2)
        exponea_game.note_input()
        play.wait(hours=9)

        play.assert_sessions("left")
        assert play.sessions[0].duration == pytest.approx(120, abs=1)
        exponea_game.note_input()
        play.wait(2)
        play.assert_sessions("left", "open")


def test_rule_17_input_that_no_window_sees_is_a_player():
    with Playthrough(idle_timeout=300.0) as play:
        exponea_game.note_input()
        exponea_game.attach(play.window)
        for _ in range(10):
            play.wait(minutes=4)
            exponea_game.note_input()

        play.assert_sessions("open")


def test_rule_17_without_the_setting_an_untouched_game_is_played(play):
    exponea_game.attach(play.window)
    play.wait(hours=9)

    play.assert_sessions("open")


def test_a_crash_and_a_relaunch_soon_after_carry_the_session_on(play):
    exponea_game.attach(play.window)
    play.wait(30)

    play.crash()
    play.wait(20)
    play.relaunch()
    exponea_game.attach(play.window)
    play.wait(10)
    play.quit()

    play.assert_sessions("quit")
    assert play.sessions[0].duration == pytest.approx(60)


def test_a_crash_and_a_relaunch_much_later_make_two_sessions(play):
    exponea_game.attach(play.window)
    play.wait(30)

    play.crash()
    play.wait(hours=1)
    play.relaunch()
    exponea_game.attach(FakeWindow())

    play.assert_sessions("crashed", "open")
    end = play.assert_tracked("session_end", {"recovered": True}, times=1)[0]
    assert end.properties["duration"] == pytest.approx(30, abs=end.properties["uncertainty"])


def test_nothing_is_tracked_between_a_crash_and_the_relaunch(play):
    play.crash()

    exponea_game.track_event("ghost")

    play.assert_not_tracked("ghost")


def test_what_was_tracked_before_a_crash_stays_tracked(play):
    play.go_offline()
    exponea_game.track_event("jump")

    play.crash()
    play.relaunch()
    play.go_online()
    play.wait(minutes=10)

    play.assert_tracked("jump", times=1)
    play.assert_tracked("installation", times=1)


def test_events_are_the_same_whether_sent_or_waiting(play):
    exponea_game.track_event("first")
    play.wait(5)
    play.go_offline()
    exponea_game.track_event("second")
    play.wait(5)

    assert [event.type for event in play.events] == ["installation", "first", "second"]
    assert exponea_game.flush().left == 1
    play.go_online()
    play.wait(minutes=10)
    assert exponea_game.flush().left == 0
    assert [event.type for event in play.events] == ["installation", "first", "second"]


def test_the_player_is_who_the_game_says(play):
    exponea_game.identify_customer({"registered": "ada"}, {"language": "en"})
    exponea_game.identify_customer({"registered": "ada"}, {"language": "fr", "ship": "red"})

    assert play.customer_ids["registered"] == "ada"
    assert play.customer_properties == {"language": "fr", "ship": "red"}


def test_after_a_wish_to_be_forgotten_the_player_is_somebody_new(play):
    exponea_game.attach(play.window)
    exponea_game.identify_customer({"registered": "ada"}, {"language": "en"})
    cookie = play.customer_ids["cookie"]

    exponea_game.forget_me()
    exponea_game.track_event("jump")

    assert play.customer_ids.keys() == {"cookie"}
    assert play.customer_ids["cookie"] != cookie
    assert play.customer_properties == {}


def test_windows_of_any_kind_have_the_focus_while_the_player_is_there(play):
    class Imitation:
        def dispatch_event(self, *_: object) -> None:
            pass

    exponea_game.attach(Imitation())
    imitation = Imitation()
    exponea_game.attach(imitation)

    play.alt_tab(minutes=2)

    play.assert_sessions("left", "open")


@pytest.mark.parametrize(
    ("seconds", "sessions"),
    [(59.7, ["open"]), (59.99, ["open"]), (60, ["left", "open"]), (60.3, ["left", "open"])],
)
def test_rule_3_a_return_just_in_time_is_one_though_it_has_yet_to_hold(play, seconds, sessions):
    exponea_game.attach(play.window)
    play.wait(30)

    play.alt_tab(seconds=seconds)
    play.wait(5)

    play.assert_sessions(*sessions)


def test_closing_the_last_window_ends_the_session(play):
    exponea_game.attach(play.window)
    play.wait(5)

    play.window.close()
    play.wait(59)
    play.assert_sessions("open")
    play.wait(2)

    play.assert_sessions("quit")
    assert play.sessions[0].duration == pytest.approx(5, abs=1)


def test_a_mistake_of_the_game_raises(play):
    with pytest.raises(exponea_game.EventError, match="object"):
        exponea_game.track_event("jump", {"keys": object()})


def test_a_player_who_has_not_agreed_leaves_no_trace_until_then():
    with Playthrough(consent="pending") as play:
        exponea_game.configure()
        exponea_game.track_event("jump")
        play.wait(10)

        assert play.events == []
        exponea_game.set_consent("granted")
        play.assert_tracked("jump", times=1)


def test_of_a_player_who_has_not_agreed_a_crash_leaves_nothing():
    with Playthrough(consent="pending") as play:
        exponea_game.attach(play.window)
        exponea_game.track_event("jump")
        play.wait(10)

        play.crash()

        assert play.events == []
        play.relaunch()
        exponea_game.track_event("jump again")
        exponea_game.set_consent("granted")
        play.wait(10)
        types = [event.type for event in play.events]
        assert types == ["installation", "session_start", "jump again"]


def test_a_failed_assertion_shows_what_happened(play):
    exponea_game.attach(play.window)
    play.wait(30)
    exponea_game.track_event("level_failed", {"level": 3})
    play.alt_tab(minutes=2)

    with pytest.raises(AssertionError) as failure:
        play.assert_tracked("level_complete", {"level": 3})

    told = [
        line.rpartition("test_playthrough.py")[0] or line for line in str(failure.value).split("\n")
    ]
    assert [" ".join(line.split()) for line in told] == [
        "level_complete {'level': 3} was tracked 0 times, not at least once",
        "",
        "0.000 -- the game starts",
        "0.000 installation",
        "0.000 session_start",
        "30.000 level_failed level=3",
        "30.000 -- the player leaves",
        "30.000 session_end duration=30.0 reason='left'",
        "150.000 -- the player comes back",
        "150.000 session_start",
    ]


def test_the_number_of_times_is_exact(play):
    exponea_game.track_event("jump")
    exponea_game.track_event("jump")

    play.assert_tracked("jump", times=2)
    with pytest.raises(AssertionError, match="tracked 2 times, not 1 times"):
        play.assert_tracked("jump", times=1)
    with pytest.raises(AssertionError, match="tracked 2 times, not 0 times"):
        play.assert_not_tracked("jump")


def test_wrong_sessions_are_told_with_the_right_ones(play):
    exponea_game.attach(play.window)

    with pytest.raises(AssertionError, match=r"the sessions are \('open',\), not none"):
        play.assert_sessions()


def test_time_passes_for_the_library_as_told(play):
    exponea_game.attach(play.window)

    play.wait(5, minutes=2, hours=1)
    play.quit()

    assert play.sessions[0].duration == pytest.approx(3725)


def test_neither_disk_nor_network_is_touched(play, monkeypatch, tmp_path):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(exponea_game.system.disk.os, "open", refuse)
    exponea_game.configure(home=tmp_path / "home", project_token="abc", authorization="Token x")
    exponea_game.attach(play.window)
    exponea_game.track_event("jump")
    play.wait(minutes=1)
    play.quit()
    play.relaunch()

    play.assert_tracked("jump", times=1)
    assert list(tmp_path.iterdir()) == []


def test_afterwards_the_tracker_and_the_environment_are_as_before():
    tracker, environment = exponea_game.Tracker(), dict(os.environ)
    before = dict(vars(tracker))

    with Playthrough(tracker) as play:
        tracker.configure(app_name="another")
        tracker.track_event("jump")
        play.assert_tracked("jump")

    assert vars(tracker) == before
    assert dict(os.environ) == environment


A_GAMES_TESTS = """
    import pytest
    import exponea_game

    @pytest.mark.exponea(session_timeout=5.0)
    def test_that_holds(exponea):
        exponea_game.attach(exponea.window)
        exponea.alt_tab(seconds=6)
        exponea.assert_sessions("left", "open")

    @pytest.mark.exponea(session_timout=5.0)
    def test_whose_setting_is_misspelt(exponea):
        pass

    def test_that_fails(exponea):
        exponea_game.track_event("jump", {"height": 2})
        assert exponea.events == []
"""


def test_the_plugin_gives_the_fixture_and_shows_the_timeline_of_a_failure(tmp_path: Path):
    (tmp_path / "test_game.py").write_text(textwrap.dedent(A_GAMES_TESTS))

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "--strict-markers", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert "1 failed, 1 passed, 1 error" in ended.stdout
    assert "there is no setting 'session_timout'" in ended.stdout
    _, _, section = ended.stdout.partition("- exponea_game -")
    assert "jump                 height=2" in section


def test_the_plugin_imports_nothing_until_a_test_asks_for_it():
    program = (
        "import sys, exponea_game.testing.pytest_plugin;"
        "print('exponea_game.testing.playthrough' in sys.modules)"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert ended.stdout == "False\n"


def test_a_wrong_setting_fails_the_test():
    play = Playthrough(session_timout=5.0)

    with pytest.raises(SettingsError, match="no setting 'session_timout'"):
        play.__enter__()

    assert exponea_game.api.tracker._life is play._real
    assert "EXPONEA_COLLECTOR" not in os.environ


def test_a_day_passes_in_few_steps_and_ends_on_the_second():
    with Playthrough(tracker := Tracker()) as play:
        tracker.attach(play.window)
        turns, turn = [], play._turn
        play._turn = lambda: turns.append(1) or turn()
        play.wait(hours=24)
        many = len(turns)
        play.crash()
        play.wait(hours=1)
        play.relaunch()

        ended, _ = play.sessions

    assert many < 2000
    assert ended.duration == pytest.approx(86_400, abs=6)


def test_after_a_rehearsal_the_tracker_is_as_it_was():
    tracker = Tracker()
    life, strict = tracker._life, tracker.mistakes.strict

    with Playthrough(tracker):
        assert tracker.mistakes.strict

    assert (tracker._life, tracker.mistakes.strict) == (life, strict)
