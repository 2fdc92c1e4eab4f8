"""Rows for people, whatever stands in them and however wide the terminal is."""

from __future__ import annotations

import pytest

from exponea_game.cli import table

COLUMNS = ("check", "verdict", "found")
ROWS = [("home folder", "ok", "/a/b"), ("server", "failed", "no answer " * 12)]


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    table.show(COLUMNS, ROWS)
    return capsys.readouterr().out.splitlines()


def test_in_a_file_a_row_is_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)

    assert [line.split()[0] for line in shown(capsys)] == ["check", "home", "server"]


@pytest.mark.parametrize("width", [60, 40, 30, 20])
def test_no_line_is_longer_than_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))

    lines = shown(capsys)

    assert max(map(len, lines)) <= width
    assert " ".join(" ".join(lines).split()).count("no") == 12
    assert "".join(lines).count("failed") == 1


def test_a_cell_holds_nothing_that_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    table.show(("a", "b"), [("\x1b[2J", "one\ntwo\u202e")])

    assert capsys.readouterr().out.splitlines()[1] == "\\x1b[2J  one\\ntwo\\u202e"
