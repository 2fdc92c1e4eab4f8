"""``exponea-game journal`` tells what a home keeps, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.homes import die, files, lines, play, quit_undelivered

from exponea_game.cli import main


def ask(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> str:
    capsys.readouterr()
    assert main(["journal", *words, "--home", str(home)]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("what", ["runs", "events", "rejected"])
def test_a_home_that_is_not_there_is_a_mistake_and_stays_away(tmp_path, capsys, what):
    home = tmp_path / "nothing"

    assert main(["journal", what, "--home", str(home)]) == 1

    assert f"there is no home at {home}" in capsys.readouterr().err
    assert not home.exists()


def test_nothing_to_show_is_said(tmp_path, capsys):
    assert "0 waiting, 0 rejected, 0 lost" in ask(capsys, tmp_path)
    assert ask(capsys, tmp_path, "events") == "No event waits here.\n"
    assert ask(capsys, tmp_path, "events", "--all") == "No event is kept here.\n"
    assert ask(capsys, tmp_path, "rejected") == "The server has rejected nothing.\n"
    assert ask(capsys, tmp_path, "events", "--json") == ""


def test_in_sixty_columns_each_run_has_lines_of_its_own(tmp_path, capsys, monkeypatch):
    quit_undelivered(play(tmp_path, "jump"))
    monkeypatch.setenv("COLUMNS", "60")

    shown = ask(capsys, tmp_path).splitlines()[1:]

    assert max(map(len, shown)) <= 60
    assert shown[0].startswith("000001-")
    assert next(line.split() for line in shown if "waiting" in line) == ["waiting", "2"]


def test_runs_are_listed_with_what_waits_in_them(tmp_path, capsys):
    quit_undelivered(play(tmp_path, "jump", "fall"))
    die(play(tmp_path, "jump", present=True))

    runs = lines(ask(capsys, tmp_path, "--json"))

    first, second = runs
    assert [first["waiting"], second["waiting"]] == [3, 2]  # the first has its installation, too
    assert (first["session"], first["alive"]) == (None, False)
    assert second["session"] == pytest.approx(second["began"], abs=5)
    assert first["size"] == sum(f.stat().st_size for f in tmp_path.glob("runs/000001-*/0*.jsonl"))


def test_a_game_that_is_being_played_keeps_its_run_and_is_told_as_alive(tmp_path, capsys):
    game = play(tmp_path, "jump")

    before = files(tmp_path)
    told = ask(capsys, tmp_path)

    assert "playing" in told
    assert files(tmp_path) == before
    assert game.home.disk.lock(game.home.runs / f"{game.run.name}.lock") is None
    quit_undelivered(game)


def test_reading_leaves_every_byte_as_it_was_and_every_lock_free(tmp_path, capsys):
    die(play(tmp_path, "jump", present=True))
    before = files(tmp_path)

    for words in (["runs"], ["events", "--all"], ["rejected"]):
        ask(capsys, tmp_path, *words)

    assert files(tmp_path) == before
    later = play(tmp_path)
    assert not later.outbox.idle()  # it adopted the dead run, so nothing held it
    quit_undelivered(later)


def test_events_are_printed_one_object_a_line_as_they_will_be_sent(tmp_path, capsys):
    quit_undelivered(play(tmp_path, "jump", "fall"))

    printed = lines(ask(capsys, tmp_path, "events", "--json"))

    commands = [line["command"] for line in printed]
    assert [c["data"]["event_type"] for c in commands] == ["installation", "jump", "fall"]
    assert [line["seq"] for line in printed] == [1, 2, 3]
    assert not any(line["sent"] for line in printed)
    assert commands[1]["data"]["properties"]["level"] == 3


def test_events_for_people_have_their_time_type_and_properties(tmp_path, capsys):
    quit_undelivered(play(tmp_path, "jump"))

    told = ask(capsys, tmp_path, "events").splitlines()[-1]

    assert "waiting" in told
    assert "  jump  " in told
    assert '"level": 3' in told


def test_what_the_server_has_is_told_with_all_alone(tmp_path, capsys):
    game = play(tmp_path, "jump", "fall")
    run = game.run
    run.cursor.settle(run.reader.read(run.cursor.position, 2).end)

    waiting = lines(ask(capsys, tmp_path, "events", "--json"))
    everything = lines(ask(capsys, tmp_path, "events", "--json", "--all"))

    assert [line["seq"] for line in waiting] == [3]
    assert [line["sent"] for line in everything] == [True, True, False]
    quit_undelivered(game)


def test_what_the_server_refused_is_told_with_its_words(tmp_path, capsys):
    command = {"name": "customers/events", "data": {"event_type": "jump", "properties": {}}}
    refusal = {
        "timestamp": 1.0,
        "run": "000001-aaaaaa",
        "error": "Not authorized",
        "command": command,
    }
    (tmp_path / "rejected.jsonl").write_text(json.dumps(refusal) + "\n{torn")

    assert lines(ask(capsys, tmp_path, "rejected", "--json")) == [refusal]
    assert "Not authorized" in ask(capsys, tmp_path, "rejected")
    assert "1 rejected" in ask(capsys, tmp_path)


def test_what_was_lost_is_told_by_event_type(tmp_path, capsys):
    game = play(tmp_path, "shot")
    game.run.cursor.lost.update({"shot": 12, "": 1})
    game.run.cursor.close_run()
    die(game)

    assert "12 shot, 1 damaged" in ask(capsys, tmp_path)
    assert "13 lost" in ask(capsys, tmp_path)


def test_a_damaged_line_hides_no_other(tmp_path, capsys):
    game = play(tmp_path, "jump", "fall", "land")
    quit_undelivered(game)
    segment = game.run.segments.path(1)
    segment.write_bytes(segment.read_bytes().replace(b'"fall"', b'"FALL"'))

    printed = lines(ask(capsys, tmp_path, "events", "--json"))

    assert [line["command"]["data"]["event_type"] for line in printed][1:] == ["jump", "land"]


def test_the_only_game_on_the_machine_needs_no_name(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("appdirs.user_data_dir", lambda *_, **__: str(tmp_path))
    monkeypatch.setenv("EXPONEA_ENVIRONMENT", "production")
    quit_undelivered(play(tmp_path / "Comet Courier", "jump"))

    main(["journal"])

    assert "Comet Courier" in capsys.readouterr().out


def test_among_several_games_one_has_to_be_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("appdirs.user_data_dir", lambda *_, **__: str(tmp_path))
    for name in ("one", "other"):
        quit_undelivered(play(tmp_path / name))

    with pytest.raises(SystemExit, match="there are one, other; name a game with --app-name"):
        main(["journal"])
