"""The collector as an event stream: who is let in, with which token, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests

from exponea_game.cli import main
from exponea_game.collector import Collector
from exponea_game.collector.tokens import mint

from .client import Client, command, event

SECRET = "a secret for tries"
P1, P2 = {"registered": "p1"}, {"registered": "p2"}


class StreamClient(Client):
    """Speaks to an event stream, as the player whose token it has."""

    def __init__(self, url: str, token: str | None = None) -> None:
        super().__init__(url, {"Authorization": f"Bearer {token}"} if token else {})

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        options = {"json": body, "timeout": 5, "headers": self._headers} | options
        return requests.post(f"{self.url}/track/u/v1/{path}?stream_id=s-1", **options)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Collector]:
    with Collector(jwt_secret=SECRET) as collector:
        yield collector


@pytest.fixture
def stream(guarded: Collector) -> Collector:
    guarded.reset()
    guarded.faults()
    guarded.stream()
    return guarded


def signed(collector: Collector, ids: dict[str, str], lifetime: float = 60.0) -> StreamClient:
    return StreamClient(collector.url, mint(SECRET, ids, lifetime))


def test_all_three_addresses_take_what_those_of_a_project_take(stream: Collector) -> None:
    client = StreamClient(stream.url)

    answers = [
        client.track("jump"),
        client.batch(command("fall", 2.0), {"name": "?"}),
        client.post("customers", {"customer_ids": {"cookie": "c1"}, "properties": {"a": 1}}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [result["success"] for result in answers[1].json()["results"]] == [True, False]
    assert [found["event_type"] for found in stream.events()] == ["jump", "fall"]
    assert {found["project"] for found in stream.events()} == {"stream:s-1"}
    assert stream.customers()[0]["properties"] == {"a": 1}


def test_a_stream_and_a_project_of_one_name_are_two(stream: Collector) -> None:
    StreamClient(stream.url).track("x")
    requests.post(
        f"{stream.url}/track/v2/projects/s-1/customers/events", json=event("x"), timeout=5
    )

    assert stream.summary()["accepted"] == 2
    assert stream.summary()["customers"] == 2


@pytest.mark.parametrize("query", ["", "?stream_id=", "?stream_id=a/b", "?stream_id=" + "a" * 65])
def test_a_request_without_a_streams_id_is_refused(stream: Collector, query: str) -> None:
    answer = requests.post(
        f"{stream.url}/track/u/v1/batch{query}", json={"commands": [command("x")]}, timeout=5
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "Invalid stream id")


def test_a_projects_key_is_nothing_for_a_stream(stream: Collector) -> None:
    answer = StreamClient(stream.url).post(
        "customers/events", event("x"), headers={"Authorization": "Token abc"}
    )

    assert answer.status_code == 401


def crafted(header: dict[str, Any] | None = None, secret: str = SECRET, **claims: Any) -> str:
    whole = {"exp": int(time.time()) + 3600, "ids": P1} | claims
    whole = {name: value for name, value in whole.items() if value is not None}
    key = secret.encode().ljust(64, b"\0")
    header = {"kid": "k"} if header is None else header
    return jwt.encode(whole, key, header.pop("alg", "HS512"), headers=header)


REJECTED = {
    "another key": crafted(secret="another"),
    "another algorithm": crafted({"kid": "k", "alg": "HS256"}),
    "no kid": crafted({}),
    "no exp": crafted(exp=None),
    "no ids": crafted(ids=None),
    "empty ids": crafted(ids={}),
    "ids that are no text": crafted(ids={"registered": 7}),
    "three parts of nothing": "a.b.c",
    "no token": "nonsense",
    "two tokens": "a b",
    "empty": "",
}


@pytest.mark.parametrize("token", REJECTED.values(), ids=REJECTED)
def test_a_token_that_is_none_is_rejected(stream: Collector, token: str) -> None:
    answer = StreamClient(stream.url).post(
        "batch", {"commands": [command("x")]}, headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 401
    assert answer.json()["success"] is False
    assert answer.json()["token_expired"] is False
    assert stream.events() == []


def test_an_unsigned_token_is_rejected(stream: Collector) -> None:
    claims = {"exp": int(time.time()) + 3600, "ids": P1}
    token = jwt.encode(claims, None, "none", headers={"kid": "k"})

    assert StreamClient(stream.url, token).track("x").status_code == 401


def test_a_token_whose_life_is_over_has_expired(stream: Collector) -> None:
    answer = signed(stream, P1, -1.0).track("x", customer_ids=P1)

    assert (answer.status_code, answer.json()["token_expired"]) == (401, True)
    assert stream.events() == []


def test_a_token_goes_with_its_own_customers_commands_alone(stream: Collector) -> None:
    client = signed(stream, P1)
    own = command("x", 1.0, customer_ids={"cookie": "c1", **P1})

    fits = client.batch(own, command("x", 2.0, customer_ids={"cookie": "c1"}))
    others = client.batch(own, command("x", 3.0, customer_ids=P2))

    assert (fits.status_code, others.status_code) == (200, 403)
    assert "another registered" in others.json()["error"]
    assert len(stream.events()) == 2


@pytest.mark.parametrize("rule", ["deny", "signed"])
@pytest.mark.parametrize("token", [True, False])
def test_a_rule_is_for_event_types_ids_and_customers_properties(
    stream: Collector, rule: str, *, token: bool
) -> None:
    client = signed(stream, P1) if token else StreamClient(stream.url)
    stream.stream(
        event_types={"buy": rule}, ids={"email": rule}, properties={"vip": rule}, refuse="command"
    )
    email = {"email": "p1"}
    commands = [
        command("buy", 1.0, customer_ids=P1),
        command("jump", 2.0, customer_ids=P1 | email),
        {"name": "customers", "data": {"customer_ids": P1, "properties": {"vip": True}}},
        command("jump", 3.0, customer_ids=P1, properties={"vip": True}),
    ]

    passed = [result["success"] for result in client.batch(*commands).json()["results"]]

    signed_for_p1 = rule == "signed" and token
    assert passed == [signed_for_p1, False, signed_for_p1, True]


def test_a_star_is_for_all_that_have_no_rule(stream: Collector) -> None:
    stream.stream(event_types={"*": "deny", "jump": "allow"}, refuse="command")

    results = StreamClient(stream.url).batch(command("jump"), command("fall")).json()["results"]

    assert [result["success"] for result in results] == [True, False]
    assert results[1]["errors"] == ["Not authorized: event type 'fall' is denied"]


def test_one_command_that_may_not_pass_refuses_its_batch(stream: Collector) -> None:
    stream.stream(event_types={"buy": "signed"})
    client = StreamClient(stream.url)

    refused = client.batch(command("jump"), command("buy", 2.0))
    rest = client.batch(command("jump"))

    assert (refused.status_code, rest.status_code) == (403, 200)
    assert [found["event_type"] for found in stream.events()] == ["jump"]


def test_an_answer_may_lack_results(stream: Collector) -> None:
    stream.stream(results=False)

    answer = StreamClient(stream.url).batch(command("jump"))

    assert answer.json()["success"] is True
    assert "results" not in answer.json()
    assert len(stream.events()) == 1


@pytest.mark.parametrize(
    ("fault", "status", "expired"),
    [("expired", 401, True), ("rejected", 401, False), ("insufficient", 403, None)],
)
def test_faults_of_tokens_are_those_of_a_stream_alone(
    stream: Collector, fault: str, status: int, expired: bool | None
) -> None:
    stream.faults(token=fault)

    answer = signed(stream, P1).track("x", customer_ids=P1)

    assert (answer.status_code, answer.json().get("token_expired")) == (status, expired)
    assert Client(stream.url).track("x").status_code == 200


def test_without_a_secret_no_token_is_checked() -> None:
    with Collector() as collector:
        answer = StreamClient(collector.url, "whatever").track("x")

    assert answer.status_code == 200


def test_it_is_noted_for_whom_a_request_was_signed_and_no_token_is(
    stream: Collector, client: Client
) -> None:
    token = mint(SECRET, P1)
    StreamClient(stream.url, token).track("x", customer_ids=P1)
    StreamClient(stream.url, token[:-2]).track("x", customer_ids=P1)
    StreamClient(stream.url).track("y")

    records = Client(stream.url).get("records")

    assert [request["signed_for"] for request in records["requests"]] == [P1, None, None]
    assert [request["outcome"] for request in records["requests"]] == ["200", "401", "200"]
    signature = token.rpartition(".")[2].encode()
    assert all(signature not in file.read_bytes() for file in stream.path.parent.iterdir())
    assert token not in json.dumps(records)


@pytest.mark.parametrize(
    "fields",
    [{"event_types": {"x": "perhaps"}}, {"event_types": ["x"]}, {"refuse": "never"},
     {"results": 1}, {"colour": 1}, {"ids": {"x": ["deny"]}}],
)  # fmt: skip
def test_rules_without_a_meaning_are_refused(stream: Collector, fields: dict[str, Any]) -> None:
    answer = requests.put(f"{stream.url}/_/stream", json=fields, timeout=5)

    assert answer.status_code == 400
    assert next(iter(fields)) in answer.json()["errors"][0]


def test_the_command_line_makes_tokens_and_checks_them(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["token", "--ids", "registered=p1", "--ids", "email=a@example.com"]
    assert main([*words, "--jwt-secret", "s"]) == 0
    token = capsys.readouterr().out.strip()
    program = subprocess.Popen(
        [sys.executable, "-m", "exponea_game", "collector", "--port", "0", "--jwt-secret", "s"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout
    url = program.stdout.readline().strip()

    good = StreamClient(url, token).track("x", customer_ids=P1)
    bad = StreamClient(url, mint("another", P1)).track("x", customer_ids=P1)
    program.terminate()
    program.communicate()

    assert (good.status_code, bad.status_code) == (200, 401)


@pytest.mark.parametrize("ids", ["registered", "=p1", "registered="])
def test_an_id_without_a_value_is_no_id(ids: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["token", "--ids", ids, "--jwt-secret", "s"])

    assert ended.value.code == 2
    assert "NAME=VALUE" in capsys.readouterr().err
