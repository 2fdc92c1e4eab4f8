"""What the README and the documentation show works as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone  # noqa: F401 - the page has them
from decimal import Decimal  # noqa: F401 - the same
from fractions import Fraction  # noqa: F401 - the same
from pathlib import Path
from uuid import UUID  # noqa: F401 - the same

import pytest
from support.desktop import Desktop
from support.fakes import journaled

import exponea_game
from exponea_game.collector import Collector
from exponea_game.events.cleaning import (
    DEPTH_LIMIT,
    INTEGER_LIMIT,
    LEFT_OUT_LIMIT,
    LOOKS_LIMIT,
    NODES_LIMIT,
)
from exponea_game.events.commands import IDS_LIMIT
from exponea_game.events.limits import COMMAND_LIMIT, VALUE_LIMIT
from exponea_game.events.names import ADDED, OF_AN_END
from exponea_game.events.names import EVENTS as TYPES
from exponea_game.events.properties import encode_properties
from exponea_game.system.log import logger
from exponea_game.tracker import DEFAULTS_LIMIT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "docs" / "source"))
import write_reference  # noqa: E402 - a script of the documentation's own

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOR_MAKERS = sorted([*ROOT.glob("*.md"), *(ROOT / "tests").glob("*.md")])
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")
EVENTS = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
PRELUDE = Path(__file__).parent / "support" / "snippet.py"


class Asked(dict[str, str]):
    """Variables that remember what they were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name, default=None):
        self.names.add(name)
        return default


def _snippets() -> list[object]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            line = text[: match.start()].count("\n") + 1
            found.append(pytest.param(match[1], id=f"{page.relative_to(ROOT)}:{line}"))
    return found


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """Where the events of snippets go: none may reach the real service."""
    with Collector(port=0) as collector:
        yield collector


@pytest.mark.parametrize("snippet", _snippets())
def test_every_snippet_runs_without_a_word_of_complaint(
    snippet: str, desktop: Desktop, collector: Collector, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "DISPLAY": desktop.display,
        "EXPONEA_COLLECTOR": collector.url,
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


def test_a_recipe_tells_which_view_of_arcades_is_looked_at(desktop, tmp_path):
    (recipe,) = [snippet for snippet in _snippets() if "show_view" in snippet.values[0]]
    places = {"EXPONEA_GAME_HOME": str(tmp_path), "PYGLET_AUDIO": "silent"}

    subprocess.run(
        [sys.executable, PRELUDE, "-"],
        input=recipe.values[0],
        env={**desktop.environment, **places},
        text=True,
        check=True,
    )

    told = [command["data"] for command in journaled(tmp_path)]
    (screen,) = [event for event in told if event.get("event_type") == "screen"]
    assert screen["properties"]["name"] == "Hangar"


@pytest.mark.parametrize(
    "page", sorted({*PAGES, *FOR_MAKERS}), ids=lambda page: str(page.relative_to(ROOT))
)
def test_every_link_of_a_plain_file_leads_to_something(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_reference_says_what_the_docstrings_say():
    package = write_reference.load()

    pages = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md")}
    anew = {name: write_reference.renew(text, package) for name, text in pages.items()}

    stale = [name for name, text in pages.items() if anew[name] != text]
    assert not stale, "python docs/source/write_reference.py writes them anew"


def test_the_reference_has_everything_public_and_nothing_else():
    pages = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))

    places = [place[2].split() for place in write_reference.PLACE.finditer(pages)]
    named = [name for place in places for name in place]

    assert sorted(named) == sorted([*exponea_game.__all__, "testing.Playthrough"])


def test_each_variable_is_in_a_table_of_the_page_of_settings():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "exponea_game").rglob("*.py"))

    asked = Asked()
    exponea_game.Settings.load(asked)
    variables = {*asked.names, "DO_NOT_TRACK", *re.findall(r"\bEXPONEA_[A-Z_]*[A-Z]\b", sources)}

    rows = "".join(re.findall(r"^\|.*", page, re.MULTILINE))
    assert [name for name in sorted(variables) if f"`{name}`" not in rows] == []


TAKEN = re.findall(r"^\| `(.+)` \| (.+) \|$", EVENTS[: EVENTS.index("## Limits")], re.MULTILINE)


@pytest.mark.parametrize(("value", "arrives"), TAKEN, ids=[value for value, _ in TAKEN])
def test_a_value_arrives_as_the_page_says(value: str, arrives: str) -> None:
    text, mistakes = encode_properties({"it": eval(value)})

    if arrives == "left out":
        assert (text, len(mistakes)) == ("{}", 1)
    else:
        assert (json.loads(text)["it"], mistakes) == (json.loads(arrives.strip("`")), [])


def test_each_extra_is_in_the_table_with_what_it_brings():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").lower()

    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", page, re.MULTILINE))
    extras = project["optional-dependencies"].items()
    brought = {name: {re.split(r"[\[<>=]", need)[0] for need in needs} for name, needs in extras}

    assert rows.keys() == brought.keys() - {"dev", "docs"}
    for name in rows:
        assert [need for need in brought[name] - {"exponea-game"} if need not in rows[name]] == []


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_a_first_page_names_the_versions_that_the_project_asks_for(page):
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    asked = re.findall(r'"(pyglet|arcade)>=([\d.]+)', project)
    asked += re.findall(r'requires-(python) = ">=([\d.]+)', project)
    first = (ROOT / page).read_text(encoding="utf-8")

    oldest = {name: min(v for n, v in asked if n == name) for name, _ in asked}

    assert oldest.keys() == {"arcade", "pyglet", "python"}
    for name, version in oldest.items():
        assert re.search(rf"\b{name} {re.escape(version)}\b", first, re.IGNORECASE)


def test_each_file_that_the_library_writes_is_on_the_page_of_the_journal():
    page = (ROOT / "docs" / "journal.md").read_text(encoding="utf-8")
    rooms = (ROOT / "exponea_game" / room for room in ("delivery", "journal", "player", "recovery"))
    sources = "".join(file.read_text("utf-8") for room in rooms for file in room.glob("*.py"))

    written = set(re.findall(r'"(\w+\.(?:jsonl?|lock))"', sources))

    assert written > {"identity.json", "consent.json", "sent.jsonl"}
    assert [name for name in sorted(written) if name not in page] == []


def test_what_the_log_is_said_to_say_is_what_it_says():
    page = (ROOT / "docs" / "nothing_arrives.md").read_text(encoding="utf-8")
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "exponea_game").rglob("*.py"))

    quoted = re.findall(r"(?<!\*)\*([a-z][^*]+)\*(?!\*)", page)

    assert quoted
    assert [words for words in quoted if words not in sources] == []


def test_the_log_has_the_name_that_the_pages_say():
    texts = [page.read_text(encoding="utf-8") for page in PAGES]

    named = {name for text in texts for name in re.findall(r'getLogger\("(\w+)"\)', text)}

    assert named == {logger().name}
    assert any(f"logger is called `{name}`" in text for name in named for text in texts)


def test_the_limits_on_the_page_are_those_that_hold():
    limits = {VALUE_LIMIT, COMMAND_LIMIT, DEPTH_LIMIT, INTEGER_LIMIT, DEFAULTS_LIMIT, IDS_LIMIT}
    limits |= {NODES_LIMIT, LOOKS_LIMIT, LEFT_OUT_LIMIT}

    rows = EVENTS[EVENTS.index("## Limits") : EVENTS.index("## What the library sends")]

    numbers = {int(number.replace(",", "")) for number in re.findall(r"\| ([\d,]+) \w+", rows)}
    assert limits <= numbers


def test_all_that_the_library_sends_by_itself_is_on_the_page(exponea):
    exponea_game.configure(app_version="1.0")
    exponea_game.attach(exponea.window)
    exponea_game.track_error(ValueError("no level 3"))
    exponea.wait(minutes=1)
    exponea.crash()
    exponea.wait(hours=1)
    exponea.relaunch()
    exponea_game.anonymize()
    exponea_game.forget_me()
    exponea.quit()
    events = exponea.events

    names = {event.type for event in events} | {name for e in events for name in e.properties}
    names |= {*ADDED, *OF_AN_END, *TYPES}

    assert names > {"session_start", "session_end", "recovered", "installation", "error"}
    assert [name for name in sorted(names) if f"`{name}`" not in EVENTS] == []


def test_the_types_that_a_stream_is_to_allow_are_all_that_the_library_has_names_for():
    page = (ROOT / "docs" / "bloomreach.md").read_text(encoding="utf-8")
    listed = page[page.index("that the library sends by itself:") : page.index("; and the ids")]

    of_its_calls = {"error", "payment", "virtual_payment", "consent"}
    assert set(re.findall(r"`(\w+)`", listed)) == {*TYPES, *of_its_calls}


def test_the_example_of_a_games_tests_is_the_demo_games_own() -> None:
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")

    own = (ROOT / "tests" / "demo_game" / "test_a_players_evening.py").read_text(encoding="utf-8")

    assert f"```python\n{own}```\n" in page


@pytest.mark.parametrize(
    ("page", "screens"),
    [
        ("docs/collector.md", ["exponea_game/collector/page"]),
        ("docs/inspector.md", ["exponea_game/inspector"]),
        ("docs/recipes.md", ["exponea_game/collector/page"]),
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

    assert drawn.read_text(encoding="utf-8") == (
        ROOT / "docs" / "pictures" / "sessions.svg"
    ).read_text(encoding="utf-8")


def test_each_test_that_a_page_names_is_there() -> None:
    written = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    pages = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")}

    named = {name: page for page in pages for name in re.findall(r"`(test_\w+)`", pages[page])}
    traps = pages[ROOT / "docs" / "design" / "sessions.md"].partition("## Thirty traps")[2]

    assert {name: page for name, page in named.items() if f"def {name}(" not in written} == {}
    assert len(re.findall(r"\| `test_\w+` \|", traps)) == 30
