"""Small games that tests start as processes of their own; see zygote.py."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from exponea_game import Tracker
from exponea_game.journal import stall

Tell = Callable[[str], object]


def tracker(home: str, url: str, **settings: object) -> Tracker:
    project = {"project_token": "faults", "authorization": "Token faults", "environment": "test"}
    return Tracker(home=home, base_url=url, **project, **settings)


def plays_until_killed(tell: Tell, home: str, url: str, name: str) -> None:
    """Tracks from three threads and tells each event whose call has returned."""
    stall.STALL = 60.0  # a busy machine is no busy disk: no call keeps its event in memory
    game = tracker(home, url, automatic_session_tracking=False)
    game.track_session_start()
    tell(f"session {name}")

    def track(thread: int) -> None:
        for n in range(100):
            event = f"{name}-{thread}-{n}"
            game.track_event("shot", {"id": event})
            tell(f"event {event}")

    for thread in range(3):
        threading.Thread(target=track, args=(thread,), daemon=True).start()
    threading.Event().wait()


def plays_and_quits(tell: Tell, home: str, url: str, name: str, events: int = 20) -> None:
    game = tracker(home, url, automatic_session_tracking=False)
    tell(f"cookie {game.customer_cookie()}")
    game.track_session_start()
    tell(f"session {name}")
    for n in range(events):
        game.track_event("shot", {"id": f"{name}-{n}"})
        tell(f"event {name}-{n}")
    game.stop()


def tracks_until_killed(tell: Tell, home: str, name: str) -> None:
    """Tracks an event every other millisecond, with no server to be had."""
    game = tracker(home, "http://127.0.0.1:9", automatic_session_tracking=False)
    for n in range(10_000):
        event = f"{name}-{n}"
        game.track_event("shot", {"id": event})
        tell(f"event {event}")
        time.sleep(0.002)


GAMES = {game.__name__: game for game in (plays_until_killed, plays_and_quits, tracks_until_killed)}


def main() -> None:
    """Be a game that is named, or fork one for each line of standard input."""
    if sys.argv[1:]:
        name, arguments = sys.argv[1:]
        play(GAMES[name], sys.stdout.fileno(), json.loads(arguments))
    import requests  # noqa: F401 - so that no child has to

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        asked = json.loads(line)
        pipe = os.open(asked["pipe"], os.O_WRONLY)
        pid = os.fork()
        if not pid:
            play(GAMES[asked["game"]], pipe, asked["arguments"])
        os.close(pipe)
        print(pid, flush=True)


def play(game: Callable[..., None], pipe: int, arguments: dict[str, object]) -> None:
    """Be that game, to the end of the process."""
    try:
        game(lambda text: os.write(pipe, f"{text}\n".encode()), **arguments)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
