"""What needs nothing of any system holds with the locks, files and folders of the others too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import appdirs
import pytest

from exponea_game.recovery.opening import home_folder
from exponea_game.settings import Settings

TESTS = Path(__file__).parent
NEUTRAL = (
    *("tests/player", "tests/journal", "tests/recovery", "tests/delivery/test_outbox.py"),
    *("tests/run/test_engine.py", "tests/system/test_disk.py"),
    *("tests/system/test_two_slot_file.py", "tests/test_tracker.py"),
)
UNSYNCED = "tests/system/test_disk.py::test_syncing"
"""Windows syncs in another way, and no folder."""
GAME = Settings(app_name="Comet", environment="production")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux imitates the others")
@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_the_core_holds_on_a_disk_like_another_systems(system):
    words = ["-p", "support.imitated", "-p", "no:cacheprovider", f"--deselect={UNSYNCED}", *NEUTRAL]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=TESTS.parent,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(map(str, (TESTS, TESTS.parent))), "IMITATED": system},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_on_windows_a_game_lies_in_the_local_data_of_the_user(monkeypatch):
    monkeypatch.setattr(appdirs, "system", "win32")
    local = {"CSIDL_LOCAL_APPDATA": "C:\\Users\\player\\AppData\\Local"}
    monkeypatch.setattr(appdirs, "_get_win_folder", local.__getitem__, raising=False)

    folder = PureWindowsPath(str(home_folder(GAME)))

    assert folder == PureWindowsPath(r"C:\Users\player\AppData\Local\exponea_game\Comet")


def test_on_macos_a_game_lies_in_the_support_folder_of_the_user(monkeypatch):
    monkeypatch.setattr(appdirs, "system", "darwin")

    support = Path("~/Library/Application Support").expanduser()

    assert home_folder(GAME) == support / "exponea_game" / "Comet"
