"""``exponea-game send`` delivers what waits, beside a game that may be running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.homes import die, play, quit_undelivered

from exponea_game.cli import main
from exponea_game.cli.kept import survey
from exponea_game.collector import Collector
from exponea_game.delivery.pace import ROW
from exponea_game.events.limits import BATCH_LIMIT, RATE_LIMIT
from exponea_game.recovery.runs import Home
from exponea_game.system.clock import Clock
from exponea_game.system.disk import Disk


@pytest.fixture(scope="module")
def running() -> Iterator[Collector]:
    with Collector() as running:
        yield running


@pytest.fixture
def collector(running: Collector, monkeypatch: pytest.MonkeyPatch) -> Collector:
    running.faults()
    running.reset()
    monkeypatch.setenv("EXPONEA_COLLECTOR", running.url)
    return running


def send(home: Path, *words: str) -> int:
    return main(["send", "--home", str(home), "--timeout", "0.2", *words])


def received(collector: Collector) -> list[str]:
    return [event["event_type"] for event in collector.events()]


def test_what_earlier_games_left_arrives_in_order_and_is_gone_from_the_disk(tmp_path, collector):
    quit_undelivered(play(tmp_path, "jump"))
    quit_undelivered(play(tmp_path, "fall"))

    assert send(tmp_path) == 0

    assert received(collector) == ["installation", "jump", "fall"]
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_backlog_leaves_within_the_services_rate(tmp_path, collector, monkeypatch):
    quit_undelivered(play(tmp_path, *["jump"] * 500))
    monkeypatch.delenv("EXPONEA_COLLECTOR")
    for name, value in (("PROJECT_TOKEN", "a"), ("AUTHORIZATION", "Token a")):
        monkeypatch.setenv(f"EXPONEA_{name}", value)
    monkeypatch.setenv("EXPONEA_BASE_URL", collector.url)
    pauses = []
    monkeypatch.setattr("exponea_game.cli.send.pause", pauses.append)

    assert send(tmp_path) == 0

    requests = len(received(collector)) / BATCH_LIMIT
    assert sum(pauses) >= (requests - ROW) / RATE_LIMIT


def test_nothing_to_send_is_success(tmp_path, collector, capsys):
    assert send(tmp_path) == 0

    assert "nothing is left" in capsys.readouterr().out


def test_a_home_that_is_not_there_is_a_mistake_and_stays_away(tmp_path, collector):
    with pytest.raises(SystemExit, match="there is no home at"):
        send(tmp_path / "nothing")

    assert not (tmp_path / "nothing").exists()


def test_the_session_of_a_killed_game_is_ended_and_delivered(tmp_path, collector, monkeypatch):
    class AMinuteLater(Clock):
        def __init__(self):
            super().__init__()
            self.boot, self.began = "after a restart", self.began + 61.0

    die(play(tmp_path, "jump", present=True))
    monkeypatch.setattr("exponea_game.cli.send.Clock", AMinuteLater)

    assert send(tmp_path) == 0

    end = collector.events()[-1]
    assert (end["event_type"], end["properties"]["reason"]) == ("session_end", "crashed")


def test_a_session_that_may_go_on_is_left_to_the_next_launch(tmp_path, collector, capsys):
    die(play(tmp_path, "jump", present=True))

    assert send(tmp_path) == 1

    assert "its session may yet go on" in capsys.readouterr().out
    assert received(collector) == []
    later = play(tmp_path, present=True)
    assert later.recorder.state.start is not None
    assert [b"session_end" in command for command in later.outbox.waiting_commands()] == [False] * 3
    quit_undelivered(later)


def test_the_run_of_a_game_that_is_being_played_is_left_to_it(tmp_path, collector, capsys):
    living = play(tmp_path)
    quit_undelivered(play(tmp_path, "jump"))  # a second game of the same player, at the same time

    assert send(tmp_path) == 0

    assert f"{living.run.name} is being played" in capsys.readouterr().out
    assert received(collector) == ["jump"]
    quit_undelivered(living)


def test_a_server_that_does_not_answer_leaves_everything_for_the_next_time(
    tmp_path, collector, capsys
):
    quit_undelivered(play(tmp_path, "jump"))
    collector.faults(status=503)

    assert send(tmp_path) == 1

    told = capsys.readouterr()
    assert "not delivered: 503" in told.err
    assert "2 left" in told.out
    collector.faults()
    assert send(tmp_path) == 0
    assert received(collector) == ["installation", "jump"]


def test_a_refused_command_is_kept_aside_and_the_rest_arrives(tmp_path, collector):
    quit_undelivered(play(tmp_path, "jump", "fall"))
    collector.faults(refuse_every=2)

    assert send(tmp_path) == 0

    assert received(collector) == ["installation", "fall"]
    assert b'"jump"' in (tmp_path / "rejected.jsonl").read_bytes()


def test_what_was_lost_stays_counted_for_the_next_launch_to_report(tmp_path, collector):
    game = play(tmp_path, "shot")
    game.run.cursor.lost["shot"] = 12
    game.run.cursor.close_run()
    die(game)

    assert send(tmp_path) == 0

    assert [run.lost for run in survey(Home(tmp_path, Disk()))] == [{"shot": 12}]


def test_without_a_project_it_says_what_to_set(tmp_path, monkeypatch):
    monkeypatch.delenv("EXPONEA_COLLECTOR", raising=False)

    with pytest.raises(SystemExit, match="no project_token and authorization are set"):
        send(tmp_path)


def test_nothing_is_sent_against_the_players_will(tmp_path, collector, monkeypatch):
    quit_undelivered(play(tmp_path, "jump"))
    monkeypatch.setenv("DO_NOT_TRACK", "1")

    with pytest.raises(SystemExit, match="the player does not let"):
        send(tmp_path)

    assert received(collector) == []


@pytest.fixture
def stream(running: Collector, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """An event stream; the command has no tokens of players."""
    running.faults()
    running.reset()
    monkeypatch.setenv("EXPONEA_STREAM_ID", "stream-1")
    monkeypatch.setenv("EXPONEA_BASE_URL", running.url)
    monkeypatch.setenv("EXPONEA_ENVIRONMENT", "production")
    yield running
    running.stream()


def test_a_stream_gets_what_it_lets_in_without_a_token_and_the_rest_waits(tmp_path, stream, capsys):
    stream.stream(event_types={"purchase": "signed"})
    quit_undelivered(play(tmp_path, "jump", "purchase", "fall"))

    first = send(tmp_path)
    second = send(tmp_path)

    said = capsys.readouterr()
    assert (first, second) == (1, 1)
    assert received(stream) == ["installation", "jump", "fall"]
    assert said.out.count("1 left\n1 wait apart: for a player's token") == 2

    stream.stream()
    assert send(tmp_path) == 0
    assert received(stream) == ["installation", "jump", "fall", "purchase"]


def test_a_stream_that_wants_tokens_for_everything_gets_nothing_and_says_so(
    tmp_path, stream, capsys
):
    stream.stream(event_types={"*": "signed"})
    quit_undelivered(play(tmp_path, "jump"))

    assert send(tmp_path) == 1

    assert received(stream) == []
    assert "2 left" in capsys.readouterr().out
