"""How soon the collector's page is there, how many frames it shows, and what is taken meanwhile.

Chromium draws without a graphics card here, so that the figures are a floor. What the browser and
the machine take of them stands beside: an answer of one line from the same collector, opened and
watched in the same way.
"""

from __future__ import annotations

import http.client
import json
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from environment import work
from turns import Figures

PLAYERS = 10
STORED = 100_000
"""Events that the page finds."""
OPENED = 3
"""Times that each is opened, each time by a browser that has just begun; the median counts."""
SECONDS = 10.0
"""For which frames are counted, and events taken."""
A_MINUTE = 1000
"""Events of all players together, while frames are counted."""
RATE, BATCH = 2000, 50
"""Events a second of the flood, and how many in a request."""
STREAMS = 50
PAGE, FLOOR = "100,000 stored, ten players", "an answer of one line in its place"
FLOOD = "2,000 a second, 50 streams, the page shown"
FRAMES = """seconds => new Promise(done => {
    const gaps = [], work = [];
    const ask = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = callback => ask(at => {
        const began = performance.now();
        callback(at);
        work.push(performance.now() - began);
    });
    let last = 0;
    const end = performance.now() + seconds * 1000;
    const tick = at => {
        if (last) gaps.push(at - last);
        last = at;
        performance.now() < end ? ask(tick) : done({ gaps, work });
    };
    ask(tick);
})"""


def collector_page() -> Figures:
    """The page while ten players play, and the intake while fifty streams are open."""
    from support.browser import running_browser  # where figures are only shown, nobody needs one

    with program() as port:
        _store(port)
        first: dict[str, list[float]] = {PAGE: [], FLOOR: []}
        for _ in range(OPENED):
            for case, open_ in ((FLOOR, _open_floor), (PAGE, _open_page)):
                with running_browser() as browser:
                    first[case].append(open_(port, browser)[1])
        with running_browser() as browser:
            floor, shown = _framed(port, _open_floor(port, browser)[0]), _shown(port, browser)
            flooded = _flooded(port, browser)
    for case, found in ((PAGE, shown), (FLOOR, floor)):
        found["first_rows_s"] = round(statistics.median(first[case]), 2)
    return {PAGE: shown, FLOOR: floor, FLOOD: flooded}


@contextmanager
def program() -> Iterator[int]:
    """A collector in a process of its own, with a file; its port."""
    with tempfile.TemporaryDirectory(dir=work()) as folder:
        words = ["-m", "exponea_game", "collector", "--port", "0", "--db", f"{folder}/bench.db"]
        process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout
            yield int(process.stdout.readline().rsplit(":", 1)[1])
        finally:
            process.kill()
            process.wait()


def _store(port: int) -> None:
    sender, now = Sender(port), time.time()
    sender.send([_event(number, "session_start", now - 280) for number in range(PLAYERS)])
    for first in range(0, STORED, BATCH):
        each = range(first, first + BATCH)
        sender.send([_event(n % PLAYERS, "coin", now - 280 + n * 280 / STORED) for n in each])


def _open_page(port: int, browser: Any) -> tuple[Any, float]:
    return _open(browser, f"http://127.0.0.1:{port}", ".space .row")


def _open_floor(port: int, browser: Any) -> tuple[Any, float]:
    return _open(browser, f"http://127.0.0.1:{port}/_/summary", "pre")


def _open(browser: Any, address: str, selector: str) -> tuple[Any, float]:
    """A page, and the seconds until it showed something."""
    page = browser.new_page(viewport={"width": 1360, "height": 850})
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(selector)
    return page, time.perf_counter() - began


def _shown(port: int, browser: Any) -> Figures:
    began = time.perf_counter()
    page, _ = _open_page(port, browser)
    while int(re.sub(r"\D", "", page.locator("#found").inner_text())) < STORED:
        page.wait_for_timeout(200)  # older events fill in
    everything = time.perf_counter() - began
    page.wait_for_timeout(2000)
    return _framed(port, page) | {"all_rows_s": round(everything, 2)}


def _framed(port: int, page: Any) -> Figures:
    """What a page shows while ten players play."""
    with _players(Sender(port), 60 / A_MINUTE, 1):
        found = page.evaluate(FRAMES, SECONDS)
    page.close()
    gaps, spent = sorted(found["gaps"]), sorted(found["work"])
    return {
        "per_second": round(len(gaps) / sum(gaps) * 1000, 1),
        "gap_p99": round(gaps[len(gaps) * 99 // 100], 1),
        "work_p50": round(spent[len(spent) // 2], 1) if spent else None,
        "work_p99": round(spent[len(spent) * 99 // 100], 1) if spent else None,
    }


def _flooded(port: int, browser: Any) -> Figures:
    page, _ = _open_page(port, browser)
    with _streams(port):
        sender = Sender(port)
        with _players(sender, BATCH / RATE, BATCH):
            time.sleep(SECONDS)
        taken = len(sender.waits) * BATCH / SECONDS
    page.close()
    waits = sorted(sender.waits)
    return {
        "taken_per_second": round(taken),
        "answer_p50": round(waits[len(waits) // 2] * 1000, 1),
        "answer_p99": round(waits[len(waits) * 99 // 100] * 1000, 1),
        "answer_worst": round(waits[-1] * 1000, 1),
    }


class Sender:
    """Sends batches over one connection, and remembers how long each answer took, in seconds."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self.waits: list[float] = []

    def send(self, commands: list[dict[str, object]]) -> None:
        """Send one batch and wait for its answer."""
        body, begun = json.dumps({"commands": commands}), time.perf_counter()
        headers = {"Content-Type": "application/json"}
        self._connection.request("POST", "/track/v2/projects/bench/batch", body, headers)
        assert json.load(self._connection.getresponse())["success"]
        self.waits.append(time.perf_counter() - begun)


def _event(player: int, kind: str, at: float) -> dict[str, object]:
    ids = {"cookie": f"player-{player}"}
    properties = {"level": 3, "score": int(at) % 1000, "mode": "story"}
    data = {"customer_ids": ids, "event_type": kind, "timestamp": at, "properties": properties}
    return {"name": "customers/events", "data": data}


@contextmanager
def _players(sender: Sender, pause: float, batch: int) -> Iterator[None]:
    """With batches that leave at a steady pace, whatever an answer takes."""
    stop, due, turn = threading.Event(), time.monotonic(), count()

    def play() -> None:
        nonlocal due
        while not stop.wait(max(0.0, due - time.monotonic())):
            due += pause
            sender.send([_event(next(turn) % PLAYERS, "coin", time.time()) for _ in range(batch)])

    player = threading.Thread(target=play)
    player.start()
    try:
        yield
    finally:
        stop.set()
        player.join()


@contextmanager
def _streams(port: int) -> Iterator[None]:
    """With fifty streams open, each of which is read as it comes."""
    ended = threading.Event()
    with ExitStack() as stack:
        chosen = stack.enter_context(selectors.DefaultSelector())
        for _ in range(STREAMS):
            stream = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            stream.sendall(f"GET /_/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            chosen.register(stream, selectors.EVENT_READ)

        def read() -> None:
            while not ended.is_set():
                for key, _ in chosen.select(0.1):
                    key.fileobj.recv(1 << 16)  # type: ignore[union-attr]

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield
        finally:
            ended.set()
            reader.join()
