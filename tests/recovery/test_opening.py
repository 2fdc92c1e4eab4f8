"""Where a run begins, and what it begins with."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from exponea_game.recovery.opening import home_folder
from exponea_game.settings import Settings

GAME = Settings(app_name="Comet", environment="production")

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="XDG is of Linux")


@linux
@pytest.mark.parametrize("given", ["", "data", "./data"])
def test_a_data_folder_that_is_no_absolute_path_counts_as_not_set(monkeypatch, given):
    monkeypatch.setenv("XDG_DATA_HOME", given)

    usual = Path("~/.local/share").expanduser()
    assert home_folder(GAME) == usual / "exponea_game" / "Comet"


@linux
def test_a_data_folder_that_is_set_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert home_folder(GAME) == tmp_path / "exponea_game" / "Comet"
