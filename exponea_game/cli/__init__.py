"""The ``exponea-game`` program: one module a command, imported only when it is called.

A command's module offers ``HELP`` (one line), ``arguments(parser)`` and
``main(options) -> exit status``.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence

from exponea_game import __version__

COMMANDS = {
    "run": "start an unmodified game and track its sessions",
    "collector": "a local stand-in for the Exponea API with a live page",
    "tail": "follow what a collector receives, in the terminal",
    "journal": "show what waits on this machine, and what was refused or lost",
    "send": "deliver what waits on this machine",
    "doctor": "check that this machine can keep and deliver events",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The words after the program's name; the process's own by default.

    Returns:
        The exit status: 0 where all went well.
    """
    parser = argparse.ArgumentParser(prog="exponea-game", description="Tools of exponea_game.")
    parser.add_argument("--version", action="version", version=f"exponea-game {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    words = list(argv) if argv is not None else None
    for name, line in COMMANDS.items():
        commands.add_parser(name, help=line, add_help=False)
    chosen, rest = parser.parse_known_args(words)
    command = importlib.import_module(f"exponea_game.cli.{chosen.command}")
    own = argparse.ArgumentParser(prog=f"exponea-game {chosen.command}", description=command.HELP)
    command.arguments(own)
    return int(command.main(own.parse_args(rest)))
