"""Very much that waits: a million events, and a year without a network."""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from pathlib import Path

import pytest
from support.fakes import BEGAN, FakeClock, reply

from exponea_game.journal.line import render
from exponea_game.journal.writer import SEGMENT_LIMIT
from exponea_game.system.disk import Disk
from faults.launches import Launch

pytestmark = pytest.mark.timeout(1800)  # ten minutes under Wine, beside other work

MILLION = 1_000_000
RUNS = 4
READ_AT_ONCE = RUNS * 4 * SEGMENT_LIMIT + (1 << 20)
"""Bytes that may be read before the first request: of each run the last two segments, twice."""
ROOM = 1 << 30
"""A journal's limit that is never reached."""
HOUR, DAY = 3600.0, 86_400.0
"""Seconds."""
LIMIT = 4 << 20
"""A journal's limit that a year reaches."""


class CountingDisk(Disk):
    """Counts the bytes that are read."""

    def __init__(self) -> None:
        self.bytes_read = 0

    def read(self, path: Path, offset: int, size: int) -> bytes:
        data = super().read(path, offset, size)
        self.bytes_read += len(data)
        return data


class SureDisk(Disk):
    """Has at once all that is written: no power is cut here."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


class Counting:
    """A server that accepts everything, and counts it; ``read`` is what was read until it came."""

    def __init__(self, disk: CountingDisk) -> None:
        self.disk, self.read, self.seen = disk, 0, set[int]()

    def __call__(self, address, headers, data):
        self.read = self.read or self.disk.bytes_read
        commands = json.loads(data)["commands"]
        self.seen |= {command["data"]["properties"].get("number") for command in commands}
        return reply(200, success=True, results=[{"success": True} for _ in commands])


def write_runs(home: Path, count: int) -> None:
    """Runs of earlier launches that were killed, with so many waiting events of 300 bytes each."""
    each = count // RUNS
    for run in range(RUNS):
        folder = home / "runs" / f"{run + 1:06}-{run:06x}"
        folder.mkdir(parents=True)
        about = json.dumps({"boot": "b", "elapsed": 1.0, "wall": BEGAN - 1e6 + run})
        segment, size, parts = 1, 0, list[bytes]()
        for seq in range(each + 1):
            if not parts:
                parts = [render(max(0, seq - 1), 0.001 * seq, f',"clock":{about},"will":null')]
                size = 0
            if seq:
                parts.append(render(seq, 0.001 * seq, f',"cmd":{waiting_event(run * each + seq)}'))
                size += len(parts[-1])
            if size > SEGMENT_LIMIT or seq == each:
                (folder / f"{segment:08}.jsonl").write_bytes(b"".join(parts))
                segment, parts = segment + 1, []


def waiting_event(number: int) -> str:
    return (
        '{"name":"customers/events","data":{"customer_ids":{"cookie":"c"},"event_type":"shot",'
        f'"timestamp":{BEGAN - 1e6 + number / 1e3:.3f},"properties":{{"number":{number},'
        f'"more":"{"x" * 95}"}}}}}}'
    )


def test_a_million_that_wait_arrive_and_opening_reads_but_the_ends_of_them(tmp_path):
    write_runs(tmp_path, MILLION)
    disk = CountingDisk()
    server = Counting(disk)
    game = Launch(tmp_path, disk=disk, server=server, journal_limit=ROOM)

    game.deliver()
    game.close()

    assert 0 < server.read < READ_AT_ONCE
    assert server.seen >= set(range(1, MILLION + 1))
    assert list((tmp_path / "runs").iterdir()) == []


def play(game: Launch, chance: random.Random) -> Counter[str]:
    """A sitting of a player: some levels, many shots, now and then a purchase; what was tracked."""
    tracked = Counter({"session_start": 1, "session_end": 1})
    game.recorder.present()
    for _ in range(chance.randint(1, 6)):
        for event_type, most, size in (("shot", 40, 200), ("level", 1, 900), ("bought", 2, 60)):
            count = chance.randint(0, most)
            game.track(0, count, event_type, size)
            tracked[event_type] += count
    game.wait(2.0)
    game.recorder.quit(hold=False)
    return tracked


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_year_without_a_network_keeps_the_limit_and_tells_what_it_dropped(tmp_path, caplog, seed):
    chance = random.Random(seed)
    tracked = Counter(installation=1)
    most, launches = 0, 0
    for day in range(365):
        for hour in sorted(chance.sample(range(24), chance.randint(1, 4))):
            clock = FakeClock(began=BEGAN + DAY * day + HOUR * hour)
            game = Launch(tmp_path, clock=clock, disk=SureDisk(), journal_limit=LIMIT)
            game.server.state = "down"
            tracked += play(game, chance)
            game.look()
            game.courier.step()
            game.die() if chance.random() < 0.1 else game.close()
            launches += 1
            most = max(most, sum(path.stat().st_size for path in tmp_path.rglob("0*.jsonl")))

    with caplog.at_level(logging.WARNING):
        game = Launch(tmp_path, clock=FakeClock(began=BEGAN + DAY * 365), journal_limit=LIMIT)
        game.deliver()

    arrived = Counter(game.types)
    (told,) = game.told
    assert launches > 800
    assert LIMIT / 2 < most < LIMIT + SEGMENT_LIMIT
    for event_type, count in tracked.items():
        assert count == arrived[event_type] + told["by_type"].get(event_type, 0), event_type
    assert arrived.keys() <= tracked.keys() | {"journal_overflow"}
    assert told["events"] == sum(told["by_type"].values()) > tracked.total() / 2
    assert told["damaged"] == 0
    assert "events were lost" in caplog.text
    game.close()
