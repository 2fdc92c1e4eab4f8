"""Games as real processes, quickly: one interpreter that has all imported and forks on command.

Windows forks nothing: there each game is an interpreter of its own, and takes a second to start.

with Zygote() as zygote:
    game = zygote.start("plays", home=..., url=...)     # a name of a function in games.py
    game.lines()                                        # what it has printed so far
    game.kill()                                         # kill -9, really
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

FOLDER = Path(__file__).parent
FORKS = hasattr(os, "fork")
KILL = 9
PATIENCE = 60.0
"""Seconds after which a game that does not end is a failure."""


class GameProcess:
    """A game: its process and the pipe it tells us things through.

    A line that is in the pipe was written by a call that had returned, whatever came after.
    """

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid, self._pipe, self._told = pid, pipe, b""

    def lines(self, at_least: int = 0) -> list[str]:
        """What it has told, waiting for so many lines or its end."""
        deadline = time.monotonic() + PATIENCE
        while self._told.count(b"\n") < at_least and time.monotonic() < deadline:
            if not self._read(0.5):
                break
        return self._told.decode().splitlines()

    def _read(self, seconds: float) -> bool:
        if FORKS and not select.select([self._pipe], [], [], seconds)[0]:
            return True
        data = os.read(self._pipe, 1 << 16)
        self._told += data
        return bool(data)

    def kill(self) -> list[str]:
        """Kill it with -9; returns all it had told."""
        os.kill(self.pid, KILL)
        return self.wait()

    def wait(self) -> list[str]:
        """Wait for its end; returns all it had told."""
        deadline = time.monotonic() + PATIENCE
        while self._read(0.5):
            assert time.monotonic() < deadline, "the game does not end"
        os.close(self._pipe)
        return self._told.decode().splitlines()


class Zygote:
    """Forks games, or starts them."""

    def __enter__(self) -> Zygote:
        self._started: list[subprocess.Popen[bytes]] = []
        if not FORKS:
            return self
        command = [sys.executable, str(FOLDER / "games.py")]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for process in self._started:
            process.kill()
            process.wait()
        if not FORKS:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def start(self, game: str, **arguments: Any) -> GameProcess:
        """Start a function of games.py in a process of its own."""
        folder = arguments["home"]
        if not FORKS:
            return self._start(game, json.dumps({**arguments, "home": str(folder)}))
        path = f"{folder}.{time.monotonic_ns()}.pipe"
        os.mkfifo(path)
        pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        asked = {"game": game, "pipe": path, "arguments": {**arguments, "home": str(folder)}}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        pid = int(self._process.stdout.readline())
        os.unlink(path)  # noqa: PTH108 - a name that is a text
        os.set_blocking(pipe, True)
        return GameProcess(pid, pipe)

    def _start(self, game: str, arguments: str) -> GameProcess:
        command = [sys.executable, str(FOLDER / "games.py"), game, arguments]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self._started.append(process)
        assert process.stdout is not None
        return GameProcess(process.pid, os.dup(process.stdout.fileno()))
