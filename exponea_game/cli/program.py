"""The ``exponea-game`` program: one module a command, imported only when it is called.

A command's module offers ``HELP`` (one line), ``arguments(parser)`` and
``main(options) -> exit status``, and ``complete(words)`` where words may be left out.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from exponea_game._version import __version__
from exponea_game.cli.streams import patient_streams

COMMANDS = {
    "demo": "play the demo game",
    "run": "start an unmodified game and track its sessions",
    "collector": "a local stand-in for the Exponea API with a live page",
    "token": "make a player's token for tries with a collector",
    "tail": "follow what a collector receives, in the terminal",
    "journal": "show what waits on this machine, and what was refused or lost",
    "send": "deliver what waits on this machine",
    "doctor": "check that this machine can keep and deliver events",
}

GAMES = ("demo", "run")
"""Commands that start a game in this process, whose streams stay as they are."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The words after the program's name; the process's own by default.

    Returns:
        The exit status: 0 where all went well.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in GAMES:
        return _run(words)
    with patient_streams():
        return _run(words)


def _run(words: list[str]) -> int:
    if words and words[0] in COMMANDS:
        command = importlib.import_module(f"exponea_game.cli.{words[0]}")
        own = argparse.ArgumentParser(prog=f"exponea-game {words[0]}", description=command.HELP)
        command.arguments(own)
        complete = getattr(command, "complete", list)
        return int(command.main(own.parse_args(complete(words[1:]))))
    width = max(map(len, COMMANDS))
    parser = argparse.ArgumentParser(
        prog="exponea-game",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:{width}}  {line}" for name, line in COMMANDS.items()),
    )
    parser.add_argument("--version", action="version", version=f"exponea-game {__version__}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="one of:")
    parser.parse_args(words)
    return 2
