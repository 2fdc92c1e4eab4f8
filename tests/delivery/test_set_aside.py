from __future__ import annotations

import json

import pytest
from support.fakes import BrokenDisk, FakeClock

from exponea_game.delivery.outbox import Outbox
from exponea_game.delivery.set_aside import of_player
from exponea_game.delivery.splitting import customer, of_one_player
from exponea_game.events.commands import event
from exponea_game.journal.removal import ASIDE
from exponea_game.recovery.adoption import adopt
from exponea_game.recovery.runs import Home
from exponea_game.system.json_text import encode

ANN, BOB = {"cookie": "a"}, {"cookie": "b"}


class Launch:
    """One launch of a game; earlier ones left what they left."""

    def __init__(self, folder, limit=64 << 20):
        self.disk, self.clock = BrokenDisk(), FakeClock()
        self.home = Home(folder, self.disk)
        self.run, self.journal = self.home.begin(self.clock)
        self.outbox = Outbox(self.home, self.run, self.journal, limit)
        self.outbox.adopt(adopt(self.home, self.clock, 60.0, but=self.run.name))
        self.outbox.conclusions.write()
        self.tokens = {encode(ids).encode() for ids in (ANN, BOB)}
        self.outbox.ready = lambda marker: customer(marker) in self.tokens
        self.number = 0

    def track(self, ids, *types, properties="{}"):
        for kind in types:
            self.number += 1
            self.journal.append(
                1.0, event(encode(ids), encode(kind), float(self.number), properties)
            )

    def sign_out(self, ids):
        self.tokens.discard(encode(ids).encode())

    def set_aside_next(self):
        batch = of_one_player(self.outbox.next(50))
        marker = of_player(customer(batch.commands[0]))
        batch.apart = dict.fromkeys(range(len(batch.commands)), marker)
        self.outbox.set_aside(batch, self.clock)
        self.outbox.settle(batch, {}, 0.0)

    def deliver(self):
        arrived = []
        while (batch := self.outbox.next(50)) is not None:
            arrived += [json.loads(command)["data"]["event_type"] for command in batch.commands]
            self.outbox.settle(batch, {}, 0.0)
        return arrived

    def end(self):
        self.journal.close()
        self.run.cursor.close_run()
        self.outbox.close()


@pytest.fixture
def launch(tmp_path):
    return Launch(tmp_path)


def test_what_is_set_aside_lets_everything_else_through(launch):
    launch.track(ANN, "first", "second")
    launch.track(BOB, "third")
    launch.sign_out(ANN)

    launch.set_aside_next()

    assert launch.deliver() == ["third"]
    assert launch.outbox.waiting() == 2
    assert launch.outbox.idle()


def test_it_leaves_as_soon_as_there_is_a_token_and_its_run_goes(launch, tmp_path):
    launch.track(ANN, "first")
    launch.sign_out(ANN)
    launch.set_aside_next()
    before = launch.deliver()

    launch.tokens.add(encode(ANN).encode())

    assert (before, launch.deliver()) == ([], ["first"])
    assert list(tmp_path.glob(f"runs/*/{ASIDE}")) == []


def test_a_later_launch_asks_again_and_moves_nothing_twice(launch, tmp_path):
    launch.track(ANN, "first", "second")
    launch.sign_out(ANN)
    launch.set_aside_next()
    launch.end()
    second = Launch(tmp_path)
    second.sign_out(ANN)
    passed_over = second.deliver()
    names = second.home.names()
    second.end()

    third = Launch(tmp_path)

    assert passed_over == []
    assert len(names) == 2
    assert third.deliver() == ["first", "second"]


def test_of_one_player_there_is_one_run_a_launch(launch, tmp_path):
    launch.sign_out(ANN)
    for number in range(5):
        launch.track(ANN, f"event {number}")
        launch.set_aside_next()

    assert len(list(tmp_path.glob(f"runs/*/{ASIDE}"))) == 1
    launch.tokens.add(encode(ANN).encode())
    assert launch.deliver() == [f"event {number}" for number in range(5)]


def test_where_the_disk_keeps_nothing_apart_it_stays_where_it_is(launch):
    launch.track(ANN, "first")
    launch.sign_out(ANN)
    launch.disk.broken = {"create"}

    with pytest.raises(OSError, match="No space"):
        launch.set_aside_next()

    launch.disk.broken = frozenset()
    assert launch.run.cursor.seq == 0
    launch.tokens.add(encode(ANN).encode())
    assert launch.deliver() == ["first"]


def test_whose_it_is_can_be_read_by_nobody_else(launch, tmp_path):
    launch.track(ANN, "first")
    launch.sign_out(ANN)
    launch.set_aside_next()

    (marker,) = tmp_path.glob(f"runs/*/{ASIDE}")
    assert json.loads(marker.read_text()) == {"customer_ids": ANN}
    assert b"token" not in marker.read_bytes()


@pytest.mark.parametrize(
    "half", [b"", b'{"customer_ids":{"cook', b'{"customer_ids":{"cookie":"a"}', b"3"]
)
def test_a_marker_of_which_a_part_was_written_keeps_nothing_back(launch, tmp_path, half):
    launch.track(ANN, "first")
    launch.sign_out(ANN)
    launch.set_aside_next()
    launch.end()
    (marker,) = tmp_path.glob(f"runs/*/{ASIDE}")
    marker.write_bytes(half)

    second = Launch(tmp_path)
    second.sign_out(ANN)

    assert second.deliver() == ["first"]
    assert second.home.names() == [second.run.name]


def test_where_a_part_of_a_marker_is_written_nothing_is_left_of_its_run(launch, monkeypatch):
    launch.track(ANN, "first")
    launch.sign_out(ANN)
    write = launch.disk.write
    monkeypatch.setattr(launch.disk, "write", lambda at, data: write(at, data[:10]))

    with pytest.raises(OSError, match="a part"):
        launch.set_aside_next()

    assert launch.home.names() == [launch.run.name]


def test_what_waits_apart_keeps_within_the_journals_limit_and_is_counted(launch, tmp_path):
    launch.sign_out(ANN)
    launch.track(ANN, *["much"] * 150, properties=encode({"text": "x" * 15_000}))
    while launch.outbox.next(50) is not None:
        launch.set_aside_next()
    launch.end()

    second = Launch(tmp_path, limit=2 << 20)
    second.sign_out(ANN)
    passed_over = second.deliver()
    second.outbox.house.tidy()

    kept = sum(path.stat().st_size for path in tmp_path.glob("runs/*/*.jsonl"))
    assert passed_over == []
    assert kept <= 2 << 20
    second.tokens.add(encode(ANN).encode())
    arrived = second.deliver()
    assert 0 < len(arrived) < 150
    assert len(arrived) + second.outbox.lost()["much"] == 150
