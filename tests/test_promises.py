"""What the README names as the proof of a promise is there, in its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BESIDE = README[README.index("| | exponea_game |") : README.index("## Licence")]
ROWS = [row.split("|")[1:3] for row in BESIDE.splitlines()[2:] if row.startswith("|")]


def proofs(text: str) -> list[tuple[str, str]]:
    """The files and tests that a text links to."""
    return re.findall(r"\]\((tests/[\w/]+\.py)#(test_\w+)\)", text)


@pytest.mark.parametrize(("promise", "ours"), ROWS, ids=[promise.strip() for promise, _ in ROWS])
def test_each_of_our_cells_beside_others_names_a_test(promise, ours):
    assert proofs(ours), f"nothing shows: {promise} {ours}"


@pytest.mark.parametrize(("file", "name"), sorted(set(proofs(README))))
def test_each_test_that_the_readme_names_is_there(file, name):
    text = (ROOT / file).read_text(encoding="utf-8")

    assert re.search(rf"^def {name}\(", text, re.MULTILINE), f"{file} has no {name}"


def test_all_that_the_readme_names_of_the_tests_is_there():
    paths = re.findall(r"`(tests/[\w/.]+)`", README)
    names = re.findall(r"`(test_\w+)`", README)
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]

    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert [name for name in names if not any(f"def {name}(" in text for text in texts)] == []
    assert paths
    assert names
