"""The words of CONTRIBUTING.md's table, kept by use: no name of the code has a dropped one.

Nor has any sentence, of those that have no everyday meaning.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted((ROOT / "exponea_game").rglob("*.py"))

BESIDE = {Path(__file__), ROOT / "tests" / "demo_game"}
TEXTS = [
    path
    for path in [
        *CODE,
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CHANGELOG.md", "BENCHMARKS.md")),
    ]
    if not BESIDE & {path, *path.parents}
]
NOWHERE = re.compile(
    r"\b(debts?|orphans?|ow(e|es|ed|ing)|parcels?|breath(es?|ing)?|in the air|under way)\b",
    re.IGNORECASE,
)
"""Words that no sentence needs for anything else; the demo game carries parcels."""


def dropped() -> dict[str, set[str]]:
    """The dropped words, each with the names and rooms in which it means something else."""
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Words")[1]
    found: dict[str, set[str]] = {}
    for line in table.split("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[2] not in ("", "not", "---"):
            for entry in re.split(r",\s*(?![^(]*\))", cells[2]):
                word, _, brackets = entry.partition("(")
                found[word.strip()] = set(re.findall(r"`([^`]+)`", brackets))
    return found


def names(path: Path) -> Iterator[tuple[int, str]]:
    """The names in a file, each with its line."""
    text = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], token.string


def test_the_table_is_read():
    assert {"debt", "parcel", "in_the_air"} <= dropped().keys()
    assert dropped()["trouble"] == {"Flushed.trouble"}


@pytest.mark.parametrize("word", sorted(dropped()))
def test_no_name_has_a_dropped_word(word):
    allowed = {name.rpartition(".")[2] for name in dropped()[word] if not name.endswith("/")}
    rooms = {name.rstrip("/") for name in dropped()[word] if name.endswith("/")}
    within = re.compile(rf"(^|_){word}(_|$)", re.IGNORECASE)
    used = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in CODE
        if path.relative_to(ROOT).parts[1] not in rooms
        for line, name in names(path)
        if within.search(name) and name not in allowed
    ]

    assert used == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_has_a_word_that_was_dropped_for_good(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if NOWHERE.search(line)] == []
