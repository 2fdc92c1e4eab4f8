from __future__ import annotations

import threading

import pytest
from support.desktop import wait_until
from support.fakes import BrokenDisk

from exponea_game.player import decisions as decisions_module
from exponea_game.player.consent import Decision, Wish, load
from exponea_game.player.decisions import Decisions
from exponea_game.system.disk import Disk

WISH = Wish({"cookie": "c", "registered": "ada"}, 1_700_000_000.5)


class SlowDisk(Disk):
    """A disk that answers nothing until it is let go."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.asked: list[str] = []

    def wait(self, operation):
        self.asked.append(threading.current_thread().name)
        self.free.wait(10)
        return operation

    def write_at(self, descriptor, offset, data):
        self.wait(super().write_at)(descriptor, offset, data)

    def sync(self, descriptor):
        self.wait(super().sync)(descriptor)

    def make_folder(self, folder):
        self.wait(super().make_folder)(folder)


@pytest.fixture(autouse=True)
def undecided(monkeypatch):
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)


def test_on_a_disk_that_stalls_a_decision_holds_at_once_and_is_kept_later(tmp_path, monkeypatch):
    monkeypatch.setattr(decisions_module, "PATIENCE", 0.0)
    disk = SlowDisk()
    decisions = Decisions(disk)

    decisions.keep(tmp_path, Decision("denied"))

    assert decisions.consent(tmp_path, "granted") == "denied"
    assert load(tmp_path, disk) == Decision()
    disk.free.set()
    wait_until(lambda: load(tmp_path, disk) == Decision("denied"), "the decision is kept")
    decisions.finish(10.0)
    assert set(disk.asked) == {"exponea_game decisions"}


def test_the_last_of_several_decisions_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(decisions_module, "PATIENCE", 0.0)
    disk = SlowDisk()
    decisions = Decisions(disk)
    for consent in ("granted", "denied", "granted", "denied"):
        decisions.keep(tmp_path, Decision(consent))

    disk.free.set()
    decisions.finish(10.0)

    assert load(tmp_path, disk) == Decision("denied")
    assert decisions.known(tmp_path) == Decision("denied")


def test_when_a_call_has_returned_a_quick_disk_has_the_decision(tmp_path, monkeypatch):
    monkeypatch.setattr(decisions_module, "PATIENCE", 10.0)
    synced = threading.Event()
    disk = Disk()
    disk.sync = lambda _: synced.wait(10)  # a sync is not waited for
    decisions = Decisions(disk)

    decisions.keep(tmp_path, Decision("denied"))

    assert load(tmp_path, Disk()) == Decision("denied")
    assert not synced.is_set()
    synced.set()
    decisions.finish(10.0)


def test_what_the_disk_does_not_take_holds_in_this_process(tmp_path, caplog):
    disk = BrokenDisk()
    disk.broken = {"write_at"}
    decisions = Decisions(disk)

    decisions.keep(tmp_path, Decision("granted"))
    decisions.finish(10.0)

    assert decisions.consent(tmp_path, "pending") == "granted"
    assert "cannot be kept" in caplog.text


def test_a_player_who_asks_all_programs_not_to_track_is_obeyed_before_it_is_kept(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(decisions_module, "PATIENCE", 0.0)
    disk = SlowDisk()
    decisions = Decisions(disk)
    decisions.keep(tmp_path, Decision("granted"))
    monkeypatch.setenv("DO_NOT_TRACK", "1")

    assert decisions.consent(tmp_path, "granted") == "denied"
    disk.free.set()
    decisions.finish(10.0)


def test_a_wish_is_kept_until_it_has_arrived(tmp_path):
    decisions = Decisions(Disk())
    decisions.keep(tmp_path, Decision("granted", WISH))

    decisions.granted(tmp_path, {"cookie": "another"}, WISH.timestamp)
    decisions.finish(10.0)
    assert load(tmp_path, Disk()) == Decision("granted", WISH)

    decisions.granted(tmp_path, dict(WISH.customer_ids), WISH.timestamp)
    decisions.finish(10.0)
    assert load(tmp_path, Disk()) == Decision("granted")


def test_without_a_thread_the_caller_keeps_it(tmp_path, monkeypatch):
    def none(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)

    Decisions(Disk()).keep(tmp_path, Decision("denied"))

    assert load(tmp_path, Disk()) == Decision("denied")
