"""What the README and the documentation show works as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.desktop import Desktop

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOR_MAKERS = sorted([*ROOT.glob("*.md"), *(ROOT / "tests").glob("*.md")])
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")
PRELUDE = Path(__file__).parent / "support" / "snippet.py"


def _snippets() -> list[object]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            line = text[: match.start()].count("\n") + 1
            found.append(pytest.param(match[1], id=f"{page.relative_to(ROOT)}:{line}"))
    return found


@pytest.mark.parametrize("snippet", _snippets())
def test_every_snippet_runs_without_a_word_of_complaint(
    snippet: str, desktop: Desktop, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "DISPLAY": desktop.display,
        "EXPONEA_GAME_HOME": str(tmp_path / "home"),
        "PYGLET_AUDIO": "silent",
    }

    done = subprocess.run(
        [sys.executable, PRELUDE, "-"],
        input=snippet,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert "inside the library" not in done.stderr, done.stderr


@pytest.mark.parametrize(
    "page", sorted({*PAGES, *FOR_MAKERS}), ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_link_of_a_plain_file_leads_to_something(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_documentation_builds_strictly(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert "EXPONEA_COLLECTOR" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_the_example_of_a_games_tests_is_the_demo_games_own() -> None:
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")

    own = (ROOT / "tests" / "demo_game" / "test_a_players_evening.py").read_text(encoding="utf-8")

    assert f"```python\n{own}```\n" in page


@pytest.mark.parametrize(
    ("page", "screens"),
    [
        ("docs/collector.md", ["exponea_game/collector/page"]),
        ("docs/inspector.md", ["exponea_game/inspector"]),
        ("demo_game/README.md", ["demo_game/scenes", "exponea_game/inspector"]),
    ],
)
def test_a_button_is_called_what_it_is_called(page: str, screens: list[str]) -> None:
    words = (ROOT / page).read_text(encoding="utf-8")
    files = [file for screen in screens for file in (ROOT / screen).glob("*.*")]
    shown = "".join(file.read_text(encoding="utf-8") for file in files)

    named = re.findall(r"(?<!\*)\*([A-Z][^*]*)\*(?!\*)", words)
    named += re.findall(r"^- \*\*([A-Z][\w ]+)\*\*:", words, re.MULTILINE)

    assert named
    assert [name for name in named if not re.search(rf'[">]{re.escape(name)}["<]', shown)] == []


def test_each_link_of_the_demo_games_tutorial_leads_to_a_file() -> None:
    page = ROOT / "demo_game" / "README.md"

    links = re.findall(r"\]\((?!http)([^)]+)\)", page.read_text(encoding="utf-8"))

    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_picture_of_sessions_is_what_the_rules_draw(tmp_path: Path) -> None:
    drawn = tmp_path / "sessions.svg"

    subprocess.run(
        [sys.executable, ROOT / "docs" / "source" / "draw_sessions.py", drawn], check=True
    )

    assert drawn.read_text() == (ROOT / "docs" / "pictures" / "sessions.svg").read_text()
