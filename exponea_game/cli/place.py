"""Which game's home a command works on: the one that is named, or the only one there is."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from exponea_game.errors import SettingsError
from exponea_game.recovery.opening import home_folder
from exponea_game.recovery.runs import Home
from exponea_game.run.lifecycle import settings_in_use
from exponea_game.settings import PRODUCTION, Settings
from exponea_game.system.disk import Disk


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words that name a home."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--home", metavar="FOLDER", help="the folder of the game's files")
    which.add_argument("--app-name", metavar="NAME", help="the game, as its settings name it")


def settings(options: argparse.Namespace) -> Settings:
    """The settings of the game that was named, or of the only one on this machine.

    Called by a game, it knows what that game has set.

    Raises:
        SystemExit: A setting is wrong, or nobody can tell which game is meant.
    """
    try:
        if (ours := _of_this_process(options)) is not None:
            return ours
        loaded = Settings.load(home=options.home, app_name=options.app_name)
        named = loaded.home or loaded.app_name != Settings().app_name
        return loaded if named else Settings.load(app_name=_only_game(loaded))
    except SettingsError as error:
        raise SystemExit(f"exponea-game: {error}") from None


def _of_this_process(options: argparse.Namespace) -> Settings | None:
    """What the game has set that has called us, unless another game is meant."""
    for used in settings_in_use():
        named = options.app_name in (None, used.app_name)
        if named and (options.home is None or home_folder(used) == Path(options.home)):
            return used
    return None


def home(settings: Settings) -> Home:
    """The home of a game."""
    return Home(home_folder(settings), Disk())


def _only_game(settings: Settings) -> str:
    folder = home_folder(replace(settings, environment=PRODUCTION)).parent
    games = Disk().names(folder)
    if len(games) == 1:
        return games[0]
    right = "name a game with --app-name, or its folder with --home"
    there = f"there are {', '.join(games)}" if games else "there is none"
    raise SystemExit(f"exponea-game: of the games in {folder} {there}; {right}")
