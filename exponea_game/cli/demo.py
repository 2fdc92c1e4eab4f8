"""Plays the demo game, which comes with the library.

Where its extra is not installed, as in ``pipx run exponea-game demo``, what the game needs is put
into a folder of the user's cache, which no other program sees.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions, requires
from importlib.util import find_spec
from pathlib import Path

from exponea_game._version import __version__

HELP = "Play the demo game."

PACKAGE = Path(__file__).resolve().parents[1]
EXTRA = re.compile(r"extra == .demo\b")
"""What marks a requirement of the game."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of this command: all are the game's, such as ``--help``."""
    parser.prefix_chars = ""
    parser.add_argument("words", nargs="*")


def main(options: argparse.Namespace) -> int:
    """Play, after installing what is missing.

    Returns:
        0 at the game's end; 1 where it cannot be played here.
    """
    asked = not {"-h", "--help"}.isdisjoint(options.words)
    if sys.platform.startswith("linux") and not (asked or os.environ.get("DISPLAY")):
        print("exponea-game demo: there is no display to open a window on", file=sys.stderr)
        return 1
    if not all_there() and not bring(cache()):
        print("Install exponea-game[demo], then try again.", file=sys.stderr)
        return 1
    sys.path.insert(0, str(place()))
    sys.argv = ["exponea-game demo", *options.words]
    runpy.run_module("demo_game", run_name="__main__", alter_sys=True)
    return 0


def place() -> Path:
    """The folder that holds the game: in the wheel one of its own, else that of the sources."""
    inside = PACKAGE / "_demo"
    return inside if inside.is_dir() else PACKAGE.parent


def requirements() -> Iterator[str]:
    """What the game needs beside the library, such as ``pyglet>=2.1``."""
    for line in requires("exponea-game") or ():
        requirement, _, marker = line.partition(";")
        if EXTRA.search(marker):
            yield requirement.strip()


def all_there() -> bool:
    """Whether all of that is installed: a distribution need not be named as what it holds."""
    names = {re.split(r"[^\w.-]", requirement)[0].lower() for requirement in requirements()}
    return names <= {(there.name or "").lower() for there in distributions()}


def cache() -> Path:
    """The folder for what is installed for the game alone."""
    import appdirs

    about = f"demo-{__version__}-{sys.implementation.cache_tag}"
    return Path(appdirs.user_cache_dir("exponea-game", appauthor=False), about)


def bring(folder: Path) -> bool:
    """Install what the game needs into a folder, unless it is there; says whether it is."""
    sys.path.append(str(folder))
    if all_there():
        return True
    wanted, install = list(requirements()), installer()
    if not install:
        return False
    print(f"Installing {', '.join(wanted)} into {folder}, for this game alone.", file=sys.stderr)
    status = subprocess.call([*install, "--target", str(folder), *wanted])  # noqa: S603
    importlib.invalidate_caches()
    return status == 0


def installer() -> list[str]:
    """The words that install: pip's, or in an environment without it uv's; none without both."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade"]
    uv = os.environ.get("UV") or shutil.which("uv")
    return [uv, "pip", "install", "--quiet", "--python", sys.executable] if uv else []
