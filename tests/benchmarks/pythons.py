"""A call, a loop and a delivery on each Python that this machine has, beside their floor."""

from __future__ import annotations

import subprocess
import sys

from clients import OURS
from deliveries import deliver
from environment import ROOT, run
from sink import sink
from turns import Figures, middle

VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.13t", "3.14", "3.14t")
REPEATS = 2


def pythons() -> Figures:
    """Those that are here, by their version; a version with a t has no common lock."""
    there = {version: interpreter(version) for version in VERSIONS}
    return {version: _figures(path) for version, path in there.items() if path is not None}


def interpreter(version: str) -> str | None:
    """A Python with this library in it; None where there is none. None is fetched."""
    folder = ROOT / "build" / "pythons" / version
    path = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    uv = [sys.executable, "-m", "uv", "--quiet", "--no-python-downloads"]
    made = (
        path.exists()
        or not subprocess.run(
            [*uv, "venv", "--python", version, str(folder)], stderr=subprocess.DEVNULL
        ).returncode
    )
    if not made:
        return None
    subprocess.run([*uv, "pip", "install", "--python", str(path), str(ROOT)], check=True)
    return str(path)


def _figures(path: str) -> Figures:
    call, floor = (_middle(name, path, "calls") for name in (OURS, "floor"))
    loop = _middle(OURS, path, "frames", events=10)
    sent = deliver(OURS, 20_000, repeats=REPEATS, interpreter=path)
    assert sent is not None, f"{path} did not end in time"
    return {
        "p50": call["p50"], "p99": call["p99"], "p999": call["p999"], "floor": floor["p50"],
        "missed_percent": loop["missed_percent"], "frame_p99": loop["frame_p99"],
        "per_second": sent["per_second"], "cpu_ms_per_1000": sent["cpu_ms_per_1000"],
    }  # fmt: skip


def _middle(name: str, path: str, scenario: str, **options: object) -> Figures:
    rounds = []
    for _ in range(REPEATS):
        with sink("healthy") as server:
            rounds.append(run(name, scenario, server.url, interpreter=path, **options))
    found = middle(rounds)
    assert found is not None, f"{path} did not end in time"
    return found
