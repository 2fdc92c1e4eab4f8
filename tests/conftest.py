"""Fixtures that several test files share."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

import hypothesis
import pytest
from support.desktop import Desktop, missing_tools
from support.fakes import FakeServer

from exponea_game.journal import stall
from exponea_game.run import lifecycle, world
from exponea_game.system import log

if TYPE_CHECKING:
    from playwright.sync_api import Browser

hypothesis.settings.register_profile("untimed", deadline=None)  # machines are busy
hypothesis.settings.load_profile("untimed")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell does with what it runs behind it
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests' programs inherit it

OF_BUSY_DISKS = {"faults", "simulation"}
"""Folders of tests whose disks are slow, on purpose or in a time of their own."""

OF_WINDOWS = (
    "system/test_windows_console.py",
    "system/test_windows_files.py",
    "integration/test_windows_ends.py",
)
collect_ignore = [] if sys.platform == "win32" else list(OF_WINDOWS)
"""What is about Windows alone; `dev.py test --windows` runs it anywhere."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, on the one system that has everything, a test that is skipped has failed.

    So nothing that is missing there passes unseen; what a system cannot have, others may skip.
    """
    report = yield
    if report.skipped and os.environ.get("CI") and sys.platform.startswith("linux"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"In CI this must be there: {why}"
    return report


@pytest.fixture(autouse=True)
def calm_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a busy machine not pass for a busy disk: what is tracked is in the file at once."""
    if not OF_BUSY_DISKS & set(request.path.parts):
        monkeypatch.setattr(stall, "STALL", 60.0)


@pytest.fixture(autouse=True)
def fresh_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test hear what an earlier one was told already."""
    monkeypatch.setattr(log, "_logged", {})


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no command take a game of an earlier test for the one that has called it."""
    monkeypatch.setattr(lifecycle, "_alive", WeakSet())


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting comes from the environment."""
    for name in [*os.environ]:
        if name.startswith("EXPONEA_") or name == "DO_NOT_TRACK":
            monkeypatch.delenv(name)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """The server to which all trackers of a test deliver."""
    server = FakeServer()
    monkeypatch.setattr(world, "RequestsTransport", lambda *_: server)
    return server


@pytest.fixture(scope="session")
def desktop() -> Iterator[Desktop]:
    """An X display with a window manager, for tests with real windows (see desktop.py)."""
    if not sys.platform.startswith("linux"):
        pytest.skip("other systems let no program make a desktop of its own")
    if missing := missing_tools():
        pytest.skip(f"a desktop needs {', '.join(missing)}")
    with Desktop() as desktop:
        yield desktop


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a screen (see browser.py)."""
    from support.browser import chromium, running_browser

    if chromium() is None:
        pytest.skip("there is no chromium")
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def pyglets_examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pyglet's own examples, which only its source distribution holds."""
    version, folder = importlib.metadata.version("pyglet"), tmp_path_factory.mktemp("pyglet")
    wanted = ("--no-deps", "--no-binary", "pyglet", f"pyglet=={version}", "--dest", folder)
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", *wanted], check=True)
    (archive,) = folder.glob("pyglet-*")
    shutil.unpack_archive(archive, folder)
    return folder / f"pyglet-{version}" / "examples"
