"""A game that does as it is told: ``puppet.py LOOP`` with LOOP one of the keys of ``LOOPS``.

Each line on its standard input is run as Python, on the thread and in the loop of the windows,
with this module's names; ``{"done": line}`` follows. What the window hook reports is said as
``{"present": ..., "since": ..., "at": ...}`` and ``{"ended": true}``.
"""

from __future__ import annotations

import asyncio
import json
import queue
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

import pyglet

from exponea_game.windows import focus
from exponea_game.windows.hook import WindowHook

orders: queue.Queue[str] = queue.Queue()
questions = 0


class OfTheGameError(Exception):
    """What a handler of the game raises."""


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def report(present: bool, since: float) -> None:
    say(present=present, since=since, at=time.monotonic())


hook = WindowHook(
    report,
    lambda: say(ended=True),
    lambda error: say(failed=type(error).__name__),
    time.monotonic,
)


def open_window(title: str, kind: Any = None) -> Any:
    """Open a window of the game."""
    if kind is None:
        return pyglet.window.Window(320, 200, caption=title)
    return kind(320, 200, title)


def count_questions() -> None:
    """Count how often the window system is asked from here on."""
    kind = "Win32Window" if sys.platform == "win32" else "XlibWindow"
    ask = focus._QUESTIONS[kind]

    def counting(*arguments: Any) -> Any:
        global questions
        questions += 1
        return ask(*arguments)

    focus._QUESTIONS[kind] = counting


def obey(*_: Any) -> None:
    while not orders.empty():
        if pyglet.app.event_loop.is_running and pyglet.app.event_loop.has_exit:
            return  # what is ordered after the end of one loop belongs to the next one
        line = orders.get()
        exec(line, globals())
        say(done=line)


def listen() -> None:
    for line in sys.stdin:
        orders.put(line.strip())
        pyglet.app.platform_event_loop.post_event(SimpleNamespace(dispatch_event=obey), "on_order")


def beat() -> None:
    while True:
        hook.beat()
        time.sleep(0.05 if hook.settling else 0.2)


def turn_by_hand() -> None:
    """Take one turn of the oldest kind of loop, which calls its handlers itself."""
    obey()
    for window in list(pyglet.app.windows):
        window.switch_to()
        window.dispatch_events()
        window.flip()


def step() -> None:
    let_windows_dispatch()
    pyglet.app.platform_event_loop.step(0.01)


def let_windows_dispatch() -> None:
    """As pyglet's own loop does: with events kept for later, a step does not return on Windows."""
    pyglet.window.Window._enable_event_queue = False


async def turn_forever() -> None:
    let_windows_dispatch()
    while True:
        pyglet.app.event_loop.idle()
        pyglet.app.platform_event_loop.step(0)
        await asyncio.sleep(0.01)


def forever(turn: Any) -> None:
    pyglet.app.platform_event_loop.start()
    while True:
        turn()
        time.sleep(0.01)


def run_arcade() -> None:
    import arcade

    while not pyglet.app.windows:
        obey()
    arcade.run()


LOOPS = {
    "run": pyglet.app.run,
    "arcade": run_arcade,
    "by hand": lambda: forever(turn_by_hand),
    "step": lambda: forever(step),
    "asyncio": lambda: asyncio.run(turn_forever()),
}

if __name__ == "__main__":
    for act in (listen, beat):
        threading.Thread(target=act, daemon=True).start()
    while True:
        try:
            LOOPS[sys.argv[1]]()
            say(returned=True)
            while orders.empty():
                time.sleep(0.01)
            obey()
        except OfTheGameError:
            pass
