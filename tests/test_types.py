"""The public types as a game's own type checker sees them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest

from exponea_game.settings import Given, Settings

RIGHT = """\
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyglet
from typing_extensions import assert_type

import exponea_game
from exponea_game.testing import Playthrough

window = pyglet.window.Window()
exponea_game.configure(project_token="token", authorization="Token key", session_timeout=30.0)
exponea_game.attach(window)
exponea_game.configure(home=Path("saves"), environment=None, default_properties={"level": 3})
exponea_game.attach(window, inspector=True)

LEVEL: Mapping[str, int | list[str]] = {"level": 3, "items": ["rope"]}
exponea_game.track_event("level_complete", LEVEL)
exponea_game.track_event("level_complete", {"seconds": 41.2, "won": True}, timestamp=1.7e9)
exponea_game.track_payment({"brutto": 4.99, "currency": "EUR"})
exponea_game.track_virtual_payment("crystals", 12, "engine", "upgrade")
exponea_game.identify_customer({"registered": "anna"}, {"language": "en"})
exponea_game.set_default_properties({"language": "en"})
exponea_game.track_session_start()
exponea_game.track_session_end(timestamp=1.7e9)
exponea_game.set_consent("granted")
exponea_game.set_token_provider(lambda ids: ids.get("registered"))
exponea_game.track_consent("newsletter", True, valid_until=2e9, message="settings")
exponea_game.anonymize()
exponea_game.forget_me()

flushed = exponea_game.flush(2.0)
assert_type(flushed, exponea_game.Flushed)
assert_type(flushed.left, int)
assert_type(flushed.trouble, str)
assert_type(exponea_game.customer_cookie(), str)
assert_type(exponea_game.what_is_sent().text, str)
assert_type(exponea_game.what_is_sent().sent, list[dict[str, Any]])

try:
    editor = exponea_game.Tracker(app_name="Editor", strict=True)
    editor.track_event("map_saved")
except (exponea_game.EventError, exponea_game.SettingsError) as error:
    print(error)
finally:
    exponea_game.stop(wipe=True)
    exponea_game.detach(window)


def test_a_level(exponea: Playthrough) -> None:
    exponea.alt_tab(seconds=40)
    exponea.assert_tracked("level_complete", {"level": 3})
    assert_type(exponea.customer_ids, dict[str, str])
"""

WRONG = """\
import exponea_game

exponea_game.track_event(3)  # arg-type
exponea_game.track_event("jump", ["height", 2])  # arg-type
exponea_game.track_event("jump", height=2)  # call-arg
exponea_game.track_event("jump", {}, "yesterday")  # arg-type
exponea_game.track_event("jump", {3: "height"})  # dict-item
exponea_game.track_virtual_payment("crystals", "12", "engine", "upgrade")  # arg-type
exponea_game.identify_customer("anna")  # arg-type
exponea_game.identify_customer({"registered": 7})  # dict-item
exponea_game.set_consent(True)  # arg-type
exponea_game.flush("soon")  # arg-type
exponea_game.flush(1.0).left = 3  # misc
exponea_game.stop(wipe="yes")  # arg-type
exponea_game.customer_cookie + "x"  # operator
exponea_game.track_evnet("jump")  # attr-defined
exponea_game.Tracker("my game")  # call-arg
exponea_game.Settings(session_timeout="60")  # arg-type
exponea_game.configure(project_tokn="token")  # call-arg
exponea_game.configure(session_timeout="60")  # arg-type
exponea_game.Tracker(app_nmae="Editor")  # call-arg
exponea_game.Settings.load(consnet="denied")  # call-arg
"""


MISTAKES = {
    number: line.split("# ")[1] for number, line in enumerate(WRONG.splitlines(), 1) if "# " in line
}
"""What mypy calls the mistake in each line."""


def check(program: str, folder: Path, *command: str) -> str:
    """What a type checker says of a game that stands alone, and knows the library as installed."""
    (folder / "game.py").write_text(program)
    words = [sys.executable, "-m", *command, "game.py"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def by_mypy(program: str, folder: Path) -> dict[int, str]:
    """The lines with an error, and what the first in the line is called."""
    said = check(program, folder, "mypy", "--strict", "--config-file=")
    found = re.findall(r"^game\.py:(\d+): error: .*\[([\w-]+)\]$", said, re.M)
    return {int(number): name for number, name in reversed(found)}


def by_pyright(program: str, folder: Path) -> set[int]:
    """The lines with an error."""
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    said = check(program, folder, "pyright", "--pythonpath", sys.executable, "--outputjson")
    found = json.loads(said)["generalDiagnostics"]
    return {one["range"]["start"]["line"] + 1 for one in found if one["severity"] == "error"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typed")


def test_a_typed_game_may_use_all_that_is_public(folder):
    assert by_mypy(RIGHT, folder) == {}
    assert by_pyright(RIGHT, folder) == set()


def test_a_type_checker_finds_wrong_uses(folder):
    assert by_mypy(WRONG, folder) == MISTAKES
    assert by_pyright(WRONG, folder) >= MISTAKES.keys()


def test_what_may_be_given_as_arguments_is_what_settings_are():
    names = [setting.name for setting in fields(Settings)]
    wider = {"home": str | os.PathLike[str], "collector": str | bool | int}
    attributes = get_type_hints(Settings) | wider
    arguments = get_type_hints(Given)

    assert list(arguments) == names
    assert arguments == {name: attributes[name] | None for name in names}
