"""Several requests in flight: what a courier does while a server takes its time."""

from __future__ import annotations

import threading
import time

import pytest
from support.fakes import FakeClock, FakeServer, event_type, reply

from exponea_game.delivery.courier import Courier
from exponea_game.delivery.flights import FLIGHTS_LIMIT
from exponea_game.delivery.outbox import Outbox
from exponea_game.events.commands import event
from exponea_game.events.limits import BATCH_LIMIT
from exponea_game.recovery.runs import Home
from exponea_game.settings import Settings
from exponea_game.system.disk import Disk
from exponea_game.system.json_text import encode

SLOW = 0.2
"""Seconds for an answer: worth more requests than may be in flight."""

LESSONS = 6
"""Slow answers after which it is believed that the server is slow."""


class SlowServer(FakeServer):
    """Answers when it is told to: each request is held, by the event type of its first command."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.held = clock, threading.Condition()
        self.verdicts, self.arrived = {}, []

    def __call__(self, address, headers, data):
        self.clock.now += SLOW
        with self.held:
            answer = super().__call__(address, headers, data)
            name = event_type(self.requests[-1][0])
            self.arrived.append(name)
            self.held.notify_all()
            assert self.held.wait_for(lambda: name in self.verdicts, 10)
            verdict = self.verdicts.pop(name)
        if isinstance(verdict, OSError):
            raise verdict
        return verdict or answer

    def answer(self, name, verdict=None):
        with self.held:
            self.verdicts[name] = verdict
            self.held.notify_all()

    def wait_for(self, *names):
        """Wait until these have arrived; threads that start together arrive in any order."""
        with self.held:
            complete = lambda: sorted(self.arrived) == sorted(names)  # noqa: E731
            assert self.held.wait_for(complete, 10), self.arrived


class Sky:
    def __init__(self, folder):
        clock = FakeClock()
        home = Home(folder, Disk())
        self.clock, self.server = clock, SlowServer(clock)
        self.run, self.journal = home.begin(clock)
        outbox = Outbox(home, self.run, self.journal, 64 << 20)
        settings = Settings(project_token="abc", authorization="Token key", environment="test")
        self.courier = Courier(
            settings, outbox, clock, self.server, lambda: 0.5, stopwatch=clock.elapsed
        )

    def track(self, *names, player="one"):
        """Full batches, each of events of one type."""
        for name in names:
            for number in range(BATCH_LIMIT):
                text = event(encode({"cookie": player}), encode(name), float(number), "{}")
                self.journal.append(1.0, text)

    def learn_that_it_is_slow(self):
        for number in range(LESSONS):
            self.track(f"lesson {number}")
            self.server.answer(f"lesson {number}")
            self.step_until_settled(number + 1 - LESSONS)
        self.server.arrived.clear()

    def settled(self):
        return self.run.cursor.seq // BATCH_LIMIT - LESSONS

    def step_until_settled(self, count):
        deadline = time.monotonic() + 10
        while self.settled() < count:
            assert time.monotonic() < deadline
            self.courier.step()
            self.clock.now += 1.0


@pytest.fixture
def sky(tmp_path, monkeypatch):
    sky = Sky(tmp_path)
    sky.learn_that_it_is_slow()
    return sky


def test_the_next_request_does_not_wait_for_a_slow_answer(sky):
    sky.track("a", "b", "c")

    for _ in range(3):
        sky.courier.step()

    sky.server.wait_for("a", "b", "c")
    assert sky.settled() == 0
    for name in "abc":
        sky.server.answer(name)
    sky.step_until_settled(3)


def test_a_quick_server_is_asked_one_request_after_another(tmp_path, monkeypatch):
    sky = Sky(tmp_path)
    sky.track("a", "b")
    sky.server.answer("a")
    monkeypatch.setattr(f"{__name__}.SLOW", 0.0)

    sky.courier.step()

    sky.server.wait_for("a")
    assert sky.run.cursor.seq == BATCH_LIMIT


def test_one_slow_answer_is_no_reason_to_have_two_requests_in_flight(tmp_path, monkeypatch):
    sky = Sky(tmp_path)
    sky.track("a", "b")
    sky.server.answer("a")
    sky.courier.step()
    sky.server.answer("b")

    sky.courier.step()

    assert sky.run.cursor.seq == 2 * BATCH_LIMIT


def test_after_a_quick_answer_it_is_believed_again_that_the_server_is_slow(sky, monkeypatch):
    monkeypatch.setattr(f"{__name__}.SLOW", 0.0)
    sky.track("quick")
    sky.server.answer("quick")
    sky.step_until_settled(1)
    monkeypatch.undo()
    names = [f"slow {number}" for number in range(LESSONS)]
    for number, name in enumerate(names, 2):
        sky.track(name)
        sky.server.answer(name)
        sky.step_until_settled(number)

    sky.track("a", "b")
    sky.courier.step()
    sky.courier.step()

    sky.server.wait_for("quick", *names, "a", "b")
    sky.server.answer("a")
    sky.server.answer("b")
    sky.step_until_settled(len(names) + 3)


def test_what_is_answered_early_is_settled_in_its_turn(sky):
    sky.track("a", "b")
    sky.courier.step()
    sky.courier.step()
    sky.server.wait_for("a", "b")

    sky.server.answer("b")
    waiting = threading.Thread(target=sky.courier.step)
    waiting.start()

    assert sky.settled() == 0
    sky.server.answer("a")
    waiting.join(10)
    sky.step_until_settled(2)


def test_behind_a_failure_answers_are_kept_and_only_failures_are_sent_again(sky):
    sky.track("a", "b", "c", "d")
    for _ in range(4):
        sky.courier.step()
    sky.server.wait_for("a", "b", "c", "d")

    sky.server.answer("b")
    sky.server.answer("d")
    sky.server.answer("c", OSError("lost"))
    sky.server.answer("a", OSError("lost"))
    while not sky.courier.last_error:
        sky.courier.step()

    assert sky.settled() == 0
    sky.server.answer("a")
    sky.server.answer("c")
    sky.step_until_settled(4)
    assert sorted(sky.server.arrived) == ["a", "a", "b", "c", "c", "d"]


def test_an_answer_that_comes_while_the_next_batch_is_read_settles_its_own_batch(sky, monkeypatch):
    monkeypatch.setattr(f"{__name__}.SLOW", 0.0)  # so quick that one request follows another
    sky.track("a", "b")
    sky.courier.step()

    def a_is_lost():
        sky.server.answer("a", OSError("lost"))
        sky.courier._flights.first.wait()

    works = iter([a_is_lost])
    sky.courier._yield_lock = lambda: next(works, int)()
    sky.server.answer("b")
    sky.courier.step()

    assert sky.settled() == 0
    sky.server.answer("a")
    sky.step_until_settled(2)
    assert sky.server.arrived == ["a", "b", "a"]


def test_nothing_is_said_to_be_done_while_an_answer_is_just_coming(sky):
    sky.track("a")
    sky.courier.step()
    due = sky.courier.due

    def a_arrives(*, flush):
        sky.server.answer("a")
        sky.courier._flights.first.wait()
        return due(flush=flush)

    sky.courier.due = a_arrives
    wait = sky.courier.step()

    assert wait is not None
    assert sky.courier.step() is not None
    assert sky.settled() == 1


def test_where_the_system_has_no_thread_to_give_one_request_follows_another(sky, monkeypatch):
    def no_more(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("exponea_game.delivery.flights.Thread.start", no_more)
    sky.track("a", "b")
    sky.server.answer("a")
    sky.server.answer("b")

    sky.step_until_settled(2)

    assert sky.server.arrived == ["a", "b"]


def test_in_trouble_one_request_is_in_flight(sky):
    sky.track("a")
    sky.courier.step()
    sky.server.wait_for("a")
    sky.server.answer("a", OSError("lost"))
    while not sky.courier.last_error:
        sky.courier.step()
    sky.track("b")
    sky.clock.now += 1000.0

    asking = threading.Thread(target=sky.courier.step)
    asking.start()
    sky.server.wait_for("a", "a")
    sky.server.answer("a")
    asking.join(10)

    assert sky.settled() == 1
    assert sky.server.arrived == ["a", "a"]


def test_only_so_many_are_in_flight(sky):
    names = [f"event {number}" for number in range(FLIGHTS_LIMIT + 1)]
    sky.track(*names)

    for _ in range(FLIGHTS_LIMIT):
        sky.courier.step()
    sky.server.wait_for(*names[:-1])
    waiting = threading.Thread(target=sky.courier.step)
    waiting.start()

    assert sorted(sky.server.arrived) == sorted(names[:-1])
    for name in names:
        sky.server.answer(name)
    waiting.join(10)
    sky.step_until_settled(len(names))


def test_another_customer_waits_until_all_before_is_settled(sky):
    sky.track("a")
    sky.track("b", player="another")
    sky.courier.step()
    waiting = threading.Thread(target=sky.courier.step)
    waiting.start()
    sky.server.wait_for("a")

    sky.server.answer("a")
    waiting.join(10)
    sky.server.answer("b")
    sky.step_until_settled(2)

    assert sky.server.arrived == ["a", "b"]


def test_a_batch_refused_whole_is_halved_before_what_is_behind_it_is_settled(sky):
    sky.track("a", "b")
    sky.courier.step()
    sky.courier.step()
    sky.server.wait_for("a", "b")

    sky.server.answer("b")
    sky.server.answer("a", reply(400, success=False, message="Invalid JSON"))
    while len(sky.server.arrived) < 4:
        sky.courier.step()
        sky.server.answer("a")
    sky.step_until_settled(2)

    assert [len(request) for request in sky.server.requests[LESSONS:]] == [50, 50, 25, 25]


def test_at_the_end_one_request_follows_another(sky):
    sky.track("a", "b")

    sky.courier.hurry()
    sky.server.answer("a")
    sky.courier.step()

    assert sky.settled() == 1
    assert sky.server.arrived == ["a"]
