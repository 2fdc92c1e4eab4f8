"""A launch that finds what earlier runs left: some were killed, or thousands are concluded."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from clients import OURS
from environment import python, with_bytecode, work
from hours import MINUTE, Hours
from turns import Figures

from exponea_game.recovery.runs import Home
from exponea_game.system.disk import Disk

ROUNDS = 5
"""Launches of each kind, and one before them in which bytecode is made."""
PROGRAM = """
import json, os, sys, time
from exponea_game.run.lifecycle import bring_in
import exponea_game
bring_in()
wall, used = time.perf_counter(), time.process_time()
exponea_game.configure(project_token="a", authorization="Token a", home=sys.argv[1],
                       environment="test", base_url="http://127.0.0.1:9")
used, wall = time.process_time() - used, time.perf_counter() - wall
print(json.dumps({"ms": 1000 * used, "wall_ms": 1000 * wall}), flush=True)
os._exit(0)
"""


def launches() -> Figures:
    """Milliseconds of ``configure`` where everything is imported, and beyond finding nothing."""
    cases = {
        "nothing": lambda home: home.mkdir(),
        "five killed runs": lambda home: killed(home, 5),
        "2,000 concluded runs": lambda home: concluded(home, 2000),
    }
    figures = {name: _measure(make) for name, make in cases.items()}
    nothing = figures["nothing"]["ms"]
    for found in figures.values():
        found["beyond_ms"] = round(found["ms"] - nothing, 1)
    return figures


def killed(home: Path, count: int) -> None:
    """Runs of a minute, in which ten events a second waited, with a session that is open."""
    for _ in range(count):
        hours = Hours(home)  # the locks of those before are held: they are alive
        hours.server.reachable = False
        hours.play(MINUTE)
        hours.engine.die()


def concluded(home: Path, count: int) -> None:
    """Runs without a network that ended, and wait."""
    killed(home, 1)
    known = Home(home, Disk())
    (name,) = known.names()
    run = known.run(name)
    run.cursor.load()
    run.cursor.close_run()
    run.cursor.close()
    for number in range(2, count + 1):
        copy = run.folder.with_name(f"{number:06}-{number:06x}")
        shutil.copytree(run.folder, copy)
        copy.with_name(f"{copy.name}.lock").touch()


def _measure(make: Callable[[Path], object]) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=work()) as folder:
        model = Path(folder, "model")
        make(model)
        rounds = [_launch(model, Path(folder, str(number))) for number in range(1 + ROUNDS)][1:]
    return {name: round(median(told[name] for told in rounds), 1) for name in rounds[0]}


def _launch(model: Path, home: Path) -> dict[str, float]:
    """What a program tells of its launch in a copy, of which nobody holds the locks."""
    shutil.copytree(model, home)
    command = [python(OURS), "-c", PROGRAM, str(home)]
    done = subprocess.run(
        command, env=with_bytecode(), stdout=subprocess.PIPE, text=True, check=True
    )
    shutil.rmtree(home)
    return dict(json.loads(done.stdout))
