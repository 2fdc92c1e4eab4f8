"""Homes as games leave them, made by the library itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest import mock

from exponea_game import Tracker
from exponea_game.recovery.runs import Home, Run
from exponea_game.run.engine import Engine
from exponea_game.settings import Settings
from exponea_game.system.json_text import encode
from support.fakes import FakeServer


def play(home: Path, *events: str, present: bool = False, **settings: Any) -> Engine:
    """A game that is being played: its run is locked, and its threads do not run."""
    engine = Engine(Settings(home=home, **settings))
    if present:
        engine.recorder.present()
    for name in events:
        engine.recorder.event(encode(name), {"level": 3}, '{"level":3}')
    return engine


def die(engine: Engine) -> None:
    """What the system does when the process is killed: its files are closed, its locks are free."""
    engine.outbox.close_in_child()
    for run in (engine.run, *engine.outbox._dead):
        run.cursor.close()
    engine.saver.file.close()
    apart = [journal for _, journal in engine.outbox.aside._open.values()]
    for journal in (engine.journal, *apart):
        journal._segment.close()


def quit_undelivered(engine: Engine) -> None:
    """The game ends as games do, with no server to be had."""
    engine.close()


PROJECT = {"project_token": "abc", "authorization": "Token xyz", "environment": "test"}


def launch(home: Path, event: str = "played", *, wipe: bool = False) -> list[str]:
    """One launch of a game that tracks something; the event types that arrived."""
    server = FakeServer()
    with mock.patch("exponea_game.run.world.RequestsTransport", return_value=server):
        tracker = Tracker(home=home, **PROJECT)
        tracker.track_event(event)
        tracker.flush(5.0)
        tracker.stop(wipe=wipe)
    return [event for request in server.types for event in request]


def dead_runs(home: Home) -> list[Run]:
    """The dead runs of a home, locked from now on."""
    return [run for run in map(home.run, home.names()) if home.lock(run)]


def files(home: Path) -> dict[str, bytes]:
    """Everything in a home, byte for byte."""
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def lines(text: str) -> list[dict[str, Any]]:
    """What a command printed with ``--json``."""
    return [json.loads(line) for line in text.splitlines()]
