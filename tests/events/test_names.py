"""Whoever lists the library's own names without importing them lists all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exponea_game.cli import tail
from exponea_game.events.names import ADDED, EVENTS, OF_AN_END
from exponea_game.inspector import panel
from exponea_game.run import disclosure, insight
from exponea_game.sessions.session import Reason

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "exponea_game" / "collector" / "page"
OF_OTHER_SDKS = {"brand", "browser", "platform"}
"""Properties of the mobile and web SDKs, whose events the collector shows as well."""
REASONS = {reason.value for reason in Reason}


def text(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def in_the_page(name: str, constant: str) -> set[str]:
    """The texts in a list of the page's."""
    match = re.search(rf"const {constant} = new Set\(\[(.*?)\]\)", text(name), re.DOTALL)
    assert match is not None
    return set(re.findall(r'"(\w+)"', match[1]))


LISTS = pytest.mark.parametrize(
    ("listed", "own"),
    [
        (in_the_page("own.js", "OF_AN_SDK") - OF_OTHER_SDKS, ADDED),
        (in_the_page("own.js", "OF_A_SESSION"), set(OF_AN_END)),
        (tail.OF_AN_SDK - OF_OTHER_SDKS, ADDED),
        (tail.OF_A_SESSION, set(OF_AN_END)),
    ],
    ids=["page, any event", "page, end", "tail, any event", "tail, end"],
)


@LISTS
def test_the_page_and_the_terminal_fold_away_what_the_library_adds(listed, own):
    assert listed == own


def test_the_page_and_the_terminal_know_the_same_events_of_the_library():
    match = re.search(r"const SYSTEM = /\^\((.*)\)\$/", text("own.js"))

    assert match is not None
    assert match[1].split("|") == list(tail.SYSTEM)
    assert set(tail.SYSTEM) < set(EVENTS)


def test_the_page_has_a_mark_for_each_reason_and_says_what_it_means():
    match = re.search(r"const MARKS = \{(.*?)\}", text("paint.js"), re.DOTALL)
    legend = dict(re.findall(r'<span class="mark">(.)</span>\s*(\w+)', text("index.html")))

    assert match is not None
    marks = dict(re.findall(r'(\w+): "(.)"', match[1]))
    assert marks.keys() == REASONS
    assert {mark: name for name, mark in marks.items()} == legend


def test_the_docs_say_what_each_reason_means():
    page = (ROOT / "docs" / "sessions.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) >= REASONS


@pytest.mark.parametrize("module", [disclosure, insight])
def test_what_the_player_and_the_developer_are_shown_leaves_the_same_out(module):
    assert module.ADDED is ADDED


def test_the_inspector_lists_no_names_of_its_own():
    source = Path(panel.__file__).read_text(encoding="utf-8")

    assert [name for name in sorted({*ADDED, *OF_AN_END}) if f'"{name}"' in source] == []
