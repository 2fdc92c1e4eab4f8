from __future__ import annotations

import pytest
import requests

from exponea_game.collector import Collector
from exponea_game.collector.faults import FaultPlan, Faults

from .client import Client, command


def test_a_status_is_answered_and_nothing_stored(client: Client, collector: Collector) -> None:
    collector.faults(status=429, retry_after=7)

    answer = client.track("x")

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json() == {"success": False, "errors": ["Too Many Requests"]}
    assert collector.events() == []


def test_a_fault_ends_after_its_requests(client: Client, collector: Collector) -> None:
    collector.faults(status=500, requests=2)

    assert [client.track("x").status_code for _ in range(3)] == [500, 500, 200]


def test_a_fault_ends_after_its_seconds() -> None:
    moment = [100.0]
    plan = FaultPlan(lambda: moment[0])
    plan.put(Faults(status=500, seconds=5))

    statuses = []
    for moment[0] in (104.9, 105.0):
        statuses.append(plan.take().status)

    assert statuses == [500, None]


def test_closing_before_stores_nothing(client: Client, collector: Collector) -> None:
    collector.faults(close="before")

    with pytest.raises(requests.ConnectionError):
        client.track("x")

    assert collector.events() == []


def test_closing_after_stores_without_an_answer(client: Client, collector: Collector) -> None:
    collector.faults(close="after", requests=1)

    with pytest.raises(requests.ConnectionError):
        client.track("x")
    client.track("x")

    assert client.get("all") == {"total": 2, "good": 1, "bad": 0, "duplicate": 1}


def test_a_hanging_server_does_not_answer_and_can_still_be_stopped(client: Client) -> None:
    with Collector() as collector:
        collector.faults(hang=True)

        with pytest.raises(requests.ReadTimeout):
            Client(collector.url).post("customers/events", {}, timeout=0.2)


def test_a_corrupt_reply_is_stored_and_no_json(client: Client, collector: Collector) -> None:
    collector.faults(corrupt=True)

    answer = client.track("x")

    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()
    assert len(collector.events()) == 1


def test_a_delay_holds_the_answer_back(client: Client, collector: Collector) -> None:
    collector.faults(delay=0.2)

    answer = client.track("x")

    assert answer.elapsed.total_seconds() >= 0.2
    assert answer.json()["success"] is True


def test_one_type_of_events_is_refused_alone(client: Client, collector: Collector) -> None:
    collector.faults(refuse_type="secret")

    results = client.batch(command("open"), command("secret")).json()["results"]

    assert results == [
        {"success": True},
        {"success": False, "errors": ["Not authorized to add event of specified type"]},
    ]


def test_every_nth_command_is_refused_across_requests(client: Client, collector: Collector) -> None:
    collector.faults(refuse_every=3)

    results = [client.track("x", at).json()["success"] for at in range(1, 7)]

    assert results == [True, True, False, True, True, False]


def test_faults_are_told_and_ended(client: Client, collector: Collector) -> None:
    collector.faults(delay=1.5, requests=9)
    put = client.get("faults")
    collector.faults()

    assert (put["delay"], put["requests"]) == (1.5, 9)
    assert client.get("faults")["delay"] == 0.0
    assert client.track("x").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [{"delay": -1}, {"status": 200}, {"close": "later"}, {"requests": 0}, {"colour": 1},
     {"hang": "yes"}, {"delay": True}],
)  # fmt: skip
def test_faults_without_a_meaning_are_refused(
    client: Client, collector: Collector, fields: dict[str, object]
) -> None:
    answer = requests.put(f"{collector.url}/_/faults", json=fields, timeout=5)

    assert answer.status_code == 400
    assert next(iter(fields)) in answer.json()["errors"][0]
