from __future__ import annotations

import errno
import json
import ssl
from collections import Counter
from dataclasses import replace
from itertools import chain, pairwise

import pytest
import requests
from support.fakes import BEGAN, FakeClock, FakeServer, command, reply

from exponea_game.delivery.backoff import CREDENTIALS_PAUSE
from exponea_game.delivery.courier import Courier
from exponea_game.delivery.outbox import Outbox
from exponea_game.delivery.pace import GATHER, ROW
from exponea_game.delivery.transport import Reply
from exponea_game.events.limits import RATE_LIMIT
from exponea_game.journal.batch import Position
from exponea_game.recovery.runs import Home
from exponea_game.settings import Settings
from exponea_game.system.disk import Disk

DOWN = requests.ConnectionError("nobody listens")
PROJECT = {"project_token": "abc", "authorization": "Token key", "environment": "test"}


class Station:
    """A courier of a run, with a clock that stands and a server that says what it is told."""

    def __init__(self, folder, *answers, chance=0.5, **settings):
        self.clock, self.server = FakeClock(), FakeServer(*answers)
        home = Home(folder, Disk())
        self.run, self.journal = home.begin(self.clock)
        self.outbox = Outbox(home, self.run, self.journal, 64 << 20)
        self.settings = {**PROJECT, **settings}
        # A busy machine is no slow server: an answer takes no time of the station's clock.
        self.courier = Courier(
            Settings(**self.settings), self.outbox, self.clock, self.server, lambda: chance,
            stopwatch=lambda: 0.0,
        )  # fmt: skip
        self.rejected = folder / "rejected.jsonl"

    def track(self, *event_types):
        for number, event_type in enumerate(event_types):
            self.journal.append(1.0, command(event_type, number))

    def work(self, seconds=0.0, **step):
        """Make steps as the thread would, for some time; the moments of the requests."""
        moments, until = [], self.clock.now + seconds
        for _ in range(1000):
            before = len(self.server.requests)
            wait = self.courier.step(**step)
            moments += [self.clock.now] * (len(self.server.requests) - before)
            if wait is None or self.clock.now + wait > until:
                return moments
            self.clock.now += wait
        raise AssertionError("a storm of requests")

    def refused(self):
        if not self.rejected.exists():
            return []
        lines = map(json.loads, self.rejected.read_text().splitlines())
        return [(line["command"]["data"]["event_type"], line["error"]) for line in lines]


@pytest.fixture
def make(tmp_path):
    return lambda *answers, **settings: Station(tmp_path, *answers, **settings)


def test_a_batch_goes_to_the_project_with_its_token(make):
    station = make()
    station.track("a", "b")

    station.work()

    assert station.server.address == "https://api.exponea.com/track/v2/projects/abc/batch"
    assert station.server.headers["Authorization"] == "Token key"
    assert station.server.headers["Content-Type"] == "application/json"
    assert station.server.types == [["a", "b"]]
    assert (station.courier.sent, station.courier.last_error) == (2, "")


def test_many_events_go_in_batches_of_fifty_within_the_services_rate(make):
    station = make()
    station.track(*"x" * (50 * 250 + 20))

    moments = station.work(seconds=10.0)

    assert [len(request) for request in station.server.requests] == [50] * 250 + [20]
    for first in moments:
        assert sum(first <= moment < first + 0.9999 for moment in moments) <= RATE_LIMIT
    assert moments[: 1 + 2 * ROW] == [0.0] + [GATHER] * ROW + [1.5 * GATHER] * ROW
    assert moments[-1] == pytest.approx(250 / RATE_LIMIT, abs=0.5)


@pytest.mark.parametrize("quits", [False, True])
def test_the_services_rate_holds_where_pauses_are_cut_short(make, quits):
    station = make()
    station.track(*"x" * (50 * 250))
    if quits:
        station.courier.hurry()

    moments = []
    while station.run.cursor.seq < 50 * 250:
        before = len(station.server.requests)
        station.courier.step(flush=True)
        moments += [station.clock.now] * (len(station.server.requests) - before)
        station.clock.now += 0.001

    for first in moments:
        assert sum(first <= moment < first + 0.9999 for moment in moments) <= RATE_LIMIT


def test_the_interpreter_lock_is_left_to_the_game_between_two_pieces_of_work(make):
    station = make()
    station.track("a")
    moments = []
    station.courier._yield_lock = lambda: moments.append(
        (len(station.server.requests), station.run.cursor.seq)
    )

    station.courier.step()

    assert moments == [(0, 0), (1, 0), (1, 1)]  # read, asked, settled


def test_a_local_collector_gets_full_batches_without_a_pause(make):
    station = make(collector="http://127.0.0.1:8321")
    station.track(*"x" * 120)

    assert station.work() == [0.0, 0.0, 0.0]


def test_after_a_batch_that_was_not_full_events_gather(make):
    station = make()
    station.track("a")

    assert station.courier.step() == GATHER


def test_without_a_project_nothing_is_sent(make):
    station = make(project_token=None)
    station.track("a")

    assert station.courier.step() is None
    assert station.server.requests == []


# Flush modes


def test_manually_nothing_is_sent_but_by_a_flush(make):
    station = make(flush_mode="manual")
    station.track("a")

    assert station.work(seconds=1000.0) == []
    assert station.work(flush=True) == [0.0]


def test_periodically_all_that_waits_is_sent_once_an_interval(make):
    station = make(flush_mode="periodic", flush_interval=30.0)
    station.track("a")
    first = station.work(seconds=1.0)
    station.track("b")
    station.track("c")

    later = station.work(seconds=100.0)

    assert (first, later) == ([0.0], [pytest.approx(30.0, abs=1.0)])
    assert station.server.types == [["a"], ["b", "c"]]


def test_a_flush_does_not_wait_for_the_interval(make):
    station = make(flush_mode="periodic", flush_interval=30.0)
    station.work()
    station.track("a")

    assert station.courier.step() == 30.0
    assert station.work(flush=True) == [0.0]


# Verdicts


def test_a_refused_command_goes_alone_and_blocks_nothing(make):
    station = make({"bad"})
    station.track("a", "bad", "b")

    station.work()

    assert station.refused() == [("bad", "not wanted")]
    assert station.courier.sent == 3
    assert station.work() == []


class Choosy(FakeServer):
    """A server that answers 400 to any batch with a certain event."""

    def __call__(self, address, headers, data):
        if b'"event_type":"poison"' in data:
            self.answers.insert(0, reply(400, success=False, errors=["unreadable"]))
        return super().__call__(address, headers, data)


@pytest.mark.parametrize("place", [0, 1, 24, 48, 49])
def test_a_batch_that_is_refused_whole_is_halved_until_the_culprit_stands_alone(make, place):
    station = make()
    station.courier.sender.transport = station.server = Choosy()
    station.track(*["a"] * place, "poison", *["b"] * (99 - place))

    station.work(seconds=100.0)

    assert station.refused() == [("poison", "400 unreadable")]
    requests = [types for types in station.server.types if "poison" not in types]
    assert list(chain.from_iterable(requests)) == ["a"] * place + ["b"] * (99 - place)
    assert len(station.server.requests) < 25


def test_wrong_credentials_keep_everything_and_are_asked_rarely(make):
    station = make(*[reply(401, errors=["could not authenticate"])] * 3)
    station.track("a", "b")

    moments = station.work(seconds=3.5 * CREDENTIALS_PAUSE)

    assert len(moments) == 4
    assert moments[1] >= CREDENTIALS_PAUSE
    assert station.server.types[-1] == ["a", "b"]
    assert station.refused() == []


def test_a_server_that_asks_for_patience_gets_it(make):
    station = make(reply(429, {"Retry-After": "20"}), chance=0.0)
    station.track("a")

    assert station.work(seconds=100.0) == [0.0, 20.0]


def test_a_server_that_asks_for_no_patience_is_not_stormed(make):
    station = make(*[reply(429, {"Retry-After": "0"})] * 5, chance=0.0)
    station.track("a")

    moments = station.work(seconds=100.0)

    assert moments == [0.0, 2.0, 4.0, 6.0, 9.0, 13.5]


@pytest.mark.parametrize("answer", [DOWN, reply(500), reply(503), reply(200, hotel="welcome")])
def test_what_is_not_answered_waits_with_a_growing_backoff_and_arrives(make, answer):
    station = make(*[answer] * 12, chance=1.0)
    station.track("a", "b")

    moments = station.work(seconds=10_000.0)

    pauses = [b - a for a, b in pairwise(moments)]
    assert pauses == pytest.approx([4, 4, 8, 16, 32, 64, 128, 200, 200, 200, 200, 200])
    assert station.server.types[-1] == ["a", "b"]
    assert station.courier.last_error == ""


def test_news_do_not_shorten_a_backoff(make):
    station = make(DOWN, chance=1.0)
    station.track("a")
    station.courier.step()
    station.clock.now = 1.0
    station.track("b")

    assert station.courier.step() == 3.0
    assert station.courier.step(flush=True) == 3.0
    assert len(station.server.requests) == 1


def test_settings_that_change_no_destination_do_not_shorten_a_backoff(make):
    station = make(DOWN, chance=1.0)
    station.track("a")
    station.courier.step()

    station.courier.use(Settings(**station.settings, app_version="2"))
    unchanged = station.courier.due()
    station.courier.use(Settings(**{**station.settings, "authorization": "Token other"}))

    assert (unchanged, station.courier.due()) == (4.0, 0.0)
    assert station.courier.last_error == ""


def test_while_the_player_has_not_agreed_nothing_is_sent(make):
    station = make()
    station.track("a")
    station.courier.held = True

    assert station.work(flush=True) == []


def test_what_the_player_forbids_while_it_is_read_is_not_sent(make):
    station = make()
    station.track("a")
    station.courier._yield_lock = lambda: setattr(station.courier, "held", True)

    station.work(flush=True)

    assert station.server.requests == []


def test_a_trouble_is_said_once_and_its_end_as_well(make, caplog):
    caplog.set_level("INFO", "exponea_game")
    station = make(reply(401, errors=["no"]), reply(401, errors=["no"]))
    station.track("a")

    station.work(seconds=2000.0)

    said = [record.message for record in caplog.records]
    assert [m for m in said if "does not accept the project" in m] == [
        "the server does not accept the project or stream, or its token: 401 no"
    ]
    assert [m for m in said if m.startswith("delivering again")] != []


def test_the_wall_clock_of_a_refusal_is_kept(make):
    station = make({"bad"})
    station.clock.now = 5.0
    station.track("bad")

    station.work()

    assert json.loads(station.rejected.read_text())["timestamp"] == BEGAN + 5.0


# What has replaced another


class Replacing(FakeServer):
    """Has other settings put in place while the request is in flight."""

    def __init__(self, *answers):
        super().__init__(*answers)
        self.replace = None

    def __call__(self, address, headers, data):
        if self.replace is not None:
            self.replace, replace = None, self.replace
            replace()
        return super().__call__(address, headers, data)


@pytest.mark.parametrize(
    "late",
    [
        reply(401, success=False, errors=["unauthorized"]),
        reply(400, success=False, errors=["Invalid JSON"]),
        reply(503),
        DOWN,
    ],
)
def test_a_late_verdict_on_an_old_token_does_not_hold_back_the_corrected_one(make, late):
    station = make()
    station.track("a")
    station.courier.sender.transport = station.server = Replacing(late)
    corrected = Settings(**{**station.settings, "authorization": "Token right"})
    station.server.replace = lambda: station.courier.use(corrected)

    moments = station.work(seconds=1.0)

    assert moments == [0.0, GATHER]
    assert station.server.headers["Authorization"] == "Token right"
    assert station.refused() == []
    assert station.courier.last_error == ""


def test_what_an_old_destination_has_taken_is_settled(make):
    station = make()
    station.track("a")
    station.courier.sender.transport = station.server = Replacing()
    other = Settings(**{**station.settings, "project_token": "other"})
    station.server.replace = lambda: station.courier.use(other)

    station.work()

    assert station.server.types == [["a"]]


# Strangers


PAGE = b"<html><head><title>400 Bad Request</title></head><body>nginx</body></html>"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 407, 410, 413, 414, 415, 418, 422, 451])
@pytest.mark.parametrize(
    "page", [PAGE, b"", b"blocked by your company", b'{"message":"Forbidden"}', b"[]", b"null"]
)
def test_a_stranger_refuses_nothing_whatever_it_answers(make, status, page):
    station = make(*[Reply(status, {}, page)] * 10)
    station.track("a", "b", "c", "forget_me")

    station.work(seconds=10_000.0)

    assert station.refused() == []
    assert list(chain.from_iterable(station.server.types[10:])) == ["a", "b", "c", "forget_me"]


# Slow lines


class SlowLine(FakeServer):
    """Gets a request through its line in time only if it is small."""

    def __init__(self, most):
        super().__init__()
        self.most, self.failed = most, 0

    def __call__(self, address, headers, data):
        if len(json.loads(data)["commands"]) > self.most:
            self.failed += 1
            raise TimeoutError("timed out")
        return super().__call__(address, headers, data)


@pytest.mark.parametrize("most", [1, 3, 20])
def test_a_request_that_takes_too_long_is_made_smaller_until_it_is_through(make, most):
    station = make(chance=0.0)
    station.courier.sender.transport = station.server = SlowLine(most)
    station.track(*map(str, range(120)))

    station.work(seconds=100_000.0)

    assert list(chain.from_iterable(station.server.types)) == list(map(str, range(120)))
    assert station.refused() == []


def test_a_line_that_is_quick_again_gets_full_requests_again(make):
    station = make(TimeoutError("timed out"), TimeoutError("timed out"), chance=0.0)
    station.track(*["a"] * 300)

    station.work(seconds=10_000.0)

    assert [len(types) for types in station.server.types][-2:] == [50, 50]


# The network


def test_a_network_that_is_back_gets_its_first_event_within_five_seconds(make):
    gone = OSError(errno.ENETUNREACH, "Network is unreachable")
    station = make(*[gone] * 200, chance=1.0)
    station.track("a")

    moments = station.work(seconds=10_000.0)

    assert max(b - a for a, b in pairwise(moments)) < 5.0
    assert station.server.types[-1] == ["a"]


# What is told


@pytest.fixture
def told(caplog, monkeypatch):
    monkeypatch.setattr("exponea_game.system.log._logged", {})
    caplog.set_level("INFO", "exponea_game")
    return lambda level: [r.getMessage() for r in caplog.records if r.levelname == level]


def test_a_server_that_cannot_be_trusted_is_told_once_as_a_warning(make, told):
    refusal = ssl.SSLCertVerificationError("self-signed certificate")
    station = make(*[refusal] * 5)
    station.track("a")

    station.work(seconds=1000.0)

    (warning,) = told("WARNING")
    assert "self-signed certificate" in warning
    assert "exponea-game doctor" in warning


def test_a_collector_that_is_not_there_is_told_once_as_a_warning(make, told):
    station = make(*[ConnectionRefusedError("refused")] * 50, collector="http://127.0.0.1:8321")
    station.track("a")

    moments = station.work(seconds=1000.0)

    assert told("WARNING") == [
        "no collector answers at http://127.0.0.1:8321: start it with exponea-game collector; "
        "events wait"
    ]
    assert max(b - a for a, b in pairwise(moments)) < 5.0


def test_what_waits_for_a_project_goes_to_a_stream_and_that_is_told_once(make, told):
    station = make()
    station.track("a")
    on_stream = Settings(stream_id="stream-1", environment="test", flush_mode="immediate")

    station.courier.use(on_stream)
    station.courier.use(replace(on_stream, stream_id="stream-2"))
    station.work()

    assert station.server.types == [["a"]]
    assert station.server.address.endswith("/track/u/v1/batch?stream_id=stream-2")
    assert told("WARNING") == ["what waits for the project goes to the event stream from here on"]


def test_what_a_stream_takes_without_results_is_not_sent_again_and_that_is_told_once(make, told):
    stream = {"project_token": None, "authorization": None, "stream_id": "stream-1"}
    station = make(*[reply(200, success=True)] * 5, **stream)
    for own in ("a", "b", "c"):
        station.track(own)
        station.work(seconds=100.0)

    assert station.server.types == [["a"], ["b"], ["c"]]
    assert (station.courier.sent, station.outbox.waiting()) == (3, 0)
    (warning,) = told("WARNING")
    assert "gives no results: taken for accepted" in warning


def test_refused_commands_of_a_kind_are_told_once(make, told):
    station = make(*[{"bad", "worse"}] * 3)
    station.track(*["bad"] * 100, *["worse"] * 20)

    station.work(seconds=100.0)

    assert len(station.refused()) == 120
    assert len(told("WARNING")) == 2


def test_what_the_limit_has_dropped_and_counted_is_not_sent_again(make):
    station = make(DOWN)
    station.track("a", "b")
    station.work()
    station.run.cursor.lose(
        Counter({"a": 1, "b": 1}), Position(1, station.journal._segment.size, 2)
    )
    station.track("c")

    station.clock.now += 60.0
    station.work()

    assert station.server.types == [["a", "b"], ["c"]]
