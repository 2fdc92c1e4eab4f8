"""What a run needs is imported before its threads start; runs end together."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from exponea_game.collector import Collector

IMPORTS = """
import json, sys, threading
found = []

class Watcher:
    def find_spec(self, name, *_):
        thread = threading.current_thread().name
        if thread.startswith("exponea_game"):
            found.append([thread, name])

sys.meta_path.insert(0, Watcher())
import exponea_game
tracker = exponea_game.Tracker(**json.loads(sys.argv[1]))
tracker.track_event("jump", {"high": 2})
tracker.flush(10.0)
tracker.track_event("fall")
tracker.stop()
print(json.dumps(found))
"""


def imported_by_threads(**settings: str) -> list[list[str]]:
    """What the library's threads import for the first time, in a game that has these settings."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, json.dumps(settings)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return list(json.loads(done.stdout.splitlines()[-1]))


def test_no_thread_of_ours_imports_anything_first(tmp_path: Path) -> None:
    with Collector() as collector:
        assert imported_by_threads(home=str(tmp_path), collector=collector.url) == []


def test_nor_where_a_server_cannot_be_found_or_answers_nothing(tmp_path: Path) -> None:
    project = {"project_token": "a", "authorization": "Token b", "environment": "test"}
    addresses = ("https://nowhere.invalid", "http://127.0.0.1:9", "https://127.0.0.1:9")

    for number, address in enumerate(addresses):
        home = str(tmp_path / str(number))
        assert imported_by_threads(home=home, base_url=address, **project) == []
