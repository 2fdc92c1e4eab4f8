from __future__ import annotations

import json

import pytest

from exponea_game.sessions.session import Ended, Reason, Session
from exponea_game.sessions.will import Context, parse_will, render_will

SESSION = Session(
    "run/1", 1_700_000_000.5, 0.25, away_since=7.5, reason=Reason.QUIT, manual=True, id="3fa9-1"
)
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
        {**will(), "session": {**will()["session"], "resumed": "often"}},
        {**will(), "session": {**will()["session"], "exit_status": "bad"}},
        {**will(), "session": {**will()["session"], "id": None}},
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
                "session_id": "3fa9-1", "os_name": "Linux", "level": 3, "duration": 12.345679,
                "reason": "left",
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

    assert properties == {"session_id": "3fa9-1", "duration": 1.0, "reason": "left"}


def test_rule_14_the_end_says_how_often_a_launch_carried_the_session_on():
    properties = end_properties(resumed=2)

    assert properties["resumed"] == 2
    assert "resumed" not in end_properties(resumed=0)


@pytest.mark.parametrize(("status", "shown"), [(3, {"exit_status": 3}), (0, {}), (None, {})])
def test_rule_13_the_end_says_the_status_that_is_worth_a_word(status, shown):
    properties = end_properties(exit_status=status)

    assert {n: v for n, v in properties.items() if n == "exit_status"} == shown


def end_properties(**members):
    ended = Ended(SESSION._replace(**members), 1.0, Reason.QUIT)
    return json.loads(CONTEXT.end(ended))["data"]["properties"]


def test_rule_14_the_start_told_again_is_the_same_bytes():
    will = parse_will(json.loads(render_will(SESSION, CONTEXT)))

    assert will is not None
    assert will[1].start(will[0]) == CONTEXT.start(SESSION)
