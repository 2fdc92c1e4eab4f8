from __future__ import annotations

import gc
import json

import pytest

from exponea_game.delivery import protocol
from exponea_game.delivery.protocol import MESSAGE_LIMIT, body, error_text, judge
from exponea_game.destination import Stream
from exponea_game.events.limits import BATCH_LIMIT
from exponea_game.events.verdict import Outcome

SETTLED, CREDENTIALS, SPLIT, WAIT = (
    Outcome.SETTLED, Outcome.CREDENTIALS, Outcome.SPLIT, Outcome.WAIT,
)  # fmt: skip
GOOD = {"success": True}
BAD = {"success": False, "errors": ["Invalid timestamp"]}


def test_a_body_holds_each_command_to_the_byte_with_its_index():
    commands = [b'{"name":"customers/events","data":{"n":1.50}}', b'{"name":"customers","data":{}}']

    data = body(commands)

    assert commands[0][1:] in data
    assert [(c["command_id"], c["name"]) for c in json.loads(data)["commands"]] == [
        ("0", "customers/events"), ("1", "customers"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "reply", "outcome"),
    [
        (200, {"success": True, "results": [GOOD, GOOD]}, SETTLED),
        (200, {"success": True, "results": [GOOD, BAD]}, SETTLED),
        (202, {"results": [GOOD, GOOD]}, SETTLED),
        (200, {"success": True, "results": [GOOD]}, WAIT),  # of another batch?
        (200, {"success": True, "results": [GOOD, {"status": "ok"}]}, WAIT),
        (200, {"success": True}, WAIT),
        (200, "<html>Welcome to the Grand Hotel</html>", WAIT),
        (200, '{"success": true, "resu', WAIT),
        (200, "[" * 100_000, WAIT),
        (200, {"success": False, "errors": ["too many commands"]}, SPLIT),
        (200, {"success": False, "errors": ["could not authenticate"]}, CREDENTIALS),
        (302, "", WAIT),
        (400, {"success": False, "errors": ["invalid JSON"]}, SPLIT),
        (400, {"errors": ["Invalid project token"]}, CREDENTIALS),
        (400, {"error": "access key not found"}, CREDENTIALS),
        (400, "", WAIT),
        (401, {"errors": {"_global": ["Could not authenticate"]}}, CREDENTIALS),
        (403, "", CREDENTIALS),
        (404, "", CREDENTIALS),
        (408, "", WAIT),
        (413, "", WAIT),
        (429, {"errors": ["limit"]}, WAIT),
        (500, "", WAIT),
        (502, "<html>", WAIT),
        (503, {"success": True, "results": [GOOD, GOOD]}, WAIT),
    ],
)
def test_the_verdict_on_two_commands(status, reply, outcome):
    data = reply if isinstance(reply, str) else json.dumps(reply)

    assert judge(status, {}, data.encode(), 2).outcome is outcome


STREAM = Stream("https://x.example", "stream-1")


def test_a_streams_success_without_results_is_taken_for_accepted():
    verdict = judge(200, {}, b'{"success":true}', 2, STREAM)

    assert (verdict.outcome, verdict.refused) == (SETTLED, None)
    assert "no results" in verdict.message


@pytest.mark.parametrize("reply", [b"{}", b'{"success":1}', b"<html>", b'["success"]', b""])
def test_what_says_no_success_settles_nothing_on_a_stream_either(reply):
    assert judge(200, {}, reply, 2, STREAM).outcome is WAIT


def test_an_unknown_stream_is_no_fault_of_the_commands():
    reply = b'{"success":false,"error":"Invalid stream id"}'

    assert judge(400, {}, reply, 2, STREAM).outcome is CREDENTIALS


def test_ids_that_name_a_command_twice_are_not_believed():
    results = [{**BAD, "command_id": "0"}, {**BAD, "command_id": "0"}]

    verdict = judge(200, {}, json.dumps({"results": results}).encode(), 2)

    assert verdict.refused == {0: "Invalid timestamp", 1: "Invalid timestamp"}


@pytest.mark.parametrize("told", ["1" * 5000, "-1", "\u0661", "x", "2"])
def test_ids_that_are_none_of_ours_are_not_believed(told):
    results = [{**BAD, "command_id": told}, {**GOOD, "command_id": "1"}]

    verdict = judge(200, {}, json.dumps({"results": results}).encode(), 2)

    assert verdict.refused == {0: "Invalid timestamp"}


@pytest.mark.parametrize(
    "part", [b"1,", b'{"a":1},', b"[", b'"\\\\",', b'"\\u0041",'], ids=["1", "{}", "[", "\\", "u"]
)
def test_an_answer_of_very_many_parts_is_not_decoded_at_the_games_cost(part, monkeypatch):
    decoded = []
    monkeypatch.setattr(protocol.json, "loads", decoded.append)

    verdict = judge(200, {}, b'{"success":true,"results":[' + part * 100_000 + b"1]}", 2)

    assert verdict.outcome is WAIT
    assert decoded == []


@pytest.mark.parametrize("part", [b"[],", b'{"a":1},'], ids=["[]", "{}"])
def test_an_answer_of_thousands_of_lists_does_not_set_off_the_search_for_cycles(part):
    found = []
    gc.callbacks.append(lambda phase, about: found.append(about["generation"]))
    try:
        gc.collect()
        del found[:]

        verdict = judge(500, {}, b'{"errors":[' + part * 2_000 + b"1]}", 2)
    finally:
        gc.callbacks.pop()

    assert verdict.outcome is WAIT
    assert found == []


def test_an_answer_to_a_full_batch_is_decoded_however_long_its_messages_are():
    results = [{"success": False, "errors": ["x, " * 60]} for _ in range(BATCH_LIMIT)]

    verdict = judge(200, {}, json.dumps({"results": results}).encode(), BATCH_LIMIT)

    assert verdict.outcome is SETTLED


def test_a_message_is_short_and_on_one_line():
    reply = json.dumps({"success": False, "error": "a\x1b[2J\nb" + "x" * 100_000}).encode()

    message = judge(400, {}, reply, 1).message

    assert message.startswith("400 a [2J b")
    assert len(message) == MESSAGE_LIMIT


@pytest.mark.parametrize(
    "reply", [b"[" * 700 + b'"x"' + b"]" * 700, b'{"a":' * 900 + b"1" + b"}" * 900]
)
def test_no_depth_of_an_answer_is_an_error(reply):
    assert judge(500, {}, reply, 1).outcome is WAIT


def test_refused_commands_are_named_by_their_id_with_the_servers_words():
    results = [{**BAD, "command_id": "1"}, {**GOOD, "command_id": "0"}]

    verdict = judge(200, {}, json.dumps({"results": results}).encode(), 2)

    assert verdict.refused == {1: "Invalid timestamp"}


def test_results_without_ids_are_matched_by_their_place():
    reply = {"results": [GOOD, BAD, {"success": False}]}

    verdict = judge(200, {}, json.dumps(reply).encode(), 3)

    assert verdict.refused == {1: "Invalid timestamp", 2: "refused without a word"}


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ("no", "no"),
        (["a", "b"], "a; b"),
        ({"error": "e"}, "e"),
        ({"errors": {"timestamp": ["wrong"], "x": None}}, "wrong"),
        ({"success": False, "message": "m", "description": "d"}, "m; d"),
        (None, ""),
        (7, ""),
    ],
)
def test_the_servers_words_are_found_in_every_shape_it_uses(errors, words):
    assert error_text(errors) == words


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        ("100000", 3600.0),
        ("inf", 3600.0),
        ("nan", None),
        ("0", None),
        ("-3", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("", None),
    ],
)
def test_a_server_may_ask_for_patience(header, seconds):
    assert judge(429, {"Retry-After": header}, b"", 1).retry_after == seconds
