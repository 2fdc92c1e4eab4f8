from __future__ import annotations

from collections.abc import Iterator

import pytest

from exponea_game.collector import Collector

from .client import Client


@pytest.fixture(scope="session")
def running() -> Iterator[Collector]:
    with Collector() as running:
        yield running


@pytest.fixture
def collector(running: Collector) -> Collector:
    running.faults()
    running.reset()
    return running


@pytest.fixture
def client(collector: Collector) -> Client:
    return Client(collector.url)
