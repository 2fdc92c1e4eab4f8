from __future__ import annotations

import base64
import json
import logging
import threading
from email.utils import formatdate

import pytest

from exponea_game.delivery.tokens import EARLY, PLAYERS_LIMIT, Tokens

NOW = 1_700_000_000.0
ONE, OTHER = b'{"cookie":"1"}', b'{"cookie":"2"}'


def jwt(number=0, **claims):
    """A token that nobody has signed."""
    part = base64.urlsafe_b64encode(json.dumps({"n": number, **claims}).encode()).rstrip(b"=")
    return f"e30.{part.decode()}.c2ln"


class Game:
    """A game whose clock and backend a test sets."""

    def __init__(self, lifetime=600.0):
        self.now, self.lifetime, self.asked, self.signed_out = NOW, lifetime, [], set()
        self.tokens = Tokens(lambda: self.now)
        self.tokens.use(self.provide)
        self.server_off = 0.0

    def provide(self, ids):
        self.asked.append(ids)
        if ids["cookie"] in self.signed_out:
            return None
        expires = self.now + self.server_off + self.lifetime
        return jwt(len(self.asked), exp=expires, ids=ids)


@pytest.fixture
def game():
    return Game()


def test_without_a_provider_nobody_has_a_token():
    tokens = Tokens(lambda: NOW)

    assert not tokens.wanted
    assert tokens.of(ONE) is None


def test_the_game_is_asked_once_with_the_players_ids(game):
    first = game.tokens.of(ONE)

    assert game.tokens.of(ONE) == first
    assert game.asked == [{"cookie": "1"}]


def test_each_player_has_a_token_of_their_own(game):
    assert game.tokens.of(ONE) != game.tokens.of(OTHER)
    assert game.asked == [{"cookie": "1"}, {"cookie": "2"}]


def test_a_minute_before_it_expires_another_is_asked_for(game):
    first = game.tokens.of(ONE)
    game.now += game.lifetime - EARLY - 1
    kept = game.tokens.of(ONE)
    game.now += 2

    assert kept == first
    assert game.tokens.of(ONE) != first


@pytest.mark.parametrize("off", [-3600.0, 3600.0, 86_400.0])
def test_it_is_the_servers_clock_that_counts(game, off):
    game.server_off = off
    game.tokens.hear({"Date": formatdate(NOW + off, usegmt=True)})
    first = game.tokens.of(ONE)
    game.now += game.lifetime - EARLY - 5
    kept = game.tokens.of(ONE)
    game.now += 10

    assert kept == first
    assert game.tokens.of(ONE) != first


@pytest.mark.parametrize("date", ["yesterday", "", "Mon, 99 Foo 2024"])
def test_a_date_that_is_none_changes_nothing(game, date):
    game.tokens.hear({"Date": formatdate(NOW + 3600, usegmt=True)})
    game.tokens.hear({"Date": date})
    game.server_off = 3600.0
    first = game.tokens.of(ONE)
    game.now += game.lifetime - EARLY - 5

    assert game.tokens.of(ONE) == first


def test_what_is_nobodys_has_no_token(game):
    assert game.tokens.of(b"") is None
    assert game.asked == []


def test_one_that_was_refused_is_asked_for_again(game):
    first = game.tokens.of(ONE)

    game.tokens.refuse(ONE, first)

    assert game.tokens.of(ONE) != first


def test_a_late_refusal_of_an_old_token_leaves_the_new_one(game):
    old = game.tokens.of(ONE)
    game.tokens.refuse(ONE, old)
    new = game.tokens.of(ONE)

    game.tokens.refuse(ONE, old)

    assert game.tokens.of(ONE) == new


def test_a_player_without_a_token_is_asked_for_once_a_minute(game):
    game.signed_out = {"1"}
    for _ in range(100):
        game.tokens.of(ONE)
    asked = len(game.asked)
    game.now += 61
    game.signed_out = set()

    assert asked == 1
    assert game.tokens.of(ONE) is not None


def test_another_provider_is_asked_at_once(game):
    game.signed_out = {"1"}
    game.tokens.of(ONE)

    game.tokens.use(lambda _ids: "a.b.c")

    assert game.tokens.of(ONE) == "a.b.c"


@pytest.mark.parametrize(
    "value", ["", "Bearer a.b.c", "a\r\nX: y", b"a.b.c", 5, "ä.b.c", "a" * 99_999]
)
def test_what_is_no_token_is_told_and_taken_for_none(caplog, monkeypatch, value):
    monkeypatch.setattr("exponea_game.system.log._logged", {})
    tokens = Tokens(lambda: NOW)
    tokens.use(lambda _ids: value)

    assert tokens.of(ONE) is None
    assert "token provider" in caplog.text
    assert str(value)[:20] not in caplog.text or value == ""


def test_what_the_provider_raises_is_told_without_its_text_and_taken_for_none(caplog, monkeypatch):
    monkeypatch.setattr("exponea_game.system.log._logged", {})

    def provide(_ids):
        raise RuntimeError("the secret is 12345")

    tokens = Tokens(lambda: NOW)
    tokens.use(provide)

    assert tokens.of(ONE) is None
    assert "RuntimeError" in caplog.text
    assert "12345" not in caplog.text


@pytest.mark.parametrize("token", ["abc", "a.!!.c", "a.e30.c", "a.eyJleHAiOiJ4In0.c"])
def test_a_token_that_does_not_say_when_it_expires_is_used_until_it_is_refused(token):
    clock = [NOW]
    asked = []
    tokens = Tokens(lambda: clock[0])
    tokens.use(lambda ids: asked.append(ids) or token)
    tokens.of(ONE)
    clock[0] += 1e6

    assert tokens.of(ONE) == token
    assert len(asked) == 1


def test_the_game_is_never_asked_twice_at_once():
    inside, most = [], []

    def provide(_ids):
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.01)
        inside.pop()
        return

    tokens = Tokens(lambda: NOW)
    tokens.use(provide)
    customers = [b'{"cookie":"%d"}' % number for number in range(8)]
    threads = [threading.Thread(target=tokens.of, args=(customer,)) for customer in customers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(most) == 1


def test_memory_is_bounded(game):
    for number in range(2 * PLAYERS_LIMIT):
        game.tokens.of(b'{"cookie":"%d"}' % number)

    assert len(game.tokens._kept) == PLAYERS_LIMIT


def test_no_text_of_it_shows_a_token(game, caplog):
    caplog.set_level(logging.DEBUG)
    token = game.tokens.of(ONE)

    assert token not in f"{game.tokens!r} {vars(game.tokens)!r}"
    assert token not in caplog.text
