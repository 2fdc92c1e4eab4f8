"""What the wheel and the sdist hold, and that whoever builds them gets the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

import exponea_game

ROOT = Path(__file__).parents[2]
ABOUT = f"exponea_game-{exponea_game.__version__}.dist-info"
WHEEL = ("exponea_game", "demo_game", "assets/sounds")
IN_THE_WHEEL = {
    "demo_game": "exponea_game/_demo/demo_game",
    "assets/sounds": "exponea_game/_demo/assets/sounds",
}
LINK = re.compile(r"\]\(([^):#]+)\)")
"""Where a page links to a file of the project."""
KINDS = {".css", ".html", ".js", ".py", ".typed", ".wav"}
"""Kinds of files in the wheel."""


def build(source: Path, into: Path, *, kind: str, mask: int = 0o022) -> Path:
    """Build an archive as anybody would who has been told the date of its release."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)]
    subprocess.run(command, cwd=source, env=environment, umask=mask, check=True)
    (archive,) = into.iterdir()
    return archive


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("sdist"), kind="sdist")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"), kind="wheel")


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sources(folder: str) -> set[str]:
    """Where the files of a folder are in the wheel."""
    files = {file.relative_to(ROOT / folder) for file in (ROOT / folder).rglob("*")}
    wanted = {file.as_posix() for file in files if file.suffix in KINDS}
    return {f"{IN_THE_WHEEL.get(folder, folder)}/{name}" for name in wanted}


def test_the_wheel_holds_the_package_and_the_demo_game_and_nothing_else(wheel):
    described = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}

    expected = set().union(*map(sources, WHEEL)) | {f"{ABOUT}/{name}" for name in described}

    assert names(wheel) == expected


def test_the_wheel_holds_what_is_no_code(wheel):
    assert names(wheel) >= {
        "exponea_game/py.typed",
        "exponea_game/collector/page/index.html",
        "exponea_game/_pyinstaller/hook-exponea_game.collector.py",
        "exponea_game/_demo/assets/sounds/music.wav",
    }


def test_the_wheel_tells_programs_and_tools_where_to_enter(wheel):
    entries = ConfigParser()
    with zipfile.ZipFile(wheel) as archive:
        entries.read_string(archive.read(f"{ABOUT}/entry_points.txt").decode())

    assert {name: dict(entries[name]) for name in entries.sections()} == {
        "console_scripts": {"exponea-game": "exponea_game.cli:main"},
        "pyinstaller40": {"hook-dirs": "exponea_game._pyinstaller:hook_dirs"},
        "pytest11": {"exponea_game": "exponea_game.testing.pytest_plugin"},
    }


def test_the_sdist_holds_the_sources_and_nothing_of_the_folder_they_were_in(sdist):
    with tarfile.open(sdist) as archive:
        files = {Path(*Path(name).parts[1:]) for name in archive.getnames()}

    assert {file.parts[0] for file in files} <= {
        *(".github", "assets", "demo_game", "docs", "exponea_game", "tests"),
        *("dev.py", "mkdocs.yml", "noxfile.py", "pyproject.toml", ".gitignore", "PKG-INFO"),
        *("BENCHMARKS.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
        *("LICENSE", "README.md"),
    }
    assert Path("tests/packaging/test_archives.py") in files
    linked = set(LINK.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    assert {Path(name) for name in linked if (ROOT / name).is_file()} <= files
    assert not {file for file in files if file.suffix in {".pyc", ".whl"} or ".venv" in file.parts}


def test_the_same_sources_give_the_same_archives_whoever_builds_them(sdist, wheel, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (copy,) = tmp_path.iterdir()
    for file in copy.rglob("*"):
        os.utime(file, (1, 1))

    again = {
        kind: build(copy, tmp_path / kind, kind=kind, mask=0o077) for kind in ("sdist", "wheel")
    }

    assert again["sdist"].read_bytes() == sdist.read_bytes()
    assert again["wheel"].read_bytes() == wheel.read_bytes()
