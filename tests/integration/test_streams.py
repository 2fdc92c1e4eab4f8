"""A game whose events go to an event stream, on a real collector."""

from __future__ import annotations

import pytest
from support.desktop import wait_until

from exponea_game import Tracker


@pytest.fixture
def make(tmp_path, collector):
    made = []

    def make(**settings):
        made.append(Tracker(home=tmp_path, base_url=collector.url, **settings))
        return made[-1]

    yield make
    for tracker in made:
        tracker.stop()


def test_without_tokens_everything_arrives_as_on_a_project(make, collector):
    tracker = make(stream_id="stream-1")
    tracker.track_event("jump", {"level": 3})
    tracker.identify_customer({"registered": "p-1"}, {"language": "en"})
    tracker.track_event("fall")

    wait_until(lambda: tracker.flush(5.0), "the delivery of all that waits")

    assert [event["event_type"] for event in collector.events()] == ["installation", "jump", "fall"]
    (player,) = collector.customers()
    assert player["ids"]["registered"] == ["p-1"]


def test_what_waits_for_a_project_goes_to_the_stream_knowingly(make, collector, caplog):
    first = make(project_token="abc", authorization="Token key", flush_mode="manual")
    first.track_event("jump")
    first.stop()

    second = make(stream_id="stream-1")
    wait_until(lambda: second.flush(5.0), "the delivery of all that waits")

    assert "jump" in [event["event_type"] for event in collector.events()]
