"""Why nothing arrives is said in the same words wherever a developer looks.

In the log, in what ``flush`` returns, by ``doctor`` called from the game, and in the inspector.
"""

from __future__ import annotations

import os

import pytest

from exponea_game import Tracker
from exponea_game.cli import main
from exponea_game.inspector.panel import Look, lay_out
from exponea_game.testing import FakeWindow

PROJECT = {"project_token": "abc", "authorization": "Token key"}
NOWHERE = "http://127.0.0.1:9"


def denied(tracker, home):
    tracker.set_consent("denied")
    return "the player has refused: nothing is tracked until set_consent('granted')"


def kept_denial(tracker, home):
    Tracker(home=home).set_consent("denied")
    return "the player has refused: nothing is tracked until set_consent('granted')"


def do_not_track(tracker, home):
    os.environ["DO_NOT_TRACK"] = "1"
    return "the variable DO_NOT_TRACK is set: nothing is tracked while it is"


def no_collector(tracker, home):
    tracker.configure(collector=NOWHERE)
    return f"no collector answers at {NOWHERE}: start it with exponea-game collector; events wait"


def withheld(tracker, home):
    tracker.configure(**PROJECT)
    return "a game that is not released sends nothing to the real service; environment='...' sends"


def no_project(tracker, home):
    return "no project_token and authorization are set, and no stream_id; EXPONEA_COLLECTOR=1 shows"


def home_unusable(tracker, home):
    home.parent.mkdir(exist_ok=True)
    home.write_text("no folder")
    return str(home)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A game's home, where nothing is set."""
    for name in [*os.environ]:
        if name.startswith("EXPONEA_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DO_NOT_TRACK", "")  # so that it is put back
    return tmp_path / "home"


def in_the_inspector(tracker):
    """What its panel says, as one text."""
    subject = tracker._subject()
    silence = subject.why_silent() if subject.now() is None else ""
    measure = lambda words, size: 0.01 * size * len(words)  # noqa: E731
    sheet = lay_out(subject.gather(), Look(silence=silence), 2000, 2000, measure)
    return " ".join(text.words for _, row in sheet.rows for text in row.texts)


@pytest.mark.parametrize(
    "cause",
    [denied, kept_denial, do_not_track, no_collector, withheld, no_project, home_unusable],
    ids=lambda cause: cause.__name__,
)
def test_silence_is_explained_wherever_a_developer_looks(home, capsys, caplog, cause):
    caplog.set_level("WARNING")
    tracker, window = Tracker(home=home, app_name="A silent game"), FakeWindow()
    why = cause(tracker, home)
    tracker.attach(window)
    tracker.track_event("jump")

    trouble = tracker.flush(1.0).trouble
    shown = in_the_inspector(tracker)
    main(["doctor", "--home", str(home)])
    checked = " ".join(capsys.readouterr().out.split())
    tracker.stop()

    assert why in trouble
    assert why in shown
    assert why in checked
    assert any(why in record.getMessage() for record in caplog.records)


def test_a_doctor_that_the_game_calls_knows_what_the_game_has_set(home, capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)  # a narrow table cuts a long path in two
    tracker = Tracker(
        home=home, app_name="My game", environment="test", base_url=NOWHERE, **PROJECT
    )

    main(["doctor", "--app-name", "My game"])

    text = capsys.readouterr().out
    assert NOWHERE in text
    assert str(home) in text
    assert "no project_token" not in text
    tracker.stop()


def test_a_doctor_for_another_game_knows_nothing_of_this_one(home, capsys, tmp_path):
    tracker = Tracker(
        home=home, app_name="My game", environment="test", base_url=NOWHERE, **PROJECT
    )

    main(["doctor", "--home", str(tmp_path / "other")])

    assert "no project_token" in capsys.readouterr().out
    tracker.stop()
