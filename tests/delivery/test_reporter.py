"""What a local collector is told of the library."""

from __future__ import annotations

from pathlib import Path

import requests

from exponea_game.collector import Collector
from exponea_game.testing import FakeWindow
from exponea_game.tracker import Tracker


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
