from __future__ import annotations

import json

import pytest

from exponea_game.sessions.rules import Ended, Reason, Session
from exponea_game.sessions.will import Context, parse_will, render_will

SESSION = Session("run/1", 1_700_000_000.5, 0.25, away_since=7.5, reason=Reason.QUIT, manual=True)
CONTEXT = Context({"cookie": "c", "registered": "é"}, {"os_name": "Linux", "level": 3})


def will():
    return json.loads(render_will(SESSION, CONTEXT))


def test_a_will_is_read_back():
    assert parse_will(will()) == (SESSION, CONTEXT)


def test_without_a_session_nothing_is_owed():
    assert render_will(None, CONTEXT) == "null"
    assert parse_will(None) is None


def test_what_another_version_wrote_beside_it_is_passed_over():
    newer = will()
    newer["session"]["mood"] = "good"
    newer["more"] = 1

    assert parse_will(newer) == (SESSION, CONTEXT)


@pytest.mark.parametrize(
    "broken",
    [
        3,
        [],
        {},
        {"session": None},
        {"session": {"name": "x"}, "context": {}},
        {**will(), "context": {"customer_ids": {}}},
        {**will(), "session": {**will()["session"], "start": "yesterday"}},
        {**will(), "session": {**will()["session"], "reason": "bored"}},
    ],
)
def test_what_is_no_will_owes_nothing(broken):
    assert parse_will(broken) is None


def test_what_is_owed_is_the_end_under_the_ids_and_properties_of_the_will():
    command = json.loads(CONTEXT.end(Ended(SESSION, 12.3456789, Reason.LEFT)))

    assert command == {
        "name": "customers/events",
        "data": {
            "customer_ids": {"cookie": "c", "registered": "é"},
            "event_type": "session_end",
            "timestamp": 1_700_000_012.845679,
            "properties": {
                "os_name": "Linux", "level": 3, "duration": 12.345679, "reason": "left",
            },
        },
    }  # fmt: skip


def test_only_the_end_after_a_crash_is_marked_recovered_and_uncertain():
    properties = {
        reason: json.loads(CONTEXT.end(Ended(SESSION, 1.0, reason)))["data"]["properties"]
        for reason in Reason
    }

    assert properties[Reason.CRASHED]["recovered"] is True
    assert properties[Reason.CRASHED]["uncertainty"] == 5.0
    assert [reason for reason in Reason if "recovered" in properties[reason]] == [Reason.CRASHED]
    assert [p["reason"] for p in properties.values()] == [reason.value for reason in Reason]


def test_default_properties_do_not_hide_the_truth_of_the_end():
    context = Context({}, {"duration": "long", "reason": "none of your business"})

    properties = json.loads(context.end(Ended(SESSION, 1.0, Reason.LEFT)))["data"]["properties"]

    assert properties == {"duration": 1.0, "reason": "left"}
