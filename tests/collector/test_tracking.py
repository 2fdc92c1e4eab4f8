from __future__ import annotations

import gzip
import http.client
import json
import time

import pytest

from exponea_game.collector import Collector

from .client import Client, command, event


def test_an_event_is_stored_and_acknowledged(client: Client) -> None:
    answer = client.track("level_complete", 1533663283.894375, properties={"level": 3})

    assert (answer.status_code, answer.json()) == (200, {"errors": [], "success": True})
    [stored] = client.get("events")
    assert stored["event_type"] == "level_complete"
    assert stored["properties"] == {"level": 3}
    assert stored["timestamp"] == 1533663283.894375
    assert stored["customer_ids"] == {"cookie": "c1"}


def test_an_event_without_a_timestamp_gets_that_of_its_receipt(client: Client) -> None:
    before = time.time()

    client.post("customers/events", {"customer_ids": {"cookie": "c1"}, "event_type": "x"})

    assert before <= client.get("events")[0]["timestamp"] <= time.time()


def test_iso_dates_are_timestamps_too(client: Client) -> None:
    client.track("x", timestamp="2001-09-09T01:46:40Z")

    assert client.get("events")[0]["timestamp"] == 1_000_000_000


def test_the_servers_time_is_told(client: Client, collector: Collector) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", collector.port)

    connection.request("GET", "/track/v2/projects/local/system/time")
    answer = json.load(connection.getresponse())

    assert answer["success"] is True
    assert answer["errors"] == []
    assert abs(answer["time"] - time.time()) < 60


def test_a_batch_gives_a_result_for_each_command_in_order(client: Client) -> None:
    answer = client.batch(
        command("one") | {"command_id": "a"},
        {"name": "customers/events", "data": {"event_type": "x"}, "command_id": "b"},
        {"name": "system/time"},
        {"name": "customers", "data": {"customer_ids": {"cookie": "c1"}, "properties": {"n": 1}}},
    ).json()

    assert answer["success"] is True
    assert answer["start_time"] <= answer["end_time"]
    first, second, third, fourth = answer["results"]
    assert first == {"success": True, "command_id": "a"}
    assert second == {
        "success": False,
        "errors": ["At least one id should be specified."],
        "command_id": "b",
    }
    assert set(third) == {"success", "time"}
    assert fourth == {"success": True}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"commands": []}, "No commands"),
        ({}, "No commands"),
        ({"commands": [{}] * 51}, "Too many commands: 51, at most 50"),
        ([], "Invalid JSON"),
    ],
)
def test_a_batch_of_no_or_too_many_commands_is_refused(
    client: Client, body: object, words: str
) -> None:
    answer = client.post("batch", body)

    assert answer.status_code == 400
    assert answer.json() == {"success": False, "message": words}


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b'{"customer_ids": {"cookie": "a"}, "event_type": "x", "properties": {"n": NaN}}',
        b'{"customer_ids": {"cookie": "a"}, "event_type": "x", "properties": {"n": -Infinity}}',
        b'{"customer_ids": {"cookie": "a"}, "event_type": "x", "properties": {"n": 1e999}}',
        b'{"event_type": "\xff"}',
        b'{"customer_ids": {"cookie": "a"}, "event_type": "x", "properties": {"\\ud800": 1}}',
        b"[" * 100_000,
        gzip.compress(json.dumps(event("x")).encode()),
    ],
    ids=["cut", "nan", "infinity", "overflow", "no-utf8", "half-a-character", "deep", "gzip"],
)
def test_what_is_no_json_is_refused(client: Client, text: bytes) -> None:
    answer = client.post("customers/events", data=text)

    assert answer.status_code == 400
    assert answer.json() == {"success": False, "message": "Invalid JSON"}
    assert client.get("summary")["total"] == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"customer_ids": {}}, "At least one id should be specified."),
        ({"customer_ids": {"cookie": None}}, "At least one id should be specified."),
        ({"customer_ids": {"cookie": "--"}}, "At least one valid id should be specified"),
        ({"customer_ids": {"registered": "null"}}, "At least one valid id should be specified"),
        ({"customer_ids": {"cookie": ["a"]}}, "Customer id 'cookie' must be a string."),
        ({"event_type": ""}, "Field 'event_type' is required."),
        ({"event_type": 5}, "Field 'event_type' is required."),
        ({"properties": [1]}, "Field 'properties' must be an object."),
        ({"timestamp": "yesterday"}, "Field 'timestamp' is no ISO-8601 date."),
        ({"timestamp": True}, "Field 'timestamp' must be a number of seconds."),
        ({"timestamp": None, "age": 10**400}, "Field 'age' must be a number of seconds."),
        ({"properties": {"text": "x" * 16385}}, "Property 'text' is over 16384 bytes."),
        (
            {"properties": {str(n): "x" * 16000 for n in range(52)}},
            "Message of 832510 bytes is over the limit of 819200.",
        ),
    ],
)
def test_a_faulty_event_is_refused_with_words(
    client: Client, change: dict[str, object], words: str
) -> None:
    answer = client.post("customers/events", event("x") | change)

    assert (answer.status_code, answer.json()) == (200, {"errors": [words], "success": False})
    [refused] = client.get("rejected")
    assert refused["errors"] == [words]
    assert client.get("events") == []


def test_a_property_of_exactly_the_limit_is_stored(client: Client) -> None:
    answer = client.track("x", properties={"text": "x" * 16384, "face": "\U0001f600"})

    assert answer.json()["success"] is True


def test_unknown_commands_are_refused_alone(client: Client) -> None:
    results = client.batch({"name": "teleport", "data": {}}, 7, command("x")).json()["results"]

    assert [result["success"] for result in results] == [False, False, True]
    assert results[0]["errors"] == ["Unknown command: 'teleport'."]


def test_an_exact_copy_is_stored_once_and_counted(client: Client) -> None:
    for _ in range(3):
        assert client.track("x", properties={"a": 1, "b": [2]}).json()["success"] is True
    client.track("x", properties={"a": 1, "b": [3]})
    client.track("x", 1.000001, properties={"a": 1, "b": [2]})

    assert client.get("all") == {"total": 5, "good": 3, "bad": 0, "duplicate": 2}


def test_a_wrong_token_is_told_from_a_missing_one() -> None:
    with Collector(authorization="Token right") as collector:
        missing = Client(collector.url).track("x")
        wrong = Client(collector.url, {"Authorization": "Token wrong"}).track("x")
        right = Client(collector.url, {"Authorization": "Token right"}).track("x")

    assert (missing.status_code, missing.json()["error"]) == (400, "Could not authenticate")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "access key not found")
    assert (right.status_code, right.json()["success"]) == (200, True)


def test_a_body_over_the_limit_is_cut_off(collector: Collector) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", collector.port, timeout=10)
    megabyte = b" " * 1024 * 1024

    connection.request(
        "POST", "/track/v2/projects/local/batch", body=(megabyte for _ in range(42)),
        encode_chunked=True, headers={"Transfer-Encoding": "chunked"},
    )  # fmt: skip

    assert connection.getresponse().status == 413


def test_unknown_addresses_are_answered_as_json(client: Client) -> None:
    answer = client.post("campaigns/clicks", {})

    assert (answer.status_code, answer.json()["success"]) == (404, False)
