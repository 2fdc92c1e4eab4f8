from __future__ import annotations

import json
import threading
from collections import Counter

import pytest
from support.fakes import BEGAN, BrokenDisk, FakeClock, command

from exponea_game.delivery import outbox, receipts
from exponea_game.delivery.outbox import Outbox
from exponea_game.journal import writer
from exponea_game.journal.batch import Batch, Position
from exponea_game.journal.cursor import CURSOR
from exponea_game.journal.losses import TYPE_LENGTH
from exponea_game.journal.writer import SEGMENT_LIMIT
from exponea_game.recovery.adoption import adopt
from exponea_game.recovery.runs import Home
from exponea_game.sessions.session import Session
from exponea_game.sessions.will import Context, render_will
from exponea_game.system.disk import Disk

TIMEOUT = 60.0


class Station:
    """A run with an outbox, which adopts what earlier ones left."""

    def __init__(self, folder, limit=64 << 20, now=1000.0):
        self.disk = BrokenDisk()
        self.home = Home(folder, self.disk)
        clock = FakeClock(began=BEGAN + now)
        self.run, self.journal = self.home.begin(clock)
        self.outbox = Outbox(self.home, self.run, self.journal, limit, clock=clock)
        self.outbox.adopt(adopt(self.home, clock, TIMEOUT, but=self.run.name))
        self.number = 0

    def track(self, *event_types):
        for event_type in event_types:
            self.number += 1
            self.journal.append(1.0, command(event_type, self.number))

    def deliver(self, refused=(), limit=50):
        """Deliver all there is to a server that refuses some types; what arrived, by request."""
        arrived = []
        while (batch := self.outbox.next(limit)) is not None:
            types = [json.loads(c)["data"]["event_type"] for c in batch.commands]
            arrived.append(types)
            refused_ones = {i: "not wanted" for i, t in enumerate(types) if t in refused}
            self.outbox.settle(batch, refused_ones, BEGAN)
        return arrived

    def die(self):
        """What is left of a process that was killed: all but its locks and open files."""
        self.outbox.close_in_child()
        for run in [self.run, *self.outbox._dead]:
            run.cursor.close()
            run.tally.close()
        self.home.disk.close(self.journal._segment.descriptor)


@pytest.fixture
def station(tmp_path):
    return Station(tmp_path)


def dead_playing(folder, *event_types):
    """Leave a run behind in which a session is open and nothing is sent."""
    dead = Station(folder, now=0.0)
    will = render_will(Session("a/1", BEGAN, 0.0), Context({"cookie": "c"}, {}))
    dead.journal.append(0.0, command("session_start"), will)
    dead.track(*event_types)
    dead.die()
    return dead


def test_what_was_tracked_is_delivered_in_order_and_once(station):
    station.track("a", "b", "c")

    assert station.deliver(limit=2) == [["a", "b"], ["c"]]
    assert station.deliver() == []


@pytest.mark.parametrize("asked", ["waiting", "idle"])
def test_a_run_that_ends_meanwhile_hides_no_other(tmp_path, monkeypatch, asked):
    for name in ("first", "second", "third"):
        dead = Station(tmp_path)
        dead.track(name)
        dead.die()
    station, seen = Station(tmp_path), []
    examine = outbox.examine

    def look(run):
        seen.append(run)
        if len(seen) == 1:
            station.outbox._finish(run)  # as the courier does on its thread
        return True

    monkeypatch.setattr(outbox, "examine", lambda run: look(run) and examine(run))
    monkeypatch.setattr(station.outbox.aside, "known", look)

    told = getattr(station.outbox, asked)()

    assert len(seen) == 3
    assert told == {"waiting": 3, "idle": True}[asked]


def test_dead_runs_go_first_oldest_first_and_are_removed(tmp_path):
    for name in ("first", "second"):
        dead = Station(tmp_path)
        dead.track(name)
        dead.die()
    station = Station(tmp_path)
    station.track("own")
    station.outbox.conclusions.write()

    assert station.deliver() == [["first"], ["second"], ["own"]]
    assert station.home.names() == [station.run.name]


def test_nothing_leaves_before_what_a_dead_run_owes_is_paid(tmp_path):
    dead_playing(tmp_path, "jump")
    station = Station(tmp_path)
    station.track("own")

    assert station.deliver() == []
    station.outbox.conclusions.write()
    assert station.deliver() == [["session_start", "jump", "session_end"], ["own"]]


def test_a_disk_that_takes_no_payment_keeps_only_the_dead_run_back(tmp_path):
    dead_playing(tmp_path, "jump")
    station = Station(tmp_path)
    station.track("own")
    station.disk.broken = {"create"}
    station.outbox.conclusions.write()
    station.disk.broken = frozenset()

    assert station.deliver() == [["own"]]
    station.outbox.conclusions.write()
    assert station.deliver() == [["session_start", "jump", "session_end"]]


def test_a_broken_journal_keeps_nobody_from_delivering_from_memory(station):
    station.track("a")
    station.disk.broken = {"write", "create", "open", "write_at"}
    station.track("b", "c")

    assert station.deliver() == [["a"], ["b", "c"]]


def test_what_was_delivered_from_memory_is_not_sent_again_from_the_disk(station):
    station.disk.broken = {"write", "create"}
    station.track("a", "b")
    delivered = station.deliver()
    station.disk.broken = frozenset()
    station.track("c")
    station.journal.maintain()

    assert (delivered, station.deliver()) == ([["a", "b"]], [["c"]])


def test_what_the_memory_had_no_room_for_is_counted_as_lost(station, monkeypatch):
    monkeypatch.setattr("exponea_game.journal.memory.MEMORY_LIMIT", 450)
    station.disk.broken = {"write", "create"}
    station.track(*"abcdef")

    arrived = [event_type for request in station.deliver() for event_type in request]

    assert arrived == list("abcdef")[-len(arrived) :]
    assert 0 < len(arrived) < 6
    assert station.outbox.lost() == {"": 6 - len(arrived)}


def test_only_what_is_refused_is_kept_as_rejected_with_the_servers_words(station, tmp_path):
    station.track("good", "bad", "good")

    station.deliver(refused={"bad"})

    (rejected,) = map(json.loads, (tmp_path / "rejected.jsonl").read_text().splitlines())
    assert (rejected["error"], rejected["run"]) == ("not wanted", station.run.name)
    assert rejected["command"] == json.loads(command("bad", 2))
    assert station.deliver() == []


def test_what_is_accepted_is_kept_for_the_player_to_see(station):
    station.track("good", "bad")

    station.deliver(refused={"bad"})

    assert station.outbox.receipts.accepted() == [command("good", 1).encode()]


def test_a_file_of_refused_commands_that_is_full_is_kept_once_more(station, tmp_path, monkeypatch):
    monkeypatch.setattr(receipts, "RECEIPTS_LIMIT", 1000)
    for _ in range(20):
        station.track("bad")
        station.deliver(refused={"bad"})

    sizes = [path.stat().st_size for path in tmp_path.glob("rejected.*")]
    assert len(sizes) == 2
    assert max(sizes) < 1500


def test_a_refusal_that_cannot_be_kept_blocks_nothing(station):
    station.track("bad", "good")
    station.disk.broken = {"open"}

    assert station.deliver(refused={"bad"}) == [["bad", "good"]]
    assert station.deliver() == []


def test_a_cursor_that_cannot_be_written_sends_nothing_twice_in_this_run(station):
    station.disk.broken = {"write_at"}
    station.track("a")

    assert station.deliver() == [["a"]]
    assert station.deliver() == []


def test_beyond_the_limit_the_oldest_segments_go_and_are_counted(tmp_path):
    station = Station(tmp_path, limit=4 << 20)
    for _ in range(6):
        for _ in range(SEGMENT_LIMIT // 10_000 + 1):
            station.track("x" * 10_000)
        station.journal.maintain()
    tracked = station.number

    station.outbox.house.tidy()

    lost = station.outbox.lost().total()
    arrived = sum(map(len, station.deliver()))
    assert lost > 0
    assert lost + arrived == tracked
    assert station.run.segments.total() <= 4 << 20


def test_the_own_run_keeps_within_the_limit_while_the_courier_is_busy(tmp_path):
    station = Station(tmp_path, limit=2 << 20)
    for number in range(4 << 10):
        station.journal.append(1.0, command("x" * 2000, number))
        if station.journal.urgent.is_set():
            station.journal.maintain()
            station.outbox.keep_within_limit()

            assert station.run.segments.total() <= (2 << 20) + SEGMENT_LIMIT
    assert station.run.cursor.lost.total() > 0


@pytest.mark.parametrize("busy", [False, True])
def test_a_disk_that_syncs_nothing_holds_no_more_than_the_limit(tmp_path, monkeypatch, busy):
    monkeypatch.setattr(writer, "SEGMENT_LIMIT", 20_000)
    monkeypatch.setattr(writer, "REPEATED_LIMIT", 80_000)
    station = Station(tmp_path, limit=400_000)
    station.disk.broken = {"sync"}
    outbox = station.outbox
    keep = outbox.house.keep_own_run_within_limit if busy else outbox.keep_within_limit
    for number in range(5_000):
        station.journal.append(1.0, command("shot", number))
        if station.journal.urgent.is_set() or not number % 100:
            station.journal.maintain()
            keep()

            assert station.run.segments.total() <= 400_000 + 80_000 + 2 * 20_000
    station.disk.broken = frozenset()
    station.journal.maintain()
    lost = station.outbox.lost()
    arrived = sum(map(len, station.deliver()))

    assert lost.total() + arrived == 5_000
    assert arrived > 1_500


def test_a_full_disk_holds_back_nothing_where_the_start_of_the_session_is_synced(tmp_path):
    station = Station(tmp_path)
    station.outbox._sync = station.journal.sync
    will = render_will(Session("a/1", BEGAN, 0.0), Context({"cookie": "c"}, {}))
    station.number = 1
    station.journal.append(0.0, command("session_start", 1), will)
    station.journal.maintain()
    station.disk.broken = {"write", "create", "sync"}
    station.track("shot", "shot")
    station.journal.maintain()

    assert station.deliver() == [["session_start"], ["shot", "shot"]]


def test_all_runs_together_keep_within_the_limit_while_the_courier_waits_for_a_server(tmp_path):
    dead = Station(tmp_path)
    for number in range(900):
        dead.journal.append(1.0, command("x" * 2000, number))
        dead.journal.maintain()
    dead.die()
    station = Station(tmp_path, limit=2 << 20)
    station.outbox.conclusions.write()
    most = 0
    for number in range(2 << 10):
        station.journal.append(1.0, command("x" * 2000, number))
        if station.journal.urgent.is_set():
            station.journal.maintain()
            station.outbox.keep_within_limit()
            sizes = [path.stat().st_size for path in (tmp_path / "runs").rglob("*.jsonl")]
            most = max(most, sum(sizes))

    assert most + SEGMENT_LIMIT > 2 << 20
    assert most <= (2 << 20) + SEGMENT_LIMIT


def test_of_what_is_dropped_starts_and_ends_of_sessions_go_last(tmp_path):
    station = Station(tmp_path, limit=2 << 20)
    for number in range(4 << 10):
        kind = {0: "session_start", 1: "session_end"}.get(number % 500, "x" * 2000)
        station.journal.append(1.0, command(kind, number))
        if station.journal.urgent.is_set():
            station.journal.maintain()
            station.outbox.keep_within_limit()
    tracked = station.journal.seq
    lost = station.outbox.lost()

    arrived = [kind for batch in station.deliver() for kind in batch]

    assert set(lost) == {"x" * TYPE_LENGTH}
    assert lost.total() + len(arrived) == tracked
    assert arrived.count("session_start") == 9
    assert arrived.count("session_end") == 9


def test_what_is_spared_at_several_launches_lies_in_one_run(tmp_path):
    tracked = 0
    for launch in range(3):
        station = Station(tmp_path, limit=1 << 20, now=1000.0 * launch)
        station.outbox.conclusions.write()
        for number in range(1 << 10):
            kind = "x" * 2000 if number else "session_start"
            station.journal.append(1.0, command(kind, 10_000 * launch + number))
            if station.journal.urgent.is_set():
                station.journal.maintain()
                station.outbox.keep_within_limit()
        tracked += 1 << 10
        if launch < 2:
            station.outbox.close()

    asides = list((tmp_path / "runs").rglob("aside.json"))
    arrived = [kind for batch in station.deliver() for kind in batch]

    assert len(asides) == 1
    assert arrived.count("session_start") == 3
    assert station.outbox.lost().total() + len(arrived) == tracked


def test_what_is_spared_takes_half_of_the_limit_at_the_most(tmp_path):
    station = Station(tmp_path, limit=1 << 20)
    long_start = command("session_start").replace("{}", '{"x":"' + "x" * 1000 + '"}')
    for _ in range(3 << 10):
        station.journal.append(1.0, long_start)
        if station.journal.urgent.is_set():
            station.journal.maintain()
            station.outbox.keep_within_limit()
    station.outbox.keep_within_limit()

    sizes = [path.stat().st_size for path in (tmp_path / "runs").rglob("*.jsonl")]
    assert sum(sizes) <= (1 << 20) + 2 * SEGMENT_LIMIT
    arrived = sum(map(len, station.deliver()))
    assert station.outbox.lost()["session_start"] == station.journal.seq - arrived > 0


def test_a_loss_that_was_reported_is_forgotten(station):
    station.run.cursor.lost["a"] = 2

    station.outbox.forget_lost(station.outbox.lost())

    assert station.outbox.lost() == {}


def test_how_much_waits_is_known(tmp_path):
    dead = Station(tmp_path)
    dead.track("a", "b")
    dead.die()
    station = Station(tmp_path)
    station.track("c")

    assert (station.outbox.waiting(), station.outbox.fresh()) == (3, 1)
    assert not station.outbox.idle()
    station.outbox.conclusions.write()
    station.deliver()
    assert station.outbox.waiting() == 0
    assert station.outbox.idle()


def test_a_run_of_which_the_server_has_all_is_removed_at_its_end(station):
    station.track("a")
    station.deliver()
    station.journal.close()
    station.run.cursor.close_run()

    station.outbox.close()

    assert station.home.names() == []


def test_a_run_of_which_something_waits_is_left_for_the_next_launch(station, tmp_path):
    station.track("a")
    station.journal.close()
    station.run.cursor.close_run()
    station.outbox.close()

    assert Station(tmp_path).deliver() == [["a"]]


def test_an_answer_that_comes_after_the_end_is_passed_over(station):
    station.track("a")
    batch = station.outbox.next(50)
    station.outbox.close()

    station.outbox.settle(batch, {0: "too late"}, BEGAN)

    assert not (station.home.folder / "rejected.jsonl").exists()


def test_what_a_dead_run_has_yet_to_pay_keeps_its_segments_whatever_the_server_has(tmp_path):
    dead = dead_playing(tmp_path, "a")
    dead.journal.fault = OSError("the disk takes no more into this one")
    dead.journal._broken = True
    dead.journal.maintain()
    dead.run.cursor.settle(Position(2, 0, 2))
    before = dead.run.segments.numbers()
    station = Station(tmp_path)

    station.outbox.house.tidy()

    assert before == dead.run.segments.numbers() == [1, 2]


def test_a_loss_of_a_run_that_goes_is_told_as_ours_alone(tmp_path):
    dead = dead_playing(tmp_path, "a")
    dead.run.cursor.lose(Counter({"shot": 3}))
    station = Station(tmp_path)
    station.home.disk.broken = {"remove"}

    station.outbox.conclusions.write()
    station.deliver()

    assert station.outbox.lost() == {"shot": 3}
    dead.run.cursor.load()
    assert dead.run.cursor.lost == {}


def dead_idle(folder, *event_types):
    """Leave a run behind in which no session is open and nothing is sent."""
    dead = Station(folder, now=0.0)
    dead.track(*event_types)
    dead.die()
    return dead


def lost_in_a_dead_run(folder, lost):
    """Leave a run behind that has delivered all it had, and told nobody what it lost."""
    dead = Station(folder, now=0.0)
    dead.run.cursor.close_run()
    dead.run.cursor.lose(Counter(lost))
    dead.die()


def launched(folder, *broken):
    """A launch on a disk that cannot do some things; it finds that nothing waits."""
    station = Station(folder)
    station.home.disk.broken = set(broken)
    station.outbox.conclusions.write()
    assert station.deliver() == []
    return station


def told_by(station):
    """The losses of which a run tells, and has told when it ends."""
    lost = station.outbox.lost()
    station.outbox.forget_lost(lost)
    station.run.cursor.close_run()
    station.die()
    return dict(lost)


def test_on_a_disk_that_syncs_nothing_a_loss_of_a_run_that_goes_is_told_once(tmp_path):
    lost_in_a_dead_run(tmp_path, {"shot": 3})

    told = [told_by(launched(tmp_path, "sync")) for _ in range(3)]
    told += [told_by(launched(tmp_path)) for _ in range(2)]

    assert told == [{"shot": 3}, {}, {}, {}, {}]


def test_a_loss_of_a_run_that_goes_is_told_by_the_next_launch_where_this_one_dies(tmp_path):
    lost_in_a_dead_run(tmp_path, {"shot": 3})

    launched(tmp_path, "sync").die()

    assert told_by(launched(tmp_path)) == {"shot": 3}
    assert told_by(launched(tmp_path)) == {}


@pytest.mark.parametrize("kept", [True, False])
def test_a_power_cut_on_a_disk_that_syncs_nothing_takes_no_loss(tmp_path, kept):
    lost_in_a_dead_run(tmp_path, {"shot": 3})
    station = launched(tmp_path, "sync")
    station.die()
    if not kept:
        (station.run.folder / CURSOR).unlink()

    assert told_by(launched(tmp_path)) == {"shot": 3}


def test_a_loss_that_was_counted_is_known_though_who_counted_it_has_gone(tmp_path):
    lost_in_a_dead_run(tmp_path, {"shot": 3})
    first = launched(tmp_path, "sync")
    assert told_by(first) == {"shot": 3}
    held = Home(tmp_path, Disk())  # so that the second launch finds it held, and the other not
    run = held.run(held.names()[0])
    assert held.lock(run)
    second = launched(tmp_path)
    assert first.run.name not in second.home.names()
    assert told_by(second) == {}
    held.let_go(run)

    assert told_by(launched(tmp_path)) == {}


def note_as_waiting(run, seq):
    """Note, as a dead process did, that a command waited in its memory."""
    run.tally.note(seq)
    run.tally.close()


@pytest.mark.parametrize("broken", [{"write_at"}, {"sync"}, {"remove"}, {"write_at", "remove"}])
@pytest.mark.parametrize("playing", [True, False])
def test_what_waited_in_memory_at_a_kill_is_counted_once_whatever_the_next_launches_die_of(
    tmp_path, monkeypatch, broken, playing
):
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setattr(BrokenDisk, "shared_memory", str(memory))
    home = tmp_path / "home"
    dead = dead_playing(home, "a") if playing else dead_idle(home, "a")
    note_as_waiting(dead.run, dead.journal.seq + 8)
    for _ in range(2):
        launch = Station(home)
        launch.home.disk.broken = broken
        launch.outbox.conclusions.write()
        launch.die()

    station = Station(home)
    station.outbox.conclusions.write()
    station.deliver()

    assert station.outbox.lost() == {"": 8}
    assert list(memory.iterdir()) == []


def test_what_waited_in_memory_at_a_kill_is_counted_where_the_limit_drops_the_rest(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(BrokenDisk, "shared_memory", str(tmp_path))
    note_as_waiting(dead_idle(tmp_path / "home", "a").run, 9)

    station = Station(tmp_path / "home", limit=0)
    station.outbox.conclusions.write()
    station.outbox.keep_within_limit()
    station.deliver()

    assert station.outbox.lost() == {"a": 1, "": 8}


class BusyCourier(threading.Thread):
    """A courier that is in the middle of noting an answer until it is let go."""

    def __init__(self, outbox):
        super().__init__(daemon=True)
        self.outbox, self.batch = outbox, outbox.next(50)
        self.begun, self.let_go = threading.Event(), threading.Event()
        self.accept = outbox.receipts.accept
        outbox.receipts.accept = self.slowly

    def slowly(self, commands):
        self.begun.set()
        self.let_go.wait(10)
        self.accept(commands)

    def run(self):
        self.outbox.settle(self.batch, {}, BEGAN)


def test_what_is_wiped_beside_a_courier_at_work_stays_empty(station, tmp_path):
    station.track("a")
    courier = BusyCourier(station.outbox)
    courier.start()
    courier.begun.wait(10)

    def wipe():
        station.journal.close()
        station.outbox.close()
        station.home.wipe()

    wiping = threading.Thread(target=wipe)
    wiping.start()
    wiping.join(0.05)  # without a lock it comes to its end here
    courier.let_go.set()
    courier.join(10)
    wiping.join(10)

    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert left == []
    assert station.outbox.next(50) is None


def test_a_courier_whose_disk_hangs_is_not_waited_for_long(station, monkeypatch):
    monkeypatch.setattr(outbox, "LAST_WORK", 0.01)
    station.track("a")
    courier = BusyCourier(station.outbox)
    courier.start()
    courier.begun.wait(10)

    station.outbox.close()

    assert courier.is_alive()
    courier.let_go.set()
    courier.join(10)


def test_what_waits_in_memory_fills_no_more_than_a_request_either():
    batch = Batch(Position(1, 0, 0))

    outbox._add(batch, [(seq, b"x" * 700_000) for seq in range(1, 11)])

    assert (len(batch.commands), batch.end.seq, batch.missing) == (1, 1, 0)
