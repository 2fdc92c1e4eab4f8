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
from support.fakes import journaled
from support.leftovers import send_leftovers

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
    case "imported": __import__("importlib").import_module("plugin")
    case "thread":
        import threading
        thread = threading.Thread(target=load, args=[3])
        thread.start(); thread.join()
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
    (tmp_path / "plugin.py").write_text("raise RuntimeError('in a plugin')\n")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "__main__.py").write_text("import sibling\n1 / 0\n")
    (tmp_path / "broken" / "sibling.py").touch()
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
        "fails.py imported",
        "fails.py thread",
        "typo.py",
        "broken",
        "-m broken",
        "-m fails x",
        "-m typo",
        "-m nonesuch",
        "-m inner.nonesuch",
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


EXITS = """
import sys
import exponea_game
from exponea_game.testing import FakeWindow

window = FakeWindow()
exponea_game.attach(window)
sys.exit(3)
"""


def test_rule_13_the_status_of_an_exit_is_part_of_the_quit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "game.py").write_text(EXITS)
    monkeypatch.setitem(BARE, "EXPONEA_GAME_HOME", str(tmp_path / "home"))

    done = start(tmp_path, "-m", "exponea_game", "run", "game.py")

    assert done.returncode == 3
    end = journaled(tmp_path / "home")[-1]["data"]
    told = {name: end["properties"].get(name) for name in ("reason", "exit_status")}
    assert (end["event_type"], told) == ("session_end", {"reason": "quit", "exit_status": 3})


FAILS_IN_A_LOOP = """
import json, os, signal, sys
import pyglet
if "attached" in sys.argv:
    import exponea_game

def load(level):
    raise ValueError(f"no level {level}")

class Game(pyglet.window.Window):
    def on_draw(self):
        if "error" in sys.argv:
            load(3)
        os.kill(os.getpid(), signal.SIGINT)

    def on_resize(self, width, height):
        if "handler" in sys.argv:
            try:
                load(2)
            except ValueError as error:
                raise RuntimeError("no window") from error

window = Game()
if "attached" in sys.argv:
    exponea_game.attach(window)
pyglet.app.run()
"""


def tracebacks(text: str) -> list[str]:
    """The lines of a traceback that name files and errors."""
    return [line for line in text.splitlines() if re.match(r"  File|\w+(Error|Interrupt)", line)]


@pytest.mark.parametrize("way", ["error", "interrupted", "handler"])
@pytest.mark.parametrize("how", ["run", "attached"])
def test_a_traceback_out_of_the_games_loop_shows_the_game_alone(
    desktop: Desktop, tmp_path: Path, way: str, how: str
) -> None:
    (tmp_path / "game.py").write_text(FAILS_IN_A_LOOP)
    home = {"EXPONEA_GAME_HOME": str(tmp_path / "home")}

    def errors(*words: str) -> list[str]:
        return tracebacks(
            subprocess.run(
                [sys.executable, *words],
                cwd=tmp_path,
                env={**desktop.environment, **home},
                capture_output=True,
                text=True,
                check=False,
            ).stderr
        )

    alone = errors("game.py", way)

    if how == "run":
        tracked = errors("-m", "exponea_game", "run", "game.py", way)
    else:
        tracked = errors("game.py", way, "attached")

    assert alone[-1].startswith(("ValueError", "KeyboardInterrupt", "RuntimeError"))
    assert not any("exponea_game" in line for line in tracked)
    assert tracked[-2:] == alone[-2:]
    assert [line for line in tracked if "game.py" not in line] == [
        line for line in alone if "game.py" not in line
    ]


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


LAUNCHER = """
import multiprocessing, os, subprocess, sys

def game():
    import pyglet
    window = pyglet.window.Window(300, 200)
    if "spawn" in sys.argv:
        import exponea_game
        exponea_game.attach(window)
    pyglet.clock.schedule_once(lambda _: window.close(), 0.5)
    pyglet.app.run()

if __name__ == "__main__":
    way = sys.argv[1]
    if way == "game":
        game()
    elif way == "subprocess":
        again = [sys.executable, "-m", "exponea_game", "run", __file__, "game"]
        sys.exit(subprocess.call(again))
    elif way == "execv":
        import exponea_game
        exponea_game.track_event("launched")
        again = ["-m", "exponea_game", "run", __file__, "game"]
        os.execv(sys.executable, [sys.executable, *again])
    else:
        child = multiprocessing.get_context(way).Process(target=game)
        child.start()
        child.join()
"""


@pytest.mark.parametrize("way", ["fork", "spawn", "subprocess", "execv"])
def test_a_launchers_game_is_tracked_as_the_page_says(
    desktop: Desktop, collector: Collector, tmp_path: Path, way: str
) -> None:
    (tmp_path / "launcher.py").write_text(LAUNCHER)
    places = {"EXPONEA_COLLECTOR": collector.url, "EXPONEA_GAME_HOME": str(tmp_path / "home")}

    shown = subprocess.run(
        [sys.executable, "-m", "exponea_game", "run", "launcher.py", way],
        cwd=tmp_path,
        env={**desktop.environment, **places},
        stdout=subprocess.PIPE,  # open until the game ends: Windows has another process for execv
        check=False,
    )

    assert shown.returncode == 0
    send_leftovers(tmp_path / "home", places)
    (session,) = collector.sessions()
    assert session["reason"] == "quit"
    told = [event["event_type"] for event in collector.events()]
    assert told.count("launched") == (way == "execv")


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
    send_leftovers(tmp_path, places)

    (session,) = collector.sessions()
    assert begun < session["start"] < closed < session["end"] < gone
    assert session["duration"] == pytest.approx(session["end"] - session["start"], abs=0.001)
    assert (session["reason"], status) == ("quit", 0)
