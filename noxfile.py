"""The suite on every Python of this machine and on every pyglet: `python3 dev.py test --all`.

A Python that is not here is passed over, and named at the end. Words after `--` go to the pytest
of `suite`.
"""

from __future__ import annotations

import os
import shutil
import subprocess

import nox

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14", "3.14t")
PYGLETS = ("2.0.21", "2.1.0", "3.0.dev11")
"""The oldest of each line, and the newest of the next."""
NEXT = ("arcade==4.0.0.dev8", "pyglet==3.0.dev11")
WITHOUT = "not example and not translucent and not cube"
"""Its windows are not multisampled, so that nothing is translucent; its archives have no examples,
and the cube among the tests' games is drawn in pyglet 2's way."""
WINDOWS = "tests/windows"
CORE = [f"tests/{name}" for name in ("events", "journal", "sessions", "test_tracker.py")]

nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.stop_on_first_error = False
if pyenv := shutil.which("pyenv"):  # it shows one version alone, unless told otherwise
    versions = subprocess.check_output([pyenv, "versions", "--bare"], text=True)  # noqa: S603
    os.environ["PYENV_VERSION"] = ":".join(reversed(versions.split()))


@nox.session(python=PYTHONS)
def suite(session: nox.Session) -> None:
    """All tests, and on the newest pyglet that arcade takes."""
    session.install("--editable", ".[dev]")
    session.run("pytest", "-m", "", *session.posargs)


@nox.session
@nox.parametrize("pyglet", PYGLETS)
def windows(session: nox.Session, pyglet: str) -> None:
    """Real windows of another pyglet; arcade takes no other, so its tests stay out."""
    session.install("--editable", ".[collector,tools]", f"pyglet=={pyglet}", "hypothesis", "pytest")
    session.run("pytest", WINDOWS, "-k", "not arcade")


@nox.session
def next_arcade(session: nox.Session) -> None:
    """Real windows and the inspector of the next arcade, on the next pyglet."""
    tools = ("hypothesis", "pillow", "pytest")
    session.install("--editable", ".[collector,tools]", *NEXT, *tools)
    session.run("pytest", WINDOWS, "tests/inspector", "-k", WITHOUT)


@nox.session(python=PYTHONS, default=False)
def core(session: nox.Session) -> None:
    """What is most likely to differ between two Pythons, on the package as it is installed."""
    session.install(".", "hypothesis", "pytest")
    session.run("pytest", *CORE)
