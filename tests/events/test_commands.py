from __future__ import annotations

import json

import pytest

from exponea_game.errors import EventError
from exponea_game.events.commands import (
    Base,
    check_customer_ids,
    check_event_type,
    check_timestamp,
    customer,
    event,
)


@pytest.mark.parametrize("event_type", ["level_complete", "Größe 5", "x" * 300])
def test_a_text_is_an_event_type(event_type):
    assert check_event_type(event_type) == event_type


@pytest.mark.parametrize(
    ("event_type", "sentence"),
    [
        (None, "event_type is of type NoneType; it must be a text such as 'level_complete'"),
        (["a"], "event_type is of type list"),
        (b"a", "event_type is of type bytes"),
        ("", "event_type is empty"),
        (" \n", "event_type is empty"),
        ("x" * 10_000_000, "event_type has 10000000 characters"),
    ],
)
def test_anything_else_is_no_event_type(event_type, sentence):
    with pytest.raises(EventError, match=sentence):
        check_event_type(event_type)


@pytest.mark.parametrize("timestamp", [1, 0.5, 1_700_000_000, 1_700_000_000.123456])
def test_unix_seconds_are_a_timestamp(timestamp):
    assert check_timestamp(timestamp) == timestamp


@pytest.mark.parametrize(
    ("timestamp", "sentence"),
    [
        ("now", "timestamp is of type str; it must be Unix seconds"),
        (True, "timestamp is of type bool"),
        (1_700_000_000_000, "not milliseconds"),
        (0, "timestamp is 0"),
        (-5.0, "timestamp is -5.0"),
        (float("nan"), "timestamp is nan"),
        (float("inf"), "timestamp is inf"),
        (10**400, "not milliseconds"),
    ],
)
def test_anything_else_is_no_timestamp(timestamp, sentence):
    with pytest.raises(EventError, match=sentence):
        check_timestamp(timestamp)


def test_ids_are_texts_or_numbers():
    ids = {"registered": "player@example.com", "steam": 76561197960287930}

    assert check_customer_ids(ids) == {
        "registered": "player@example.com", "steam": "76561197960287930",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        (None, "customer_ids is an empty or wrong NoneType; give {'registered': '...'}"),
        ({}, "customer_ids is an empty or wrong dict"),
        ("a", "customer_ids is an empty or wrong str"),
        ({1: "a"}, "customer_ids has the name 1; it must be a text"),
        ({" ": "a"}, "customer_ids has the name ' '"),
        ({"cookie": "a"}, "customer_ids has 'cookie'; the library makes it"),
        ({"a": None}, r"customer_ids\['a'\] is None; it must be a text that names the customer"),
        ({"a": 1.5}, r"customer_ids\['a'\] is 1.5"),
        ({"a": True}, r"customer_ids\['a'\] is True"),
        ({"a": 2**64}, r"customer_ids\['a'\] is 18446744073709551616"),
        ({"a": "NULL"}, "that names the customer"),
        ({"a": " undefined "}, "that names the customer"),
        ({"a": ""}, "at least one letter or digit"),
        ({"a": "--_!"}, "at least one letter or digit"),
        ({"a": "x" * 4000}, "customer_ids are too long; together at most 4000 bytes"),
        ({f"id{n}": "x" * 100 for n in range(40)}, "customer_ids are too long"),
    ],
)
def test_anything_else_is_no_id_and_the_error_names_it(ids, sentence):
    with pytest.raises(EventError, match=sentence):
        check_customer_ids(ids)


def test_an_id_of_foreign_letters_is_one():
    assert check_customer_ids({"a": "プレイヤー"}) == {"a": "プレイヤー"}


def test_an_event_is_one_command_of_the_batch_request():
    command = event('{"cookie":"c"}', '"jump"', 1_700_000_000.0000014, '{"high":2}')

    assert command == (
        '{"name":"customers/events","data":{"customer_ids":{"cookie":"c"},'
        '"event_type":"jump","timestamp":1700000000.000001,"properties":{"high":2}}}'
    )


def test_an_update_of_the_customer_is_one_too():
    command = customer('{"cookie":"c"}', 1_700_000_000.5, "{}")

    assert json.loads(command) == {
        "name": "customers",
        "data": {
            "customer_ids": {"cookie": "c"},
            "update_timestamp": 1_700_000_000.5,
            "properties": {},
        },
    }


@pytest.mark.parametrize(
    ("shared", "own", "whole"),
    [
        ({}, {}, {}),
        ({"a": 1}, {}, {"a": 1}),
        ({}, {"b": 2}, {"b": 2}),
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1, "c": 3}, {"a": 9, "b": 2}, {"c": 3, "a": 9, "b": 2}),
        ({"a": 1}, {"a": None}, {"a": None}),
    ],
)
def test_an_events_own_properties_win_over_the_shared_ones(shared, own, whole):
    text = Base(shared).under(own, json.dumps(own))

    assert json.loads(text, object_pairs_hook=list) == list(whole.items())


def test_shared_properties_go_with_an_event_that_gave_none():
    assert Base({"a": 1}).under(None, "{}") == '{"a":1}'
