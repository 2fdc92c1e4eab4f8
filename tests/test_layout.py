"""The order of imports, the purity of what decides, the public names."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

import exponea_game

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "exponea_game"
DEMO = ROOT / "demo_game"

PURE = {
    "events.cleaning",
    "events.commands",
    "events.consent",
    "events.failure",
    "events.properties",
    "events.verdict",
    "sessions.rules",
    "sessions.session",
    "windows.presence",
    "sessions.will",
    "journal.memory",
    "journal.stall",
    "journal.batch",
    "journal.line",
    "recovery.history",
    "delivery.backoff",
    "delivery.pace",
    "delivery.protocol",
    "delivery.schedule",
    "delivery.splitting",
}
IMPURE = {"os", "time", "datetime", "threading", "socket", "random", "secrets", "uuid", "pathlib"}


def the_map(package: Path) -> dict[str, list[str]]:
    """The rooms in the order of their imports, and the modules in each.

    The library's map is in CONTRIBUTING.md, the demo game's in the first words of its package. A
    line is ``room/  module  module``; what stands at the top of the package is a room of its own.
    """
    if package == PACKAGE:
        text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
        text = text.split("<!-- map -->")[1].split("<!-- /map -->")[0]
    else:
        text = (package / "__init__.py").read_text(encoding="utf-8") + "\n    __init__"
    rows = [line.split() for line in text.splitlines() if line.startswith("    ")]
    rooms: dict[str, list[str]] = {}
    for first, *modules in rows:
        room = first.removesuffix("/")
        rooms[room] = modules if first.endswith("/") else [room]
    return rooms


def modules(package: Path) -> dict[str, Path]:
    """All modules of a package, by dotted name without the package's own."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if parts[0] not in ("_pyinstaller", "_demo"):
            found[".".join(parts)] = path
    return found


def imports(path: Path, package: str, *, types: bool = True) -> dict[str, int]:
    """What a module imports, and in which column the import stands: 0 is at the top.

    ``types`` says whether that counts which is imported for a type checker alone.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = [node for node in ast.walk(tree) if isinstance(node, ast.If) and _for_types(node)]
    skipped = [] if types else skipped
    ignored = {id(inner) for node in skipped for inner in ast.walk(node)}
    found = {}
    for node in ast.walk(tree):
        if id(node) in ignored:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name: node.col_offset for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
            found |= {f"{node.module}:{alias.name}": node.col_offset for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found[str(node.module)] = node.col_offset
    return found


def _for_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def own_imports(package: Path) -> dict[str, set[str]]:
    """Which modules of its own package each module imports, wherever the import stands."""
    known = modules(package)
    graph = {}
    for name, path in known.items():
        wanted = {
            found
            for wish in imports(path, package.name)
            for found in [_module(wish, package.name, known)]
            if found is not None
        }
        graph[name] = wanted - {name}
    return graph


def _module(wish: str, package: str, known: Collection[str]) -> str | None:
    """The module that ``package.room:name`` or ``package.room.module`` leads to, if it is one."""
    place, _, name = wish.partition(":")
    if place.split(".")[0] != package:
        return None
    inside = place.removeprefix(package).removeprefix(".")
    candidates = [f"{inside}.{name}", inside, f"{inside}.__init__"]
    return next((c.strip(".") for c in candidates if c.strip(".") in known), None)


def room_of(module: str) -> str:
    return module.split(".")[0]


both = pytest.mark.parametrize("package", [PACKAGE, DEMO], ids=lambda path: path.name)


@both
def test_the_map_shows_the_rooms_and_modules_that_are_there(package):
    there: dict[str, list[str]] = {}
    for module in modules(package):
        room, _, rest = module.partition(".")
        if rest != "__init__":
            there.setdefault(room, []).append(rest or room)

    assert {room: sorted(names) for room, names in the_map(package).items()} == there


@both
def test_imports_between_rooms_point_downwards_only(package):
    order = list(the_map(package))
    upwards = [
        f"{module} imports {other}"
        for module, others in own_imports(package).items()
        for other in others
        if order.index(room_of(other)) > order.index(room_of(module))
    ]

    assert upwards == []


def test_no_module_imports_the_package_that_a_game_imports():
    behind = {name: others for name, others in own_imports(PACKAGE).items() if name != "__init__"}

    assert {name for name, others in behind.items() if "__init__" in others} == {
        "cli.run"  # which stands in the game's place
    }


@both
def test_no_file_imports_one_that_leads_back_to_it(package):
    graph = own_imports(package)
    sorter = graphlib.TopologicalSorter(graph)

    sorter.prepare()  # raises CycleError, which names the circle

    assert sorter.is_active()


def test_a_screen_of_the_demo_game_knows_no_other_screen():
    scenes = {
        name: others for name, others in own_imports(DEMO).items() if room_of(name) == "scenes"
    }

    seen = {other for others in scenes.values() for other in others if room_of(other) == "scenes"}

    assert seen == {"scenes.scene", "scenes.heading"}  # what all are, and a part of one


@pytest.mark.parametrize("module", sorted(PURE))
def test_what_decides_reads_no_clock_and_no_file(module):
    known, graph = modules(PACKAGE), own_imports(PACKAGE)
    reachable, rest = set(), {module}
    while rest:
        name = rest.pop()
        wanted = imports(known[name], "exponea_game", types=False)
        assert not {wish.split(".")[0] for wish in wanted} & IMPURE, name
        reachable.add(name)
        taken = {"system.clock"}  # of which it takes a Reading
        rest |= graph[name] - reachable - taken


def test_only_the_clock_reads_a_clock():
    beside = {"collector", "cli", "inspector"}  # which show times, or judge them
    readers = {
        name
        for name, path in modules(PACKAGE).items()
        if room_of(name) not in beside
        and {wish.split(":")[0] for wish in imports(path, "exponea_game")} & {"time", "datetime"}
    }

    assert readers == {"system.clock", "run.disclosure"}  # which writes a date for people


def test_a_room_opens_with_what_it_is_for_and_nothing_else():
    public = {"cli", "collector", "testing"}  # of which a game imports names
    for path in PACKAGE.glob("*/__init__.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.parent.name not in {*public, "_pyinstaller"}:
            assert ast.get_docstring(tree), path
            assert len(tree.body) == 1, path


def test_the_collector_knows_nothing_of_the_library_it_judges():
    for path in (PACKAGE / "collector").glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "exponea_game" in line and "import" in line.split():
                assert "exponea_game.collector" in line, path.name


def loaded_by(code: str) -> set[str]:
    """What is imported in a fresh interpreter after some code."""
    end = "; import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code + end], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_library_brings_in_neither_requests_nor_pyglet():
    loaded = loaded_by("import exponea_game")

    assert not loaded & {"requests", "urllib3", "pyglet", "starlette", "uvicorn", "rich", "sqlite3"}


def test_importing_the_library_brings_in_no_slow_module_of_python():
    loaded = loaded_by("import exponea_game") - loaded_by("pass")

    assert not loaded & {
        "dataclasses", "inspect", "pathlib", "urllib.parse", "ctypes", "asyncio", "logging",
        "typing", "enum", "re", "json",
    }  # fmt: skip


def test_importing_the_library_brings_in_few_modules():
    python = loaded_by("import collections, functools, operator, threading")
    loaded = loaded_by("import exponea_game")
    ours = {name for name in loaded if name.startswith("exponea_game")}

    assert len(ours) <= 20, ours
    beside = {
        "__future__", "_json", "atexit", "collections.abc", "contextlib", "math", "weakref",
    }  # fmt: skip
    assert loaded - ours - python <= beside


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'trak_event'"):
        _ = exponea_game.trak_event


def test_configuring_brings_in_requests_before_the_first_frame(tmp_path):
    loaded = loaded_by(f"import exponea_game; exponea_game.configure(home={str(tmp_path)!r})")

    assert "requests" in loaded
    assert "pyglet" not in loaded


@pytest.mark.skipif(sys.platform != "linux", reason="other systems are asked in other ways")
def test_a_run_brings_in_few_modules_of_python_beside_those_of_requests():
    known = "requests, appdirs, ctypes, dataclasses, fcntl, getpass, signal"
    there = loaded_by(f"import exponea_game, {known}")
    loaded = loaded_by("from exponea_game.run import lifecycle; lifecycle.bring_in()")

    others = {name for name in loaded - there if not name.startswith("exponea_game.")}
    assert others <= {"ctypes._layout"}  # a part of ctypes, since Python 3.14
    assert not loaded & {"uuid", "asyncio", "subprocess"}


def test_what_is_imported_inside_a_function_is_brought_in_with_the_run():
    beside = {"cli", "collector", "inspector", "testing", "__init__", "__main__"}
    wanted = {
        wish.partition(":")[0]
        for name, path in modules(PACKAGE).items()
        if room_of(name) not in beside
        for wish, column in imports(path, "exponea_game", types=False).items()
        if column and wish.startswith("exponea_game.")
    }
    wanted -= {wish for wish in wanted if room_of(wish.partition(".")[2]) in beside}

    loaded = loaded_by("from exponea_game.run import lifecycle; lifecycle.bring_in()")

    wanted -= {"exponea_game.run.insight"}  # which comes with the inspector
    if sys.platform != "win32":
        wanted = {wish for wish in wanted if not wish.startswith("exponea_game.system.windows_")}
    assert wanted - loaded == set()
    assert {"exponea_game.player.decisions", "exponea_game.events.consent"} <= wanted


def test_the_public_names_are_these_and_no_others():
    assert exponea_game.__all__ == sorted(exponea_game.__all__)
    assert set(exponea_game.__all__) == {
        "Disclosure", "EventError", "Flushed", "Settings", "SettingsError", "Tracker",
        "anonymize", "attach", "configure", "customer_cookie", "detach", "flush", "forget_me",
        "identify_customer", "note_input", "set_consent", "set_default_properties",
        "set_token_provider", "stop", "track_consent", "track_error", "track_event",
        "track_payment", "track_session_end", "track_session_start",
        "track_virtual_payment", "what_is_sent",
    }  # fmt: skip


@pytest.mark.parametrize("name", exponea_game.__all__)
def test_every_public_name_says_what_it_is_for(name):
    assert len(getattr(exponea_game, name).__doc__) > 20


TESTED_ELSEWHERE = {
    "__init__": "its names are tested here",
    "__main__": "started by the tests of the command line",
    "_version": "a number; test_versions.py compares it",
    "api": "the tracker's methods, bound",
    "errors": "two names for mistakes; whoever raises them tests it",
    "mistakes": "tests/test_tracker.py and tests/system/test_log.py",
    "settings_checks": "tests/test_settings.py",
    "settings_file": "tests/test_settings.py",
    "delivery.complaints": "tests/delivery/test_courier.py",
    "delivery.house_keeping": "tests/delivery/test_outbox.py",
    "events.cleaning": "tests/events/test_properties.py",
    "events.everyday": "tests/events/test_properties.py",
    "events.limits": "numbers",
    "events.verdict": "a value; tests/delivery/test_protocol.py",
    "journal.segment": "tests/journal/test_writer.py",
    "journal.stall": "tests/journal/test_writer.py",
    "recovery.conclusions": "tests/recovery/test_adoption.py",
    "run.arguments": "tests/test_types.py and tests/test_tracker.py",
    "run.disclosure": "tests/test_tracker.py",
    "run.given_settings": "tests/test_tracker.py and tests/test_settings.py",
    "run.identity_saver": "tests/run/test_engine.py",
    "run.keeper": "tests/run/test_engine.py",
    "run.permission": "tests/run/test_engine.py, tests/test_tracker.py and tests/faults",
    "run.shared_properties": "tests/run/test_recorder.py",
    "run.world": "what tests/testing and tests/simulation make up",
    "sessions.session": "tests/sessions/test_rules.py",
    "system.json_text": "tests/events/test_properties.py",
}
"""Modules of the core without a test file of their name, and where they are tested."""
BESIDE = {"cli", "collector", "inspector", "testing"}
"""Rooms whose tests are named after what they do."""


def test_each_module_of_the_core_has_a_test_file_or_says_why_not():
    core = {name for name in modules(PACKAGE) if room_of(name) not in BESIDE}
    core = {name for name in core if not name.endswith(".__init__")}
    without = set()
    for name in core:
        *room, module = name.split(".")
        if not ROOT.joinpath("tests", *room, f"test_{module.strip('_')}.py").exists():
            without.add(name)

    assert without == set(TESTED_ELSEWHERE)
