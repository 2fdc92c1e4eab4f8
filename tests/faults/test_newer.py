"""A home on which a newer version of the library has lived."""

from __future__ import annotations

from pathlib import Path

from exponea_game.collector import Collector
from exponea_game.journal.line import render

from .conftest import deliver_all, shots

COMMAND = (
    '{"name":"customers/events","data":{"customer_ids":{"cookie":"c"},"event_type":"shot",'
    '"timestamp":1700000000.5,"properties":{"id":"newer"}}}'
)


def test_a_newer_versions_journal_is_read_as_far_as_it_is_understood(
    tmp_path: Path, collector: Collector
) -> None:
    folder = tmp_path / "home" / "runs" / "000001-abcdef"
    folder.mkdir(parents=True)
    about = ',"clock":{"boot":7,"wall":"noon"},"format":9,"will":{"sessions":[1,2]}'
    (folder / "00000001.jsonl").write_bytes(
        render(0, 0.0, about)
        + render(1, 1.0, f',"priority":{{"a":[1]}},"cmd":{COMMAND}')
        + b"\x00\x01 a packed line of another format\n"
    )
    (folder / "acked.json").write_bytes(b'{"v":2}')
    (folder / "index.bin").write_bytes(b"what is this?")

    deliver_all(tmp_path / "home", collector.url)

    assert shots(collector) == ["newer"]
