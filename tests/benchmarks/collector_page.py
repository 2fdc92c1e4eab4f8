"""How soon the collector's page is there, and how many frames it shows while ten players play.

    python tests/benchmarks/collector_page.py [--seconds 10] [--stored 100000]

Chromium draws without a graphics card here, so that the figures are a floor.
"""

from __future__ import annotations

import argparse
import re
import shutil
import threading
import time

import requests
from playwright.sync_api import sync_playwright

from exponea_game.collector import Collector

PLAYERS = 10
A_MINUTE = 1000  # events of all players together
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
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


def event(player: int, kind: str, at: float) -> dict[str, object]:
    ids = {"cookie": f"player-{player}"}
    properties = {"level": 3, "score": int(at) % 1000, "mode": "story"}
    data = {"customer_ids": ids, "event_type": kind, "timestamp": at, "properties": properties}
    return {"name": "customers/events", "data": data}


def send(url: str, commands: list[dict[str, object]]) -> None:
    batch = f"{url}/track/v2/projects/bench/batch"
    for first in range(0, len(commands), 50):
        requests.post(batch, json={"commands": commands[first : first + 50]}, timeout=10)


def play(url: str, stop: threading.Event) -> None:
    turn = 0
    while not stop.wait(60 / A_MINUTE):
        turn += 1
        send(url, [event(turn % PLAYERS, "coin", time.time())])


def part(numbers: list[float], share: float) -> float:
    return sorted(numbers)[int(len(numbers) * share)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--stored", type=int, default=100_000)
    options = parser.parse_args()
    with Collector() as collector, sync_playwright() as playwright:
        now = time.time()
        send(collector.url, [event(n, "session_start", now - 280) for n in range(PLAYERS)])
        step = 280 / options.stored
        stored = range(options.stored)
        send(collector.url, [event(n % PLAYERS, "coin", now - 280 + n * step) for n in stored])
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1360, "height": 850})
        began = time.perf_counter()
        page.goto(collector.url)
        page.wait_for_selector(".space .row")
        print(f"first rows after {time.perf_counter() - began:.2f} s, {options.stored:,} stored")
        while int(re.sub(r"\D", "", page.locator("#found").inner_text())) < options.stored:
            page.wait_for_timeout(200)  # older events fill in
        print(f"all of them after {time.perf_counter() - began:.2f} s")
        page.wait_for_timeout(2000)
        stop = threading.Event()
        player = threading.Thread(target=play, args=(collector.url, stop))
        player.start()
        found = page.evaluate(FRAMES, options.seconds)
        stop.set()
        player.join()
        gaps, work = found["gaps"], found["work"]
        print(
            f"{len(gaps) / sum(gaps) * 1000:.1f} frames a second,"
            f" gaps p50 {part(gaps, 0.5):.1f} p99 {part(gaps, 0.99):.1f} ms,"
            f" work in a frame p50 {part(work, 0.5):.1f} p99 {part(work, 0.99):.1f} ms"
        )
        print(page.locator("#found").text_content())
        browser.close()


if __name__ == "__main__":
    main()
