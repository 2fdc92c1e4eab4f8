"""Whatever comes is answered: nothing a client can send makes the rules or the store fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exponea_game.collector.rules import BadRequestError, Command, Event, Refusal, decode, judge
from exponea_game.collector.store import Request, Store

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from(["\x00", "\ud800", 10**400, 1e308, -0.0, "null", "2020-01-01", "9999-12-31"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
IDS = st.dictionaries(st.sampled_from(["cookie", "registered", "x\x00"]), SCALARS) | VALUES
DATA = st.fixed_dictionaries(
    {
        "customer_ids": st.just({"cookie": "c1"}) | IDS,
        "event_type": st.just("jump") | st.text() | VALUES,
    },
    optional={
        "properties": st.dictionaries(st.text(), VALUES) | VALUES,
        "timestamp": SCALARS,
        "update_timestamp": SCALARS,
        "age": SCALARS,
    },
)
COMMANDS = VALUES | st.fixed_dictionaries(
    {"name": st.sampled_from(["customers", "customers/events"]), "data": DATA},
    optional={"command_id": VALUES, "comment": VALUES},
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("rules") / "events.db"
    store = Store(path)
    yield store
    store.close()


@given(st.binary())
def test_any_bytes_are_json_or_refused(body: bytes) -> None:
    try:
        decoded: object = decode(body)
    except BadRequestError:
        decoded = {}

    assert isinstance(decoded, dict)


@given(COMMANDS)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=400)
def test_any_command_is_stored_or_refused(store: Store, command: object) -> None:
    try:
        received = decode(json.dumps({"command": command}).encode())["command"]
    except BadRequestError:
        return  # as a whole: a number that is none, or half a character

    judged: Command = judge(received, "p", 1.7e9)
    request = Request("p", "batch", 1.7e9, 1)
    [result] = store.commit([lambda own: own.take(request, [judged])])

    assert result is None
    if isinstance(judged, Refusal):
        assert all(judged.errors)
    if isinstance(judged, Event):
        assert json.loads(judged.properties) == (received["data"].get("properties") or {})
