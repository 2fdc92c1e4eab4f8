"""A call, a loop and a delivery on each Python that this machine has, a floor and rivals beside."""

from __future__ import annotations

import subprocess
import sys

from clients import OURS
from deliveries import deliver
from environment import HERE, ROOT, run
from loops import QUICKEST
from sink import sink
from turns import Figures, middle

VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.13t", "3.14", "3.14t")
REPEATS = 2
CALL = ("p50", "p99", "p999")
LOOP = ("missed_percent", "frame_p99")
SENT = ("per_second", "cpu_ms_per_1000")
UV = (sys.executable, "-m", "uv", "--quiet")


def pythons() -> Figures:
    """Those that are here, by their version; a version with a t has no common lock."""
    return {version: found for version in VERSIONS if (found := _clients(version))}


def _clients(version: str) -> Figures:
    """Each client's figures on a version; a rival that cannot be installed there has no row."""
    ours = interpreter(version)
    if ours is None:
        return {}
    assert install(ours, str(ROOT)), f"this library cannot be installed on Python {version}"
    found = {name: _figures(name, ours) for name in ("floor", OURS)}
    for name in QUICKEST:
        path = interpreter(version, "-rivals")
        if path is not None and install(path, *requirements(name)):
            found[name] = _figures(name, path)
    return found


def interpreter(version: str, what_for: str = "") -> str | None:
    """A Python in an environment of its own; None where there is none. None is fetched."""
    folder = ROOT / "build" / "pythons" / f"{version}{what_for}"
    path = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    make = [*UV, "--no-python-downloads", "venv", "--python", version, str(folder)]
    there = path.exists() or not subprocess.run(make, stderr=subprocess.DEVNULL).returncode
    return str(path) if there else None


def install(path: str, *packages: str) -> bool:
    """Install packages where that works; says whether it did."""
    command = [*UV, "pip", "install", "--python", path, *packages]
    return not subprocess.run(command, stderr=subprocess.DEVNULL).returncode


def requirements(rival: str) -> list[str]:
    """The lines of ``rivals.txt`` for one of them: ``sentry_logs`` is by ``sentry-sdk``."""
    maker = rival.partition("_")[0]
    lines = (HERE / "rivals.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith(maker)]


def _figures(name: str, path: str) -> Figures | None:
    """What a client comes to; None if it did not end in time. The floor delivers nothing."""
    call, loop = _middle(name, path, "calls"), _middle(name, path, "frames", events=10)
    if call is None or loop is None:
        return None
    found = {key: call[key] for key in CALL} | {key: loop[key] for key in LOOP}
    if name != "floor":
        sent = deliver(name, 20_000, repeats=REPEATS, interpreter=path)
        found |= {key: sent[key] for key in SENT} if sent else {}
    return found


def _middle(name: str, path: str, scenario: str, **options: object) -> Figures | None:
    rounds = []
    for _ in range(REPEATS):
        with sink("healthy") as server:
            rounds.append(run(name, scenario, server.url, interpreter=path, **options))
    return middle(rounds)
