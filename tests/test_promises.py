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


NAMING = [ROOT / "README.md", *sorted((ROOT / "docs" / "design").glob("*.md"))]


@pytest.mark.parametrize("page", NAMING, ids=lambda page: page.name)
def test_all_that_a_page_names_of_the_tests_and_modules_is_there(page):
    text = page.read_text(encoding="utf-8")
    paths = re.findall(r"`(tests/[\w/.]+)`", text)
    rooms = "|".join(path.name for path in (ROOT / "exponea_game").iterdir() if path.is_dir())
    paths += [f"exponea_game/{name}.py" for name in re.findall(rf"`((?:{rooms})/\w+)`", text)]
    names = re.findall(r"`(test_\w+)`", text)
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]

    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert [name for name in names if not any(f"def {name}(" in text for text in texts)] == []
    assert paths or names or page.name == "index.md"


def test_each_page_that_a_room_names_is_there():
    rooms = (ROOT / "exponea_game").glob("*/*.py")
    named = {
        name
        for path in rooms
        for name in re.findall(r"docs/\S+\.md", path.read_text(encoding="utf-8"))
    }

    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


DECISION = re.compile(r"^- \*\*([A-Z])(\d+) ", re.MULTILINE)


def test_decisions_are_counted_and_have_a_letter_of_their_page():
    index = (ROOT / "docs" / "design" / "index.md").read_text(encoding="utf-8")
    letters = dict(re.findall(r"\]\((\w+\.md)\) \|.*\| ([A-Z]) \|", index))

    for page in (ROOT / "docs" / "design" / name for name in letters):
        found = DECISION.findall(page.read_text(encoding="utf-8"))
        numbers = [int(number) for _, number in found]
        assert {letter for letter, _ in found} == {letters[page.name]}
        assert numbers == sorted(set(numbers))
    assert len(set(letters.values())) == len(letters)
