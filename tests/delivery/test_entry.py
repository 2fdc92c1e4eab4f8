"""A courier before a stream that lets in what its lists say."""

from __future__ import annotations

import pytest
from support.streams import Launch, Stream

from exponea_game.delivery.backoff import CREDENTIALS_PAUSE
from exponea_game.settings import Settings
from exponea_game.system.json_text import encode


@pytest.fixture
def launch(tmp_path):
    return lambda stream: Launch(tmp_path, stream)


def test_a_type_that_is_denied_waits_apart_and_lets_the_others_through(launch):
    stream = Stream("boss")
    game = launch(stream)
    game.track(*["jump", "boss", "fall"] * 10)

    game.work()

    assert sorted(stream.stored) == ["fall"] * 10 + ["jump"] * 10
    assert game.outbox.waiting() == 10
    assert game.courier.sent == 20
    assert game.courier.last_error == ""
    assert game.apart() == ["boss"]
    assert game.courier.entry.denied == {"boss": "403 no boss"}


def test_what_follows_of_a_denied_type_is_not_sent_at_all(launch):
    stream = Stream("boss")
    game = launch(stream)
    game.track("jump", "boss")
    game.work()
    before = len(stream.requests)

    game.track("boss", "boss", "jump")
    game.work()

    assert stream.types[before:] == [["jump"]]
    assert game.outbox.waiting() == 3


def test_a_denied_type_is_told_once(launch, monkeypatch):
    told = []
    monkeypatch.setattr(
        "exponea_game.delivery.entry.once", lambda _level, text, *given: told.append(text % given)
    )
    game = launch(Stream("boss"))
    for _ in range(3):
        game.track("jump", "boss")
        game.work()

    assert len(told) == 1
    assert "boss: 403 no boss" in told[0]


def test_a_denied_type_that_fills_a_whole_batch_holds_up_nothing_behind_it(launch):
    stream = Stream("boss")
    game = launch(stream)
    game.track(*["boss"] * 170, "jump", "fall")

    game.work()

    assert sorted(stream.stored) == ["fall", "jump"]
    assert game.outbox.waiting() == 170
    assert len(stream.requests) <= 5


def test_what_an_earlier_launch_left_of_a_denied_type_holds_up_nothing(launch):
    stream = Stream("*")
    first = launch(stream)
    first.track("boss", "boss")
    first.work()
    first.end()
    stream.denied = {"boss"}
    second = launch(stream)
    second.track("jump")

    second.work()

    assert stream.stored == ["jump"]
    assert second.outbox.waiting() == 2


def test_where_nothing_is_let_in_everything_waits_and_few_questions_are_asked(launch):
    stream = Stream("*")
    game = launch(stream)
    game.track(*["jump", "boss", "fall"] * 40)

    game.work(CREDENTIALS_PAUSE)

    assert (stream.stored, game.outbox.waiting(), game.apart()) == ([], 120, [])
    assert len(stream.requests) <= 4
    assert "403" in game.courier.last_error


def test_once_the_stream_is_right_everything_leaves(launch):
    stream = Stream("*")
    game = launch(stream)
    game.track(*["jump", "boss"] * 40)
    game.work()

    stream.denied = set()
    game.work(2 * CREDENTIALS_PAUSE)

    assert sorted(stream.stored) == ["boss"] * 40 + ["jump"] * 40
    assert game.outbox.waiting() == 0


def test_the_next_launch_asks_again_and_what_is_allowed_by_then_leaves(launch):
    stream = Stream("boss", "secret")
    first = launch(stream)
    first.track("jump", "boss", "secret", "boss")
    first.work()
    first.end()
    stream.denied = {"secret"}

    second = launch(stream).work()

    assert sorted(stream.stored) == ["boss", "boss", "jump"]
    assert second.outbox.waiting() == 1
    assert second.apart() == ["secret"]


def test_launches_without_end_leave_one_folder_a_type(launch):
    stream = Stream("boss")
    for number in range(1, 6):
        game = launch(stream)
        game.track("jump", "boss")
        game.work()

        assert game.apart() == ["boss"]
        assert game.outbox.waiting() == number
        game.end()


def test_another_stream_is_asked_at_once(launch):
    stream = Stream("boss")
    game = launch(stream)
    game.track("jump", "boss")
    game.work()

    stream.denied = set()
    game.courier.use(Settings(stream_id="stream-2", environment="test"))
    game.work()

    assert sorted(stream.stored) == ["boss", "jump"]


def test_a_hole_in_the_journal_is_told_once_where_a_part_waits_apart(launch):
    game = launch(Stream("boss"))
    game.track("jump", "boss")
    game.journal.seq += 3
    game.track("boss", "jump")

    game.work()

    assert game.outbox.lost() == {"": 3}


@pytest.mark.parametrize("broken", ["create", "write"])
def test_where_nothing_can_be_kept_apart_it_waits_where_it_is(launch, monkeypatch, broken):
    stream = Stream("boss")
    game = launch(stream)
    game.track("jump", "boss")

    def fail(*_given, **_named):
        raise OSError("No space left on device")

    monkeypatch.setattr(game.outbox.disk, broken, fail)
    game.work()
    kept = game.run.cursor.seq
    monkeypatch.undo()
    game.work(CREDENTIALS_PAUSE)

    assert kept == 0
    assert (stream.stored, game.outbox.waiting()) == (["jump"], 1)


ANN, BOB = {"cookie": "a", "registered": "ann"}, {"cookie": "b", "registered": "bob"}


def sign_in(game, present, *players):
    """Somebody plays, and the game has tokens for these players."""
    tokens = set(players)
    game.courier.entry.present_player = lambda: encode(present).encode()
    game.courier.use_tokens(lambda ids: ids["registered"] if ids["registered"] in tokens else None)
    return tokens


def test_what_wants_a_token_waits_apart_and_leaves_when_one_comes(launch):
    stream = Stream("signed purchase")
    game = launch(stream)
    tokens = sign_in(game, ANN)
    game.track("jump", "purchase", "fall", **ANN)
    game.work()
    before = sorted(stream.stored)

    tokens.add("ann")
    game.track("jump", **ANN)
    game.clock.now += 61.0  # for so long the game's word holds that it has none
    game.work()

    assert before == ["fall", "jump"]
    assert sorted(stream.stored) == ["fall", "jump", "jump", "purchase"]


def test_one_players_denial_is_not_anothers(launch):
    stream = Stream("signed purchase")
    game = launch(stream)
    sign_in(game, BOB, "bob")
    game.track("jump", "purchase", **ANN)
    game.track("jump", "purchase", **BOB)

    game.work()

    assert sorted(stream.stored) == ["jump", "jump", "purchase"]
    assert game.outbox.waiting() == 1


def test_an_earlier_player_whose_token_lets_nothing_in_holds_up_nobody(launch):
    stream = Stream("signed jump")
    game = launch(stream)
    game.courier.entry.present_player = lambda: encode(BOB).encode()
    game.courier.use_tokens(lambda _ids: "bob")
    game.track("jump", **ANN)
    game.track("jump", "jump", **BOB)

    game.work(3600.0)

    assert stream.stored == ["jump", "jump"]
    assert game.outbox.waiting() == 1
    assert len(stream.requests) < 10
