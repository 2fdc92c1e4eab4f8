from __future__ import annotations

import threading
import uuid

import pytest

from exponea_game.player.identity import IDENTITY, IDENTITY_SIZE, Identity, IdentityFile
from exponea_game.system.disk import Disk
from exponea_game.system.two_slot_file import TwoSlotFile


def kept(home, value):
    slots = TwoSlotFile(home / IDENTITY, IDENTITY_SIZE, Disk())
    slots.write(value)
    slots.close()
    return IdentityFile(home, Disk()).load(5.0)


def test_a_new_player_has_a_random_cookie_and_device_id():
    first, second = Identity.new(1.23456789), Identity.new(2.0)

    assert len({first.cookie, first.device_id, second.cookie, second.device_id}) == 4
    assert uuid.UUID(first.cookie).version == uuid.UUID(first.device_id).version == 4
    assert (first.born, first.customer_ids, first.installed) == (1.234568, {}, False)


def test_ids_merge_and_the_later_one_wins():
    player = Identity.new(0.0).named({"registered": "a", "steam": "1"}).named({"registered": "b"})

    assert player.ids == {"cookie": player.cookie, "registered": "b", "steam": "1"}


def test_an_anonymous_player_shares_the_installation_alone():
    player = Identity("c", "d", 1.0, {"registered": "a"}, installed=True)

    other = player.anonymous(7.0)

    assert other == Identity(other.cookie, "d", 7.0)
    assert other.cookie != "c"


def test_a_player_is_met_again(tmp_path):
    player = Identity.new(1.0).named({"registered": "é"})
    file = IdentityFile(tmp_path, Disk())
    file.save(player)
    file.sync()
    file.close()

    assert IdentityFile(tmp_path, Disk()).load(9.0) == player


@pytest.mark.parametrize("slot", [0, 1])
def test_damage_to_one_slot_changes_nothing(tmp_path, slot):
    player = Identity.new(1.0)
    file = IdentityFile(tmp_path, Disk())
    file.save(player)
    file.sync()
    file.close()
    data = bytearray((tmp_path / IDENTITY).read_bytes())
    data[slot * IDENTITY_SIZE + 100] ^= 0xFF
    (tmp_path / IDENTITY).write_bytes(data)

    assert IdentityFile(tmp_path, Disk()).load(9.0) == player


def test_what_another_version_wrote_beside_it_is_passed_over(tmp_path):
    player = kept(tmp_path, {"cookie": "c", "device_id": "d", "born": 1.0, "nickname": "x"})

    assert player == Identity("c", "d", 1.0)


@pytest.mark.parametrize("value", [None, 3, [], {"cookie": "c"}])
def test_what_is_no_identity_makes_a_new_player(tmp_path, value):
    assert kept(tmp_path, value).born == 5.0


@pytest.mark.parametrize("failed", [False, True])
def test_a_caller_does_not_wait_for_a_thread_that_writes(tmp_path, failed):
    """It writes the other slot; after a sync that failed, both once more."""

    class SlowDisk(Disk):
        """Writes on the keeper's thread when it is let go."""

        asked, free, syncs = threading.Event(), threading.Event(), True

        def write_at(self, *arguments):
            if threading.current_thread() is keeper:
                self.asked.set()
                self.free.wait(10)
            super().write_at(*arguments)

        def sync(self, descriptor):
            if not self.syncs:
                raise OSError("Input/output error")
            super().sync(descriptor)

    disk = SlowDisk()
    file = IdentityFile(tmp_path, disk)
    keeper = threading.Thread(target=file.sync)
    first = file.load(1.0)
    file.save(first)
    if failed:
        disk.syncs = False
        with pytest.raises(OSError, match="Input/output"):
            file.sync()
        disk.syncs = True
    keeper.start()
    assert disk.asked.wait(10)
    answers = []
    caller = threading.Thread(
        target=lambda: answers.append(file.save(first.named({"registered": "ada"})))
    )

    caller.start()
    caller.join(5)

    assert answers == [False]
    disk.free.set()
    keeper.join(10)
    assert file.save(first.named({"registered": "ada"}))
    assert IdentityFile(tmp_path, Disk()).load(1.0).customer_ids == {"registered": "ada"}
