"""Files of strangers where the library has its own: nothing of theirs is followed or removed."""

from __future__ import annotations

import os
import sys

import pytest
from support.homes import PROJECT
from support.homes import launch as play

from exponea_game import Tracker
from exponea_game.delivery.receipts import SENT
from exponea_game.player.consent import DECISION
from exponea_game.player.identity import IDENTITY

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither links nor pipes")


@pytest.fixture
def precious(tmp_path):
    """A stranger's folder, with files in it."""
    folder = tmp_path / "precious"
    folder.mkdir()
    for name in ("photo.jpg", "letter.txt", "00000001.jsonl", "acked.json"):
        (folder / name).write_text("precious")
    return folder


def untouched(folder):
    return {path.name: path.read_text() for path in folder.iterdir()} == dict.fromkeys(
        ("photo.jpg", "letter.txt", "00000001.jsonl", "acked.json"), "precious"
    )


@posix
@pytest.mark.parametrize("wipe", [False, True])
def test_a_link_among_the_runs_is_nobodys_run(tmp_path, precious, wipe):
    runs = tmp_path / "home" / "runs"
    runs.mkdir(parents=True)
    (runs / "000001-aaaaaa").symlink_to(precious)

    play(tmp_path / "home", wipe=wipe)

    assert untouched(precious)
    assert (runs / "000001-aaaaaa").is_symlink()


def test_of_a_run_that_is_over_only_the_librarys_own_files_are_removed(tmp_path):
    run = tmp_path / "home" / "runs" / "000001-aaaaaa"
    run.mkdir(parents=True)
    for name in ("notes.txt", "1.jsonl", "acked.json.backup"):
        (run / name).write_text("precious")
    (run / "00000001.jsonl").write_text("damage\n")

    play(tmp_path / "home")

    assert {path.name for path in run.iterdir()} == {"notes.txt", "1.jsonl", "acked.json.backup"}


def test_a_wipe_removes_nothing_that_only_begins_like_a_file_of_ours(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    names = ("identity.key", "sent.mbox", "rejected.txt", "save.dat", "identity.json.backup")
    for name in names:
        (home / name).write_text("precious")

    play(home, wipe=True)

    assert {name: (home / name).read_text() for name in names} == dict.fromkeys(names, "precious")


@posix
@pytest.mark.parametrize("name", [IDENTITY, DECISION, SENT, "rejected.jsonl", "home.lock"])
def test_no_link_in_the_home_is_followed(tmp_path, name):
    home, victim = tmp_path / "home", tmp_path / "victim"
    home.mkdir()
    victim.write_text("precious")
    (home / name).symlink_to(victim)

    played = play(home)

    assert victim.read_text() == "precious"
    assert "played" in played


@posix
def test_a_link_in_the_place_of_a_cursor_is_not_followed(tmp_path):
    home, victim = tmp_path / "home", tmp_path / "victim"
    victim.write_text("precious")
    tracker = Tracker(home=home, **PROJECT)
    tracker.track_event("left")
    tracker.stop()
    (run,) = (path for path in (home / "runs").iterdir() if path.is_dir())
    (run / "acked.json").unlink()
    (run / "acked.json").symlink_to(victim)

    played = play(home)

    assert victim.read_text() == "precious"
    assert ("left" in played, "played" in played) == (True, True)


@posix
@pytest.mark.parametrize("name", [IDENTITY, DECISION, SENT, "home.lock"])
def test_a_pipe_in_the_home_keeps_nobody_waiting(tmp_path, name):
    home = tmp_path / "home"
    home.mkdir()
    os.mkfifo(home / name)

    assert "played" in play(home)
