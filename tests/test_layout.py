"""The order of imports, the purity of what decides, the public names."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import exponea_game

PACKAGE = Path(exponea_game.__file__).parent

ORDER = [
    {"clock", "encoding", "log"},
    {"commands", "session", "line", "focus", "device", "disk"},
    {"wire", "will", "slots", "mistakes", "ramdisk", "window"},
    {"checks"},
    {"settings"},
    {"backlog", "batch", "pace"},
    {"journal", "reader", "identity", "consent", "post", "notes"},
    {"traces"},
    {"remains"},
    {"home"},
    {"outbox", "recorder", "opening"},
    {"courier", "crew"},
    {"rounds", "reporter"},
    {"engine"},
    {"disclosure"},
    {"lifecycle"},
    {"tracker"},
    {"api"},
]
"""What the library is made of: a module imports from the rows above its own alone.

The tools around it (cli, collector, inspector, testing) may import all of it; where it needs one,
it imports it in the function that does.
"""

TOOLS = {f"exponea_game.{name}" for name in ("cli", "collector", "inspector", "testing")}

PURE = [
    "backlog",
    "batch",
    "commands",
    "encoding",
    "line",
    "pace",
    "session",
    "traces",
    "will",
    "wire",
]
IMPURE = {"os", "time", "datetime", "threading", "socket", "random", "secrets", "uuid", "pathlib"}


def imports(module: str) -> dict[str, int]:
    """What a module imports, and in which column the import stands: 0 is at the top."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    skipped = [node for node in ast.walk(tree) if isinstance(node, ast.If) and _for_types(node)]
    ignored = {id(inner) for node in skipped for inner in ast.walk(node)}
    found = {}
    for node in ast.walk(tree):
        if id(node) in ignored:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name: node.col_offset for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "exponea_game":
            found |= {f"exponea_game.{alias.name}": node.col_offset for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found[str(node.module)] = node.col_offset
    return found


def _for_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def core() -> set[str]:
    """The modules of the library that its public interface needs."""
    needed, rest = set(), {"api"}
    while rest:
        module = rest.pop()
        needed.add(module)
        for name in imports(module):
            own = name.removeprefix("exponea_game.")
            if own != name and (PACKAGE / f"{own}.py").exists():
                rest |= {own} - needed
    return needed


def test_every_module_of_the_library_has_its_row():
    assert core() <= set().union(*ORDER)


@pytest.mark.parametrize("module", sorted(core()))
def test_imports_point_one_way_only(module):
    row = next(number for number, modules in enumerate(ORDER) if module in modules)
    above = {f"exponea_game.{name}" for modules in ORDER[:row] for name in modules}

    rows = {f"exponea_game.{name}" for name in core()}
    own = {name for name in imports(module) if name in rows}
    tools = {name: column for name, column in imports(module).items() if name in TOOLS}

    assert own <= above
    assert 0 not in tools.values()


@pytest.mark.parametrize("module", PURE)
def test_what_decides_reads_no_clock_and_no_file(module):
    reachable, rest = set(), {module}
    while rest:
        names = imports(rest.pop())
        assert not {name.split(".")[0] for name in names} & IMPURE
        own = {n.removeprefix("exponea_game.") for n in names if n.startswith("exponea_game.")}
        rest |= own - reachable - {"clock"}  # of which they take the Reading alone
        reachable |= own


def test_only_the_clock_reads_a_clock():
    readers = {
        module
        for module in core()
        if imports(module).keys() & {"time", "datetime"} and module != "clock"
    }

    assert readers <= {"disclosure"}  # which writes a date for people


def test_the_collector_knows_nothing_of_the_library_it_judges():
    for path in (PACKAGE / "collector").glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "exponea_game" in line and "import" in line.split():
                assert "exponea_game.collector" in line, path.name


def loaded_by(code: str) -> set[str]:
    """What is imported in a fresh interpreter after some code."""
    end = "; import json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code + end], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_importing_the_library_brings_in_neither_requests_nor_pyglet():
    loaded = loaded_by("import exponea_game")

    assert not loaded & {"requests", "urllib3", "pyglet", "starlette", "uvicorn", "rich", "sqlite3"}


def test_importing_the_library_brings_in_no_slow_module_of_python():
    loaded = loaded_by("import exponea_game") - loaded_by("import json, logging, typing")

    assert not loaded & {"dataclasses", "inspect", "pathlib", "urllib.parse", "ctypes", "asyncio"}


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'trak_event'"):
        _ = exponea_game.trak_event


def test_configuring_brings_in_requests_before_the_first_frame(tmp_path):
    loaded = loaded_by(f"import exponea_game; exponea_game.configure(home={str(tmp_path)!r})")

    assert "requests" in loaded
    assert "pyglet" not in loaded


def test_the_public_names_are_these_and_no_others():
    assert exponea_game.__all__ == sorted(exponea_game.__all__)
    assert set(exponea_game.__all__) == {
        "Disclosure", "EventError", "Flushed", "Settings", "SettingsError", "Tracker",
        "anonymize", "attach", "configure", "customer_cookie", "detach", "flush", "forget_me",
        "identify_customer", "set_consent", "set_default_properties", "stop", "track_event",
        "track_payment", "track_session_end", "track_session_start", "track_virtual_payment",
        "what_is_sent",
    }  # fmt: skip


@pytest.mark.parametrize("name", exponea_game.__all__)
def test_every_public_name_says_what_it_is_for(name):
    assert len(getattr(exponea_game, name).__doc__) > 20
