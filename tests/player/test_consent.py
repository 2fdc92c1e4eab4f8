from __future__ import annotations

import pytest
from support.fakes import BrokenDisk

from exponea_game.player.consent import (
    CHOICES,
    DECISION,
    DECISION_SIZE,
    UNREADABLE,
    Decision,
    Wish,
    decided,
    do_not_track,
    keep,
    load,
)
from exponea_game.system.disk import Disk


@pytest.fixture(autouse=True)
def undecided(monkeypatch):
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)


@pytest.mark.parametrize("choice", CHOICES)
def test_until_the_player_decides_the_setting_holds(tmp_path, choice):
    assert decided(tmp_path / "home", Disk(), choice) == choice


@pytest.mark.parametrize("choice", CHOICES)
def test_a_decision_is_kept_and_wins_over_the_setting(tmp_path, choice):
    keep(tmp_path / "home", Disk(), Decision("denied"))
    keep(tmp_path / "home", Disk(), Decision(choice))

    assert decided(tmp_path / "home", Disk(), "pending") == choice


@pytest.mark.parametrize("slot", [0, 1])
def test_damage_brings_no_older_decision_back(tmp_path, slot):
    keep(tmp_path, Disk(), Decision("granted"))
    keep(tmp_path, Disk(), Decision("denied"))

    with (tmp_path / DECISION).open("r+b") as file:
        file.seek(slot * DECISION_SIZE)
        file.write(b"damaged!" * 100)

    assert decided(tmp_path, Disk(), "granted") == "denied"


@pytest.mark.parametrize("said", ["1", "true", "yes"])
def test_do_not_track_wins_over_everything(tmp_path, said, monkeypatch):
    keep(tmp_path, Disk(), Decision("granted"))
    monkeypatch.setenv("DO_NOT_TRACK", said)

    assert decided(tmp_path, Disk(), "granted") == "denied"


@pytest.mark.parametrize("said", ["", "0", "false"])
def test_do_not_track_can_be_turned_off(said):
    assert not do_not_track({"DO_NOT_TRACK": said})


@pytest.mark.parametrize("content", [b"", b"garbage", b"\0" * 1024])
def test_a_decision_that_cannot_be_understood_is_asked_for_again(tmp_path, content):
    (tmp_path / DECISION).write_bytes(content)

    assert decided(tmp_path, Disk(), "granted") == "pending"


def test_a_wish_to_be_forgotten_is_kept_beside_the_decision(tmp_path):
    wish = Wish({"cookie": "c", "registered": "ada"}, 1_700_000_000.5)

    keep(tmp_path, Disk(), Decision(None, wish))

    assert load(tmp_path, Disk()) == Decision(None, wish)
    assert decided(tmp_path, Disk(), "granted") == "granted"


def test_a_decision_that_cannot_be_kept_is_told(tmp_path):
    disk = BrokenDisk()
    disk.broken = {"write_at"}

    with pytest.raises(OSError, match="No space"):
        keep(tmp_path, disk, Decision("denied"))


class Emptied(Disk):
    """Somebody who leaves nothing in the home removes it between its making and the first file."""

    removed = False

    def open(self, path, *, append=False):
        if not self.removed:
            self.removed = True
            path.parent.rmdir()
        return super().open(path, append=append)


def test_a_decision_is_kept_though_the_empty_home_is_removed_at_that_moment(tmp_path):
    home, disk = tmp_path / "home", Emptied()

    keep(home, disk, Decision("denied", None))

    assert disk.removed
    assert decided(home, disk, "granted") == "denied"


def test_a_decision_that_cannot_be_read_is_no_decision_and_no_refusal(tmp_path):
    keep(tmp_path, Disk(), Decision("denied"))
    disk = BrokenDisk()
    disk.broken = {"read"}

    assert decided(tmp_path, disk, "granted") == UNREADABLE
