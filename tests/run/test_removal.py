"""What a player's decision removes goes in no frame, and at the next launch if the game dies."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from support.desktop import wait_until
from support.fakes import event_type, journaled_types

from exponea_game import Tracker
from exponea_game.player.consent import Decision, Wish, keep, load
from exponea_game.system.disk import Disk
from exponea_game.testing import FakeWindow

PROJECT = {"project_token": "abc", "authorization": "Token key", "environment": "test"}
pytestmark = pytest.mark.usefixtures("nothing_set")
CHANGES = (
    *("make_folder", "create", "open", "write_at", "sync", "sync_folder"),
    *("rename", "remove", "remove_folder", "lock"),
)
"""What asks a disk for more than to look, but for the one write of an event."""


@pytest.fixture
def make(tmp_path, server):
    made = []

    def make(**settings):
        settings = {"home": tmp_path, "flush_mode": "manual", **PROJECT, **settings}
        made.append(Tracker(**settings))
        return made[-1]

    yield make
    for tracker in made:
        tracker.stop()


@pytest.fixture
def in_frames(monkeypatch):
    """What the disk is asked for on the game's thread."""
    asked: list[str] = []

    def watch(name):
        real = getattr(Disk, name)

        def watched(self, *arguments, **keywords):
            if threading.current_thread() is threading.main_thread():
                asked.append(name)
            return real(self, *arguments, **keywords)

        monkeypatch.setattr(Disk, name, watched)

    for name in CHANGES:
        watch(name)
    return asked


@pytest.fixture
def stuck(monkeypatch):
    """A disk that removes nothing while this is not set; it is set at the end."""
    free, real = threading.Event(), Disk.remove

    def remove(self, path):
        free.wait(10)
        real(self, path)

    monkeypatch.setattr(Disk, "remove", remove)
    yield free
    free.set()


def delivered(server):
    return [event_type(command) for request in server.requests for command in request]


def naming(home, player):
    """The names of the files in which a player stands; any may go while it is looked for."""
    found = set()
    for folder, _, names in os.walk(home):  # passes over a folder that is gone
        for name in names:
            with suppress(OSError):
                found |= {name} if player in Path(folder, name).read_bytes() else set()
    return found


def forget(tracker):
    tracker.forget_me()


def refuse(tracker):
    tracker.set_consent("denied")


@pytest.mark.parametrize("decide", [forget, refuse])
def test_nothing_is_removed_in_a_frame(make, tmp_path, in_frames, decide):
    tracker = make()
    tracker.attach(FakeWindow())
    tracker.identify_customer({"registered": "ada@b.c"})
    assert tracker.flush(10.0)
    tracker.track_event("jump")
    in_frames.clear()

    decide(tracker)

    assert in_frames == []
    wait_until(lambda: not naming(tmp_path, b'"jump"'), "the run is removed")
    wish = {"consent.json", "00000001.jsonl"}
    wait_until(lambda: naming(tmp_path, b"ada@b.c") <= wish, "all else is removed")


def test_a_run_gets_its_first_file_in_no_frame(make, tmp_path, in_frames):
    tracker = make(consent="pending")
    tracker.track_event("early")
    in_frames.clear()

    tracker.set_consent("granted")
    tracker.track_event("late")

    assert in_frames == []
    wait_until(lambda: "late" in journaled_types(tmp_path), "what waited is written")


@pytest.mark.parametrize("decide", [forget, refuse])
def test_nothing_is_sent_once_the_player_has_said_so(make, server, stuck, decide):
    tracker = make()
    tracker.track_event("jump")

    decide(tracker)
    tracker.flush(0.1)

    assert "jump" not in delivered(server)


@pytest.mark.parametrize("decide", [forget, refuse])
def test_what_comes_while_it_is_removed_waits_in_memory(make, tmp_path, server, stuck, decide):
    tracker = make()
    tracker.track_event("jump")
    cookie = tracker.customer_cookie()
    decide(tracker)
    tracker.set_consent("granted")

    tracker.track_event("after")
    trouble = tracker.flush(0.1).trouble

    assert "being removed" in trouble
    assert tracker.customer_cookie() != cookie
    stuck.set()
    assert tracker.flush(10.0).left == 0
    assert "after" in delivered(server)
    assert "jump" not in delivered(server)
    assert load(tmp_path, Disk()).consent == "granted"


def test_a_game_that_ends_meanwhile_keeps_what_came_since(make, tmp_path, server):
    tracker = make()
    tracker.track_event("jump")
    tracker.forget_me()
    tracker.track_event("after")
    tracker.stop()

    assert make().flush(10.0).left == 0

    assert {"after", "forget_me"} <= {*delivered(server)}
    assert "jump" not in delivered(server)


def killed_while_it_was_removed(home, consent):
    """A home whose player was refused or forgotten, and in which all is still there."""
    tracker = Tracker(home=home, flush_mode="manual", **PROJECT)
    tracker.identify_customer({"registered": "ada@b.c"})
    tracker.track_event("jump")
    ids = {"cookie": tracker.customer_cookie(), "registered": "ada@b.c"}
    tracker.stop()
    wish = None if consent == "denied" else Wish(ids, 1_700_000_000.5)
    keep(home, Disk(), Decision(consent, wish))


@pytest.mark.parametrize("consent", ["denied", None])
def test_what_dies_meanwhile_is_removed_at_the_next_launch(make, tmp_path, server, consent):
    killed_while_it_was_removed(tmp_path, consent)

    tracker = make()
    tracker.track_event("after")
    tracker.flush(10.0)

    assert "jump" not in delivered(server)
    wait_until(lambda: "identity.json" not in naming(tmp_path, b"ada@b.c"), "all is removed")
    if consent is None:
        assert {"after", "forget_me"} <= {*delivered(server)}
        tracker.track_event("kept")
        tracker.stop()
        assert make().flush(10.0)  # what came since is no longer the forgotten player's
        assert "kept" in delivered(server)
