"""The service's own (retired) Python SDK, unmodified, takes the collector for the service."""

from __future__ import annotations

import time
from typing import Any

import pytest

from exponea_game.collector import Collector

ANN = {"registered": "ann"}


@pytest.fixture
def exponea(collector: Collector) -> Any:
    from exponea_python_sdk import Exponea  # configures the root logger, where it is bare

    return Exponea("official", username="key", password="secret", url=collector.url)


def test_it_tracks_an_event(exponea: Any, collector: Collector) -> None:
    assert exponea.tracking.add_event(ANN, "purchase", {"price": 4.5}, timestamp=12.5) is True

    [event] = collector.events()
    assert event["project"] == "official"
    assert event["customer_ids"] == ANN
    assert (event["event_type"], event["timestamp"]) == ("purchase", 12.5)
    assert event["properties"] == {"price": 4.5}


def test_it_updates_a_customer(exponea: Any, collector: Collector) -> None:
    assert exponea.tracking.update_customer_properties(ANN, {"language": "en"}) is True

    [customer] = collector.customers()
    assert (customer["ids"], customer["properties"]) == (
        {"registered": ["ann"]},
        {"language": "en"},
    )


def test_it_sends_a_batch(exponea: Any, collector: Collector) -> None:
    tracking = exponea.tracking

    results = tracking.batch_commands(
        [
            tracking.add_event(ANN, "jump", batch=True),
            tracking.update_customer_properties(ANN, {"level": 2}, batch=True),
            tracking.add_event({}, "jump", batch=True),
            tracking.get_system_time(batch=True),
        ]
    )

    assert results[:3] == [True, True, False]
    assert abs(results[3] - time.time()) < 60
    assert collector.summary()["accepted"] == 1


def test_it_asks_the_time(exponea: Any) -> None:
    assert abs(exponea.tracking.get_system_time() - time.time()) < 60


def test_it_understands_a_refusal(exponea: Any) -> None:
    with pytest.raises(Exception, match="At least one id should be specified"):
        exponea.tracking.add_event({}, "jump")
