"""Where clients run: this project's environment, and one of their own for the rivals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clients import OWN

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RIVALS = ROOT / "build" / "rivals"
PATIENCE = 60.0
"""Seconds after which a client that has not ended counts as one that blocks."""


def prepare() -> None:
    """Make the rivals' environment, if it is not there; windows are by the same pyglet as ours."""
    wanted = (HERE / "rivals.txt").read_text() + f"pyglet=={version('pyglet')}\n"
    stamp = RIVALS / "rivals.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", str(RIVALS)], check=True)
    pip = [python("a rival"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *wanted.split()], check=True)
    stamp.write_text(wanted)


def python(client: str) -> str:
    """The interpreter that a client runs in."""
    if client in OWN:
        return sys.executable
    return str(RIVALS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))


def start(
    name: str, scenario: str, url: str, folder: str, interpreter: str = "", **options: object
) -> subprocess.Popen[str]:
    """Start a client's process (see client.py), in its usual interpreter or another one."""
    pairs = [f"{key}={value}" for key, value in options.items()]
    command = [
        interpreter or python(name),
        str(HERE / "client.py"),
        name,
        scenario,
        url,
        folder,
        *pairs,
    ]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, cwd=ROOT,
    )  # fmt: skip


def run(
    name: str, scenario: str, url: str, patience: float = PATIENCE, folder: str = "",
    **options: object,
) -> dict[str, Any] | None:  # fmt: skip
    """A client's result; None if it did not come to one in time."""
    with tempfile.TemporaryDirectory(dir=work()) as fresh:
        process = start(name, scenario, url, folder or fresh, **options)
        try:
            told, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None
    lines = told.strip().splitlines()
    return dict(json.loads(lines[-1])) if lines else None


def with_bytecode() -> dict[str, str]:
    """The variables of a process that finds its bytecode: else the compiler is measured."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(work() / "bytecode"), "PYTHONPATH": str(ROOT)}


def work() -> Path:
    """A folder for journals: on the disk of this project, not in memory."""
    folder = ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
