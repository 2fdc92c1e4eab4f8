"""What the window hook adds to each event that a window dispatches.

    python tests/benchmarks/window_hook.py

It opens a real window on a desktop of its own. Rounds with and without the hook take turns, and the
quickest round of each counts, so that the load of the machine cancels out.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.desktop import Desktop

from exponea_game.windows.hook import WindowHook

ROUNDS, CALLS = 600, 200  # rounds so short that many go undisturbed
EVENTS: dict[str, tuple[Any, ...]] = {
    "on_draw": (),
    "on_mouse_motion": (1, 2, 3, 4),
    "on_deactivate": (),
}


def seconds_per_call(window: Any, event: str) -> float:
    """One round of dispatching an event, as pyglet does it."""
    arguments = EVENTS[event]
    began = time.perf_counter()
    for _ in range(CALLS):
        window.dispatch_event(event, *arguments)
    return (time.perf_counter() - began) / CALLS


def quickest(window: Any, hook: WindowHook, event: str) -> tuple[float, float]:
    """Seconds per call without and with the hook."""
    without, with_hook = [], []
    for _ in range(ROUNDS):
        hook.detach(window)
        without.append(seconds_per_call(window, event))
        hook.attach(window)
        with_hook.append(seconds_per_call(window, event))
    return min(without), min(with_hook)


def seconds_per_question(ask: Callable[[], Any]) -> float:
    """The quickest question to the window system."""
    durations = []
    for _ in range(2_000):
        began = time.perf_counter()
        ask()
        durations.append(time.perf_counter() - began)
    return min(durations)


def main() -> None:
    import pyglet

    from exponea_game.windows.focus import ask

    window = pyglet.window.Window(320, 200)
    pyglet.window.Window._enable_event_queue = False  # as while pyglet.app.run() runs
    for event in EVENTS:
        window.push_handlers(**{event: lambda *arguments: None})
    hook = WindowHook(lambda present, since: None, lambda: None, lambda error: None, time.monotonic)
    print(f"pyglet {pyglet.version}, Python {sys.version.split()[0]}, one handler for each event")
    print(f"{'event':<16} {'without':>9} {'with':>9} {'added':>9} {'ratio':>6}")
    for event in EVENTS:
        plain, hooked = (1e9 * seconds for seconds in quickest(window, hook, event))
        added, ratio = hooked - plain, hooked / plain
        print(f"{event:<16} {plain:6.0f} ns {hooked:6.0f} ns {added:6.0f} ns {ratio:6.2f}")
    question = 1e6 * seconds_per_question(lambda: ask([window]))
    print(f"one question to the window system: {question:.1f} us")


if __name__ == "__main__":
    with Desktop() as desktop:
        os.environ.update(desktop.environment)
        main()
