"""The threads of a run."""

from __future__ import annotations

import sys
import threading
import time

import pytest
from support.desktop import wait_until

from exponea_game.system.threads import Crew


@pytest.fixture
def tidied():
    return []


@pytest.fixture
def crew(tidied):
    return Crew(lambda: tidied.append(threading.current_thread().name))


def test_threads_that_end_in_time_are_tidied_up_after_by_who_waits(crew, tidied):
    crew.start("one", lambda: None)
    crew.start("two", lambda: None)

    crew.join(time.monotonic, time.monotonic() + 10)

    assert tidied == [threading.current_thread().name]


def test_the_last_thread_to_end_tidies_up_once(crew, tidied):
    first, last = threading.Event(), threading.Event()
    crew.start("first", first.wait)
    crew.start("last", last.wait)

    crew.join(time.monotonic, time.monotonic())
    first.set()
    crew.threads[0].join(10)
    early = list(tidied)
    last.set()
    crew.threads[1].join(10)

    assert early == []
    assert tidied == ["exponea_game last"]


def test_what_is_tidied_up_at_once_is_not_tidied_up_again(crew, tidied):
    end = threading.Event()
    crew.start("late", end.wait)

    crew.join(time.monotonic, time.monotonic(), at_once=True)
    end.set()
    crew.threads[0].join(10)

    assert tidied == [threading.current_thread().name]


def test_a_thread_that_raises_counts_as_ended(crew, tidied):
    crew.start("broken", lambda: 1 / 0)

    wait_until(lambda: not crew.threads[0].is_alive(), "the end of the thread")
    crew.join(time.monotonic, time.monotonic())

    assert len(tidied) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_exits_counts_as_ended(crew, tidied):
    crew.start("exits", sys.exit)

    wait_until(lambda: not crew.threads[0].is_alive(), "the end of the thread")
    crew.join(time.monotonic, time.monotonic())

    assert len(tidied) == 1


def test_a_system_without_threads_to_give_costs_only_the_delivery(crew, tidied, monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)

    crew.start("never", lambda: None)
    crew.join(time.monotonic, time.monotonic() + 10)

    assert len(tidied) == 1
