"""The threads of a run."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from support.desktop import wait_until

from exponea_game.system.threads import Threads


@pytest.fixture
def tidied():
    return []


@pytest.fixture
def threads(tidied):
    return Threads(lambda: tidied.append(threading.current_thread().name))


def test_threads_that_end_in_time_are_tidied_up_after_by_who_waits(threads, tidied):
    threads.start("one", lambda: None)
    threads.start("two", lambda: None)

    threads.join(time.monotonic, time.monotonic() + 10)

    assert tidied == [threading.current_thread().name]


def test_the_last_thread_to_end_tidies_up_once(threads, tidied):
    first, last = threading.Event(), threading.Event()
    threads.start("first", first.wait)
    threads.start("last", last.wait)

    threads.join(time.monotonic, time.monotonic())
    first.set()
    threads.threads[0].join(10)
    early = list(tidied)
    last.set()
    threads.threads[1].join(10)

    assert early == []
    assert tidied == ["exponea_game last"]


def test_what_is_tidied_up_at_once_is_not_tidied_up_again(threads, tidied):
    end = threading.Event()
    threads.start("late", end.wait)

    threads.join(time.monotonic, time.monotonic(), at_once=True)
    end.set()
    threads.threads[0].join(10)

    assert tidied == [threading.current_thread().name]


def test_what_ends_on_one_of_them_does_not_wait_for_itself(threads, tidied):
    known = threading.Event()

    def end() -> None:
        known.wait(10)
        threads.join(time.monotonic, time.monotonic() + 10)

    threads.start("own", end)
    known.set()

    wait_until(lambda: tidied, "the end of the thread")

    assert tidied == ["exponea_game own"]


def test_a_thread_that_raises_counts_as_ended(threads, tidied):
    threads.start("broken", lambda: 1 / 0)

    wait_until(lambda: not threads.threads[0].is_alive(), "the end of the thread")
    threads.join(time.monotonic, time.monotonic())

    assert len(tidied) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_exits_counts_as_ended(threads, tidied):
    threads.start("exits", sys.exit)

    wait_until(lambda: not threads.threads[0].is_alive(), "the end of the thread")
    threads.join(time.monotonic, time.monotonic())

    assert len(tidied) == 1


def test_a_system_without_threads_to_give_costs_only_the_delivery(threads, tidied, monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)

    threads.start("never", lambda: None)
    threads.join(time.monotonic, time.monotonic() + 10)

    assert len(tidied) == 1
