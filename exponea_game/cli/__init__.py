"""The ``exponea-game`` program, for developers and players: one module a command."""

from exponea_game.cli.program import main

__all__ = ["main"]
