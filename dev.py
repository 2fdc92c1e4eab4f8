#!/usr/bin/env python3
"""Set this project up and run it.

    python3 dev.py demo             play the demo game; without a screen it plays itself
    python3 dev.py test [ARGS]      all tests, on real windows; ARGS go to pytest
    python3 dev.py test --all       the slow ones too, on every Python here and on every pyglet
    python3 dev.py test --windows   on a Windows Python under Wine: all, --part of them, or FILES
    python3 dev.py check            style and types
    python3 dev.py bench [NAMES]    the figures of BENCHMARKS.md, all or some of its sections
    python3 dev.py soak [ARGS]      games live and die on a failing disk, on all cores, --minutes 10
    python3 dev.py docs             the documentation as a site, in the folder site
    python3 dev.py pictures [NAME]  the pictures of README.md anew, from the running game

Each command first makes what it needs and finds missing: `.venv` beside this file with the project
and its tools, and on Linux what a window needs on a machine without a screen, by the system's
package manager where this user may. It needs nothing but Python 3.10 or newer and a network. On
Windows, where `python3` may be something else, it is started with `py dev.py`.
"""

# ruff: noqa: S603 - starting commands made of fixed words and of what was typed is its purpose
from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

OLDEST_PYTHON = (3, 10)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "dev.stamp"

INSTALL = {
    "apt-get": ("apt-get", "install", "--yes", "--no-install-recommends"),
    "dnf": ("dnf", "install", "--assumeyes", "--setopt=install_weak_deps=False"),
    "pacman": ("pacman", "-S", "--noconfirm", "--needed"),
    "zypper": ("zypper", "--non-interactive", "install", "--no-recommends"),
}


class Need(NamedTuple):
    """Something of the system's that a command cannot do without."""

    name: str
    is_there: Callable[[], bool]
    packages: Sequence[str]
    """What holds it, in the order of `INSTALL`."""


def program(*names: str) -> Callable[[], bool]:
    """Whether one of these programs can be started."""
    return lambda: any(map(shutil.which, names))


def library(name: str) -> Callable[[], bool]:
    """Whether this shared library can be loaded by this Python."""

    def is_there() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return is_there


def module(name: str) -> Callable[[], bool]:
    """Whether this Python has this module of the standard library; Debian takes some out."""
    return lambda: importlib.util.find_spec(name) is not None


def file(*patterns: str) -> Callable[[], bool]:
    """Whether there is a file of such a name under `/usr`."""
    return lambda: any(any(Path("/usr").glob(pattern)) for pattern in patterns)


ENVIRONMENT = (
    Need(
        "Python's ensurepip",
        module("ensurepip"),
        (f"python3.{sys.version_info[1]}-venv", "python3", "python", "python3"),
    ),
)
WINDOW = (
    Need(
        "Xvfb",
        program("Xvfb"),
        ("xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb", "xorg-x11-server-Xvfb"),
    ),
    Need("openbox", program("openbox"), ("openbox",) * 4),
    Need("xdotool", program("xdotool"), ("xdotool",) * 4),
    Need("libGL", library("libGL.so.1"), ("libgl1", "mesa-libGL", "mesa", "Mesa-libGL1")),
    Need(
        "Mesa's software renderer",
        file("lib*/dri/swrast_dri.so", "lib*/*/dri/swrast_dri.so", "lib*/*/libgallium-*.so"),
        ("libgl1-mesa-dri", "mesa-dri-drivers", "mesa", "Mesa-dri"),
    ),
    Need(
        "fontconfig",
        library("libfontconfig.so.1"),
        ("libfontconfig1", "fontconfig", "fontconfig", "libfontconfig1"),
    ),
)
BROWSER = (
    Need(
        "Chromium",
        program("chromium", "chromium-browser"),
        ("chromium",) * 4,
    ),
    Need(
        "libatomic, for playwright",
        library("libatomic.so.1"),
        ("libatomic1", "libatomic", "gcc-libs", "libatomic1"),
    ),
)
TYPED = (Need("curl", program("curl"), ("curl",) * 4),)
"""What the documentation's command lines call beside ours."""
OWNERS = (Need("libXRes", library("libXRes.so.1"), ("libxres1", "libXres", "libxres", "libXRes1")),)
"""By which the library knows whose a window is that does not say so."""
CAMERA = (
    Need(
        "ffmpeg",
        program("ffmpeg"),
        ("ffmpeg", "ffmpeg-free", "ffmpeg", "ffmpeg"),
    ),
)
COMPILER = (
    Need(
        "a C compiler",
        program("gcc", "clang"),
        ("build-essential", "gcc", "gcc", "gcc"),
    ),
)
WINE = (
    Need("Wine", program("wine"), ("wine", "wine-core", "wine", "wine")),
    Need(
        "a C compiler for Windows",
        program("x86_64-w64-mingw32-gcc"),
        ("gcc-mingw-w64-x86-64", "mingw64-gcc", "mingw-w64-gcc", "mingw64-cross-gcc"),
    ),
)
DESKTOP = WINDOW + BROWSER + TYPED + OWNERS if sys.platform.startswith("linux") else ()
"""What tests and benchmarks need: a display of their own, whether there is a screen or not."""
WORKSHOP = DESKTOP + COMPILER if DESKTOP else ()
"""What all tests need: Nuitka compiles, and what has no wheels yet for the newest Python."""


def demo(words: list[str]) -> int:
    """Open the game in a window, or let it play itself on a virtual display."""
    if has_display():
        prepare()
        return run(PYTHON, "-m", "demo_game", *words)
    prepare(*WINDOW)
    return run(PYTHON, "-m", "tests.support.showcase", *words)


def test(words: list[str]) -> int:
    """Run all tests, or those that the words select, here or as on Windows."""
    others = [word for word in words if word not in ("--all", "--windows")]
    if "--windows" in words and sys.platform.startswith("linux"):
        prepare(*WINDOW, *WINE)
        return run(PYTHON, "-m", "tests.wine", *others)
    if "--all" in words:
        prepare(*WORKSHOP)
        return run(PYTHON, "-m", "nox", "--", *others)
    prepare(*DESKTOP)
    return run(PYTHON, "-m", "pytest", *others)


def check(words: list[str]) -> int:
    """Run every check, and fail where one of them did."""
    prepare()
    tools = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("pyright",))
    return run_each((PYTHON, "-m", *tool, *words) for tool in tools)


def bench(words: list[str]) -> int:
    """Measure everything, or what is named: sections of BENCHMARKS.md, or a script beside it."""
    prepare(*DESKTOP)
    scripts = {
        script.stem: script
        for script in sorted((ROOT / "tests" / "benchmarks").glob("*.py"))
        if f"python tests/benchmarks/{script.name}" in script.read_text(encoding="utf-8")
    }
    if words and words[0] in scripts:
        return run(PYTHON, scripts[words[0]], *words[1:])
    sheet = (PYTHON, "-m", "tests.benchmarks")
    if words:
        return run(*sheet, *words)
    return run_each([sheet, *((PYTHON, script) for script in scripts.values())])


def soak(words: list[str]) -> int:
    """Simulate lives of games until the time is up or a seed's life is over."""
    prepare()
    return run(PYTHON, "-m", "tests.simulation.soak", *words)


def docs(words: list[str]) -> int:
    """Build the documentation, and fail on a link that leads nowhere."""
    prepare()
    return run(PYTHON, "-m", "mkdocs", "build", *words)


def pictures(words: list[str]) -> int:
    """Take all pictures, or those that are named, on virtual displays."""
    prepare(*WINDOW, *BROWSER, *CAMERA)
    return run(PYTHON, "assets/source/make_pictures.py", *words)


COMMANDS = {
    command.__name__: command for command in (demo, test, check, bench, soak, docs, pictures)
}


def main(words: list[str]) -> int:
    """Run one command and return its exit status."""
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(map(str, sys.version_info[:3]))
        say(f"Python 3.10 or newer is needed; {sys.executable} is Python {version}.")
        say("Start this with a newer one, such as `python3.12 dev.py demo`.")
        return 2
    if not words or words[0] not in COMMANDS:
        print(__doc__)
        return 0 if words in (["-h"], ["--help"]) else 2
    return COMMANDS[words[0]](words[1:])


def say(line: str) -> None:
    """Tell the person something, apart from what the commands print."""
    print(f"dev.py: {line}", file=sys.stderr, flush=True)


def has_display() -> bool:
    """Whether a window can be opened. pyglet needs X, even where Wayland shows it."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY"))


def run(*command: str | Path) -> int:
    """Run a command of the project in its folder, with this terminal, to its end."""
    process = subprocess.Popen(command, cwd=ROOT, env=variables())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the command was interrupted too, and ends in its own way


def variables() -> dict[str, str]:
    """What the tools are started with: on Windows a pipe takes but a few hundred letters."""
    return {"PYTHONIOENCODING": "utf-8", **os.environ} if os.name == "nt" else dict(os.environ)


def run_each(commands: Iterable[Iterable[str | Path]]) -> int:
    """Run all of these commands, and tell at the end whether any of them failed."""
    statuses = [run(*command) for command in commands]
    return int(any(statuses))


def quietly(what: str, command: Iterable[str | Path], hint: str) -> None:
    """Run a step of the set-up, whose output is of interest only where it fails."""
    say(what)
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=variables(),
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        print(done.stdout[-4000:], file=sys.stderr)
        sys.exit(f"dev.py: this failed: {shlex.join(words)}\ndev.py: {hint}")


def prepare(*needs: Need) -> None:
    """Make what a command needs, as far as it is missing or out of date."""
    complete = STAMP.exists() and PYTHON.exists()
    install_missing(needs if complete else (*ENVIRONMENT, *needs))
    wanted = fingerprint((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if complete and STAMP.read_text(encoding="utf-8") == wanted:
        return
    if not complete:
        renew = [] if PYTHON.exists() else ["--clear"]
        quietly(
            f"making .venv with Python {sys.version.split()[0]}",
            [sys.executable, "-m", "venv", *renew, VENV],
            "A Python with its venv and ensurepip modules is needed, as python.org's is.",
        )
    quietly(
        "installing the project and its tools into .venv",
        [PYTHON, "-m", "pip", "install", "--quiet", "--editable", f"{ROOT}[dev]"],
        "Is the network there? If so, delete the folder .venv and try again. A very new Python may"
        " need a C compiler and its own headers too, for what has no wheels for it yet.",
    )
    STAMP.write_text(wanted, encoding="utf-8")


def fingerprint(project: str) -> str:
    """Tell whether an environment is up to date: it depends on these tables and its own place.

    Args:
        project: The text of `pyproject.toml`.
    """
    tables = re.split(r"(?m)^(?=\[)", project)
    packaging = [table for table in tables if table.startswith(("[project", "[build-system]"))]
    return hashlib.sha256("".join([str(ROOT), *packaging]).encode()).hexdigest()


def install_missing(needs: Iterable[Need]) -> None:
    """Install what is missing, or end by saying what to install and how."""
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return
    names = ", ".join(need.name for need in missing)
    manager = next(filter(shutil.which, INSTALL), None)
    if manager is None:
        sys.exit(f"dev.py: {names} must be installed first, by this system's package manager.")
    packages = sorted({need.packages[list(INSTALL).index(manager)] for need in missing})
    install = [*INSTALL[manager], *packages]
    by_hand = f"Type this, then try again: sudo {shlex.join(install)}"
    rights = administrator()
    if rights is None:
        sys.exit(f"dev.py: {names} must be installed first. {by_hand}")
    if manager == "apt-get":
        rights += ["env", "DEBIAN_FRONTEND=noninteractive"]
        quietly("asking for the list of packages", [*rights, "apt-get", "update"], by_hand)
    quietly(f"installing {names}", [*rights, *install], by_hand)
    absent = [need.name for need in missing if not need.is_there()]
    if absent:
        sys.exit(f"dev.py: {', '.join(absent)} cannot be found, though just installed. {by_hand}")


def administrator() -> list[str] | None:
    """What to put before a command for root's rights; None where that takes a password."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "--non-interactive"]
    allowed = shutil.which("sudo") and not subprocess.call(
        [*sudo, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return sudo if allowed else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
