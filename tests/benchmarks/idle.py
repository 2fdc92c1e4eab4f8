"""Whose the memory is that an idle game has more with this library in it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from clients import OURS
from environment import HERE, ROOT, python, with_bytecode, work
from turns import REPEATS, Figures

STEPS = {
    "Python: json, threading, typing": "import json, logging, re, threading, typing, weakref",
    "Python: ssl": "import socket, ssl",
    "Python: http, email": "import http.client, email.parser",
    "Python: what else requests uses": (
        "import http.cookiejar, importlib.metadata, mimetypes, tempfile, urllib.request, zipfile"
    ),
    "charset_normalizer": "import charset_normalizer",
    "idna, certifi": "import idna, certifi",
    "urllib3": "import urllib3",
    "requests": "import requests",
    "Python: what else this library uses": (
        "import appdirs, ctypes, dataclasses, getpass, inspect, signal"
    ),
    "exponea_game: the import": "import exponea_game",
    "exponea_game: what a run needs": (
        "from exponea_game.run.lifecycle import bring_in; bring_in()"
    ),
    "exponea_game: configure, three seconds later": (
        "exponea_game.configure(project_token='a', authorization='Token a', home=home, "
        "base_url='http://127.0.0.1:9', environment='test'); time.sleep(3)"
    ),
}
"""What is imported, in an order in which each one finds what it uses."""
PROGRAM = """
import gc, json, os, sys, time
sys.path[:0], home, steps = [sys.argv[1]], sys.argv[2], json.loads(sys.argv[3])
grown, before = {}, 0
def held():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
before = held()
for name, code in steps.items():
    exec(code)
    now = held()
    grown[name], before = now - before, now
print(json.dumps(grown), flush=True)
os._exit(0)
"""


def idle() -> Figures:
    """Megabytes by which each step lets a process grow, and all of them; and hours of play."""
    rounds = [_steps() for _ in range(1 + REPEATS)][1:]  # in the first one bytecode is made
    found = {name: median(grown[name] for grown in rounds) for name in STEPS}
    ours = sum(mb for name, mb in found.items() if name.startswith(OURS))
    found |= {"all together": sum(found.values()), "of it this library's own": ours}
    hours = _hours()
    found |= {f"{name} of play, beyond a minute": hours[name] for name in ("an hour", "ten hours")}
    return {name: {"mb": round(mb, 2)} for name, mb in found.items()}


def _steps() -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=work()) as home:
        return _told([python(OURS), "-c", PROGRAM, str(ROOT), home, json.dumps(STEPS)], home)


def _hours() -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=work()) as home:
        return _told([python(OURS), str(HERE / "hours.py"), home], home)


def _told(command: list[str], folder: str) -> dict[str, float]:
    """What a program prints, in an empty folder."""
    apart = Path(folder) / "apart"
    apart.mkdir()
    done = subprocess.run(
        command, env=with_bytecode(), cwd=apart, stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(json.loads(done.stdout))
