from __future__ import annotations

import sys

import pytest

from exponea_game.system.disk import Disk
from exponea_game.system.folder_names import (
    LONGEST_HOME,
    folder_name,
    reachable,
    with_prefix,
    without_tails,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Comet Courier", "Comet Courier"),
        ("Žluťoučký kůň 日本", "Žluťoučký kůň 日本"),
        ("Space: The <Final>|?*", "Space_ The _Final____"),
        ("dots...", "dots"),
        (" . ", ""),
        ("../../etc", "_.._etc"),
        ("a" * 300, "a" * 60),
    ],
)
def test_a_folder_is_called_as_the_game_is_as_far_as_systems_allow(text, name):
    assert folder_name(text) == name


@pytest.mark.parametrize(
    "text", ["CON", "Aux", "NUL", "com1", "LPT9", "COM²", "con.text", "Con. Air", "COM1 ", "nul .x"]
)
def test_no_folder_has_the_name_of_a_device_of_windows(text):
    assert folder_name(text) == f"_{text.strip()}"


@pytest.mark.parametrize("text", ["Conan", "Auxiliary", "COM10", "A CON", "LPT"])
def test_a_name_that_only_begins_like_a_device_is_left(text):
    assert folder_name(text) == text


@pytest.mark.parametrize(
    ("absolute", "path"),
    [
        ("C:\\games\\x", "\\\\?\\C:\\games\\x"),
        ("\\\\server\\share\\x", "\\\\?\\UNC\\server\\share\\x"),
        ("\\\\?\\C:\\games\\x", "\\\\?\\C:\\games\\x"),
    ],
)
def test_a_long_path_of_windows_has_a_prefix(absolute, path):
    assert with_prefix(absolute) == path


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("C:\\my games. \\home...", "C:\\my games\\home"),
        ("\\\\server\\share\\x. ", "\\\\server\\share\\x"),
        ("C:\\games\\v1.2\\.x", "C:\\games\\v1.2\\.x"),
        ("\\\\?\\C:\\games. ", "\\\\?\\C:\\games. "),
    ],
)
def test_dots_and_blanks_that_windows_drops_are_in_no_path(given, made):
    assert without_tails(given) == made


@pytest.mark.parametrize("name", ["short", "dots and blanks. ", "a. /b"])
def test_in_a_folder_of_any_name_files_are_kept(tmp_path, name):
    home = reachable(tmp_path / name)
    disk = Disk()

    disk.make_folder(home / "runs")
    disk.close(disk.create(home / "runs" / "x"))

    assert disk.names(home / "runs") == ["x"]


def test_in_a_folder_whose_path_is_long_files_are_kept(tmp_path):
    home = reachable(tmp_path.joinpath(*["deep" * 12] * 8))
    disk = Disk()

    disk.make_folder(home / "runs" / "000007-3fa9c1")
    disk.close(disk.create(home / "runs" / "000007-3fa9c1" / "00000001.jsonl"))

    assert len(str(home)) > LONGEST_HOME
    assert disk.names(home / "runs" / "000007-3fa9c1") == ["00000001.jsonl"]
    assert str(home).startswith("\\\\?\\") is (sys.platform == "win32")
