"""How late a game's frames are while a server gives hostile answers, beside the same loop alone.

    python -m tests.faults.frames --seconds 4 --rounds 3 --rates 60 240 [--only bomb endless]

Each answer is given to games of their own: processes whose loop sleeps until its frame is due and
tracks an event. A frame is late by what passes from that moment to the end of the frame, without
what its thread waited for a processor: that is the work of neighbours. Who holds the interpreter
lock is kept waiting by them as well, which nothing takes off: but what the library is the cause of
comes in every round, and what neighbours are the cause of in some. So the worst frame of the
calmest round is told beside the worst of all.

The library asks again ten times a second, and not as rarely as its backoff has it: a few seconds
hold dozens of answers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from exponea_game import Tracker
from exponea_game.delivery import backoff

from ..benchmarks.stopwatch import RunQueue, at, clock
from ..support.hostile import Answer, hostile, response

OK = b"HTTP/1.1 200 OK\r\n"
MEMORY = Path("/dev/shm")
"""Where homes lie: a disk that others keep busy is not asked."""
AGAIN = 0.1
"""Seconds between two requests."""
BOUND = 5.0
"""Milliseconds by which no answer may delay a frame."""


def says(status: str, body: bytes, *headers: str) -> Answer:
    """A server that gives one answer."""
    return lambda connection, _body: connection.sendall(response(status, body, *headers))


def pours(first: bytes, piece: bytes, pause: float = 0.0) -> Answer:
    """A server whose answer has no end."""

    def answer(connection: Any, _body: bytes) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return answer


def good(connection: Any, body: bytes) -> None:
    """A server as it should be."""
    results = [{"success": True} for _ in json.loads(body)["commands"]]
    text = json.dumps({"success": True, "results": results}).encode()
    connection.sendall(response("200 OK", text))


def refusing(word: bytes) -> Answer:
    """A server that refuses each command at great length."""

    def answer(connection: Any, body: bytes) -> None:
        one = b'{"success":false,"errors":["%b"]}' % word
        results = b",".join([one] * len(json.loads(body)["commands"]))
        connection.sendall(response("200 OK", b'{"success":true,"results":[%b]}' % results))

    return answer


def bomb(megabytes: int) -> bytes:
    """A list of very many numbers, as gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [packer.compress(b"1," * (1 << 19)) for _ in range(megabytes)]
    return b"".join([*pieces, packer.flush()])


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MB = 1 << 20
ANSWERS: dict[str, Callable[[], Answer]] = {
    "good": lambda: good,
    "endless body": lambda: pours(OK + b"\r\n[", b"1," * (1 << 15)),
    "endless chunks of a byte": lambda: pours(CHUNKED, b"1\r\n \r\n" * (1 << 13)),
    "gzip bomb of 200 MB": lambda: says("200 OK", bomb(200), "Content-Encoding: gzip"),
    "JSON of 60 MB": lambda: says("200 OK", b'{"x":[' + b"1," * (30 * MB) + b"1]}"),
    "a word of 60 MB": lambda: says("500 X", b'{"errors":"' + b"A" * (60 * MB) + b'"}'),
    "a word of 1 MB": lambda: says("500 X", b'{"errors":"' + b"A" * (MB - 500) + b'"}'),
    "4,900 lists of 100 bytes": lambda: says(
        "500 X", b'{"errors":[' + b",".join([b'["' + b"A" * 96 + b'"]'] * 4_900) + b"]}"
    ),
    "lists in lists": lambda: says("500 X", b"[" * 900 + b"]" * 900),
    "refusals of 1 KB": lambda: refusing(b"no " * 300),
    "a number of 1 MB": lambda: says("200 OK", b'{"x":' + b"1" * (MB - 500) + b"}"),
    "a fraction of 1 MB": lambda: says("200 OK", b'{"x":0.' + b"1" * (MB - 500) + b"}"),
    "a head of 10,000 lines": lambda: pours(OK, b"X: 1\r\n" * 10_000),
    "a head of one long line": lambda: pours(OK + b"X: ", b"a" * (1 << 16)),
    "100 Continue for ever": lambda: pours(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 400),
    "a byte a second, head": lambda: pours(OK + b"X: ", b"a", 1.0),
    "a byte a second, body": lambda: pours(OK + b"Content-Length: 100000\r\n\r\n", b" ", 1.0),
}


def loop(track: Callable[[int], object], rate: int, seconds: float) -> Iterator[float]:
    """Play; how late each frame was, in milliseconds."""
    queue, period = RunQueue(), int(1e9 / rate)
    due, end = clock() + period, clock() + int(seconds * 1e9)
    for frame in count():
        queue.waited()
        while (left := due - clock()) > 0:
            time.sleep(left / 1e9)
        track(frame)
        ended = clock()
        yield max(0, ended - due - queue.waited()) / 1e6
        due = max(due + period, ended)
        if ended >= end:
            return


def play(url: str, home: str, rate: int, seconds: float) -> list[float]:
    """A game's process; without an address it has no library."""
    with suppress(PermissionError):
        os.nice(-20)  # neighbours are not what is measured
    if not url:
        return list(loop(lambda _: None, rate, seconds))
    backoff.FIRST_BACKOFF = backoff.LONGEST_BACKOFF = backoff.OFFLINE_PAUSE = AGAIN
    tracker = Tracker(
        project_token="frames", authorization="Token frames", environment="test",
        app_name="frames", home=home, base_url=url,
    )  # fmt: skip
    tracker.track_event("first")
    found = list(loop(lambda frame: tracker.track_event("shot", {"frame": frame}), rate, seconds))
    tracker.stop()
    return found


def measure(url: str, rate: int, seconds: float) -> list[float]:
    """Play in a process of its own."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.exists() else None) as home:
        words = ["--play", json.dumps([url, home, rate, seconds])]
        command = [sys.executable, "-m", "tests.faults.frames", *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return sorted(json.loads(done.stdout))


def told(name: str, rate: int, rounds: Sequence[Sequence[float]], answers: int) -> str:
    """A row of the figures."""
    frames = sum(map(len, rounds))
    late = sum(value > BOUND for found in rounds for value in found)
    shares = [min(at(found, share) for found in rounds) for share in (0.5, 0.99, 1.0)]
    figures = [*shares, max(found[-1] for found in rounds)]
    columns = [name, rate, frames, answers, *(f"{figure:.1f}" for figure in figures), late]
    return f"| {' | '.join(map(str, columns))} |"


def attack(name: str, answer: Answer | None, options: argparse.Namespace) -> None:
    """Measure one answer at each rate, or the loop alone, and print it."""
    given = count()

    def counted(connection: Any, body: bytes) -> None:
        next(given)
        if answer is not None:
            answer(connection, body)

    with hostile(counted) as url:
        for rate in options.rates:
            before = next(given)
            address = "" if answer is None else url
            rounds = [measure(address, rate, options.seconds) for _ in range(options.rounds)]
            print(told(name, rate, rounds, next(given) - before - 1), flush=True)


def main(words: list[str] | None = None) -> None:
    """Measure each answer, and print the figures in milliseconds."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="of each game (4)")
    parser.add_argument("--rounds", type=int, default=3, help="games for each answer (3)")
    parser.add_argument("--rates", type=int, nargs="+", default=[60, 240], help="frames a second")
    parser.add_argument("--only", nargs="+", default=[""], help="answers whose names hold a word")
    parser.add_argument("--play", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if options.play:
        print(json.dumps(play(*json.loads(options.play))))
        return
    print("calmest round: median, p99, worst; worst of all; frames later than 5 ms")
    attack("no library", None, options)
    for name, make in ANSWERS.items():
        if any(word in name for word in options.only):
            attack(name, make(), options)


if __name__ == "__main__":
    main()
