"""A game under ``exponea-game run`` is the same program, with its sessions tracked."""

from __future__ import annotations

import argparse
import importlib.util
import os
import py_compile
import re
import subprocess
import sys
import time
import zipapp
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.desktop import Desktop, wait_until

from exponea_game.cli import run
from exponea_game.collector import Collector

EXAMPLES = Path(*importlib.util.find_spec("arcade").submodule_search_locations, "examples")
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
HELLO_WORLD = "hello_world.py"
HELLO_WORLD_TEXT = """
import pyglet

window = pyglet.window.Window(caption="Hello")
label = pyglet.text.Label("Hello, world", x=window.width // 2, y=window.height // 2)

@window.event
def on_draw():
    window.clear()
    label.draw()

pyglet.app.run()
"""  # the first program of pyglet's guide: its wheel holds no examples, as arcade's does
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
    (tmp_path / "empty").mkdir()
    zipapp.create_archive(inner, tmp_path / "seen.pyz")
    py_compile.compile(str(tmp_path / "seen.py"), str(tmp_path / "seen.pyc"))
    (tmp_path / "fails.py").write_text(FAILS)
    (tmp_path / "typo.py").write_text("score = = 1\n")
    return tmp_path


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector of this test's own."""
    with Collector() as collector:
        yield collector


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
        "inner one",
        "seen.pyz one",
        "seen.pyc one",
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
    if not (games / words.split()[0]).exists() and "link.py" in words:
        pytest.skip("Wine makes no symbolic links")
    alone = start(games, *words.split())

    tracked = start(games, "-m", "exponea_game", "run", *words.split())

    assert (tracked.stdout, tracked.stderr) == (alone.stdout, alone.stderr)
    assert tracked.returncode == alone.returncode


@pytest.mark.parametrize("words", ["nonesuch.py", "empty", "-m nonesuch", "-m inner.nonesuch"])
def test_a_game_that_is_not_there_is_named(games: Path, words: str) -> None:
    shown = start(games, "-m", "exponea_game", "run", *words.split())

    assert shown.returncode != 0
    assert words.split()[-1] in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("typed", "collector", "game", "own"),
    [
        ("my_game.py", None, "my_game.py", []),
        ("--collector my_game.py", "1", "my_game.py", []),
        ("--collector my_game.py --collector 3", "1", "my_game.py", ["--collector", "3"]),
        ("--collector my_game.py --level 3", "1", "my_game.py", ["--level", "3"]),
        ("my_game.py --collector", None, "my_game.py", ["--collector"]),
        ("--collector my_game.py level 3", "1", "my_game.py", ["level", "3"]),
        ("--collector 1 my_game.py level", "1", "my_game.py", ["level"]),
        ("--collector http://127.0.0.1:9 my_game.py", "http://127.0.0.1:9", "my_game.py", []),
        ("--collector=http://127.0.0.1:9 my_game.py", "http://127.0.0.1:9", "my_game.py", []),
        ("--collector -m game -v", "1", "game", ["-v"]),
        ("-m --collector game", "1", "game", []),
    ],
)
def test_the_collectors_address_may_be_left_out(typed, collector, game, own) -> None:
    parser = argparse.ArgumentParser()
    run.arguments(parser)

    options = parser.parse_args(run.complete(typed.split()))

    assert (options.collector, options.game, options.words) == (collector, game, own)


def test_each_window_is_attached_before_its_constructor_goes_on(
    desktop: Desktop, tmp_path: Path
) -> None:
    game = tmp_path / "game.py"
    game.write_text(TWO_WINDOWS)

    with desktop.run("-c", RECORDED, "run", game) as program:
        program.wait_for(lambda line: line == "drawn")
        program.wait()

    assert program.said == ["attached one", "one", "attached two", "two", "drawn"]


def test_a_game_that_is_tracked_already_is_tracked_as_it_says(
    desktop: Desktop, collector: Collector, tmp_path: Path
) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    close_soon = "import pyglet\npyglet.clock.schedule_once(lambda _: pyglet.app.exit(), 0.5)\n"
    (tmp_path / "my_game.py").write_text(close_soon + example)
    mine = {name: text for name, text in desktop.environment.items() if "EXPONEA" not in name}
    places = {"XDG_DATA_HOME": str(tmp_path / "data"), "EXPONEA_COLLECTOR": collector.url}

    shown = subprocess.run(
        [sys.executable, "-m", "exponea_game", "run", "my_game.py"],
        cwd=tmp_path,
        env={**mine, **places},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (shown.stdout, shown.stderr, shown.returncode) == ("", "", 0)
    assert [path.name for path in (tmp_path / "data" / "exponea_game").iterdir()] == ["My game"]


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["-m", "arcade.examples.happy_face"], "Happy Face Example"),
        (["-m", "arcade.examples.view_pause_screen"], "Instruction and Game Over Views Example"),
        ([EXAMPLES / "sprite_collect_coins.py"], "Sprite Collect Coins Example"),
        ([EXAMPLES / "platform_tutorial" / "20_views.py"], "Platformer"),
        ([HELLO_WORLD], "Hello"),
    ],
)
def test_an_unmodified_program_gets_a_start_and_an_end(
    desktop: Desktop,
    collector: Collector,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str | Path],
    title: str,
) -> None:
    (tmp_path / HELLO_WORLD).write_text(HELLO_WORLD_TEXT)
    monkeypatch.chdir(tmp_path)
    places = {"EXPONEA_COLLECTOR": collector.url, "EXPONEA_GAME_HOME": str(tmp_path)}

    begun = time.time()
    with desktop.run("-m", "exponea_game", "run", *words, **places) as program:
        desktop.focus(title)
        wait_until(collector.sessions, "the start of the session")
        closed = time.time()
        desktop.xdotool("key", "alt+F4")
        status = program.wait()
    gone = time.time()

    (session,) = collector.sessions()
    assert begun < session["start"] < closed < session["end"] < gone
    assert session["duration"] == pytest.approx(session["end"] - session["start"], abs=0.001)
    assert (session["reason"], status) == ("quit", 0)
