"""The demo game frozen by PyInstaller, in a folder of its own, on a machine without Python."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from desktop import Desktop, wait_until
from secured import Secured, secured

SPEC = Path(__file__).with_name("comet_courier.spec")
PROGRAMS = {"one folder": "folder/folder", "one file": "file"}
CHECKS = ("home folder", "journal", "certificates", "server", "clock", "project")
LONG = 60.0
"""Seconds for what takes ten on a quiet machine."""


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both programs."""
    built = tmp_path_factory.mktemp("frozen")
    command = [sys.executable, "-m", "PyInstaller", "--log-level", "ERROR", str(SPEC)]
    places = ["--distpath", str(built / "dist"), "--workpath", str(built / "work")]
    subprocess.run([*command, *places], check=True)
    return built / "dist"


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
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "TMPDIR": str(self.passing),
            "DISPLAY": desktop.display,
            "EXPONEA_PROJECT_TOKEN": "token",
            "EXPONEA_AUTHORIZATION": "Token key",
            "EXPONEA_BASE_URL": service.url,
            "REQUESTS_CA_BUNDLE": str(service.authority),
        }

    def start(self, program: Path, *words: str) -> subprocess.Popen[str]:
        command = [program, *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.here, env=self.environment, stdout=pipe, stderr=pipe, text=True
        )


@pytest.fixture
def player(tmp_path: Path, desktop: Desktop, service: Secured) -> Player:
    return Player(tmp_path, desktop, service)


def mapped(process: int) -> str:
    """All files in the memory of a process and of its children."""
    about = Path("/proc", str(process))
    children = (about / "task" / str(process) / "children").read_text().split()
    return (about / "maps").read_text() + "".join(mapped(int(child)) for child in children)


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_frozen_game_plays_and_delivers_over_tls(frozen, player, service, kind, tmp_path):
    report = tmp_path / "report.json"
    words = ["--autopilot", "--seconds", "6", "--report", str(report)]

    game = player.start(frozen / PROGRAMS[kind], *words)
    wait_until(service.collector.events, "an event", LONG)
    memory = mapped(game.pid)
    said = "".join(game.communicate(timeout=LONG))

    assert game.returncode == 0, said
    done = json.loads(report.read_text())
    events = service.collector.events()
    expected = Counter([*done["tracked"], "installation", "session_start", "session_end"])
    assert Counter(event["event_type"] for event in events) == expected
    assert {event["properties"]["environment"] for event in events} == {"production"}
    assert "music" in done["sounds"]
    python = [line for line in memory.splitlines() if "python" in line]
    assert python
    assert all(str(frozen) in line or str(player.passing) in line for line in python)
    assert not [*player.here.iterdir(), *player.passing.glob("_MEI*")]
    assert (player.home / ".local/share/exponea_game/Comet Courier/sent.jsonl").is_file()


@pytest.mark.parametrize("kind", PROGRAMS)
def test_the_doctor_works_inside_a_frozen_game(frozen, player, service, kind):
    doctor = player.start(frozen / PROGRAMS[kind], "--doctor")
    said, trouble = doctor.communicate(timeout=LONG)

    about, _, *findings = said.splitlines()
    assert doctor.returncode == 0, said + trouble
    assert about.endswith("production")
    assert [re.split("  +", finding)[:2] for finding in findings] == [[c, "ok"] for c in CHECKS]
    assert service.collector.events() == []
