"""Games that are killed or that quit: what is on the disk, and what arrives at the next launch."""

from __future__ import annotations

import threading
import time

import pytest
from games import playing, project
from support.desktop import wait_until
from support.fakes import journaled, journaled_types, reply
from support.leftovers import send_leftovers

BURST = """
import itertools, json, exponea_game, exponea_game.journal.stall
exponea_game.journal.stall.STALL = 60.0  # a busy machine is no busy disk
for number in itertools.count():
    exponea_game.track_event("numbered", {"number": number})
    print(json.dumps(number), flush=True)
"""

PLAYER = """
import json, sys, exponea_game, exponea_game.journal.stall
from exponea_game.testing import FakeWindow
exponea_game.journal.stall.STALL = 60.0
window = FakeWindow()
exponea_game.configure(session_timeout=1.0)
exponea_game.attach(window)
for line in sys.stdin:
    exponea_game.track_event(line.strip())
    print(json.dumps(line.strip()), flush=True)
"""

TOLD = """
import json, sys, exponea_game
from exponea_game.testing import FakeWindow
window = FakeWindow()
exponea_game.attach(window)
for line in sys.stdin:
    exec(line)
    print(json.dumps(line.strip()), flush=True)
"""

NEXT_LAUNCH = """
import exponea_game
exponea_game.configure(session_timeout=1.0)
while not exponea_game.flush(1.0):  # it gives up early while earlier runs are not concluded
    pass
print('"done"', flush=True)
"""

NOBODY = "http://127.0.0.1:9"


def say(program, line):
    program.tell(line)
    program.wait_for(lambda said: said == line)


def numbers(collector):
    return sorted(event["properties"]["number"] for event in collector.events(type="numbered"))


def launch_again(home, url):
    with playing(home, url, NEXT_LAUNCH) as program:
        program.wait_for(lambda said: said == "done")
        assert program.wait() == 0


def test_a_game_killed_between_two_events_loses_neither_and_its_session_gets_its_end(
    collector, tmp_path
):
    with playing(tmp_path, NOBODY, PLAYER) as game:
        say(game, "one")
        say(game, "two")
        game.process.kill()
        game.wait()
    proof = journaled(tmp_path)[-1]["data"]["timestamp"]
    wait_until(lambda: time.time() > proof + 1.0, "the timeout's end")

    launch_again(tmp_path, collector.url)
    launch_again(tmp_path, collector.url)

    types = [event["event_type"] for event in collector.events()]
    assert types == ["installation", "session_start", "one", "two", "session_end"]
    start, end = (collector.events(type=t)[0] for t in ("session_start", "session_end"))
    assert end["properties"]["reason"] == "crashed"
    assert end["properties"]["recovered"] is True
    assert abs(end["timestamp"] - proof) < 1.0
    duration = end["timestamp"] - start["timestamp"]
    assert end["properties"]["duration"] == pytest.approx(duration, abs=1e-5)
    assert collector.summary()["duplicates"] == 0


@pytest.mark.parametrize("last", [0, 137, 1000])
def test_killed_at_any_moment_no_event_is_lost_whose_call_had_returned(collector, tmp_path, last):
    with playing(tmp_path, NOBODY, BURST) as game:
        game.wait_for(lambda said: said == last)
        game.process.kill()
        game.wait()
    tracked = journaled_types(tmp_path).count("numbered")

    launch_again(tmp_path, collector.url)

    assert numbers(collector) == list(range(tracked))
    assert tracked > last


def test_rule_14_two_games_of_one_player_keep_accounts_and_sessions_apart(collector, tmp_path):
    first, second = (playing(tmp_path, collector.url, TOLD) for _ in range(2))
    with first as one, second as two:
        for game, name in ((one, "anna"), (two, "bert")):
            say(game, f"exponea_game.identify_customer({{'registered': '{name}@example.com'}})")
        say(one, "exponea_game.track_event('of anna')")
        say(two, "exponea_game.track_event('of bert')")
        say(one, "exponea_game.anonymize()")
        say(two, "exponea_game.track_event('of bert')")
        say(one, "exponea_game.track_event('of nobody')")
        two.process.kill()
        two.wait()
        died = time.time()
        one.tell("sys.exit()")
        one.wait()
    wait_until(lambda: time.time() > died + 1.0, "the timeout's end")
    launch_again(tmp_path, collector.url)

    accounts = {"of anna": "anna@example.com", "of bert": "bert@example.com", "of nobody": None}
    for event_type, registered in accounts.items():
        for event in collector.events(type=event_type):
            assert event["customer_ids"].get("registered") == registered
            (start,) = started(collector, event)
            assert start["customer_ids"]["cookie"] == event["customer_ids"]["cookie"]
    assert len(collector.events(type="session_start")) == 3
    players = {}
    for end in collector.events(type="session_end"):
        (start,) = started(collector, end)
        assert start["customer_ids"]["cookie"] == end["customer_ids"]["cookie"]
        players[end["properties"]["reason"]] = end["customer_ids"].get("registered")
    assert players == {
        "identity": "anna@example.com",
        "crashed": "bert@example.com",
        "quit": None,
    }


def started(collector, event):
    """The starts of the session to which an event belongs."""
    session = event["properties"]["session_id"]
    starts = collector.events(type="session_start")
    return [start for start in starts if start["properties"]["session_id"] == session]


def test_the_runs_of_the_dead_are_gone_once_they_are_delivered(collector, tmp_path):
    for _ in range(3):
        with playing(tmp_path, NOBODY, PLAYER) as game:
            say(game, "one")
            game.process.kill()
            game.wait()
    runs = tmp_path / "runs"
    dead = set(runs.glob("??????-??????"))

    launch_again(tmp_path, collector.url)

    assert len(dead) == 3
    assert not dead & set(runs.iterdir())
    send_leftovers(tmp_path, project(collector.url))
    types = [event["event_type"] for event in collector.events()]
    assert types.count("session_start") == types.count("session_end")
    assert types.count("one") == 3
    assert types.count("installation") == 1


QUITTER = """
import exponea_game
exponea_game.configure()
for number in range(1000):
    exponea_game.track_event("numbered", {"number": number})
"""


def answer_after(seconds):
    """A server that takes its time."""

    def post(*_):
        threading.Event().wait(seconds)
        return reply(500)

    return post


@pytest.mark.parametrize("kind", ["good", "refusing", "failing", "slow", "hanging"])
def test_quitting_waits_for_no_server_and_loses_nothing(kind, collector, serve, tmp_path):
    urls = {"good": collector.url, "refusing": NOBODY}
    seconds = {"failing": 0.0, "slow": 1.0, "hanging": 20.0}
    url = urls.get(kind) or serve(answer_after(seconds[kind]))

    with playing(tmp_path, url, QUITTER) as game:
        assert game.wait(10.0) == 0

    launch_again(tmp_path, collector.url)
    assert numbers(collector) == list(range(1000))
