"""The versions that are promised are those that are tested, and said the same everywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import exponea_game

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST, NEWEST = "3.10", "3.14"


def text(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def versions(words: str) -> set[str]:
    """The Pythons that a text names."""
    return set(re.findall(r"\b3\.1\d(?!\d|\.)", words))


def test_the_oldest_python_is_the_same_for_all_tools():
    settings = text("pyproject.toml")

    assert PROJECT["requires-python"] == f">={OLDEST}"
    assert 'target-version = "py310"' in settings
    assert f"OLDEST_PYTHON = ({OLDEST.replace('.', ', ')})" in text("dev.py")


@pytest.mark.parametrize("parts", [("noxfile.py",), (".github", "workflows", "test.yml")])
def test_every_python_from_the_oldest_to_the_newest_is_tested(parts):
    promised = {f"3.{minor}" for minor in range(10, 15)}

    assert versions(text(*parts)) == promised
    assert "3.14t" in text(*parts)


def test_the_oldest_pyglet_that_is_promised_is_tested():
    (oldest,) = re.findall(
        r"pyglet>=([\d.]+)", " ".join(PROJECT["optional-dependencies"]["pyglet"])
    )

    assert f'"{oldest}"' in text("noxfile.py")


def test_the_version_is_semantic_and_the_changelog_begins_with_it():
    (newest, *_) = re.findall(r"^## \[(.*?)\]", text("CHANGELOG.md"), re.M)

    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", exponea_game.__version__)
    assert newest in (exponea_game.__version__, "Unreleased")


def test_the_core_holds_on_the_oldest_and_the_newest_pythons_of_this_machine(tmp_path):
    nox = [sys.executable, "-m", "nox", "--noxfile", ROOT / "noxfile.py", "--envdir", tmp_path]
    sessions = [f"core-{python}" for python in (OLDEST, "3.13", NEWEST)]  # if they are here

    done = subprocess.run([*nox, "--session", *sessions], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
