"""The suite on a Windows Python under Wine: `python3 dev.py test --windows [FILES] [ARGS]`.

    FILES       test files or folders; without any, all that need no Linux, then the windows' own
    --part      in place of FILES: what a change is most likely to break, in a few minutes
    ARGS        for pytest

Each file has a process of its own (a part: each folder), so that one that hangs takes no other with
it. At the end stands a table of them, with the reason of each skip. Windows are opened on a display
of our own.
"""

from __future__ import annotations

import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.desktop import Desktop
from wine import windows_python
from wine.windows_python import FOLDER, ROOT, say, windows_path

TESTS = ROOT / "tests"
RESULTS = FOLDER / "results"
ON_LINUX = (
    "wine",
    "windows/test_real_windows.py",
    "integration/test_windows.py",
    "inspector/test_inspector.py",
    "integration/test_an_evening.py",
    "demo_game/test_whole_game.py",
    "packaging/test_frozen.py",
)
"""Tests that run here and move the windows of games that run there."""
OF_LINUX = {
    "test_page.py": "a browser shows the page, which knows no system",
    "test_page_costs.py": "a browser shows the page, which knows no system",
    "test_site.py": "a browser shows the site, which knows no system",
    "test_docs.py": "what is in the repository is the same on every system",
    "test_types.py": "type checkers read sources, which are the same on every system",
}
"""Files that would show nothing there, and why."""
NO_PICTURE = "Wine shows on its display no window of OpenGL: pictures are read back from that"
NO_SIGNAL = "Wine's C runtime makes no signal of Ctrl+Break"
LEFT_OUT = {
    "windows/test_real_windows.py": {
        "test_a_short_grab_such_as_alt_tab_is_no_absence": "Windows lets no program grab the keys",
        "test_a_long_grab_such_as_a_locked_screen_is_away_since_it_began": "the same",
        "test_a_dialog_of_another_toolkit_counts_as_the_game": "its Windows Python has no Tcl",
    },
    "inspector/test_inspector.py": {
        "test_an_example_of_arcades_has_it_by_the_environment": NO_PICTURE,
        "test_examples_of_pyglets_own_have_it_by_the_environment": NO_PICTURE,
        "test_the_cards_are_translucent_where_they_are_not_copied[arcade-False]": (
            "Wine's windows without a graphics card have one sample a pixel"
        ),
    },
    "collector/test_store.py": {
        f"test_the_program_ends_cleanly_when_it_is_told_to[{key}]": (
            "Wine sends nobody a key without a terminal: see integration/test_windows_ends.py"
        )
        for key in ("CTRL_C_EVENT", "CTRL_BREAK_EVENT")
    },
    "integration/test_windows_ends.py": {
        "test_ctrl_break_ends_the_program_as_ever": NO_SIGNAL,
        "test_a_collector_ends_cleanly[1]": NO_SIGNAL,
    },
    "test_versions.py": {
        "test_the_core_holds_on_the_oldest_and_the_newest_pythons_of_this_machine": (
            "there is one Windows Python"
        ),
    },
}
"""Tests of other files, and what they need that Windows or Wine lacks."""
PART = (
    "system",
    "journal",
    "player",
    "recovery",
    "windows/test_focus.py",
    "windows/test_real_windows.py",
    "cli/test_journal_command.py",
    "faults/test_locks.py",
    "integration/test_processes.py",
    "integration/test_windows_ends.py",
)
"""What differs most between systems: files, locks, folders, windows, killed processes."""
LIMIT = 300
"""Seconds that one test may take before it counts as hung."""


class Outcome(NamedTuple):
    """What came out of one file."""

    file: str
    status: int
    counts: Counter[str]
    seconds: float
    skips: Counter[str]
    failures: list[str]


@contextmanager
def wine() -> Iterator[dict[str, str]]:
    """A Windows that stays up from test to test; gives the variables to start programs with."""
    with Desktop() as desktop:
        variables = windows_python.environment() | {"DISPLAY": desktop.display}
        variables["PYGLET_AUDIO"] = "silent"
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        quiet |= {"stderr": subprocess.DEVNULL, "env": variables}
        subprocess.run(["wineserver", "-p"], check=False, **quiet)  # 2: it runs already
        try:
            # The first program starts services, which keep its streams for ever.
            subprocess.run(["wine", windows_python.EXE, "-c", ""], check=True, **quiet)
            yield variables
        finally:
            subprocess.run(["wineserver", "-k"], check=False, **quiet)


def main(words: list[str]) -> int:
    """Run what is asked for; returns an exit status."""
    windows_python.make()
    named = [Path(word) for word in words if (ROOT / word.split("::")[0]).exists()]
    others = [word for word in words if Path(word) not in named and word != "--part"]
    chosen = [TESTS / name for name in PART] if "--part" in words else files(named or [TESTS])
    RESULTS.mkdir(parents=True, exist_ok=True)
    with wine() as variables:
        outcomes = [run(tests, others, variables) for tests in chosen]
    print(*table(outcomes), sep="\n", flush=True)
    return int(any(outcome.status for outcome in outcomes))


def files(chosen: list[Path]) -> Iterator[Path]:
    """The test files in these folders, and these files."""
    for path in chosen:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.rglob("test_*.py")):
            if file.name not in OF_LINUX:
                yield file


def run(tests: Path, words: list[str], variables: dict[str, str]) -> Outcome:
    """Run the tests of one file or folder, and show what they print."""
    name = str(tests.resolve().relative_to(ROOT))
    there = not name.removeprefix("tests/").startswith(ON_LINUX)
    say(name)
    report = RESULTS / f"{name.replace('/', '-').replace('::', '-')}.xml"
    report.unlink(missing_ok=True)
    python = ["wine", str(windows_python.EXE)] if there else [sys.executable]
    place = windows_path(report) if there else str(report)
    command = [*python, "-m", "pytest", name, f"--junitxml={place}", "-p", "no:cacheprovider"]
    # A Python under Wine does not start with a file as its standard error, as pytest would give it.
    command += [f"--timeout={LIMIT}"] if there else ["--capture=sys"]
    for test in LEFT_OUT.get(name.removeprefix("tests/"), ()):
        words = [*words, f"--deselect={name}::{test}"]
    begun = time.monotonic()
    process = subprocess.Popen(
        [*command, *words],
        cwd=ROOT,
        env=variables if there else variables | {"GAMES_PYTHON": f"wine|{windows_python.EXE}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.buffer.write(line)
        sys.stdout.flush()
    status = process.wait()
    return read(name, status, time.monotonic() - begun, report)


def read(name: str, status: int, seconds: float, report: Path) -> Outcome:
    """What a file's report says; none selected is no failure."""
    counts: Counter[str] = Counter()
    skips: Counter[str] = Counter()
    failures: list[str] = []
    if not report.exists():
        return Outcome(name, status or 1, Counter(failed=1), seconds, skips, ["it did not end"])
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        results = {child.tag: child for child in case}
        if "failure" in results or "error" in results:
            failures.append(case.get("name", ""))
            counts["failed"] += 1
        elif "skipped" in results:
            skips[results["skipped"].get("message", "")] += 1
            counts["skipped"] += 1
        else:
            counts["passed"] += 1
    return Outcome(name, 0 if status == 5 else status, counts, seconds, skips, failures)


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """A line a file, and under it what failed and what was left out."""
    yield f"{'file':44} passed failed skipped seconds"
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total += outcome.counts
        yield _line(outcome.file, outcome.counts, outcome.seconds)
        yield from (f"    failed: {name}" for name in outcome.failures)
        yield from (f"    {count} skipped: {why}" for why, count in outcome.skips.items())
    yield _line("all", total, sum(outcome.seconds for outcome in outcomes))
    for name, why in [*OF_LINUX.items(), *chain(*(tests.items() for tests in LEFT_OUT.values()))]:
        yield f"not run there: {name}: {why}"


def _line(name: str, counts: Counter[str], seconds: float) -> str:
    columns = f"{counts['passed']:6} {counts['failed']:6} {counts['skipped']:7} {seconds:7.0f}"
    return f"{name.removeprefix('tests/'):44} {columns}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
