from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

import pytest
import requests
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from exponea_game.collector import Collector, export, queries
from exponea_game.collector.guard import Guard
from exponea_game.collector.news import MOST_STREAMS

from .client import Client, command, event, eventually


@contextmanager
def listening(url: str, **headers: str) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
    """The messages of the stream, each with its id, as they come."""
    with requests.get(f"{url}/_/stream", stream=True, timeout=10, headers=headers) as answer:
        lines = (line.decode() for line in answer.iter_lines(chunk_size=1))
        values = (line.partition(": ")[2] for line in lines if line.startswith(("id", "data")))
        yield ((identity, json.loads(data)) for identity, data in zip(values, values, strict=False))


def types(events: list[dict[str, Any]]) -> list[str]:
    return [found["event_type"] for found in events]


def test_the_counts_tell_events_copies_and_refusals_apart(client: Client) -> None:
    client.batch(command("session_start"), command("x", 2.0), command("x", 2.0), {"name": "?"})
    client.post("customers", {"customer_ids": {"cookie": "c2"}, "properties": {"a": 1}})

    summary = client.get("summary")

    assert summary == {
        "total": 4, "accepted": 2, "rejected": 1, "duplicates": 1, "updates": 1, "requests": 2,
        "sessions": 1, "customers": 2, "pruned": 0,
    }  # fmt: skip


def test_events_are_filtered_and_paged_with_the_newest_last(client: Client) -> None:
    client.batch(*(command("even" if n % 2 == 0 else "odd", float(n)) for n in range(10)))

    newest = client.get("events?limit=3")
    older = client.get(f"events?limit=3&before={newest[0]['id']}")
    newer = client.get(f"events?limit=2&after={older[0]['id']}")
    even = client.get("events?type=even&since=4&until=7")

    assert [found["timestamp"] for found in newest] == [7, 8, 9]
    assert [found["timestamp"] for found in older] == [4, 5, 6]
    assert [found["timestamp"] for found in newer] == [5, 6]
    assert [found["timestamp"] for found in even] == [4, 6]


@pytest.mark.parametrize("query", ["since=x", "limit=1.5", "colour=red"])
def test_a_filter_without_a_meaning_is_refused(collector: Collector, query: str) -> None:
    assert requests.get(f"{collector.url}/_/events?{query}", timeout=5).status_code == 400


def test_a_reset_forgets_everything(client: Client, collector: Collector) -> None:
    client.track("session_start")
    client.post("batch", {"commands": [{}]})

    collector.reset()

    assert set(client.get("summary").values()) == {0}
    assert [client.get(kind) for kind in ("events", "rejected", "sessions", "customers")] == [
        []
    ] * 4
    client.track("session_start")
    assert client.get("all") == {"total": 1, "good": 1, "bad": 0, "duplicate": 0}


def test_the_stream_pushes_what_is_new(client: Client) -> None:
    client.track("before")

    with listening(client.url) as messages:
        _, hello = next(messages)
        client.track("after")
        _, news = next(messages)

    assert hello["events"] == []
    assert hello["summary"]["accepted"] == 1
    assert types(news["events"]) == ["after"]


def test_the_stream_goes_on_where_a_reader_left_it(client: Client) -> None:
    with listening(client.url) as messages:
        position, _ = next(messages)
    client.track("meanwhile")

    with listening(client.url, **{"Last-Event-ID": position}) as messages:
        _, news = next(messages)

    assert types(news["events"]) == ["meanwhile"]


def test_the_stream_names_another_epoch_after_a_reset(client: Client, collector: Collector) -> None:
    with listening(client.url) as messages:
        _, before = next(messages)
        collector.reset()
        _, after = next(messages)

    assert before["epoch"] != after["epoch"]


def test_the_stream_tells_faults_and_states(client: Client, collector: Collector) -> None:
    with listening(client.url) as messages:
        next(messages)
        collector.faults(delay=2)
        _, faulty = next(messages)
        requests.post(f"{client.url}/_/state", json={"run": "r", "state": "away"}, timeout=5)
        _, told = next(messages)

    assert faulty["faults"]["delay"] == 2
    assert [(row["run"], row["state"]) for row in told["presence"]] == [("r", "away")]


def test_states_become_stretches_of_time(client: Client) -> None:
    for state in ("present", "present", "away"):
        report = {"run": "r1", "state": state, "session_start": 5.0, "waiting": 3}
        assert requests.post(f"{client.url}/_/state", json=report, timeout=5).ok

    first, second = client.get("presence")

    assert [first["state"], second["state"]] == ["present", "away"]
    assert first["since"] < first["until"] <= second["since"]
    assert second["report"]["waiting"] == 3


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"{}", b'{"run": 1, "state": "x"}', b" " * 70_000,
        b'{"run": "r", "state": "away", "away_since": "long ago"}',
        b'{"run": "r", "state": "away", "waiting": true}',
    ],
)  # fmt: skip
def test_a_state_without_a_meaning_is_refused(client: Client, body: bytes) -> None:
    assert requests.post(f"{client.url}/_/state", data=body, timeout=5).status_code == 400


def csv_of(url: str, query: str = "") -> list[dict[str, str]]:
    text = requests.get(f"{url}/_/export.csv{query}", timeout=5).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_all_formats_export_every_event(client: Client, collector: Collector) -> None:
    client.batch(*(command("=cmd", float(n), properties={"\u00e9": n}) for n in range(3)))

    answers = {
        kind: requests.get(f"{collector.url}/_/export.{kind}", timeout=5)
        for kind in ("json", "ndjson")
    }

    events = client.get("events")
    assert answers["json"].json() == events
    assert [json.loads(line) for line in answers["ndjson"].text.splitlines()] == events
    rows = csv_of(collector.url)
    assert [row["\u00e9"] for row in rows] == ["0", "1", "2"]
    assert {row["event_type"] for row in rows} == {"'=cmd"}
    assert requests.get(f"{collector.url}/_/export.xml", timeout=5).status_code == 404


def test_a_table_has_a_column_a_property_and_times_that_a_spreadsheet_reads(
    client: Client, collector: Collector
) -> None:
    client.batch(
        command("shot", 1_700_000_000.25, properties={"weapon": "bow", "hit": True, "at": [1, 2]}),
        command("shot", 1.7e12, properties={"weapon": "=1", "=2": -3, "timestamp": None}),
    )

    first, second = csv_of(collector.url)

    moment = datetime.fromtimestamp(1_700_000_000.25)
    assert datetime.strptime(first["time"], "%Y-%m-%d %H:%M:%S.%f") == moment
    assert (first["weapon"], first["hit"], first["at"]) == ("bow", "TRUE", "[1, 2]")
    assert float(first["timestamp"]) == 1_700_000_000.25
    assert (second["time"], second["weapon"], second["'=2"]) == ("", "'=1", "-3")
    assert second["property timestamp"] == ""
    assert [row["event_type"] for row in csv_of(collector.url, "?until=1700000001")] == ["shot"]


def test_rare_properties_share_a_column(
    client: Client, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_PROPERTIES", 2)
    client.batch(
        command("x", 1.0, properties={"a": 1, "b": 2}),
        command("x", 2.0, properties={"a": 1, "b": 2, "c": 3}),
    )

    first, second = csv_of(collector.url)

    assert (first["a"], first["b"], first["other properties"]) == ("1", "2", "")
    assert (second["a"], json.loads(second["other properties"])) == ("1", {"c": 3})


def test_an_export_of_nothing_is_an_empty_list(client: Client) -> None:
    assert client.get("export.json") == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_the_world_outside_is_refused(client: Client, headers: dict[str, str]) -> None:
    told = requests.get(f"{client.url}/_/events", headers=headers, timeout=5)
    tracked = client.post("customers/events", event("x"), headers=headers)

    assert (told.status_code, tracked.status_code) == (403, 403)
    assert client.get("events") == []


def test_the_page_is_bound_by_a_policy(collector: Collector) -> None:
    answer = requests.get(collector.url, timeout=5)

    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_oldest_events_are_pruned_and_counted() -> None:
    with Collector(keep=500) as collector:
        client = Client(collector.url)
        for start in range(0, 11_000, 50):
            client.batch(*(command("x", float(at)) for at in range(start, start + 50)))

        summary = eventually(lambda: (found := collector.summary())["pruned"] and found)

        events = collector.events()
    assert summary["accepted"] == 11_000
    assert len(events) == 11_000 - summary["pruned"]
    assert events[-1]["timestamp"] == 10_999


@pytest.mark.parametrize(
    ("port", "headers", "status"),
    [
        (80, {"host": "localhost"}, 200),
        (80, {"host": "127.0.0.1", "origin": "http://127.0.0.1"}, 200),
        (80, {"host": "localhost:80"}, 200),
        (80, {"host": "evil.example"}, 403),
        (8321, {"host": "localhost"}, 403),
    ],
)
def test_the_port_that_goes_without_saying_may_be_left_out_of_the_host(
    port: int, headers: dict[str, str], status: int
) -> None:
    answers: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Response()(scope, receive, send)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answers.append(message["status"])

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "headers": raw}
    with ThreadPoolExecutor(1) as thread:  # playwright keeps a loop of its own in this one
        thread.submit(asyncio.run, Guard(app, port)(scope, receive, send)).result()

    assert answers == [status]


@pytest.mark.parametrize("name", ["limit", "after", "before", "since", "until"])
@pytest.mark.parametrize("value", ["9" * 30, "-" + "9" * 30, "9" * 5000, "nan", "inf", "1e999"])
def test_a_number_of_any_size_is_answered_or_refused(client: Client, name: str, value: str) -> None:
    client.track("x")

    for address in ("events", "export.json", "export.csv", "records", "stream"):
        with requests.get(
            f"{client.url}/_/{address}", {name: value}, timeout=5, stream=True,
            headers={"Last-Event-ID": f"a.{value}"},
        ) as answer:  # fmt: skip
            assert answer.status_code in (200, 400), (address, answer.status_code)


def test_a_limit_below_zero_is_refused(client: Client) -> None:
    assert requests.get(f"{client.url}/_/events?limit=-1", timeout=5).status_code == 400
    assert requests.get(f"{client.url}/_/records?after=-1", timeout=5).status_code == 400


@pytest.mark.parametrize("before", ["", "\n", "\r", "\t", " ", "\u200b", "\x00 ", "\ufeff"])
@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212")
def test_no_cell_of_a_table_begins_like_a_formula(sign: str, before: str) -> None:
    assert export.cell(f"{before}{sign}1+1").startswith("'")


def test_numbers_and_plain_words_stay_as_they_are_in_a_table() -> None:
    assert [export.cell(value) for value in (-5, 1.5, "a=b", "1-2", "")] == [
        -5, 1.5, "a=b", "1-2", "",
    ]  # fmt: skip


def test_streams_at_one_place_share_one_look_at_the_store(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    records = queries.records

    def counting(database: sqlite3.Connection, after: int, limit: int = 2000) -> Any:
        looks.append(after)
        return records(database, after, limit)

    with ExitStack() as stack:
        streams = [stack.enter_context(listening(client.url)) for _ in range(20)]
        for stream in streams:
            next(stream)
        monkeypatch.setattr(queries, "records", counting)
        client.track("x")
        news = [next(stream)[1] for stream in streams]

    assert [types(message["events"]) for message in news] == [["x"]] * 20
    assert len(looks) < 5


def test_streams_beyond_the_most_are_refused(client: Client) -> None:
    with ExitStack() as stack:
        answers = [
            stack.enter_context(requests.get(f"{client.url}/_/stream", stream=True, timeout=10))
            for _ in range(MOST_STREAMS + 1)
        ]
        statuses = [answer.status_code for answer in answers]
        assert statuses == [200] * MOST_STREAMS + [503]
        assert "at most" in answers[-1].json()["errors"][0]

    def again() -> bool:
        with requests.get(f"{client.url}/_/stream", stream=True, timeout=10) as answer:
            return answer.status_code == 200

    assert eventually(again)
