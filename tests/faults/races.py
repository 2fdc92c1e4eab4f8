"""Sixteen threads call everything at once, beside a server that fails, at a tiny switch interval.

    python -m tests.faults.races --minutes 5

Nine threads track events, two log players in and out, two start and end sessions, two flush, look
and configure, and one makes mistakes; the server is down, slow, and forgets its answers now and
then. At the end, with a healthy server, everything must have arrived: each event once and under
the player that was there, each session with one start and one end, and no call may have raised,
hung, or ended a thread.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from exponea_game import Tracker

INTERVAL = 1e-6
"""Seconds after which a thread may lose the interpreter lock."""
STUCK = 30.0
"""Seconds in which each thread returns from at least one call."""
PAUSES = {"players": 0.5}
"""Seconds between two calls, where they are more than a few: each player's batch goes alone."""
DELIVERED_WITHIN = 600.0
"""Seconds in which a healthy server gets what is left."""
Call = Callable[[int], object]


class Server(ThreadingHTTPServer):
    """Stores each command once, and fails now and then as long as it is ``ill``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ill, self.chance, self.lock = True, random.Random(0), threading.Lock()
        self.stored: dict[str, dict[str, Any]] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def store(self, commands: list[dict[str, Any]]) -> None:
        with self.lock:
            for command in commands:
                command.pop("command_id", None)
                self.stored[json.dumps(command, sort_keys=True)] = command

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A game that hangs up is nobody's fault."""


class Handler(BaseHTTPRequestHandler):
    """Answers a batch, or fails."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        commands = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["commands"]
        luck = self.server.chance.random() if self.server.ill else 1.0
        if luck < 0.04:
            return self.answer(500, b"")
        if luck < 0.06:
            self.close_connection = True
            return None
        if luck < 0.08:
            time.sleep(0.3)
        self.server.store(commands)
        if luck < 0.1:  # taken, and the answer is lost
            self.close_connection = True
            return None
        results = [{"success": True} for _ in commands]
        return self.answer(200, json.dumps({"success": True, "results": results}).encode())

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


class Races:
    """The threads, what they call, and what they saw."""

    def __init__(self, home: Path, server: Server) -> None:
        self.server, self.stop = server, threading.Event()
        self.tracker = Tracker(
            home=home,
            base_url=f"http://127.0.0.1:{server.server_port}",
            project_token="races",
            authorization="Token races",
            environment="test",
            automatic_session_tracking=False,
            journal_limit=1 << 30,
        )
        self.tracked: list[str] = []
        self.calls: Counter[str] = Counter()
        self.wrong: list[str] = []
        threading.excepthook = lambda error: self.wrong.append(f"ended by {error.exc_value!r}")

    def track(self, thread: int, n: int) -> None:
        name = f"{thread}-{n}"
        self.tracker.track_event("raced", {"id": name})
        self.tracked.append(name)

    def log_in_and_out(self, n: int) -> None:
        self.tracker.identify_customer({"registered": f"player {n}"}, {"n": n})
        if n % 3 == 0:
            self.tracker.anonymize()

    def start_and_end(self, n: int) -> None:
        self.tracker.track_session_start()
        if n % 5:
            self.tracker.track_session_end()

    def everything_else(self, n: int) -> None:
        (
            lambda: self.tracker.flush(0.1),
            lambda: self.tracker.set_default_properties({"n": n}),
            self.tracker.customer_cookie,
            lambda: self.tracker.configure(flush_mode=("immediate", "periodic")[n % 2]),
            self.tracker.what_is_sent,
            lambda: self.tracker.set_consent("granted"),
            lambda: self.tracker.track_payment(1.0, "EUR"),
        )[n % 7]()

    def mistake(self, n: int) -> None:
        self.tracker.track_event("wrong", {"x": object(), 5: {1, 2}})
        self.tracker.track_event("x" * 10_000, {"n": n})
        self.tracker.identify_customer({}, {"n": n})

    def run(self, seconds: float) -> None:
        """Let them race, and watch that nobody hangs."""
        works: dict[str, Call] = {f"track {i}": partial(self.track, i) for i in range(9)}
        for i in range(2):
            works |= {f"players {i}": self.log_in_and_out, f"sessions {i}": self.start_and_end}
            works |= {f"everything {i}": self.everything_else}
        works["mistakes"] = self.mistake
        threads = [
            threading.Thread(target=self._work, args=item, daemon=True) for item in works.items()
        ]
        interval = sys.getswitchinterval()
        sys.setswitchinterval(INTERVAL)
        for thread in threads:
            thread.start()
        self._watch(works, seconds)
        self.stop.set()
        for thread in threads:
            thread.join(STUCK)
            self.wrong += ["a thread hangs"] * thread.is_alive()
        sys.setswitchinterval(interval)

    def _work(self, name: str, call: Call) -> None:
        n = 0
        while not self.stop.is_set():
            n += 1
            try:
                call(n)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
                self.wrong.append(f"{name} raised {error!r}")
            self.calls[name] += 1
            self.stop.wait(PAUSES.get(name.split()[0], 0.02))

    def _watch(self, works: dict[str, Call], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            before = self.calls.copy()
            time.sleep(min(STUCK, left))
            if left >= STUCK:
                stuck = [name for name in works if self.calls[name] == before[name]]
                self.wrong += [f"{name} is stuck" for name in stuck]

    def finish(self) -> None:
        """Deliver the rest to a healthy server, and check."""
        self.server.ill = False
        self.tracker.configure(flush_mode="immediate")
        self.tracker.track_session_end()
        deadline = time.monotonic() + DELIVERED_WITHIN
        while not (flushed := self.tracker.flush(10.0)) and time.monotonic() < deadline:
            pass
        if flushed.left:
            self.wrong.append(f"not delivered: {flushed}")
        self.tracker.stop()
        data = [command["data"] for command in self.server.stored.values()]
        self.wrong += [f"told: {e['properties']}" for e in data if "overflow" in str(e)]
        kinds = Counter(entry.get("event_type") for entry in data)
        arrived = [e["properties"]["id"] for e in data if e.get("event_type") == "raced"]
        self.wrong += [f"lost: {name}" for name in set(self.tracked) - set(arrived)]
        self.wrong += [f"twice: {name}" for name, n in Counter(arrived).items() if n > 1]
        sessions = self._sessions(data, "session_start"), self._sessions(data, "session_end")
        self.wrong += [f"no pair: {session}" for session in set(sessions[0]) ^ set(sessions[1])]
        print(
            f"{self.calls.total()} calls of {len(self.calls)} threads, {len(arrived)} of "
            f"{len(self.tracked)} events, {kinds['session_start']} starts and "
            f"{kinds['session_end']} ends arrived; wrong: {len(self.wrong)}"
        )

    def _sessions(self, data: list[dict[str, Any]], kind: str) -> list[str]:
        found = [e["properties"]["session_id"] for e in data if e.get("event_type") == kind]
        self.wrong += [f"{kind} twice: {name}" for name, n in Counter(found).items() if n > 1]
        return found


def main() -> None:
    """Do it, print the figures, and fail if anything is wrong."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    options = parser.parse_args()
    logging.getLogger("exponea_game").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        races = Races(Path(folder, "home"), Server())
        races.run(60.0 * options.minutes)
        races.finish()
    for wrong in races.wrong[:20]:
        print(wrong)
    sys.exit(bool(races.wrong))


if __name__ == "__main__":
    main()
