"""Every answer that a stream gives about tokens, and what becomes of the request and its events.

The rows are those of the phone SDKs' token handling. Where they count a refusal as a try and delete
the events after five or ten of them, the events wait here.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formatdate

import pytest
from support.fakes import BEGAN, FakeServer, reply
from support.streams import Launch

from exponea_game.delivery.backoff import CREDENTIALS_PAUSE, LONGEST_BACKOFF
from exponea_game.system.json_text import encode

from .test_tokens import jwt

ANN, BOB = {"cookie": "a", "registered": "ann"}, {"cookie": "b", "registered": "bob"}
OK = None
EXPIRED = reply(401, success=False, token_expired=True)
REJECTED = reply(401, success=False, error="Token rejected")
BARE = reply(401)
FORBIDDEN = reply(403, success=False, error="Not authorized")


class Scripted(FakeServer):
    """Gives answers in turn, then the last one for ever, and remembers the tokens.

    Attributes:
        time: The server's clock, in Unix seconds, if its answers tell it.
    """

    def __init__(self, *answers):
        super().__init__()
        self.script, self.tokens = list(answers), []
        self.time = None

    def __call__(self, address, headers, data):
        given = headers.get("Authorization")
        self.tokens.append(given.removeprefix("Bearer ") if given else None)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        self.answers = [] if answer is OK else [answer]
        answer = super().__call__(address, headers, data)
        if self.time is None:
            return answer
        return answer._replace(headers={"Date": formatdate(self.time(), usegmt=True)})


class Backend:
    """Gives tokens in turn, then the last one for ever."""

    def __init__(self, *tokens):
        self.tokens, self.asked = list(tokens), 0

    def __call__(self, _ids):
        self.asked += 1
        return self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]


@dataclass(frozen=True)
class Row:
    """Tokens and answers, each in turn, and what is to happen.

    Attributes:
        backend: The tokens that the game gives.
        answers: The server's; the last one goes on.
        sent: The tokens of the requests that are made at once.
        arrives: Whether the event has arrived by then; else it waits.
    """

    backend: tuple[str | None, ...]
    answers: tuple[object, ...]
    sent: list[str | None]
    arrives: bool


T, U, NEVER = jwt(1), jwt(2), jwt(3)
ROWS = {
    "a token that is taken": Row((T,), (OK,), [T], arrives=True),
    "no token, and none is wanted": Row((None,), (OK,), [None], arrives=True),
    "401 expired, and another comes": Row((T, U), (EXPIRED, OK), [T, U], arrives=True),
    "401 rejected, and another comes": Row((T, U), (REJECTED, OK), [T, U], arrives=True),
    "401 without a word, and another comes": Row((T, U), (BARE, OK), [T, U], arrives=True),
    "401, and none comes": Row((T, None), (EXPIRED,), [T], arrives=False),
    "401, and the same comes again": Row((T,), (EXPIRED,), [T], arrives=False),
    "401, and another is refused as well": Row((T, U, NEVER), (EXPIRED,), [T, U], arrives=False),
    "401 without a token, and one comes": Row((None, T), (BARE, OK), [None, T], arrives=True),
    "401 without a token, and none comes": Row((None,), (BARE,), [None], arrives=False),
    "403 without a token, and one comes": Row((None, T), (FORBIDDEN, OK), [None, T], arrives=True),
    "403 without a token, and none comes": Row((None,), (FORBIDDEN,), [None, None], arrives=False),
    "403 with a token": Row((T,), (FORBIDDEN,), [T, T], arrives=False),
}


def game_with(tmp_path, backend, *answers):
    game = Launch(tmp_path, Scripted(*answers))
    game.courier.entry.present_player = lambda: encode(ANN).encode()
    if backend is not None:
        game.courier.use_tokens(backend)
    return game


@pytest.mark.parametrize("name", ROWS)
def test_a_request_is_made_once_more_and_its_event_arrives_or_waits(tmp_path, name):
    row = ROWS[name]
    game = game_with(tmp_path, Backend(*row.backend), *row.answers)
    game.track("jump", **ANN)

    game.work(0.0)

    assert game.stream.tokens == row.sent
    assert (game.courier.sent, game.outbox.waiting()) == ((1, 0) if row.arrives else (0, 1))
    assert bool(game.courier.last_error) is not row.arrives


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if not row.arrives])
def test_no_count_of_refusals_ends_the_waiting(tmp_path, name):
    row = ROWS[name]
    game = game_with(tmp_path, Backend(*row.backend), *row.answers)
    game.track("jump", **ANN)
    game.work(3 * 3600.0)
    refusals = len(game.stream.tokens)

    game.stream.script = [OK]
    game.work(2 * CREDENTIALS_PAUSE)

    assert refusals > 20
    assert (game.courier.sent, game.outbox.waiting()) == (1, 0)


def test_the_pause_after_refused_tokens_grows(tmp_path):
    game = game_with(tmp_path, Backend(T), EXPIRED)
    game.track("jump", **ANN)
    pauses = []
    while game.clock.now < 600.0:
        wait = game.courier.step()
        pauses.append(wait)
        game.clock.now += wait

    assert pauses[:2] == [3.0, 3.0]
    assert pauses[2:8] == [0.75 * sum(pauses[:number]) for number in range(2, 8)]
    assert max(pauses) <= LONGEST_BACKOFF


def test_a_token_that_has_expired_is_never_sent(tmp_path):
    backend = Backend(jwt(1, exp=BEGAN + 120.0), T)
    game = game_with(tmp_path, backend, OK)
    game.track("jump", **ANN)
    game.work(0.0)
    game.clock.now += 200.0
    game.track("jump", **ANN)

    game.work(0.0)

    assert game.stream.tokens[1:] == [T]


def test_a_minute_before_it_expires_another_one_goes(tmp_path):
    first = jwt(1, exp=BEGAN + 120.0)
    game = game_with(tmp_path, Backend(first, T), OK)
    moments = (0.0, 59.0, 61.0)
    for moment in moments:
        game.clock.now = moment
        game.track("jump", **ANN)
        game.work(0.0)

    assert game.stream.tokens == [first, first, T]


@pytest.mark.parametrize("wrong", [3600.0, -3600.0])
def test_a_clock_that_is_wrong_by_an_hour_neither_shortens_nor_lengthens_a_tokens_life(
    tmp_path, wrong
):
    lasting = jwt(1, exp=BEGAN - wrong + 180.0)
    backend = Backend(lasting)
    game = game_with(tmp_path, backend, OK)
    game.stream.time = lambda: BEGAN - wrong + game.clock.now
    for moment in (0.0, 30.0, 90.0, 150.0):
        if moment == 150.0:
            backend.tokens = [T]
        game.clock.now = moment
        game.track("jump", **ANN)
        game.work(0.0)

    assert game.stream.tokens == [lasting, lasting, lasting, T]


def test_events_of_an_earlier_player_never_borrow_the_present_ones_token(tmp_path):
    game = game_with(tmp_path, lambda ids: jwt(ids=ids), OK)
    game.track("jump", **BOB)
    game.track("jump", **ANN)

    game.work()

    assert game.stream.tokens == [jwt(ids=BOB), jwt(ids=ANN)]


def test_without_a_provider_a_refusal_leaves_everything_where_it_is(tmp_path):
    game = game_with(tmp_path, None, BARE)
    game.track("jump", **ANN)
    game.work(3600.0)

    game.stream.script = [OK]
    game.work(2 * CREDENTIALS_PAUSE)

    assert set(game.stream.tokens) == {None}
    assert (game.courier.sent, game.outbox.waiting()) == (1, 0)
