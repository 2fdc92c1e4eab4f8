"""An evening of three players on one machine, with real processes and a stream that checks tokens.

The stream lets in nothing of a player who has no token of their own. Tokens have expired, are
revoked, come late or not at all; the clock is an hour wrong; and a process is killed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest

from exponea_game.collector import Collector

SECRET = "a key that only the backend and the stream know"
HOUR = 3600
GAME = """
import json, os, signal, sys, time
from collections import defaultdict
from exponea_game.collector.tokens import mint

plan = json.loads(sys.argv[1])
real = time.time
time.time = lambda: real() + plan["clock"]
import exponea_game
from exponea_game.delivery import backoff

backoff.FIRST_BACKOFF = 0.05
asked = defaultdict(int)

def provide(ids):
    name = ids.get("registered")
    answers = plan["tokens"].get(name, ["none"])
    answer = answers[min(asked[name], len(answers) - 1)]
    asked[name] += 1
    if answer == "raises":
        raise OSError("the backend is not there")
    if answer == "none":
        return None
    key = "revoked" if answer == "revoked" else plan["secret"]
    lifetime = -10 if answer == "expired" else 600
    return mint(key, ids, lifetime - plan["clock"])

def wait_until_left(count):
    deadline = time.monotonic() + 20
    while (flushed := exponea_game.flush(0.2)).left != count:
        assert time.monotonic() < deadline, flushed

exponea_game.configure(
    home=plan["home"], base_url=plan["url"], stream_id="stream-1", environment="production"
)
exponea_game.set_token_provider(provide)
for place, name in enumerate(plan["players"]):
    if place:
        exponea_game.anonymize()
    exponea_game.identify_customer({"registered": name})
    for number in range(2):
        exponea_game.track_event("jump", {"player": name, "launch": plan["launch"], "n": number})
wait_until_left(plan["left"])
if plan["killed"]:
    exponea_game.track_event("jump", {"player": name, "launch": plan["launch"], "n": 2})
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
exponea_game.stop()
"""


@pytest.fixture
def stream():
    with Collector(jwt_secret=SECRET) as collector:
        rules = {"installation": "allow", "*": "signed"}
        collector.stream(event_types=rules, ids={"registered": "signed"})
        yield collector


def jumps(stream) -> Counter[tuple[str, int, int]]:
    """How often each jump has arrived; each under its own player's id."""
    found: Counter[tuple[str, int, int]] = Counter()
    for event in stream.events():
        if event["event_type"] == "jump":
            properties = event["properties"]
            assert event["customer_ids"]["registered"] == properties["player"]
            found[properties["player"], properties["launch"], properties["n"]] += 1
    return found


def test_every_event_arrives_once_under_its_own_players_token_or_waits(stream, tmp_path):
    common = {"home": str(tmp_path), "url": stream.url, "secret": SECRET, "killed": False}

    def play(launch, players, tokens, *, left, clock=0, killed=False):
        plan = {"launch": launch, "players": players, "tokens": tokens, "left": left}
        plan |= common | {"clock": clock, "killed": killed}
        done = subprocess.run(
            [sys.executable, "-c", GAME, json.dumps(plan)],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert (done.returncode != 0) is killed, done.stderr
        assert "eyJ" not in done.stderr  # no token is told

    play(1, ["bob", "cleo", "ann"],
        {"ann": ["expired", "revoked", "revoked", "good"], "bob": ["none"], "cleo": ["raises"]},
        left=6, clock=HOUR, killed=True,
    )  # fmt: skip
    ann = {("ann", 1, 0): 1, ("ann", 1, 1): 1}
    assert jumps(stream) == ann

    play(2, ["ann"], {"ann": ["good"], "bob": ["good"], "cleo": ["none"]}, left=3, clock=-HOUR)
    both = ann | {("ann", 1, 2): 1, ("ann", 2, 0): 1, ("ann", 2, 1): 1}
    both |= {("bob", 1, 0): 1, ("bob", 1, 1): 1}
    assert jumps(stream) == both

    play(3, ["ann"], {"ann": ["good"], "cleo": ["expired", "good"]}, left=0)
    assert jumps(stream) == both | {
        **{("cleo", 1, n): 1 for n in range(2)},
        **{("ann", 3, n): 1 for n in range(2)},
    }
    assert list(tmp_path.glob("runs/*/aside.json")) == []
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"eyJ" not in files
