"""What the tests of faults share: a collector that judges, and games as real processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exponea_game import Tracker
from exponea_game.collector import Collector

from .zygote import Zygote

PATIENCE = 60.0
"""Seconds in which everything arrives, however busy the machine is."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as zygote:
        yield zygote


def game(home: Path, url: str, **settings: Any) -> Tracker:
    """A tracker in this process, for the same project as the games in others."""
    project = {"project_token": "faults", "authorization": "Token faults", "environment": "test"}
    return Tracker(home=home, collector=url, **project, **settings)


def deliver_all(home: Path, url: str) -> None:
    """A healthy launch in which everything that earlier ones left arrives."""
    tracker = game(home, url, automatic_session_tracking=False)
    deadline = time.monotonic() + PATIENCE
    while not tracker.flush(5.0):
        assert time.monotonic() < deadline, "not everything arrives"
    tracker.stop()


def shots(collector: Collector) -> list[str]:
    """The ids of the ``shot`` events that the collector has, sorted."""
    events = collector.events()
    return sorted(e["properties"]["id"] for e in events if e["event_type"] == "shot")


def sessions(collector: Collector) -> list[tuple[int, int]]:
    """For each session that began: how many starts and how many ends the collector has of it."""
    starts: dict[float, list[int]] = {}
    for event in collector.events():
        if event["event_type"] == "session_start":
            starts.setdefault(event["timestamp"], [0, 0])[0] += 1
    for event in collector.events():
        if event["event_type"] == "session_end":
            began = event["timestamp"] - event["properties"]["duration"]
            starts[min(starts, key=lambda start: abs(start - began))][1] += 1
    return [(begun, ended) for begun, ended in starts.values()]
