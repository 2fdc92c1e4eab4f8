"""A game under ``exponea-game run`` is the same program, with its sessions tracked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from desktop import Desktop

BARE = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
SEEN = """
import json, os, sys
from pathlib import Path
print(json.dumps({
    "argv": sys.argv,
    "name": __name__,
    "file": __file__,
    "folder": os.getcwd(),
    "path": sys.path,
    "is main": vars(sys.modules["__main__"]) is globals(),
    "package": __package__ or "",
    "siblings": __import__("sibling").__file__,
}, indent=1))
"""
FAILS = """
import atexit, sys
atexit.register(print, "the end")

def load(level):
    try:
        return {}[level]
    except KeyError:
        raise ValueError(f"no level {level}")

def hook(kind, error, trace):
    print("hooked", kind, error, trace.tb_frame.f_code.co_name, file=sys.stderr)

match sys.argv[1]:
    case "status": sys.exit(7)
    case "words": sys.exit("no joystick")
    case "interrupted": raise KeyboardInterrupt
    case "import": import nonesuch
    case "display": import pyglet.window
    case "hook": sys.excepthook = hook
load(3)
"""

TWO_WINDOWS = """
import json
import pyglet

class Game(pyglet.window.Window):
    def __init__(self, caption):
        super().__init__(caption=caption)
        print(json.dumps(caption))

    def on_draw(self):
        print(json.dumps("drawn"), flush=True)
        pyglet.app.exit()

windows = [Game("one"), Game("two")]
pyglet.app.run()
"""
RECORDED = """
import json, sys
import exponea_game
from exponea_game.cli import main

exponea_game.attach = lambda window: print(json.dumps(f"attached {window.caption}"))
sys.exit(main())
"""


@pytest.fixture
def games(tmp_path: Path) -> Path:
    """A folder with games, one of them a package and one behind a link."""
    inner = tmp_path / "inner"
    inner.mkdir()
    for folder in (tmp_path, inner):
        (folder / "sibling.py").touch()
        (folder / "seen.py").write_text(SEEN)
    (inner / "__main__.py").write_text(SEEN)
    (tmp_path / "link.py").symlink_to(inner / "seen.py")
    (tmp_path / "fails.py").write_text(FAILS)
    (tmp_path / "typo.py").write_text("score = = 1\n")
    return tmp_path


def start(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these words, in this folder, without a display."""
    return subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False, env=BARE
    )


@pytest.mark.parametrize(
    "words",
    [
        "seen.py --collector x -m y -- --help",
        "inner/seen.py",
        "link.py",
        "-m seen one",
        "-m inner --help",
        "fails.py status",
        "fails.py words",
        "fails.py interrupted",
        "fails.py import",
        "fails.py display",
        "fails.py hook",
        "fails.py x",
        "typo.py",
    ],
)
def test_a_game_is_the_program_that_it_is_by_itself(games: Path, words: str) -> None:
    alone = start(games, *words.split())

    tracked = start(games, "-m", "exponea_game", "run", *words.split())

    assert (tracked.stdout, tracked.stderr) == (alone.stdout, alone.stderr)
    assert tracked.returncode == alone.returncode


@pytest.mark.parametrize("words", ["nonesuch.py", "inner", "-m nonesuch", "-m inner.nonesuch"])
def test_a_game_that_is_not_there_is_named(games: Path, words: str) -> None:
    shown = start(games, "-m", "exponea_game", "run", *words.split())

    assert shown.returncode != 0
    assert words.split()[-1] in shown.stderr
    assert "Traceback" not in shown.stderr


def test_each_window_is_attached_before_its_constructor_goes_on(
    desktop: Desktop, tmp_path: Path
) -> None:
    game = tmp_path / "game.py"
    game.write_text(TWO_WINDOWS)

    with desktop.run("-c", RECORDED, "run", game) as program:
        program.wait_for(lambda line: line == "drawn")
        program.wait()

    assert program.said == ["attached one", "one", "attached two", "two", "drawn"]
