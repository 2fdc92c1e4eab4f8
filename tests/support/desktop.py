"""A desktop of our own: an X display, a window manager, and another program to go to.

    with Desktop() as desktop, desktop.run("game.py") as game:
        desktop.focus("My game")              # like a click on its title bar
        desktop.go_elsewhere()                # the player turns to another program
        game.wait_for(lambda line: line["event"] == "away")
        desktop.screenshot("away.png")
        game.tell("anything")                 # a line on its standard input

Programs talk in lines of JSON on their standard output. Nothing here sleeps for a fixed time: every
wait is for a condition, up to a deadline.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

TOOLS = ("Xvfb", "openbox", "xdotool")
GAMES_PYTHON = os.environ.get("GAMES_PYTHON", sys.executable).split("|")
"""What runs the games: a Windows Python under Wine, where `tests/wine` says so."""
LAUNCHER = GAMES_PYTHON[:-1]
"""What starts a program of the games' system: nothing, or Wine."""
PATIENCE = 60.0 if "WINEPREFIX" in os.environ else 15.0
"""Seconds to wait for what should take milliseconds: generous, as the machine may be busy."""

ELSEWHERE = "elsewhere"
ANOTHER_PROGRAM = f"""
import pyglet
window = pyglet.window.Window(320, 200, caption="{ELSEWHERE}")
window.set_location(900, 40)
pyglet.app.run(None)
"""


def missing_tools() -> list[str]:
    """The programs a desktop needs that are not installed."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def wait_until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait until the condition holds and return what it returned; else fail, saying ``what``."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.01)
    return result


class Program:
    """A running child process that says things in lines of JSON."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[Any] = []
        self._unread: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                self._unread.put(json.loads(line))
            except ValueError:
                print(f"[program] {line}", end="")
        self._unread.put(EOFError)

    def wait_for(self, wanted: Callable[[Any], Any], seconds: float = PATIENCE) -> Any:
        """The next thing said that is wanted; things said before it are passed over."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._unread.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"waited {seconds} s; last said: {self.said[-5:]}") from None
            if line is EOFError:
                raise AssertionError(f"the program ended; last said: {self.said[-5:]}")
            self.said.append(line)
            if wanted(line):
                return line

    def tell(self, line: str) -> None:
        """Write a line to the program's standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self, seconds: float = PATIENCE) -> int:
        """Wait for the program's end and return its exit code."""
        return self.process.wait(seconds)


@contextmanager
def running(*arguments: str | Path, environment: Mapping[str, str]) -> Iterator[Program]:
    """Run a game's Python with these arguments, in this environment; it is killed at the end."""
    process = subprocess.Popen(
        [*GAMES_PYTHON, *map(str, arguments)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Program(process)
    finally:
        process.kill()
        process.wait()


class Desktop:
    """An Xvfb display with openbox, on a free display number."""

    def __init__(self, size: str = "1280x720") -> None:
        self._size = size
        self._stack = ExitStack()
        self.display = ""
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Desktop:
        with self._stack as stack:
            self._start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _start(self) -> None:
        reading, writing = os.pipe()
        screen = ["-screen", "0", f"{self._size}x24", "-noreset", "-nolisten", "tcp"]
        self._spawn(["Xvfb", "-displayfd", str(writing), *screen], pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as numbers:
            self.display = f":{numbers.readline().strip()}"
        unwanted = ("WAYLAND_DISPLAY", "PYGLET_HEADLESS", "ARCADE_HEADLESS")
        self.environment = {k: v for k, v in os.environ.items() if k not in unwanted}
        self.environment |= {"DISPLAY": self.display, "PYGLET_AUDIO": "silent"}
        self._spawn(["openbox", "--sm-disable"], env=self.environment)
        self._spawn([sys.executable, "-c", ANOTHER_PROGRAM], env=self.environment)
        self.xdotool("key", "shift")  # with the first key the window manager grabs its keys anew
        self.focus(ELSEWHERE)

    def _spawn(self, command: list[str], **options: Any) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, **quiet, **options)
        self._stack.callback(process.wait, 10)
        self._stack.callback(process.kill)

    def xdotool(self, *arguments: str | int) -> str:
        """Run xdotool on this desktop; an empty answer if it fails, as for a window not there."""
        command = ["xdotool", *map(str, arguments)]
        answer = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE
        )
        return answer.stdout.strip()

    def window(self, title: str) -> str:
        """The id of the visible window with exactly this title, which may yet have to appear."""
        search = ("search", "--onlyvisible", "--name", f"^{title}$")
        return wait_until(lambda: self.xdotool(*search), f"a window {title!r}").split()[-1]

    def focus(self, title: str) -> None:
        """Give the focus to the window with this title, as the window manager does on a click."""
        window = self.window(title)

        def activate() -> bool:
            self.xdotool("windowactivate", window)
            return self.xdotool("getactivewindow") == window

        wait_until(activate, f"the focus on {title!r}")

    def go_elsewhere(self) -> None:
        """Give the focus to another program."""
        self.focus(ELSEWHERE)

    def screenshot(self, path: str | Path) -> None:
        """Save what the whole screen shows as a picture."""
        from PIL import ImageGrab

        ImageGrab.grab(xdisplay=self.display).save(path)

    def run(self, *arguments: str | Path, **environment: str) -> AbstractContextManager[Program]:
        """Run a Python script, or ``-c`` or ``-m`` and what follows; it is killed at the end."""
        return running(*arguments, environment=self.environment | environment)


class Puppet:
    """A game that does as it is told (see puppet.py), on a desktop."""

    def __init__(self, desktop: Desktop, program: Program) -> None:
        self.desktop, self.program = desktop, program

    def do(self, *lines: str) -> None:
        """Have lines of Python run, one after another."""
        for line in lines:
            self.program.tell(line)
            self.program.wait_for(lambda said, line=line: said.get("done") == line)

    def ask(self, expression: str) -> Any:
        """The value of an expression."""
        self.program.tell(f"say(answer={expression})")
        return self.program.wait_for(lambda said: "answer" in said)["answer"]
