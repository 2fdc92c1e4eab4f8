"""A game's own modules hide none of ours, and ours hide none of the game's."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from support.fakes import journaled_types

from exponea_game.collector import Collector

NAMES = """
session clock settings window focus journal log home device disk requests statistics calendar
email http uuid csv socket array numbers queue base64 getpass hashlib mimetypes datetime ssl
certifi idna urllib3 charset_normalizer appdirs decimal fractions PIL platform string random
zlib tomllib rich starlette cli collector inspector api tracker engine exponea logging json
textwrap argparse gettext contextlib typing enum re collections functools types
""".split()  # noqa: SIM905 - seventy names in a list are seventy lines
LOADED = subprocess.run(
    [sys.executable, "-c", "import sys; print(*sys.modules, *sys.builtin_module_names)"],
    stdout=subprocess.PIPE, text=True, check=True,
).stdout.split()  # fmt: skip
"""What no game can hide here: it is built in, or loaded before any program."""
NAMES = [name for name in NAMES if name not in LOADED]
ATTACHED = """
import sys
import exponea_game

class Window:
    context = object()
    def dispatch_event(self, *_):
        pass

window = Window()
exponea_game.configure(
    home=sys.argv[1], app_name="x", flush_mode="manual", environment="test",
    project_token="abc", authorization="Token key",
)
exponea_game.attach(window)
exponea_game.track_event("jump", {"high": 2})
"""
GAME = "import NAME\nprint(NAME.__name__, NAME.ANSWER)\n"
SUFFIX = ".exe" if sys.platform == "win32" else ""  # there it is an archive with a Python
PROGRAM = Path(sysconfig.get_path("scripts"), f"exponea-game{SUFFIX}")
BARE = {name: value for name, value in os.environ.items() if not name.startswith("EXPONEA_")}


def play(folder: Path, game: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A game beside modules that bear all these names, started in its folder."""
    (folder / "game.py").write_text(game)
    for name in NAMES:
        (folder / f"{name}.py").write_text("ANSWER = 42\n")
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=BARE, capture_output=True, text=True
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "game").mkdir()
    return tmp_path / "game"


def test_a_game_with_all_these_modules_is_tracked_and_finds_its_own(folder, tmp_path):
    own = "".join(GAME.replace("NAME", name) for name in NAMES)

    done = play(folder, ATTACHED + own, "game.py", str(tmp_path / "home"))

    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines() == [f"{name} 42" for name in NAMES]
    assert "jump" in journaled_types(tmp_path / "home")


@pytest.mark.parametrize("how", ["attached", "run"])
def test_what_a_game_with_all_these_modules_tracks_is_delivered(folder, tmp_path, how, monkeypatch):
    own = "".join(GAME.replace("NAME", name) for name in NAMES)
    flushed = "print(exponea_game.flush(10.0))\n"
    words = ["game.py"] if how == "attached" else [str(PROGRAM), "run", "game.py"]

    with Collector(port=0) as collector:
        monkeypatch.setitem(BARE, "EXPONEA_COLLECTOR", collector.url)
        done = play(folder, ATTACHED + own + flushed, *words, str(tmp_path / "home"))
        told = [event["event_type"] for event in collector.events()]

    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines()[-1] == "Flushed(sent=3, left=0, trouble='')"
    assert "jump" in told


def test_a_game_that_had_its_own_before_keeps_it_and_is_tracked(folder, tmp_path):
    first = ["platform", "uuid", "requests", "datetime", "ssl", "socket"]
    before = "".join(GAME.replace("NAME", name) for name in first)

    done = play(folder, before + ATTACHED + before, "game.py", str(tmp_path / "home"))

    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines() == [f"{name} 42" for name in [*first, *first]]
    assert "jump" in journaled_types(tmp_path / "home")


def test_a_game_that_is_run_finds_its_own_modules(folder):
    own = "".join(GAME.replace("NAME", name) for name in NAMES)

    done = play(folder, own, str(PROGRAM), "run", "game.py")

    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines() == [f"{name} 42" for name in NAMES]


def test_a_game_without_such_modules_finds_pythons(folder):
    (folder / "game.py").write_text("import exponea_game, platform, json\nprint(json.dumps(1))\n")

    done = subprocess.run(
        [sys.executable, "game.py"], cwd=folder, capture_output=True, text=True, check=True
    )

    assert done.stdout == "1\n"
