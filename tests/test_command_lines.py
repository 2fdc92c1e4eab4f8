"""Each command line of README.md and of the pages is one that works, typed as it stands there.

They are typed in a checkout, on a desktop of its own, by somebody with an empty home whose game is
README's example. A block's lines are typed one after another; what lasts until it is interrupted
goes on while the next lines are typed. In the lines a collector's usual port is another, for the
one that runs here.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support.desktop import Desktop, wait_until

from exponea_game.collector import Collector

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAMS = {
    "exponea-game": "-m exponea_game",
    "pip": "-m pip",
    "pyinstaller": "-m PyInstaller",
    "python": "",
    "python3": "",
}
"""What a command line begins with, and which module of this Python it is."""
BEGINNING = rf"(?:[A-Z_]+=\S+ )*(?:curl|{'|'.join(PROGRAMS)})"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
WORDS = re.compile(rf"`({BEGINNING} [^`\n]+)`")
ASTRAY = re.compile(rf"^ {{4}}{BEGINNING} .*", re.MULTILINE)
LASTING = re.compile(r"exponea-game (?:collector|tail|demo)\b(?!.*--no-follow)")
"""What goes on until it is interrupted, or its window is closed."""
OF_NUITKA = re.compile(r"^python -m nuitka ")
"""What tests/packaging/test_frozen.py takes from the page and runs."""
PATIENCE = 120.0
"""Seconds for what takes a few on a quiet machine; PyInstaller takes most of a minute."""

QUIETLY = {
    "BROWSER": "true",
    "PIP_DRY_RUN": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as the switch that it is named after
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
}
"""What keeps browsers closed, and pip from installing anything or asking anybody."""
UNTOUCHED = shutil.ignore_patterns(".*", "__pycache__", "tests", "site", "dist", "build")
PLAYED_BY_ITSELF = """
import pyglet
pyglet.clock.schedule_once(lambda _: pyglet.app.exit(), 0.5)
"""


def blocks() -> list[object]:
    """All lines that are to be typed together, each with its place."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in sorted((*BLOCK.finditer(text), *WORDS.finditer(text)), key=re.Match.start):
            if OF_NUITKA.match(match[1]):
                continue
            place = f"{page.relative_to(ROOT)}:{text[: match.start()].count(chr(10)) + 1}"
            marks = [pytest.mark.slow] if "pyinstaller" in match[1] else []
            found.append(pytest.param(match[1].replace("\\\n", " "), id=place, marks=marks))
    return found


class Terminal:
    """A terminal in a checkout.

    Args:
        folder: For everything that is made.
        desktop: Where windows open.
        collector: Where the games' events go.
    """

    def __init__(self, folder: Path, desktop: Desktop, collector: Collector) -> None:
        self._folder, self._desktop, self._collector = folder, desktop, collector
        self._checkout, self._typed = folder / "checkout", 0
        shutil.copytree(ROOT, self._checkout, ignore=UNTOUCHED)
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        (example,) = re.findall(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
        (self._checkout / "my_game.py").write_text(PLAYED_BY_ITSELF + example)
        programs = folder / "programs"
        programs.mkdir()
        for name, module in PROGRAMS.items():
            put_program(programs / name, f"{sys.executable} {module}")
        self._prepare_for_dev()
        mine = {name: text for name, text in desktop.environment.items() if "EXPONEA" not in name}
        mine.pop("DO_NOT_TRACK", None)
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**mine, **QUIETLY, "PATH": path, "EXPONEA_COLLECTOR": collector.url}

    def _prepare_for_dev(self) -> None:
        """Let dev.py find an environment that is complete, and whose Python does nothing."""
        python = self._checkout / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        put_program(python, "true")
        stamp = "import dev; dev.STAMP.write_text(dev.fingerprint(open('pyproject.toml').read()))"
        subprocess.run([sys.executable, "-c", stamp], cwd=self._checkout, check=True)

    def log_in(self, home: Path) -> None:
        """Be a user with an empty home, who has played once."""
        home.mkdir()
        self._environment |= {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}
        self.type("python my_game.py")

    def type(self, block: str) -> None:
        """Type the lines: each works, also what has to be ended after the others."""
        lasting = []
        for line in filter(None, map(str.strip, self._to_the_collector(block).splitlines())):
            process, output = self._start(line)
            if LASTING.match(line):
                lasting.append((line, process, output))
                wait_until(lambda: output.read_bytes() or process.poll() is not None, line)  # noqa: B023
            else:
                finish(line, process, output)
        for line, process, output in lasting:
            self._end(line, process)
            finish(line, process, output)

    def _to_the_collector(self, block: str) -> str:
        url = self._collector.url
        block = block.replace("EXPONEA_COLLECTOR=1", f"EXPONEA_COLLECTOR={url}")
        block = block.replace("localhost:8321", url.removeprefix("http://"))
        return re.sub(r"(exponea-game collector)\b", r"\1 --port 0", block)

    def _start(self, line: str) -> tuple[subprocess.Popen[bytes], Path]:
        self._typed += 1
        output = self._folder / f"{self._typed}.txt"
        with output.open("wb") as file:
            process = subprocess.Popen(
                ["bash", "-c", line],
                cwd=self._checkout,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return process, output

    def _end(self, line: str, process: subprocess.Popen[bytes]) -> None:
        if "demo" in line:
            self._desktop.focus("Comet Courier")
            self._desktop.xdotool("key", "alt+F4")
        else:
            os.killpg(process.pid, signal.SIGINT)


def finish(line: str, process: subprocess.Popen[bytes], output: Path) -> None:
    """Wait for the end of what was typed: it has worked."""
    try:
        status = process.wait(PATIENCE)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    said = output.read_text(encoding="utf-8", errors="replace")
    assert status == 0, f"{line}\n{said}"
    assert not re.search(r"Traceback|inside the library|does not provide the extra", said), said


def put_program(path: Path, other: str) -> None:
    """A program that is another one, with its first words."""
    path.write_text(f'#!/bin/sh\nexec {other} "$@"\n', encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture(scope="module")
def checkout(desktop: Desktop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    with Collector(port=0) as collector:
        yield Terminal(tmp_path_factory.mktemp("terminal"), desktop, collector)


@pytest.fixture
def terminal(checkout: Terminal, tmp_path: Path) -> Terminal:
    checkout.log_in(tmp_path / "home")
    return checkout


@pytest.mark.parametrize("block", blocks())
def test_a_command_line_works_as_it_is_typed(block: str, terminal: Terminal) -> None:
    terminal.type(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_command_lines_stand_in_blocks_of_their_own(page: Path) -> None:
    assert ASTRAY.findall(page.read_text(encoding="utf-8")) == []
