from __future__ import annotations

import sys

import pytest

from exponea_game import cli
from exponea_game.cli import demo


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """An environment without pyglet; returns what is run in it."""
    ran: list[list[str]] = []
    found = [there for there in demo.distributions() if there.name != "pyglet"]
    monkeypatch.setattr(demo, "distributions", lambda: found)
    monkeypatch.setattr(demo.subprocess, "call", lambda words: ran.append(words) or 1)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("DISPLAY", ":0")
    return ran


def test_what_the_game_needs_is_its_extra():
    names = {requirement.split("<")[0].split(">")[0] for requirement in demo.requirements()}

    assert names == {"pyglet", "pyjwt", "rich", "starlette", "uvicorn"}
    assert demo.all_there()


def test_in_a_checkout_the_game_is_beside_the_package():
    assert (demo.place() / "demo_game" / "__main__.py").is_file()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a window is always to be had")
def test_without_a_display_it_says_so(monkeypatch, capsys):
    monkeypatch.delenv("DISPLAY", raising=False)

    status = cli.main(["demo"])

    assert status == 1
    assert "there is no display" in capsys.readouterr().err


def test_what_is_missing_goes_to_a_folder_of_its_own_or_nothing_is_played(bare, capsys):
    status = cli.main(["demo", "--autopilot"])

    (words,) = bare
    assert status == 1
    assert words[words.index("--target") + 1] == str(demo.cache())
    assert "Install exponea-game[demo]" in capsys.readouterr().err


def test_what_was_brought_once_is_there_for_the_next_time(bare, monkeypatch, tmp_path):
    brought = iter([False, True])
    monkeypatch.setattr(demo, "all_there", lambda: next(brought))

    there = demo.all_there() or demo.bring(tmp_path)

    assert there
    assert bare == []
    assert str(tmp_path) in sys.path


@pytest.mark.parametrize(
    ("there", "uv", "first"),
    [({"pip"}, "uv", sys.executable), (set(), "uv", "uv"), (set(), None, None)],
)
def test_pip_installs_or_uv_or_nobody(monkeypatch, there, uv, first):
    monkeypatch.setattr(demo, "find_spec", lambda name: name in there)
    monkeypatch.setattr(demo.shutil, "which", lambda _: uv)
    monkeypatch.delenv("UV", raising=False)

    assert next(iter(demo.installer()), None) == first


def test_every_word_is_the_games(monkeypatch):
    played = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(
        demo.runpy, "run_module", lambda name, **_: played.append((name, *sys.argv[1:]))
    )

    status = cli.main(["demo", "--help", "-x", "--home", "."])

    assert (status, played) == (0, [("demo_game", "--help", "-x", "--home", ".")])
