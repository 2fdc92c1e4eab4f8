"""A game's loop that tracks in each frame, bare and with a real window: what became of its frames.

A frame is due once a period. It is missed where it does not end within the period after that; the
game then drops what it cannot catch up with. What the game's thread waited for a processor is the
machine's fault: the schedule moves with it. How many frames are missed if it does not is told
as well (``skipped_percent``), for the library's own threads may be what was waited for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stopwatch import RunQueue, summary

Track = Callable[[str, dict[str, Any]], None]

EVENT = "bench_event"
PROPERTIES: dict[str, Any] = {
    "level": 3, "seconds": 41.2, "world": "ice caves", "deaths": 2, "boss": False, "score": 123456,
}  # fmt: skip
WORK = 44_000
"""Rounds of a frame's own work: about 1 ms of Python."""
LATE = 0.001
"""Seconds after its moment at which a frame that begins is late."""
SETTLED = 0.5
"""Seconds after which a window has come up."""


def work() -> None:
    """A frame's own Python."""
    total = 0
    for number in range(WORK):
        total += number


class Pace:
    """When frames are due, and what became of each; to be used on one thread.

    Args:
        rate: Frames a second.

    Attributes:
        due: When the next frame is due, on the clock of ``time.perf_counter``.
    """

    def __init__(self, rate: int) -> None:
        self._period, self._queue = 1 / rate, RunQueue()
        self.due = self._begun = time.perf_counter()
        self._before = self._waited = 0.0
        self._late: list[float] = []
        self._whole: list[float] = []
        self._away: list[float] = []
        self._missed = self._skipped = 0

    def begin(self) -> None:
        """A frame begins."""
        self._begun = time.perf_counter()
        self._before, self._waited = self._queue.waited() / 1e9, 0.0
        self.due += self._before
        self._late.append(max(0.0, self._begun - self.due))

    def play(self, track: Track, events: int) -> None:
        """What a game does in a frame: its own work, and some calls."""
        self._waited += self._queue.waited() / 1e9
        begun, ran = time.perf_counter(), time.thread_time()
        work()
        for _ in range(events):
            track(EVENT, PROPERTIES)
        ran, took = time.thread_time() - ran, time.perf_counter() - begun
        waited = self._queue.waited() / 1e9
        self._away.append(max(0.0, took - ran - waited))
        self._waited += waited

    def end(self) -> None:
        """The frame ends; ``due`` is when the next one is."""
        end = time.perf_counter()
        waited = self._waited + self._queue.waited() / 1e9
        whole = self._late[-1] + end - self._begun - waited
        self._whole.append(whole)
        self.due += waited + self._period
        self._skipped += whole + self._before + waited > self._period
        if whole > self._period:
            self._missed += 1
            self.due = max(self.due, end)

    def figures(self) -> dict[str, float]:
        """Milliseconds from when a frame was due to its end, and to its beginning; and so on."""
        count = len(self._whole)
        late = sum(late > LATE for late in self._late)
        return {
            **summary(self._whole, 0.001, "frame_"),
            **summary(self._late, 0.001, "late_"),
            "late_percent": round(100 * late / count, 2),
            "missed_percent": round(100 * self._missed / count, 2),
            "skipped_percent": round(100 * self._skipped / count, 2),
            "away_worst": round(max(self._away) * 1000, 3),
            "frames": count,
        }


def frames(track: Track, rate: int = 240, events: int = 10, seconds: int = 5) -> Any:
    """A loop: sleep until the frame is due, work, track."""
    pace = Pace(rate)
    for _ in range(seconds * rate):
        while (left := pace.due - time.perf_counter()) > 0:
            time.sleep(left)
        pace.begin()
        pace.play(track, events)
        pace.end()
    return {**pace.figures(), "tracked": seconds * rate * events}


def window(
    track: Track, rate: int = 240, events: int = 10, seconds: int = 5, attached: int = 0
) -> Any:
    """The same with a real window, which pyglet's event loop serves and draws."""
    import pyglet

    window = pyglet.window.Window(320, 240, vsync=False)
    if attached:
        import exponea_game

        exponea_game.attach(window)
    frames, pace = seconds * rate, Pace(rate)
    clock = pyglet.clock.get_default()

    @window.event
    def on_draw() -> None:
        window.clear()
        pace.play(track, events)

    def frame(elapsed: float) -> None:
        nonlocal frames
        pace.begin()
        window.draw(elapsed)
        pace.end()
        frames -= 1
        if frames:
            clock.schedule_once(frame, max(0.0, pace.due - clock.last_ts))
        else:
            pyglet.app.exit()

    def begin(elapsed: float) -> None:
        nonlocal pace
        pace = Pace(rate)
        frame(elapsed)

    clock.schedule_once(begin, SETTLED)
    pyglet.app.run(None)
    return {**pace.figures(), "tracked": seconds * rate * events}


def rest(track: Track, attached: int = 0, settled: int = 20, seconds: int = 30) -> Any:
    """A real window that draws nothing: how often all threads are woken, a second."""
    import pyglet

    window = pyglet.window.Window(320, 240, vsync=False)
    if attached:
        import exponea_game

        exponea_game.attach(window)
    track(EVENT, PROPERTIES)
    before: dict[str, int] = {}

    def end(_elapsed: float) -> None:
        before["ended"] = woken()
        pyglet.app.exit()

    clock = pyglet.clock.get_default()
    clock.schedule_once(lambda _elapsed: before.update(begun=woken()), settled)
    clock.schedule_once(end, settled + seconds)
    pyglet.app.run(None)
    return {"per_second": round((before["ended"] - before["begun"]) / seconds, 2)}


def woken() -> int:
    """How often the threads of this process have waited for something, so far."""
    told = Path("/proc/self/task").glob("*/status")
    switched = re.compile(r"^voluntary_ctxt_switches:\s*(\d+)$", re.M)
    return sum(int(n) for one in told for n in switched.findall(one.read_text(encoding="utf-8")))
