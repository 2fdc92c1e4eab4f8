"""What the inspector costs a frame: absent, attached but closed, and open.

    python -m tests.benchmarks inspector

A real window at 60 Hz on a desktop of its own, drawn without a graphics card, with an event a
second. The three take turns every four seconds, so that whatever else the machine does hits all
alike. Each frame is timed from the end of the game's own drawing to the swap of the buffers, twice:
as the game's thread sees it, and until the renderer has drawn it all. The renderer has no threads
of its own here, so that the time it waited for a processor is known and taken off (see stopwatch).
The first second after a change is counted apart: the panel opens once, not in each frame. What is
made ready when the window is attached is before the first frame, and not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
from sink import sink
from stopwatch import RunQueue, at
from support.desktop import Desktop

Figures = dict[str, Any]

RATE, EVENTS_EVERY = 60, 60
"""Frames a second, and frames from event to event."""
TURN, OPENING = 240, 60
"""Frames until the next one's turn, and those of them in which it settles."""
KEY = 0xFFC6
STATES = ("absent", "closed", "open")
SCREENS = {"1280x720": 96, "2560x1440": 192}
"""Windows, and the density of the screen they are on."""
BUSY = "while True: pass"


class Game:
    """A window with a hundred shapes, whose frames are timed."""

    def __init__(self, width: int, height: int, density: int) -> None:
        import pyglet

        self.window = pyglet.window.Window(width, height, caption="Game", vsync=False)
        kind: Any = type(self.window)
        kind.dpi = property(lambda _: density)
        self._gl, self._batch = pyglet.gl, pyglet.graphics.Batch()
        self._shapes = [self._shape(number) for number in range(100)]
        self._swap, self.shown, self.drawn = kind.flip, 0.0, 0.0
        kind.flip = lambda _: self._show()
        self._queue, self._waits = RunQueue(), (0.0, 0.0)

    def _shape(self, number: int) -> Any:
        import pyglet

        x, y = 97 * number % self.window.width, 61 * number % self.window.height
        colour = (2 * number, 255 - 2 * number, 90)
        return pyglet.shapes.Circle(x, y, 30, color=colour, batch=self._batch)

    def frame(self, number: int) -> tuple[float, float, float]:
        """One frame: seconds on the game's thread, until drawn, and with the game's own drawing."""
        self.window.switch_to()
        self.window.dispatch_events()
        for place, shape in enumerate(self._shapes):
            shape.x = (97 * place + 3 * number) % self.window.width
        self._waited()
        begun = time.perf_counter()
        self.window.clear()
        self._batch.draw()
        self._gl.glFinish()
        own = time.perf_counter()
        before = self._waited()
        self.window.flip()
        thread, drawn = self._waits
        shown = self.shown - own - thread
        return (
            shown,
            self.drawn - own - thread - drawn,
            self.drawn - begun - before - thread - drawn,
        )

    def _waited(self) -> float:
        """Seconds in the run queue since this was last asked."""
        return self._queue.waited() / 1e9

    def _show(self) -> None:
        """The buffers are about to be swapped: all that is between this and the game is ours."""
        self.shown = time.perf_counter()
        thread = self._waited()
        self._gl.glFinish()
        self.drawn = time.perf_counter()
        self._waits = thread, self._waited()
        self._swap(self.window)

    def turn_to(self, state: str) -> None:
        """Have the inspector absent, closed or open."""
        import exponea_game

        exponea_game.detach(self.window)
        exponea_game.attach(self.window, inspector=state != "absent")
        if state == "open":
            self.window.dispatch_event("on_key_press", KEY, 0)


def play(url: str, folder: str, screen: str, seconds: float) -> None:
    """Play, and print what each frame took as a line of JSON."""
    import exponea_game

    exponea_game.configure(
        project_token="benchmark", authorization="Token benchmark", base_url=url, home=folder,
        app_name="Benchmark", environment="production",
    )  # fmt: skip
    width, height = map(int, screen.split("x"))
    game = Game(width, height, SCREENS[screen])
    times: dict[str, list[tuple[float, float, float]]] = {state: [] for state in STATES}
    opening: list[float] = []
    due, turns = time.perf_counter(), int(seconds * RATE / TURN)
    for number in range(turns * len(STATES) * TURN):
        state, since = STATES[number // TURN % len(STATES)], number % TURN
        if since == 0:
            game.turn_to(state)
        if number % EVENTS_EVERY == 0:
            exponea_game.track_event("level_complete", {"level": number, "seconds": 41.2})
        due = max(due + 1 / RATE, time.perf_counter())
        time.sleep(max(0.0, due - time.perf_counter()))
        took = game.frame(number)
        if since >= OPENING:
            times[state].append(took)
        elif state == "open":
            opening.append(took[1])
    figures = {state: summary(taken) for state, taken in times.items()}
    figures["open"]["opening"] = round(1000 * max(opening), 2)
    print(json.dumps(figures), flush=True)
    os._exit(0)


def summary(times: list[tuple[float, float, float]]) -> Figures:
    """Median, p99 and worst in milliseconds of each of the three times."""
    figures: Figures = {}
    for name, values in zip(("thread", "drawn", "frame"), zip(*times, strict=True), strict=True):
        ordered = sorted(1000 * value for value in values)
        for part, share in (("p50", 0.5), ("p99", 0.99), ("worst", 1.0)):
            figures[f"{name}_{part}"] = round(at(ordered, share), 3)
    return figures


def inspector(seconds: float = 20.0) -> Figures:
    """The figures of each screen, alone and beside a program that never rests."""
    figures: Figures = {}
    for screen in SCREENS:
        for neighbour in (False, True):
            with Desktop(screen) as desktop, busy(neighbour):
                name = f"{screen}, beside a busy program" if neighbour else screen
                figures[name] = _played(desktop, screen, seconds)
    return figures


def _played(desktop: Desktop, screen: str, seconds: float) -> Figures:
    with tempfile.TemporaryDirectory() as folder, sink() as server:
        command = [sys.executable, __file__, "--play", server.url, folder, screen]
        told = subprocess.run(
            [*command, "--seconds", str(seconds)],
            env=desktop.environment | {"LP_NUM_THREADS": "0"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    return dict(json.loads(told.stdout.splitlines()[-1]))


@contextmanager
def busy(wanted: bool) -> Iterator[None]:
    """With a program beside it that takes a whole processor, if that is wanted."""
    if not wanted:
        yield
        return
    neighbour = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        yield
    finally:
        neighbour.kill()
        neighbour.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--play", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.play:
        url, folder, screen = options.play
        play(url, folder, screen, options.seconds)
    for case, figures in inspector(options.seconds).items():
        print(f"{case}: milliseconds, p50 / p99 / worst")
        for state, found in figures.items():
            parts = [
                f"{name} "
                + " / ".join(f"{found[f'{name}_{p}']:.2f}" for p in ("p50", "p99", "worst"))
                for name in ("thread", "drawn", "frame")
            ]
            print(f"  {state:<7}", ", ".join(parts), found.get("opening", ""))


if __name__ == "__main__":
    main()
