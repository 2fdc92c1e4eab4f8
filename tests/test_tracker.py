"""The public interface, as a game uses it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from contextlib import suppress
from itertools import count, permutations
from pathlib import Path

import pytest
from support.desktop import wait_until
from support.fakes import event_type, journaled, journaled_types

import exponea_game
from exponea_game import EventError, Flushed, SettingsError, Tracker
from exponea_game.recovery import opening
from exponea_game.run import disclosure, engine, permission
from exponea_game.testing import FakeWindow

PROJECT = {"project_token": "abc", "authorization": "Token key", "environment": "test"}
pytestmark = pytest.mark.usefixtures("nothing_set")


@pytest.fixture
def make(tmp_path, server, monkeypatch):
    monkeypatch.setattr(engine, "QUIT_BUDGET", 10.0)  # what is left matters here, not how soon
    made = []

    def make(**settings):
        made.append(Tracker(**{"home": tmp_path, "flush_mode": "manual", **settings}))
        return made[-1]

    yield make
    for tracker in made:
        tracker.stop()


@pytest.fixture
def tracker(make):
    return make()


@pytest.fixture
def strict(make):
    return make(strict=True)


def folders(place):
    """The names of the folders in a place."""
    return (
        {entry.name for entry in os.scandir(place) if entry.is_dir()} if place.exists() else set()
    )


def last(tmp_path):
    return journaled(tmp_path)[-1]["data"]


# Events


def test_an_event_type_of_megabytes_is_refused_by_its_length(strict):
    class Known(dict):
        def get(self, event_type):
            pytest.fail(f"a text of {len(event_type)} characters is looked up")

    strict.configure()
    strict._types = Known()

    with pytest.raises(EventError, match="event_type has 10000000 characters"):
        strict.track_event("x" * 10_000_000)


def test_when_the_call_returns_the_event_is_in_the_journal(tracker, tmp_path):
    tracker.track_event("jump", {"high": 2})

    assert journaled_types(tmp_path) == ["installation", "jump"]
    assert last(tmp_path)["properties"]["high"] == 2


def test_an_event_may_carry_a_time_of_its_own(tracker, tmp_path):
    tracker.track_event("jump", timestamp=1_600_000_000.5)

    assert last(tmp_path)["timestamp"] == 1_600_000_000.5


def test_payments_are_events_as_the_mobile_sdks_call_them(tracker, tmp_path):
    tracker.track_payment({"brutto": 4.99, "currency": "EUR"})
    tracker.track_virtual_payment("crystals", 30, "shield", "armour")

    assert journaled_types(tmp_path)[1:] == ["payment", "virtual_payment"]
    properties = last(tmp_path)["properties"]
    paid = {"currency": "crystals", "amount": 30, "item_name": "shield", "item_type": "armour"}
    assert paid.items() <= properties.items()


def test_many_kinds_of_events_are_tracked_all_the_same(tracker, tmp_path):
    for number in range(600):
        tracker.track_event(f"kind {number}")

    assert journaled_types(tmp_path)[1:] == [f"kind {number}" for number in range(600)]


def test_many_threads_lose_nothing_and_repeat_no_time(tracker, tmp_path):
    def work():
        for _ in range(200):
            tracker.track_event("jump")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    times = [c["data"]["timestamp"] for c in journaled(tmp_path) if event_type(c) == "jump"]
    assert len(times) == len(set(times)) == 800


def test_default_properties_are_copied_at_the_call(tracker, tmp_path):
    deep = [1]
    tracker.set_default_properties({"deep": deep})
    deep.append(2)
    tracker.anonymize()
    tracker.track_event("jump", {"own": True})

    assert last(tmp_path)["properties"]["deep"] == [1]


def test_default_properties_from_settings_and_a_call(make, tmp_path):
    tracker = make(default_properties={"level": 1, "mode": "easy"})
    tracker.track_event("jump", {"level": 2})
    first = last(tmp_path)["properties"]
    tracker.set_default_properties({"mode": "hard"})
    tracker.track_event("jump")

    assert (first["level"], first["mode"]) == (2, "easy")
    assert "level" not in last(tmp_path)["properties"]
    assert last(tmp_path)["properties"]["mode"] == "hard"


def test_default_properties_as_the_very_first_call_are_on_the_installation_too(make, tmp_path):
    tracker = make(default_properties={"level": 1})
    tracker.set_default_properties({"mode": "hard"})

    (installation,) = journaled(tmp_path)
    assert installation["data"]["event_type"] == "installation"
    assert installation["data"]["properties"]["mode"] == "hard"
    assert "level" not in installation["data"]["properties"]


# The player


def test_naming_the_player_adds_ids_and_updates_properties(tracker, tmp_path):
    tracker.identify_customer({"registered": "a@b.c"}, {"language": "en"}, timestamp=5.0)
    tracker.identify_customer({"steam": "7"})
    tracker.track_event("jump")

    update = journaled(tmp_path)[1]
    assert update["name"] == "customers"
    assert update["data"]["properties"] == {"language": "en"}
    assert update["data"]["update_timestamp"] == 5.0
    ids = {"cookie": tracker.customer_cookie(), "registered": "a@b.c", "steam": "7"}
    assert last(tmp_path)["customer_ids"] == ids


def test_another_player_has_another_cookie(tracker):
    first = tracker.customer_cookie()
    tracker.anonymize()

    assert tracker.customer_cookie() not in ("", first)


def test_ids_that_are_too_long_together_are_the_callers_mistake(strict):
    strict.identify_customer({"first": "x" * 3000})

    with pytest.raises(EventError, match="customer_ids are too long; together"):
        strict.identify_customer({"second": "x" * 3000})

    strict.track_event("jump")


# Mistakes

MISTAKES = [
    (lambda t: t.track_event(["a"]), "event_type is of type list"),
    (lambda t: t.track_event(None), "event_type is of type NoneType"),
    (lambda t: t.track_event(""), "event_type is empty"),
    (lambda t: t.track_event("jump", {"x": object()}), "properties['x'] is of type object"),
    (lambda t: t.track_event("jump", "high"), "properties is of type str"),
    (lambda t: t.track_event("jump", {"x": float("nan")}), "properties['x'] is not"),
    (lambda t: t.track_event("jump", None, "now"), "timestamp is of type str"),
    (lambda t: t.track_event("jump", None, 1e12), "not milliseconds"),
    (lambda t: t.track_payment({"x": object()}), "properties['x'] is of type object"),
    (lambda t: t.identify_customer({}), "customer_ids is an empty or wrong dict"),
    (lambda t: t.identify_customer({"cookie": "x"}), "customer_ids has 'cookie'"),
    (
        lambda t: t.identify_customer({"a": "b"}, {"x": object()}),
        "properties['x'] is of type object",
    ),
    (lambda t: t.set_default_properties({"x": object()}), "properties['x'] is of type object"),
    (
        lambda t: t.set_default_properties({f"p{n}": "x" * 15_000 for n in range(5)}),
        "default properties are too long",
    ),
    (lambda t: t.detach(None), "window is of type NoneType; it must be a pyglet.window.Window"),
    (lambda t: t.flush("x"), "timeout is of type str; it must be a number of seconds"),
    (lambda t: t.flush(None), "timeout is of type NoneType"),
    (lambda t: t.track_event("session_start"), "event_type is 'session_start', a name that"),
    (lambda t: t.set_default_properties({"device_id": 1}), "default properties have 'device_id'"),
    (lambda t: t.track_session_start(), "track_session_start was called, but windows"),
    (lambda t: t.track_session_end(), "track_session_end was called, but windows"),
    (lambda t: t.set_consent("maybe"), "consent is 'maybe'; it must be one of granted"),
]


@pytest.mark.parametrize(("call", "sentence"), MISTAKES)
def test_a_mistake_raises_in_strict_mode(strict, call, sentence):
    with pytest.raises(EventError) as caught:
        call(strict)

    assert sentence in str(caught.value)


@pytest.mark.parametrize(("call", "sentence"), MISTAKES)
def test_a_mistake_is_told_with_its_place_otherwise(make, caplog, call, sentence, monkeypatch):
    monkeypatch.setattr("exponea_game.system.log._logged", {})
    tracker = make()

    call(tracker)
    call(tracker)

    told = [record.message for record in caplog.records if sentence in record.message]
    assert len(told) == 1
    assert told[0].startswith("test_tracker.py:")
    assert tracker.mistakes.count == 2


def test_a_mistake_through_the_games_own_module_names_the_event_and_both_lines(tracker, caplog):
    def track(kind, **properties):
        tracker.track_event(kind, properties)

    track("level_complete", level=object())

    (message,) = [text for text in caplog.messages if "level_complete" in text]
    assert re.match(r"test_tracker\.py:\d+ \(from test_tracker\.py:\d+\): event 'level_", message)
    assert "properties['level'] is of type object" in message


def test_what_can_be_kept_of_a_mistaken_event_is_kept(tracker, tmp_path):
    tracker.track_event("jump", {"bad": object(), "good": 1}, "tomorrow")

    event = last(tmp_path)
    assert event["properties"]["good"] == 1
    assert "bad" not in event["properties"]
    assert event["timestamp"] > 1_600_000_000


def test_an_error_of_the_librarys_own_never_reaches_the_game(tracker, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError

    tracker.track_event("jump")
    for name in ("event", "customer", "set_defaults", "become"):
        monkeypatch.setattr(tracker._life.engine.recorder, name, fail)

    tracker.track_event("jump")
    tracker.set_default_properties({})
    tracker.anonymize()
    assert tracker.customer_cookie() != ""


# Sessions


def test_a_window_attached_twice_starts_one_session(tracker, tmp_path):
    window = FakeWindow()
    tracker.attach(window)
    tracker.attach(window)
    tracker.detach(window)
    tracker.stop()

    types = journaled_types(tmp_path)
    assert (types.count("session_start"), types.count("session_end")) == (1, 1)
    assert not vars(window).keys() & {"dispatch_event", "dispatch_events"}


def test_manual_sessions_are_the_games_to_start_and_end(make, tmp_path, caplog):
    tracker = make(automatic_session_tracking=False)
    tracker.attach(FakeWindow())
    tracker.track_session_end()
    tracker.track_session_start()
    tracker.track_session_end(timestamp=None)

    assert journaled_types(tmp_path)[1:] == ["session_start", "session_end"]
    assert "track_session_end was called without a session" in caplog.text


def test_manual_calls_in_automatic_mode_write_nothing(tracker, tmp_path):
    tracker.attach(FakeWindow())
    tracker.track_session_start()
    tracker.track_session_end()

    assert journaled_types(tmp_path) == ["installation", "session_start"]


# Configuring, stopping


def test_calls_before_configure_leave_once_a_project_is_known(make, server):
    tracker = make(flush_mode="immediate")
    tracker.track_event("early")
    before = len(server.requests)
    tracker.configure(**PROJECT)

    flushed = tracker.flush(10.0)

    assert before == 0
    assert flushed.left == 0
    assert flushed
    assert sum(server.types, []) == ["installation", "early"]  # noqa: RUF017 - two short lists


def test_what_holds_for_the_run_cannot_come_too_late(tracker, tmp_path, caplog):
    tracker.track_event("early")

    tracker.configure(session_timeout=5.0, home=tmp_path / "other", app_version="2")

    assert tracker._life.engine.settings.session_timeout == 60.0
    assert tracker._life.engine.settings.home == tmp_path
    for name in ("session_timeout", "home", "app_version"):
        assert f"{name} stays" in caplog.text


def test_strictly_it_raises(strict):
    strict.track_event("early")

    with pytest.raises(SettingsError, match=r"session_timeout stays 60\.0 until the next"):
        strict.configure(session_timeout=5.0)


def test_strictly_a_wrong_setting_raises_where_it_is_made():
    with pytest.raises(SettingsError, match="a private key has no place in a game"):
        Tracker(authorization="Basic abc", strict=True)


def test_otherwise_a_wrong_setting_is_told_and_the_others_hold(tmp_path, caplog):
    tracker = Tracker(authorization="Basic abc", app_name="Comet", home=tmp_path, typo=1)

    tracker.configure(session_timeout="soon", application_id="comet")
    tracker.track_event("jump")
    tracker.stop()

    assert "a private key has no place in a game" in caplog.text
    assert "there is no setting 'typo'" in caplog.text
    assert "session_timeout is 'soon'" in caplog.text
    assert '"application_id":"comet"' in next(tmp_path.rglob("*.jsonl")).read_text()


def test_a_wrong_variable_does_not_break_a_game_that_configures_nothing(
    server, tmp_path, monkeypatch, caplog
):
    monkeypatch.setenv("EXPONEA_SESSION_TIMEOUT", "long")
    monkeypatch.setattr(opening.appdirs, "user_data_dir", lambda *_, **__: str(tmp_path))
    tracker = Tracker()

    tracker.track_event("jump")
    tracker.stop()

    assert "EXPONEA_SESSION_TIMEOUT is 'long'" in caplog.text
    assert list(tmp_path.rglob("*.jsonl"))


def test_after_stop_nothing_is_tracked_until_configure(tracker, tmp_path):
    window = FakeWindow()
    tracker.attach(window)
    tracker.stop()
    tracker.track_event("unheard")
    quiet = tracker.customer_cookie(), tracker.flush(0.0)
    tracker.configure()
    tracker.track_event("heard")

    assert quiet == ("", Flushed(0, 0, "tracking is stopped: configure begins it again"))
    types = journaled_types(tmp_path)
    assert "unheard" not in types
    assert types == ["installation", "session_start", "session_end", "session_start", "heard"]


def test_stopping_twice_and_before_anything_does_no_harm(make, tmp_path):
    tracker = make()

    tracker.stop()
    tracker.stop()

    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("used", [True, False])
def test_a_wipe_leaves_nothing_of_the_player(make, tmp_path, used):
    earlier = make()
    earlier.track_event("jump")
    earlier.stop()
    tracker = make()
    if used:
        tracker.track_event("jump")

    tracker.stop(wipe=True)

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["home.lock"]


def test_after_a_stop_too_a_wipe_leaves_nothing(make, tmp_path):
    tracker = make()
    tracker.track_event("jump")
    tracker.stop()

    tracker.stop(wipe=True)
    tracker.track_event("unheard")

    assert files(tmp_path) == ["home.lock"]


def test_after_a_stop_too_a_player_can_be_forgotten(make, tmp_path):
    tracker = make(**PROJECT)
    tracker.identify_customer({"registered": "a@b.c"})
    tracker.stop()

    tracker.forget_me()
    tracker.track_event("unheard")

    left = {"home.lock", "consent.json"}
    wait_until(lambda: set(files(tmp_path)) == left, "all else is removed")
    tracker.configure()
    wish = ["installation", "forget_me"]
    wait_until(lambda: journaled_types(tmp_path) == wish, "a wish that is written")
    assert journaled(tmp_path)[-1]["data"]["customer_ids"]["registered"] == "a@b.c"


def test_a_denial_is_kept_and_costs_a_call_nothing_more(make, tmp_path, monkeypatch):
    tracker = make()
    tracker.set_consent("denied")
    tracker.track_event("jump")
    again = make()
    again.track_event("jump")
    reads = []
    decided = "exponea_game.player.consent.decided"
    monkeypatch.setattr(decided, lambda *_: reads.append(1) or "denied")

    again.track_event("jump")

    assert reads == []
    assert journaled(tmp_path) == []
    again.set_consent("granted")
    monkeypatch.undo()


# The player's decision


def files(tmp_path):
    """The names of all files; a folder may go while it is looked into."""
    return [name for *_, names in os.walk(tmp_path) for name in names]


def test_while_the_player_has_not_decided_nothing_is_written_or_sent(make, tmp_path, server):
    tracker = make(consent="pending", flush_mode="immediate", **PROJECT)
    tracker.attach(FakeWindow())
    tracker.track_event("jump")
    tracker.flush(0.1)

    assert files(tmp_path) == []
    assert server.requests == []


def test_once_the_player_agrees_what_waited_is_written_and_sent_with_its_times(
    make, tmp_path, server
):
    tracker = make(consent="pending", **PROJECT)
    tracker.track_event("early")
    cookie = tracker.customer_cookie()
    tracker.set_consent("granted")
    tracker.track_event("late")

    told = ["installation", "early", "late"]
    wait_until(lambda: journaled_types(tmp_path) == told, "what waited is written")
    assert tracker.flush(10.0)
    times = [command["data"]["timestamp"] for request in server.requests for command in request]
    assert times == sorted(times)
    tracker.stop()
    assert make().customer_cookie() == cookie


def test_once_the_player_refuses_what_waited_is_destroyed(make, tmp_path, server):
    tracker = make(**PROJECT)
    tracker.attach(FakeWindow())
    tracker.track_event("jump")

    tracker.set_consent("denied")
    tracker.track_event("unheard")

    left = {"consent.json", "home.lock"}
    wait_until(lambda: set(files(tmp_path)) == left, "all else is removed")
    assert server.requests == []


ORDERS = [*permutations(("attach", "event", "configure"))]
ORDERS += permutations(("attach", "event", "set_consent"))


def play(tracker, order, consent):
    """Make these calls, and one more event; the window is to be kept."""
    window = FakeWindow()
    calls = {
        "attach": lambda: tracker.attach(window),
        "event": lambda: tracker.track_event("early"),
        "configure": lambda: tracker.configure(consent=consent),
        "set_consent": lambda: tracker.set_consent(consent),
    }
    for name in order:
        calls[name]()
    tracker.track_event("late")
    return window


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_who_is_to_be_asked_is_waited_for_in_any_order(make, tmp_path, server, order):
    kept = ["consent.json"] if "set_consent" in order else []
    tracker = make(**PROJECT)

    window = play(tracker, order, "pending")

    wait_until(lambda: files(tmp_path) == kept, "nothing is left on the disk")
    assert tracker.flush(0.1).sent == 0
    assert server.requests == []
    tracker.set_consent("granted")
    assert tracker.flush(10.0)
    sent = [event_type(command) for request in server.requests for command in request]
    assert sorted(sent) == ["early", "installation", "late", "session_start"]
    assert len(journaled(tmp_path)) == 4
    tracker.detach(window)


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_who_has_refused_is_obeyed_in_any_order(make, tmp_path, server, order):
    tracker = make(**PROJECT)

    window = play(tracker, order, "denied")

    left = {"consent.json", "home.lock"}
    wait_until(lambda: set(files(tmp_path)) <= left, "all else is removed")
    assert not tracker.flush(0.1).sent
    assert server.requests == []
    tracker.detach(window)


@pytest.mark.parametrize("consent", ["pending", "denied"])
def test_a_strict_game_that_asks_late_is_obeyed_as_well(make, tmp_path, server, consent):
    tracker = make(strict=True, **PROJECT)

    window = play(tracker, ("attach", "event", "configure"), consent)

    wait_until(lambda: set(files(tmp_path)) <= {"home.lock"}, "nothing is left on the disk")
    assert tracker.flush(0.1).sent == 0
    assert server.requests == []
    tracker.detach(window)


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_a_game_that_quits_before_the_player_has_decided_leaves_nothing(make, tmp_path, order):
    tracker = make(**PROJECT)

    window = play(tracker, order, "pending")
    tracker.stop()

    assert journaled(tmp_path) == []
    assert set(files(tmp_path)) <= {"consent.json"}
    tracker.detach(window)


def test_what_a_player_had_allowed_is_held_on_the_disk_when_asked_anew(make, tmp_path, server):
    tracker = make(**PROJECT)
    tracker.set_consent("granted")
    tracker.track_event("early")
    written = journaled(tmp_path)

    tracker.set_consent("pending")
    tracker.track_event("late")
    flushed = tracker.flush(0.1)
    tracker.configure(consent="pending")

    assert journaled(tmp_path) == written
    assert server.requests == []
    assert "has not decided" in flushed.trouble


def test_of_what_is_sent_in_part_the_rest_is_held_on_the_disk(make, tmp_path):
    tracker = make(**PROJECT)
    window = FakeWindow()
    tracker.attach(window)
    assert tracker.flush(10.0).sent

    tracker.configure(consent="pending")
    tracker.stop()

    assert journaled_types(tmp_path) == ["installation", "session_start"]
    tracker.detach(window)


def test_between_attach_and_configure_nothing_is_sent(tmp_path, server, monkeypatch):
    monkeypatch.setattr(opening.appdirs, "user_data_dir", lambda *_, **__: str(tmp_path))
    for name, value in PROJECT.items():
        monkeypatch.setenv(f"EXPONEA_{name.upper()}", value)
    monkeypatch.setattr(permission, "CONFIGURED_WITHIN", 60.0)  # however busy the machine is
    tracker = Tracker()
    tracker.attach(FakeWindow())

    tracker.configure(consent="pending")
    tracker.flush(0.1)
    tracker.stop()

    assert server.requests == []


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A tracker that nobody has told anything, with the user's data folder in ``tmp_path``."""
    monkeypatch.setattr(opening.appdirs, "user_data_dir", lambda *_, **__: str(tmp_path))
    monkeypatch.setattr(opening.appdirs, "system", "win32")  # where that folder is not looked at
    tracker = Tracker()
    yield tracker
    tracker.stop()


def test_settings_that_come_after_a_window_hold_as_if_they_had_come_before(
    bare, tmp_path, server, caplog
):
    window = FakeWindow()
    bare.attach(window)

    bare.configure(app_name="My game", app_version="1.2", flush_mode="manual", **PROJECT)
    bare.track_event("jump")

    assert [path.name for path in tmp_path.iterdir()] == ["My game"]
    home = tmp_path / "My game" / PROJECT["environment"]
    assert journaled_types(home) == ["installation", "session_start", "jump"]
    assert journaled(home)[1]["data"]["properties"]["app_version"] == "1.2"
    assert caplog.text == ""
    bare.configure(app_name="Another game")
    assert "app_name stays 'My game'" in caplog.text
    bare.detach(window)


@pytest.mark.parametrize("said", ["an event", "a name", "defaults"])
def test_what_the_game_has_told_before_its_settings_is_kept(bare, tmp_path, server, caplog, said):
    window = FakeWindow()
    bare.attach(window)
    {
        "an event": lambda: bare.track_event("early"),
        "a name": lambda: bare.identify_customer({"registered": "ada"}),
        "defaults": lambda: bare.set_default_properties({"level": 1}),
    }[said]()
    (home,) = (path.parent for path in tmp_path.rglob("runs"))
    before = journaled(home)

    bare.configure(app_name="My game", flush_mode="manual", **PROJECT)

    assert "app_name stays" in caplog.text
    assert journaled(home)[: len(before)] == before
    bare.detach(window)


def test_a_game_that_asks_for_consent_after_its_window_has_no_file(bare, tmp_path, server):
    window = FakeWindow()
    bare.attach(window)

    bare.configure(app_name="My game", consent="pending", **PROJECT)

    wait_until(lambda: files(tmp_path) == [], "nothing is left on the disk")
    bare.set_consent("granted")
    assert bare.flush(10.0)
    sent = [event_type(command) for request in server.requests for command in request]
    assert sent == ["installation", "session_start"]
    bare.detach(window)


@pytest.mark.parametrize("refused", ["kept", "variable"])
def test_a_refusal_explains_the_silence(make, caplog, refused, monkeypatch):
    if refused == "variable":
        monkeypatch.setenv("DO_NOT_TRACK", "1")
    else:
        make().set_consent("denied")
    tracker = make()
    tracker.track_event("unheard")

    told = {"kept": "the player has refused", "variable": "the variable DO_NOT_TRACK is set"}
    told = told[refused]

    assert told in tracker.flush(0.1).trouble
    assert told in caplog.text


def test_a_player_who_asks_to_be_forgotten_is_unknown_here_and_the_service_is_told(
    make, tmp_path, server
):
    tracker = make(**PROJECT)
    tracker.identify_customer({"registered": "a@b.c"})
    tracker.track_event("jump")
    cookie = tracker.customer_cookie()
    former = folders(tmp_path / "runs")

    tracker.forget_me()

    assert tracker.customer_cookie() != cookie
    told = ["installation", "forget_me"]
    # Not looked into before: Windows removes no file that somebody reads.
    wait_until(lambda: not former & folders(tmp_path / "runs"), "the former run is gone")
    wait_until(lambda: journaled_types(tmp_path) == told, "the wish is written")
    wish = journaled(tmp_path)[-1]["data"]
    assert wish["customer_ids"] == {"cookie": cookie, "registered": "a@b.c"}
    assert tracker.flush(10.0)
    assert "jump" not in [event_type(c) for request in server.requests for c in request]


def of_the_player(tmp_path, name):
    """The files in which a player's name stands; some may go while they are looked into."""
    found = []
    for folder, _, names in os.walk(tmp_path):
        for path in (Path(folder, file) for file in names):
            with suppress(FileNotFoundError, PermissionError):
                found += [path.name] * (name in path.read_bytes())
    return found


def test_once_a_wish_to_be_forgotten_has_arrived_no_file_names_the_player(make, tmp_path):
    tracker = make(**PROJECT)
    tracker.identify_customer({"registered": "a@b.c"})
    assert tracker.flush(10.0)

    tracker.forget_me()
    assert tracker.flush(10.0)

    wait_until(lambda: "consent.json" not in of_the_player(tmp_path, b"a@b.c"), "the wish is over")
    tracker.stop()
    assert of_the_player(tmp_path, b"a@b.c") == []


def test_a_wish_to_be_forgotten_that_is_refused_is_sent_anew_at_the_next_launch(
    make, tmp_path, server
):
    tracker = make(**PROJECT)
    tracker.identify_customer({"registered": "a@b.c"})
    tracker.forget_me()
    server.answers = [{"forget_me"}]
    tracker.flush(10.0)
    tracker.stop()
    assert of_the_player(tmp_path, b"a@b.c") == ["consent.json"]
    server.requests.clear()

    again = make(**PROJECT)
    again.track_event("jump")
    assert again.flush(10.0)
    again.stop()

    assert "forget_me" in [event_type(c) for request in server.requests for c in request]
    wait_until(lambda: of_the_player(tmp_path, b"a@b.c") == [], "the wish is over")


def test_a_player_can_see_what_was_and_will_be_sent(make, server):
    tracker = make(**PROJECT)
    tracker.track_event("jump", {"high": 2})
    tracker.flush(10.0)
    tracker.track_event("fall")

    told = tracker.what_is_sent()

    assert [event_type(command) for command in told.sent] == ["installation", "jump"]
    assert [event_type(command) for command in told.waiting] == ["fall"]
    assert tracker.customer_cookie() in told.text
    assert "high (such as 2)" in told.text


def test_a_player_can_see_what_is_told_of_sessions_and_errors(make):
    tracker = make(**PROJECT)
    tracker.attach(FakeWindow())
    tracker.track_error(KeyError("anna"))
    tracker.anonymize()

    text = tracker.what_is_sent().text

    assert "error: once" in text
    assert "error_type (such as KeyError)" in text
    assert "anna" not in text
    assert "reason (such as identity)" in text


def test_of_very_many_events_that_wait_the_oldest_are_told(make, monkeypatch):
    monkeypatch.setattr(disclosure, "SHOWN", 3)
    tracker = make()
    for number in range(9):
        tracker.track_event(f"jump {number}")

    told = tracker.what_is_sent()

    waiting = [event_type(command) for command in told.waiting]
    assert waiting == ["installation", "jump 0", "jump 1"]
    assert "10 wait on this machine" in told.text


@pytest.mark.parametrize("scribble", ["{}", '{"data":[]}', '{"data":{"timestamp":"x"}}', '{"torn'])
def test_scribbles_on_what_was_sent_are_passed_over(make, tmp_path, scribble):
    tracker = make(**PROJECT)
    tracker.track_event("jump")
    tracker.flush(10.0)
    with (tmp_path / "sent.jsonl").open("a") as file:
        file.write(scribble + "\n")

    told = tracker.what_is_sent()

    assert [event_type(command) for command in told.sent] == ["installation", "jump"]


def test_what_cannot_be_read_of_what_was_sent_is_told(make, tmp_path):
    tracker = make()
    tracker.track_event("jump")
    (tmp_path / "sent.jsonl").mkdir()

    with pytest.raises(OSError, match=r"sent\.jsonl"):
        tracker.what_is_sent()


def test_a_home_that_was_named_from_a_folder_stays_when_the_game_leaves_it(
    make, tmp_path, monkeypatch
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    tracker = make(home="saves")

    monkeypatch.chdir(elsewhere)
    tracker.track_event("jump")

    assert journaled_types(tmp_path / "saves") == ["installation", "jump"]
    assert list(elsewhere.iterdir()) == []


def test_a_signals_handler_that_tracks_during_the_first_call_leaves_one_run(
    make, tmp_path, monkeypatch
):
    tracker = make()
    begin = tracker._life._begin

    def interrupted(*given):
        monkeypatch.setattr(tracker._life, "_begin", begin)
        tracker.track_event("by the handler")
        return begin(*given)

    monkeypatch.setattr(tracker._life, "_begin", interrupted)

    tracker.track_event("jump")

    assert len(list(tmp_path.glob("runs/*.lock"))) == 1
    assert journaled_types(tmp_path) == ["installation", "by the handler", "jump"]


def test_a_signals_handler_that_identifies_during_an_identify_is_not_waited_for(
    make, tmp_path, monkeypatch
):
    tracker = make()
    tracker.track_event("jump")
    file = tracker._life.engine.saver.file._file
    write, interrupted = file.write, threading.Event()

    def interrupt(value, **how):
        if threading.current_thread() is game and not interrupted.is_set():
            interrupted.set()
            tracker.identify_customer({"email": "ada@example.com"})
        return write(value, **how)

    def identify():
        names = (f"ada {number}" for number in count())
        while not interrupted.is_set():  # the keeper may write, and save in the game's place
            tracker.identify_customer({"registered": next(names)})

    monkeypatch.setattr(file, "write", interrupt)
    game = threading.Thread(target=identify, daemon=True)

    game.start()
    game.join(10.0)

    assert not game.is_alive()
    *_, inner, outer = (
        command["data"]["customer_ids"].keys()
        for command in journaled(tmp_path)
        if command["name"] == "customers"
    )
    assert "email" in inner
    assert outer == {"cookie", "email", "registered"}
    tracker.stop()
    make().track_event("at the next launch")
    assert last(tmp_path)["customer_ids"].keys() == {"cookie", "email", "registered"}


def test_a_refusal_beside_another_game_leaves_nothing_of_the_player(make, tmp_path):
    make().track_event("jump")
    tracker = make()
    tracker.identify_customer({"registered": "ada@example.com"})

    tracker.set_consent("denied")

    wait_until(lambda: not of_the_player(tmp_path, b"ada@example.com"), "files without the player")


def test_two_trackers_with_homes_of_their_own_do_not_meet(make, tmp_path):
    first, second = make(home=tmp_path / "a"), make(home=tmp_path / "b")
    first.track_event("one")
    second.track_event("two")

    assert journaled_types(tmp_path / "a") == ["installation", "one"]
    assert journaled_types(tmp_path / "b") == ["installation", "two"]
    assert first.customer_cookie() != second.customer_cookie()


def test_two_trackers_in_one_home_are_two_runs_of_one_player(make, tmp_path):
    first, second = make(), make()
    first.track_event("one")
    second.track_event("two")

    assert journaled_types(tmp_path) == ["installation", "one", "two"]
    assert first.customer_cookie() == second.customer_cookie()
    assert len(list(tmp_path.glob("runs/*.lock"))) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_tracks_in_a_run_of_its_own(make, tmp_path):
    tracker = make()
    tracker.track_event("parent")
    child = os.fork()
    if child == 0:
        tracker.track_event("child")
        os._exit(0)
    os.waitpid(child, 0)
    tracker.track_event("parent")

    assert len(list(tmp_path.glob("runs/*.lock"))) == 2
    assert sorted(journaled_types(tmp_path)) == ["child", "installation", "parent", "parent"]


PROGRAM = """
import sys
import exponea_game
exponea_game.configure(home=sys.argv[1], app_name="x")
exponea_game.track_event("jump")
"""


@pytest.mark.parametrize(
    ("ending", "status", "words"),
    [
        ("", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("raise OverflowError", 1, "OverflowError"),
        ("import atexit; atexit.register(exponea_game.track_event, 'last')", 0, ""),
    ],
)
def test_a_program_ends_as_it_would_without_us(tmp_path, ending, status, words):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + ending, str(tmp_path)], capture_output=True, text=True
    )

    assert done.returncode == status
    assert done.stderr.count("Traceback") == bool(words)
    assert words in done.stderr
    types = journaled_types(tmp_path)
    assert types[:2] == ["installation", "jump"]
    assert ("last" in types) == ("last" in ending)


def test_the_module_has_the_methods_of_one_tracker():
    methods = {name for name in dir(exponea_game.api.tracker) if not name.startswith("_")}
    functions = {n for n in exponea_game.__all__ if not n[0].isupper()}

    assert functions <= methods
    assert methods - functions == {"mistakes"}
