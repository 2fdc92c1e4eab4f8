"""A game whose events go to an event stream, on a real collector."""

from __future__ import annotations

import json
import threading

import pytest
import requests
from support.desktop import wait_until

from exponea_game import Tracker
from exponea_game.cli.doctor import examine
from exponea_game.collector import Collector
from exponea_game.collector.tokens import mint
from exponea_game.delivery import backoff
from exponea_game.run.insight import Gatherer
from exponea_game.settings import Settings

SECRET = "a key that only the backend and the stream know"


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


def test_no_update_of_a_customer_has_the_cookie_alone(make, collector):
    tracker = make(stream_id="stream-1")
    tracker.identify_customer({}, {})  # a mistake, and told: it would be such an update
    tracker.identify_customer({"registered": "p-1"})
    tracker.anonymize()

    wait_until(lambda: tracker.flush(5.0), "the delivery of all that waits")

    updates = [c for c in map(json.loads, _sent(tracker)) if c["name"] == "customers"]
    assert [set(update["data"]["customer_ids"]) for update in updates] == [{"cookie", "registered"}]


def end(tracker):
    """End a run wholly: a stop waits no longer for its threads than a player does."""
    threads = tracker._life.engine._threads.threads
    tracker.stop()
    wait_until(lambda: not any(thread.is_alive() for thread in threads), "the threads' end")


def _sent(tracker):
    return (tracker._life.engine.home.folder / "sent.jsonl").read_text().split("\n")[:-1]


def test_what_waits_for_a_project_goes_to_the_stream_knowingly(make, collector, caplog):
    first = make(project_token="abc", authorization="Token key", flush_mode="manual")
    first.track_event("jump")
    end(first)

    second = make(stream_id="stream-1")
    wait_until(lambda: second.flush(5.0), "the delivery of all that waits")

    assert "jump" in [event["event_type"] for event in collector.events()]
    assert caplog.text.count("what waits for the project goes to the event stream") == 1


def test_what_waits_for_a_stream_is_not_taken_for_a_projects(make, collector, caplog):
    first = make(stream_id="stream-1", flush_mode="manual")
    first.track_event("jump")
    wait_until(lambda: first.flush(5.0), "the first delivery")
    first.track_event("fall")
    end(first)

    second = make(stream_id="stream-1")
    wait_until(lambda: second.flush(5.0), "the delivery of all that waits")

    assert "fall" in [event["event_type"] for event in collector.events()]
    assert "what waits for the project" not in caplog.text


@pytest.fixture
def signed(monkeypatch):
    """A collector whose stream lets in nothing without a token, and pauses a hundredth as long."""
    monkeypatch.setattr(backoff, "FIRST_BACKOFF", 0.01)
    monkeypatch.setattr(backoff, "CREDENTIALS_PAUSE", 0.2)
    with Collector(jwt_secret=SECRET) as collector:
        collector.stream(event_types={"*": "signed"})
        yield collector


@pytest.fixture
def play(tmp_path, signed):
    made = []

    def play(provider, **settings):
        tracker = Tracker(home=tmp_path, base_url=signed.url, stream_id="stream-1", **settings)
        tracker.set_token_provider(provider)
        made.append(tracker)
        return tracker

    yield play
    for tracker in made:
        tracker.stop()


class Backend:
    """Issues tokens for whoever is signed in, and counts how often it was asked."""

    def __init__(self, lifetime=600.0):
        self.lifetime, self.asked, self.threads = lifetime, [], set()
        self.known = True

    def __call__(self, ids):
        self.asked.append(ids)
        self.threads.add(threading.current_thread().name)
        return mint(SECRET, ids, self.lifetime) if self.known else None


def types(collector):
    return [event["event_type"] for event in collector.events()]


def test_each_player_is_sent_under_a_token_of_their_own(play, signed):
    backend = Backend()
    tracker = play(backend)
    for player in ("ann", "bob", "cleo"):
        tracker.identify_customer({"registered": player})
        tracker.track_event("jump", {"player": player})
        tracker.anonymize()

    wait_until(lambda: tracker.flush(5.0), "the delivery of all that waits")

    jumps = [event for event in signed.events() if event["event_type"] == "jump"]
    assert sorted(event["properties"]["player"] for event in jumps) == ["ann", "bob", "cleo"]
    for event in jumps:
        assert event["customer_ids"]["registered"] == event["properties"]["player"]
    assert all(name.startswith("exponea_game") for name in backend.threads)


def test_a_token_that_is_refused_is_replaced_and_the_request_made_once_more(play, signed):
    backend = Backend(lifetime=-10.0)

    def renewed(ids):
        token = backend(ids)
        backend.lifetime = 600.0
        return token

    tracker = play(renewed)
    tracker.track_event("jump")

    wait_until(lambda: tracker.flush(5.0), "the delivery of all that waits")

    assert types(signed) == ["installation", "jump"]
    assert len(backend.asked) == 2


def test_what_waits_for_a_late_token_leaves_when_it_comes(play, signed):
    backend = Backend()
    backend.known = False
    tracker = play(backend)
    tracker.track_event("jump")
    wait_until(lambda: tracker.flush(0.1).trouble, "the refusal")

    tracker.set_token_provider(Backend())

    wait_until(lambda: tracker.flush(5.0), "the delivery of all that waits")
    assert sorted(types(signed)) == ["installation", "jump"]


def test_a_token_is_on_no_disk_in_no_record_and_on_no_page(play, signed, tmp_path, caplog):
    caplog.set_level("DEBUG")
    issued = []

    def provide(ids):
        issued.append(mint(SECRET, ids, 600.0))
        return issued[-1]

    signed.faults(token="rejected", requests=2)
    tracker = play(provide)
    tracker.track_event("jump")
    wait_until(lambda: tracker.flush(5.0), "the delivery of all that waits")

    records = "".join(record.getMessage() + str(vars(record)) for record in caplog.records)
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    asked = "overview", "records", "events", "rejected", "players", "export.json", "export.html"
    pages = "".join(requests.get(f"{signed.url}/_/{name}", timeout=5).text for name in asked)
    inspected = repr(Gatherer(lambda: tracker._life.engine).gather())
    assert issued
    assert "jump" in pages
    assert "jump" in inspected
    for token in issued:
        assert token not in records
        assert token not in pages
        assert token not in inspected
        assert token.encode() not in files
        assert token not in repr(vars(tracker._life.engine.courier.sender.tokens))


def test_a_provider_that_is_none_of_the_kind_is_a_mistake(play):
    tracker = play(None)

    tracker.set_token_provider("ey.j.wt")

    assert tracker._life.token_provider is None


class SignedIn:
    """A backend that issues tokens for the players who are signed in at the moment."""

    def __init__(self, *players):
        self.players = set(players)

    def __call__(self, ids):
        return mint(SECRET, ids, 600.0) if ids.get("registered") in self.players else None


def evening(tracker, backend, *players):
    """Players take turns at one machine; each is signed in only while they play."""
    for player in players:
        backend.players = {player}
        tracker.set_token_provider(backend)
        tracker.identify_customer({"registered": player})
        tracker.track_event("jump", {"player": player})
        if player != players[-1]:
            tracker.anonymize()


def jumps(collector):
    found = [event for event in collector.events() if event["event_type"] == "jump"]
    assert all(e["customer_ids"]["registered"] == e["properties"]["player"] for e in found)
    return sorted(event["properties"]["player"] for event in found)


def test_a_player_without_a_token_holds_up_nobody_and_is_asked_about_again(play, signed):
    signed.stream(event_types={"installation": "allow", "*": "signed"})
    backend = SignedIn()
    first = play(backend, flush_mode="manual")
    evening(first, backend, "ann", "bob", "cleo")

    wait_until(lambda: first.flush(0.2) or jumps(signed) == ["cleo"], "the player who is there")
    left = first.flush(0.2).left
    end(first)
    second = play(SignedIn("ann"))
    wait_until(lambda: second.flush(0.2) or jumps(signed) == ["ann", "cleo"], "a signed-in player")
    second.set_token_provider(SignedIn("ann", "bob", "cleo"))

    wait_until(lambda: second.flush(5.0), "the delivery of all that waits")
    assert left >= 2
    assert jumps(signed) == ["ann", "bob", "cleo"]


def test_what_the_stream_denies_waits_apart_and_is_told_everywhere(play, signed, tmp_path):
    rules = {"boss": "deny", "secret": "deny"}
    signed.stream(event_types=rules, properties={"vip": "deny"})
    first = play(None)
    for own in ["jump", "boss", "secret", "boss"]:
        first.track_event(own)
    first.identify_customer({"registered": "ann"}, {"language": "en"})
    first.identify_customer({"registered": "ann"}, {"vip": True})

    def denied():
        return first._life.engine.status()["denied"]

    wait_until(lambda: first.flush(0.5).left == 4 and len(denied()) == 3, "an answer for all of it")

    assert types(signed) == ["installation", "jump"]
    status = denied()
    assert status.keys() == {"boss", "secret", ""}
    assert "Not authorized: event type 'boss' is denied" in status["boss"]
    end(first)
    settings = Settings(home=tmp_path, stream_id="stream-1", base_url=signed.url)
    found = [f.found for f in examine(settings) if f.check == "stream's rules"]
    assert found[0].startswith("2 boss wait: 403 Not authorized: event type 'boss' is denied")
    assert len(found) == 3

    signed.stream(event_types={"secret": "deny"})
    second = play(None)

    wait_until(lambda: second.flush(0.5).left == 1, "the delivery of what is allowed by then")
    assert types(signed) == ["installation", "jump", "boss", "boss"]
    (player,) = signed.customers()
    assert player["properties"]["vip"] is True


def test_a_type_that_wants_a_token_waits_for_it_and_lets_the_others_through(play, signed):
    signed.stream(event_types={"purchase": "signed"})
    backend = SignedIn()
    tracker = play(backend)
    tracker.identify_customer({"registered": "ann"})
    tracker.track_event("jump")
    tracker.track_event("purchase")
    wait_until(lambda: tracker.flush(0.5).left == 1, "the delivery of all that may pass")
    before = types(signed)

    backend.players = {"ann"}
    tracker.set_token_provider(backend)

    wait_until(lambda: "purchase" in types(signed), "what wanted a token")
    assert before == ["installation", "jump"]
    assert types(signed) == ["installation", "jump", "purchase"]


def test_a_stream_that_lets_nothing_in_keeps_everything_and_says_why(play, signed):
    signed.stream(event_types={"*": "deny"}, ids={"*": "deny"})
    tracker = play(None)
    tracker.track_event("jump")
    wait_until(lambda: tracker.flush(0.1).trouble, "the refusal")

    kept = tracker.flush(0.1)
    signed.stream()

    assert (kept.sent, kept.left) == (0, 2)
    assert "403" in kept.trouble
    end(tracker)  # where a request met both rules, what was denied goes at the next launch
    again = play(None)
    wait_until(lambda: again.flush(5.0), "the delivery of all that waits")
    assert sorted(types(signed)) == ["installation", "jump"]
