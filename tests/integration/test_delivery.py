"""Whatever the server does, everything arrives in order and nothing is stored twice."""

from __future__ import annotations

import json
import threading

import pytest
from support.desktop import wait_until
from support.fakes import FakeServer, event_type, reply

from exponea_game import Tracker
from exponea_game.collector import Collector
from exponea_game.delivery import backoff
from exponea_game.delivery.transport import Reply, RequestsTransport
from exponea_game.run import world

COUNT = 120
"""Events: more than two batches."""


@pytest.fixture
def hasty(monkeypatch):
    """Pauses a hundredth as long, and a server that is silent for half a second is not there."""
    monkeypatch.setattr(backoff, "FIRST_BACKOFF", 0.01)
    monkeypatch.setattr(backoff, "OFFLINE_PAUSE", 0.01)
    monkeypatch.setattr(backoff, "CREDENTIALS_PAUSE", 0.5)
    monkeypatch.setattr(world, "RequestsTransport", lambda *_: RequestsTransport(0.5))


@pytest.fixture
def make(tmp_path):
    made = []

    def make(url, **settings):
        project = {"project_token": "abc", "authorization": "Token key", "base_url": url}
        made.append(Tracker(home=tmp_path, **{**project, **settings}))
        return made[-1]

    yield make
    for tracker in made:
        tracker.stop()


def track(tracker, first=0, last=COUNT):
    for number in range(first, last):
        tracker.track_event("numbered", {"number": number})


def numbers(collector):
    """In the order that the times tell: with several requests in flight they may overtake."""
    events = sorted(collector.events(type="numbered"), key=lambda event: event["timestamp"])
    return [event["properties"]["number"] for event in events]


@pytest.mark.parametrize(
    "faults",
    [
        {"status": 500, "requests": 3},
        {"status": 503, "retry_after": 1, "requests": 1},
        {"status": 429, "retry_after": 1, "requests": 1},
        {"status": 429, "retry_after": 0, "requests": 3},
        {"status": 401, "requests": 2},
        {"hang": True, "requests": 1},
        {"close": "before", "requests": 3},
        {"close": "after", "requests": 3},
        {"corrupt": True, "requests": 2},
        {"delay": 0.1, "requests": 5},
    ],
    ids=str,
)
def test_everything_arrives_in_order_and_once(collector, make, hasty, faults):
    collector.faults(**faults)
    tracker = make(collector.url)

    track(tracker, last=70)
    wait_until(lambda: collector.summary()["total"], "the fault's end")
    track(tracker, first=70)

    wait_until(lambda: tracker.flush(1.0), "the delivery of all that waits")
    assert numbers(collector) == list(range(COUNT))
    assert collector.summary()["rejected"] == 0


def test_a_server_that_is_not_there_gets_everything_once_it_is(make, hasty, tmp_path):
    with Collector() as gone:
        port = gone.port
    tracker = make(f"http://127.0.0.1:{port}")
    track(tracker)
    wait_until(lambda: tracker.flush(0.1).trouble, "the first refusal")

    with Collector(port=port) as collector:
        wait_until(lambda: tracker.flush(1.0), "the delivery of all that waits")

        assert numbers(collector) == list(range(COUNT))


def test_what_was_stored_before_the_connection_broke_is_stored_once(collector, make, hasty):
    collector.faults(close="after", requests=2)
    tracker = make(collector.url)
    track(tracker)

    wait_until(lambda: tracker.flush(1.0), "the delivery of all that waits")

    assert collector.summary()["duplicates"] > 0
    assert numbers(collector) == list(range(COUNT))


def test_with_wrong_credentials_nothing_is_lost_and_no_storm_begins(serve, make):
    server = FakeServer(*[reply(401, errors=["Could not authenticate"])] * 99)
    tracker = make(serve(server), authorization="Token wrong")
    track(tracker)
    refused = wait_until(lambda: tracker.flush(0.5).trouble, "the refusal")
    for number in range(20):
        tracker.track_event("more", {"number": number})
        tracker.flush(0.01)

    assert "Could not authenticate" in refused
    assert len(server.requests) == 1
    server.answers.clear()
    tracker.configure(authorization="Token right")
    assert tracker.flush(10.0)
    delivered = [command for request in server.requests[1:] for command in request]
    delivered.sort(key=lambda command: command["data"]["timestamp"])
    types = [event_type(command) for command in delivered]
    assert types == ["installation", *["numbered"] * COUNT, *["more"] * 20]
    assert server.headers["Authorization"] == "Token right"


class Delicate:
    """Refuses one kind of event with words, and any batch that holds another with a 400.

    Several requests may be in flight: each has an answer of its own.
    """

    def __init__(self, seconds):
        self.seconds, self.taken = seconds, []

    def __call__(self, address, headers, data):
        threading.Event().wait(self.seconds)
        if b'"event_type":"poison"' in data:
            return reply(400, success=False, errors=["unreadable"])
        server = FakeServer({"unwanted"})
        answer = server(address, headers, data)
        self.taken += server.requests[0]
        return answer


@pytest.mark.parametrize("seconds", [0.0, 0.05], ids=["one at a time", "several in flight"])
def test_only_the_culprits_are_rejected(serve, make, tmp_path, seconds):
    server = Delicate(seconds)
    tracker = make(serve(server))
    track(tracker, last=30)
    tracker.track_event("unwanted")
    track(tracker, first=30, last=60)
    tracker.track_event("poison")
    track(tracker, first=60)

    assert wait_until(lambda: tracker.flush(5.0), "the delivery of all that waits")

    lines = map(json.loads, (tmp_path / "rejected.jsonl").read_text().splitlines())
    refused = [(event_type(line["command"]), line["error"]) for line in lines]
    assert refused == [("unwanted", "not wanted"), ("poison", "400 unreadable")]
    taken = [c["data"]["properties"]["number"] for c in server.taken if event_type(c) == "numbered"]
    assert sorted(taken) == list(range(COUNT))


PAGE = b"<html><head><title>Bad Request</title></head><body><center>nginx</center></body></html>"


@pytest.mark.parametrize("status", [400, 413, 414, 415, 422])
def test_a_page_of_a_proxy_refuses_nothing(serve, make, hasty, tmp_path, status):
    server = FakeServer(*[Reply(status, {}, PAGE)] * 5)
    tracker = make(serve(server))
    track(tracker)

    wait_until(lambda: tracker.flush(5.0), "the delivery of all that waits")

    taken = {c["data"]["timestamp"] for request in server.requests[5:] for c in request}
    assert len(taken) == COUNT + 1
    assert not (tmp_path / "rejected.jsonl").exists()


def test_no_record_of_a_run_with_a_failing_server_has_a_token(serve, make, hasty, caplog):
    caplog.set_level("DEBUG")
    answers = [
        Reply(401, {}, b'{"success":false,"error":"no key s3cret-key for pr0ject"}'),
        Reply(400, {}, b'{"success":false,"error":"Invalid project id pr0ject"}'),
        Reply(500, {}, b"s3cret-key"),
    ]
    server = FakeServer(*answers, {"installation", "numbered"})
    secrets = {"project_token": "pr0ject", "authorization": "Token s3cret-key"}
    tracker = make(serve(server), **secrets)
    track(tracker, last=3)

    wait_until(lambda: tracker.flush(5.0), "the delivery of all that waits")

    assert "refuses" in caplog.text
    records = "".join(record.getMessage() + str(vars(record)) for record in caplog.records)
    for token in ("s3cret-key", "pr0ject"):
        assert token not in records
        assert token not in repr(tracker._life.engine.settings.destination)


def test_the_collectors_own_refusals_are_kept_with_its_words(collector, make, tmp_path):
    collector.faults(refuse_type="secret")
    tracker = make(collector.url)
    for event_type_ in ("open", "secret", "open"):
        tracker.track_event(event_type_)

    assert tracker.flush(10.0)

    (line,) = map(json.loads, (tmp_path / "rejected.jsonl").read_text().splitlines())
    assert line["error"] == "Not authorized to add event of specified type"
    assert [event["event_type"] for event in collector.events()] == ["installation", "open", "open"]


def test_players_and_their_names_reach_the_service(collector, make):
    tracker = make(collector.url)
    tracker.track_event("before")
    tracker.identify_customer({"registered": "a@b.c"}, {"language": "en"})
    tracker.track_event("after")
    first = tracker.customer_cookie()
    tracker.anonymize()
    tracker.track_event("another")

    assert tracker.flush(10.0)

    (known,) = [c for c in collector.customers() if "registered" in c["ids"]]
    assert known["ids"] == {"cookie": [first], "registered": ["a@b.c"]}
    assert known["properties"]["language"] == "en"
    mine = {e["event_type"] for e in collector.events(customer="a@b.c")}
    assert mine == {"installation", "before", "after"}
