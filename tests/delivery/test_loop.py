"""The courier's loop, with a made-up courier."""

from __future__ import annotations

import threading

import pytest
from support.desktop import wait_until

from exponea_game.delivery.loop import Loop
from exponea_game.system.clock import Clock


class BusyCourier:
    """Always has something left, until told otherwise."""

    held, blocked, automatic, last_error, left = False, False, True, "", True

    flushed = 0

    def step(self, *, flush):
        self.flushed += flush
        return 0.001 if self.left else None

    def hurry(self):
        self.left = False


@pytest.fixture
def stop():
    return threading.Event()


@pytest.fixture
def loop(stop):
    loop = Loop(BusyCourier(), Clock(), stop)
    worker = threading.Thread(target=loop.run, args=(0.1,), daemon=True)
    worker.start()
    yield loop
    stop.set()
    loop.wake()
    worker.join(10)


def flush(loop):
    waiting = threading.Thread(target=loop.flush, args=(60.0,), daemon=True)
    waiting.start()
    wait_until(lambda: loop._wishes, "the wish")
    return waiting


def test_a_flush_ends_when_nothing_is_left(loop):
    waiting = flush(loop)

    loop._courier.left = False
    waiting.join(10)

    assert not waiting.is_alive()


def test_a_flush_goes_on_while_what_waits_may_not_go_yet(loop):
    loop._courier.blocked, loop._courier.left = True, False
    waiting = flush(loop)

    def asked_again():
        loop.wake()
        return loop._courier.flushed > 1

    wait_until(asked_again, "another step for the same flush")
    loop._courier.blocked = False
    loop.wake()
    waiting.join(10)

    assert not waiting.is_alive()


def test_a_flush_ends_when_the_run_stops(loop, stop):
    waiting = flush(loop)

    stop.set()
    waiting.join(10)

    assert not waiting.is_alive()


def test_a_flush_that_gives_up_ends_no_other(loop):
    flush(loop)

    loop.flush(0.0)

    assert len(loop._wishes) == 1


def test_the_last_step_is_told(loop, stop):
    stop.set()
    loop.wake()

    assert loop.done.wait(10)


def test_at_the_end_as_well_it_waits_between_two_steps(stop):
    class PacedCourier(BusyCourier):
        steps = 0

        def step(self, *, flush):
            self.steps += 1
            return 0.02

        def hurry(self):
            pass

    courier = PacedCourier()
    stop.set()

    Loop(courier, Clock(), stop).run(0.1)

    assert courier.steps <= 6
