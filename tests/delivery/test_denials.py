from __future__ import annotations

import json

import pytest

from exponea_game.delivery.denials import QUESTIONS, Denials, Kind, denied_type, inquire, kind
from exponea_game.delivery.denials import marker as mark
from exponea_game.events.commands import event
from exponea_game.events.verdict import Outcome, Verdict
from exponea_game.system.json_text import encode


def jump(event_type="jump", number=0, **ids):
    return event(encode(ids or {"cookie": "c"}), encode(event_type), float(number), "{}").encode()


def update(*properties, **ids):
    data = {"customer_ids": ids or {"cookie": "c"}, "properties": dict.fromkeys(properties, 1)}
    return encode({"name": "customers", "data": data}).encode()


class Stream:
    """Lets in what it does not deny, and says so of one command at a time."""

    def __init__(self, *denied, failure=None):
        self.denied, self.failure, self.questions = denied, failure, []

    def __call__(self, command):
        self.questions.append(kind(command).event_type)
        if self.failure and len(self.questions) == self.failure[0]:
            return self.failure[1]
        if "*" in self.denied or kind(command).event_type in self.denied:
            return Verdict(Outcome.FORBIDDEN, f"403 {kind(command).event_type}")
        return Verdict(Outcome.SETTLED, refused={})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (jump("a"), jump("a", 7), True),
        (jump("a"), jump("b"), False),
        (jump("a"), jump("a", cookie="other"), True),
        (jump("a"), jump("a", cookie="c", registered="p"), False),
        (update("language"), update("language"), True),
        (update("language"), update("vip"), False),
        (jump("a"), update(), False),
    ],
)
def test_a_kind_is_what_the_lists_of_a_stream_tell_apart(one, other, same):
    assert (kind(one) == kind(other)) is same


def test_with_tokens_it_matters_whose_it_is():
    ann, bob = jump(registered="ann"), jump(registered="bob")

    assert kind(ann, per_player=True) != kind(bob, per_player=True)


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"data":3}', b'{"data":{"customer_ids":3}}']
)
def test_what_is_no_command_has_a_kind_as_well(damage):
    assert kind(damage) == Kind()


def test_one_command_of_each_kind_is_asked_about():
    stream = Stream("boss")
    commands = [jump(own, number) for number, own in enumerate(["jump", "boss", "fall"] * 10)]

    found = inquire(commands, [jump("never asked")], stream)

    assert stream.questions == ["jump", "boss", "fall"]
    assert found.refused == {kind(jump("boss")): "403 boss"}
    assert found.taken == [commands[0], commands[2]]
    assert found.let_in


def test_where_nothing_is_let_in_what_waits_behind_is_asked_about_until_something_is():
    stream = Stream("boss", "secret")

    found = inquire([jump("boss")], map(jump, ["boss", "secret", "jump", "fall"]), stream)

    assert stream.questions == ["boss", "secret", "jump"]
    assert {own.event_type for own in found.refused} == {"boss", "secret"}
    assert (found.taken, found.let_in) == ([jump("jump")], True)


def test_where_nothing_at_all_is_let_in_the_asking_has_an_end():
    stream = Stream("*")

    found = inquire([jump("a")], (jump(f"kind {number}") for number in range(500)), stream)

    assert not found.let_in
    assert len(stream.questions) == QUESTIONS


def test_a_question_without_an_answer_ends_the_asking_and_what_was_taken_is_known():
    patience = Verdict(Outcome.WAIT, "503")
    stream = Stream(failure=(2, patience))

    found = inquire([jump("a"), jump("b"), jump("c")], [], stream)

    assert (found.failure, found.taken) == (patience, [jump("a")])


def test_what_is_refused_by_itself_is_let_in_and_not_taken():
    def refuses(_command):
        return Verdict(Outcome.SETTLED, refused={0: "no such property"})

    found = inquire([jump("a")], [], refuses)

    assert (found.let_in, found.taken, found.refused) == (True, [], {})


def test_what_is_denied_waits_apart_and_what_the_server_has_goes_nowhere():
    denials = Denials()
    commands = [jump("boss", 1), jump("jump", 2), jump("fall", 3), jump("boss", 4)]
    denials.learn({kind(commands[0]): "403 not allowed"}, [commands[1]])

    apart = denials.among(commands)

    assert sorted(apart) == [0, 1, 3]
    assert apart[1] == b""
    assert json.loads(apart[0]) == {"event_type": "boss", "error": "403 not allowed"}
    assert apart[0] == apart[3]
    assert denials.messages == {"boss": "403 not allowed"}


def test_what_was_taken_is_forgotten_once_it_has_left_the_journal():
    denials = Denials()
    denials.learn({}, [jump()])

    denials.settled([jump()])

    assert denials.among([jump()]) == {}


def test_of_one_type_all_wait_under_one_marker():
    denials = Denials()
    named, unnamed = jump("boss", registered="p"), jump("boss")
    denials.learn({kind(unnamed): "403 type"})
    denials.learn({kind(named): "403 id"})

    assert len(set(denials.among([named, unnamed]).values())) == 1


def test_a_type_that_was_asked_about_in_vain_is_not_asked_about_again():
    denials = Denials()
    earlier = mark(Kind("boss"), "what an earlier launch heard")
    before = denials.hold(earlier)

    denials.learn({Kind("boss", ("cookie",)): "403"})

    assert (before, denials.hold(earlier), denials.hold(mark(Kind("jump"), ""))) == (
        False,
        True,
        False,
    )


def test_with_tokens_one_player_is_denied_what_another_is_not():
    denials = Denials(per_player=True)
    ann, bob = jump("boss", registered="ann"), jump("boss", registered="bob")
    denials.learn({denials.kind_of(ann): "403"})

    assert list(denials.among([bob, ann])) == [1]
    assert denials.hold(denials.among([ann])[0])


def test_a_player_who_is_refused_waits_for_longer_each_time():
    denials = Denials()
    pauses, now = [], 0.0
    for _ in range(4):
        denials.refuse(b"ann", now, 1.0)
        began = now
        while denials.hold_player(b"ann", now):
            now += 1.0
        pauses.append(now - began)

    assert pauses == [4.0, 4.0, 8.0, 16.0]
    assert not denials.hold_player(b"bob", 0.0)


@pytest.mark.parametrize("words", ['"}', '"customer_ids":{"cookie":"c"}', "\ud800", "hráč"])
def test_a_marker_says_its_type_whatever_the_stream_says(words):
    assert denied_type(mark(Kind("boss"), words)) == "boss"


@pytest.mark.parametrize("text", [b"", b"{", b'{"customer_ids":{"event_type":"x"}}', b"[]", b"3"])
def test_other_markers_speak_of_no_type(text):
    assert denied_type(text) is None
