"""How smoothly the demo game runs without a graphics card.

The autopilot plays on a desktop of its own, at 1280x720; each frame is timed from the beginning of
its drawing until the renderer has drawn it all, and from one swap of the buffers to the next.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from stopwatch import at
from support.desktop import Desktop

Figures = dict[str, Any]

RATE = 60
WARM = 2.0
"""Seconds that are not counted: the window opens, fonts and sounds are loaded."""


def demo(seconds: float = 30.0) -> Figures:
    """Frames a second, and milliseconds of a frame."""
    with Desktop("1280x720") as desktop:
        told = subprocess.run(
            [sys.executable, __file__, str(seconds)], env=desktop.environment,
            cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
        )  # fmt: skip
    return {"Comet Courier": json.loads(told.stdout.splitlines()[-1])}


def play(seconds: float) -> Figures:
    """Play, and tell of each frame."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    import pyglet

    from demo_game.autopilot import Autopilot
    from demo_game.game import Game
    from demo_game.logbook import Logbook

    class Timed(Game):
        """The game, whose frames are timed."""

        def draw(self, dt: float) -> None:
            begun = time.perf_counter()
            super().draw(dt)
            shown.append((begun, self.finished, time.perf_counter()))

        def flip(self) -> None:
            pyglet.gl.glFinish()
            self.finished = time.perf_counter()
            super().flip()

    shown: list[tuple[float, float, float]] = []
    game = Timed(Logbook(), autopilot=Autopilot(1))
    begun = time.perf_counter()
    pyglet.clock.schedule_once(lambda _: pyglet.app.exit(), seconds)
    pyglet.app.run(1 / RATE)
    counted = [frame for frame in shown if frame[0] - begun > WARM]
    drawn = sorted(finished - start for start, finished, _ in counted)
    gaps = sorted(b[2] - a[2] for a, b in pairwise(counted))
    game.close()
    return {
        "per_second": round((len(counted) - 1) / (counted[-1][2] - counted[0][2]), 1),
        "drawn_p50": round(1000 * at(drawn, 0.5), 2),
        "drawn_p99": round(1000 * at(drawn, 0.99), 2),
        "gap_p99": round(1000 * at(gaps, 0.99), 2),
        "gap_worst": round(1000 * gaps[-1], 2),
        "missed_percent": round(100 * sum(gap > 1.5 / RATE for gap in gaps) / len(gaps), 2),
    }


if __name__ == "__main__":
    print(json.dumps(play(float(sys.argv[1]))))
