"""What is measured: this library, two floors, and rivals, each behind the same three functions.

``CLIENTS[name](url, folder, bound)`` makes one and returns ``track(event_type, properties)`` and
``close()``. All keep their defaults; ``bound`` raises the limit of a queue where a scenario would
otherwise measure how quickly events are thrown away. Rivals are imported in an environment of their
own (see environment.py), so that nothing is imported before its function is called.

    nothing   an empty function: what measuring costs
    floor     encode, and one write to a file: the least that survives a kill
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

Track = Callable[[str, dict[str, Any]], None]
Made = tuple[Track, Callable[[], None]]

ENOUGH = 2_000_000
"""Events in a queue whose bound is raised."""


def nothing(_url: str, _folder: str, _bound: bool) -> Made:
    return (lambda _type, _properties: None), (lambda: None)


def floor(_url: str, folder: str, _bound: bool) -> Made:
    encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    descriptor = os.open(f"{folder}/floor.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    rest = ',"customer_ids":{"cookie":"%s"},"properties":' % ("0" * 36)

    def track(event_type: str, properties: dict[str, Any]) -> None:
        os.write(descriptor, f'{{"name":"{event_type}"{rest}{encode(properties)}}}\n'.encode())

    return track, lambda: os.close(descriptor)


def exponea_game(url: str, folder: str, bound: bool) -> Made:
    import exponea_game as library

    settings: dict[str, Any] = {"journal_limit": 1 << 30} if bound else {}
    library.configure(
        project_token="benchmark", authorization="Token benchmark", base_url=url, home=folder,
        app_name="benchmark", environment="production", **settings,
    )  # fmt: skip
    return library.track_event, library.stop


def posthog(url: str, _folder: str, bound: bool) -> Made:
    from posthog import Posthog

    client = Posthog("benchmark", host=url, **({"max_queue_size": ENOUGH} if bound else {}))

    def track(event_type: str, properties: dict[str, Any]) -> None:
        client.capture(event_type, distinct_id="player", properties=properties)

    return track, client.shutdown


def segment(url: str, _folder: str, bound: bool) -> Made:
    from segment.analytics.client import Client

    client = Client("benchmark", host=url, **({"max_queue_size": ENOUGH} if bound else {}))

    def track(event_type: str, properties: dict[str, Any]) -> None:
        client.track("player", event_type, properties)

    return track, client.shutdown


def amplitude(url: str, _folder: str, _bound: bool) -> Made:
    from amplitude import Amplitude, BaseEvent

    client = Amplitude("benchmark")
    client.configuration.server_url = f"{url}/2/httpapi"

    def track(event_type: str, properties: dict[str, Any]) -> None:
        client.track(BaseEvent(event_type, user_id="player", event_properties=properties))

    return track, client.shutdown


def mixpanel(url: str, _folder: str, _bound: bool) -> Made:
    from mixpanel import BufferedConsumer, Mixpanel, MixpanelException

    consumer = BufferedConsumer(events_url=f"{url}/track")
    client = Mixpanel("benchmark", consumer=consumer)

    def track(event_type: str, properties: dict[str, Any]) -> None:
        with suppress(MixpanelException):  # raised into the game when no server answers
            client.track("player", event_type, properties)

    return track, consumer.flush


def sentry_logs(url: str, _folder: str, _bound: bool) -> Made:
    import sentry_sdk

    sentry_sdk.init(f"{url.replace('://', '://benchmark@')}/1", enable_logs=True)

    def track(event_type: str, properties: dict[str, Any]) -> None:
        sentry_sdk.logger.info(event_type, attributes=properties)

    return track, lambda: sentry_sdk.get_client().close()


def opentelemetry_logs(url: str, _folder: str, bound: bool) -> Made:
    from opentelemetry._logs import LogRecord
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider()
    exporter = OTLPLogExporter(endpoint=f"{url}/v1/logs")
    raised = {"max_queue_size": ENOUGH} if bound else {}
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter, **raised))
    logger = provider.get_logger("benchmark")

    def track(event_type: str, properties: Mapping[str, Any]) -> None:
        logger.emit(LogRecord(body=event_type, attributes=properties))

    return track, provider.shutdown


def snowplow(url: str, _folder: str, bound: bool) -> Made:
    from snowplow_tracker import AsyncEmitter, StructuredEvent, Tracker
    from snowplow_tracker.event_store import InMemoryEventStore

    host = url.split("://")[1]
    store = {"event_store": InMemoryEventStore(logging.getLogger(), ENOUGH)} if bound else {}
    emitter = AsyncEmitter(host, protocol="http", **store)
    tracker = Tracker("benchmark", emitter, encode_base64=False)

    def track(event_type: str, properties: dict[str, Any]) -> None:
        tracker.track(
            StructuredEvent(category="game", action=event_type, label=json.dumps(properties))
        )

    return track, emitter.flush


CLIENTS: dict[str, Callable[[str, str, bool], Made]] = {
    made.__name__: made
    for made in (
        nothing, floor, exponea_game, posthog, segment, amplitude, mixpanel, sentry_logs,
        opentelemetry_logs, snowplow,
    )
}  # fmt: skip
OURS = "exponea_game"
OWN = ("nothing", "floor", OURS)
RIVALS = tuple(name for name in CLIENTS if name not in OWN)
SENDERS = (OURS, *RIVALS)
"""Those that send anything."""
