from __future__ import annotations

import pytest
from support.fakes import FakeServer, reply

from exponea_game.delivery.sender import LARGE, Sender
from exponea_game.delivery.tokens import Tokens
from exponea_game.destination import Project, Stream
from exponea_game.events.commands import event
from exponea_game.events.verdict import Outcome
from exponea_game.journal.batch import Batch, Position

PROJECT = Project("https://x.example", "abc", "Token key")
STREAM = Stream("https://x.example", "stream-1")
COMMAND = event('{"cookie":"c"}', '"jump"', 1.0, "{}").encode()


class Requests(FakeServer):
    """Remembers the authorization of each request."""

    def __init__(self, *answers):
        super().__init__(*answers)
        self.authorizations = []

    def __call__(self, address, headers, data):
        self.authorizations.append(headers.get("Authorization"))
        return super().__call__(address, headers, data)


def send(server, *tokens, to=STREAM):
    """Send one command, with a game that gives these tokens in turn."""
    given = iter(tokens)
    sender = Sender(server, Tokens(lambda: 0.0))
    if tokens:
        sender.tokens.use(lambda _ids: next(given))
    batch = Batch(Position(1, 0, 0), destination=to)
    batch.add(COMMAND, Position(1, 10, 1))
    return sender.send(batch)


def test_without_a_provider_a_stream_is_reached_without_authorization():
    server = Requests()

    assert send(server).outcome is Outcome.SETTLED
    assert server.authorizations == [None]


@pytest.mark.parametrize(("size", "turns"), [(LARGE, ["the game's"]), (LARGE // 2, [])])
def test_before_a_large_answer_is_understood_the_game_has_its_turn(size, turns):
    had, server = [], FakeServer(reply(500, errors="x" * size))
    sender = Sender(server, Tokens(lambda: 0.0), lambda: had.append("the game's"))
    batch = Batch(Position(1, 0, 0), destination=PROJECT)
    batch.add(COMMAND, Position(1, 10, 1))

    assert sender.send(batch).outcome is Outcome.WAIT
    assert had == turns


def test_a_project_never_gets_a_players_token():
    server = Requests()

    send(server, "a.b.c", to=PROJECT)

    assert server.authorizations == ["Token key"]


def test_a_token_that_is_refused_is_replaced_once():
    server = Requests(reply(401, success=False, token_expired=True))

    assert send(server, "old.b.c", "new.b.c").outcome is Outcome.SETTLED
    assert server.authorizations == ["Bearer old.b.c", "Bearer new.b.c"]


def test_where_the_new_token_is_refused_too_it_is_waited_for():
    server = Requests(*[reply(401)] * 3)

    assert send(server, "a.b.c", "d.e.f").outcome is Outcome.UNSIGNED
    assert len(server.authorizations) == 2


@pytest.mark.parametrize(("status", "outcome"), [(401, Outcome.UNSIGNED), (403, Outcome.FORBIDDEN)])
def test_a_player_without_a_token_is_sent_without_and_may_be_refused(status, outcome):
    server = Requests(reply(status))

    assert send(server, None, None).outcome is outcome
    assert server.authorizations == [None]


def test_the_same_token_again_is_not_tried_again():
    server = Requests(reply(401))

    assert send(server, "a.b.c", "a.b.c").outcome is Outcome.UNSIGNED
    assert len(server.authorizations) == 1


def test_forbidden_with_a_token_is_about_the_stream_not_the_token():
    assert send(Requests(reply(403)), "a.b.c").outcome is Outcome.FORBIDDEN


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_no_message_repeats_a_token_that_the_server_repeats(status):
    server = Requests(*[reply(status, success=False, error="a.b.c is no good")] * 2)

    assert "a.b.c" not in repr(send(server, "a.b.c", "a.b.c"))
