"""What a local collector is told of the library."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests

from exponea_game.collector import Collector
from exponea_game.delivery.reporter import Reporter
from exponea_game.delivery.transport import Reply
from exponea_game.mistakes import RECENT
from exponea_game.testing import FakeWindow
from exponea_game.tracker import Tracker


class Answering:
    """A collector that answers, and says that it was asked."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def __call__(self, _address: str, _headers: Mapping[str, str], _data: bytes) -> Reply:
        self.asked.set()
        return Reply(200, {}, b"")

    def close(self) -> None:
        """There is no connection to give up."""


def test_a_run_that_delivered_everything_while_it_ended_leaves_nothing_waiting(
    tmp_path: Path,
) -> None:
    window = FakeWindow()
    with Collector() as collector:
        tracker = Tracker(collector=collector.url, home=tmp_path)
        tracker.attach(window)
        tracker.flush(5.0)

        tracker.track_event("last_word")
        tracker.stop()

        last = requests.get(f"{collector.url}/_/presence", timeout=5).json()[-1]
        sent = [event["event_type"] for event in collector.events()]
    assert {"last_word", "session_end"} <= set(sent)
    assert (last["report"]["quit"], last["report"]["waiting"]) == (True, 0)


def test_what_has_changed_is_reported_and_the_time_alone_is_not() -> None:
    status: dict[str, Any] = {"waiting": 0, "timestamp": 1.0}
    collector = Answering()
    reporter = Reporter("http://127.0.0.1:9", status.copy, collector)
    reporter.wake()
    reporter.work(collector.asked)
    reporter._news.clear()

    status["timestamp"] = 2.0
    reporter.look()
    assert not reporter._news.is_set()
    status["waiting"] = 1
    reporter.look()
    assert reporter._news.is_set()


def test_the_games_mistakes_are_reported_with_their_place_and_number(tmp_path: Path) -> None:
    with Collector() as collector:
        tracker = Tracker(collector=collector.url, home=tmp_path)
        for _ in range(3):
            tracker.track_event("shot", {"aim": float("nan"), "weapon": "bow"})
        tracker.track_event("shot", {"weapon": object()})
        tracker.stop()

        last = requests.get(f"{collector.url}/_/presence", timeout=5).json()[-1]
    first, second = last["report"]["mistakes"]
    assert ("aim" in first["sentence"], first["count"]) == (True, 3)
    assert first["caller"].startswith("test_reporter.py:")
    assert ("weapon" in second["sentence"], second["count"]) == (True, 1)


def test_of_many_mistakes_the_latest_are_reported(tmp_path: Path) -> None:
    with Collector() as collector:
        tracker = Tracker(collector=collector.url, home=tmp_path)
        for number in range(100):
            tracker.track_event("shot", {f"aim_{number}_{chr(0x1F600) * 5000}\ud800": float("nan")})
        tracker.stop()

        last = requests.get(f"{collector.url}/_/presence", timeout=5).json()[-1]
    assert len(last["report"]["mistakes"]) == RECENT
    assert "aim_99_" in last["report"]["mistakes"][-1]["sentence"]
