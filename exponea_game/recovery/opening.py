"""A run begins: in its home, where it takes over what dead runs left, or in memory.

In memory it begins while the player has not agreed, and where the disk does not let it: the game
goes on, and what it tells waits for a better time. A game that says only later that the player is
to be asked has its run withdrawn into memory.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import appdirs

from exponea_game.journal.memory import MEMORY_LIMIT
from exponea_game.journal.resync import UnsyncedError
from exponea_game.journal.writer import Journal
from exponea_game.player.identity import Identity, IdentityFile
from exponea_game.recovery.adoption import Adopted, adopt, leave_conclusions
from exponea_game.recovery.runs import Home, Run
from exponea_game.settings import PRODUCTION, Settings
from exponea_game.system.clock import Clock
from exponea_game.system.folder_names import folder_name, reachable
from exponea_game.system.log import WARNING, once


class Opening(NamedTuple):
    """What a run begins with."""

    run: Run
    journal: Journal
    adopted: Adopted
    """What dead runs left to it."""
    identity: Identity
    """Who plays."""


def home_folder(settings: Settings) -> Path:
    """A game's folder: as set, or in the user's data folder, where each environment has one."""
    if settings.home is not None:
        return reachable(settings.home)
    folder = _data_folder() / (folder_name(settings.app_name) or "game")
    return reachable(folder if settings.stage == PRODUCTION else folder / settings.stage)


def _data_folder() -> Path:
    """The library's part of the user's data folder.

    Source: XDG Base Directory Specification: a variable that is empty or no absolute path counts as
    not set.
    """
    folder = Path(appdirs.user_data_dir("exponea_game", appauthor=False))
    if folder.is_absolute() or appdirs.system in ("win32", "darwin"):
        return folder
    return Path("~/.local/share").expanduser() / "exponea_game"


def begin(home: Home, identities: IdentityFile, clock: Clock, timeout: float) -> Opening:
    """Begin a run in its home, or in memory where that cannot be used.

    Args:
        home: The home.
        identities: Who plays there.
        clock: The run's clock.
        timeout: Seconds of absence that end a session.
    """
    try:
        with home.alone() as alone:
            identity = identities.load(clock.began)
            identities.save(identity)
            try:
                run, journal = home.begin(clock)
            except (
                OSError
            ) as error:  # such as a full disk: what lies there can be sent all the same
                once(WARNING, "%s", faulty(home, error))
                run, journal = home.begin_in_memory(clock, error)
            adopted = _adopt(home, clock, timeout, run, identity.cookie) if alone else Adopted()
            if run.lock is None:
                leave_conclusions(home, adopted)
            return Opening(run, journal, adopted, identity)
    except OSError as error:
        once(WARNING, "%s", faulty(home, error))
        return begin_in_memory(home, identities, clock, error)


def faulty(home: Home, error: OSError) -> str:
    """What is wrong with the disk of a home, and what can be done."""
    if isinstance(error, UnsyncedError):
        return f"the disk confirms nothing: {error}; a power cut may take what is in {home.folder}"
    right = f"make room in {home.folder}, let the player write there, or set home"
    return f"the disk takes nothing: {error}; events wait in memory: {right}"


def begin_in_memory(
    home: Home, identities: IdentityFile, clock: Clock, fault: OSError, *, anew: bool = False
) -> Opening:
    """Begin a run that writes nothing until its home is occupied.

    Args:
        home: The home.
        identities: Who plays there.
        clock: The run's clock.
        fault: Why nothing is written.
        anew: Whether the player is one whom nobody has met, whoever the disk knows.
    """
    try:
        identity = identities.new(clock.began) if anew else identities.load(clock.began)
    except OSError:
        identity = identities.new(clock.began)
    run, journal = home.begin_in_memory(clock, fault)
    return Opening(run, journal, Adopted(), identity)


def withdraw(home: Home, run: Run, journal: Journal, identities: IdentityFile) -> bool:
    """Let a run that has begun in its home go on in memory, as if it had never written.

    Args:
        home: The home.
        run: The run, whose journal is held.
        journal: Its journal.
        identities: Who plays there.

    Returns:
        Whether it did: not where more than fits into memory is written, or the server has a part,
        for then the rest is held on the disk, and no session stays without its end.

    Raises:
        OSError: The disk does not let us.
    """
    if run.lock is None:
        return True
    if run.cursor.seq or run.segments.total() > MEMORY_LIMIT:
        return False
    journal.take_back(b"".join(map(run.segments.whole, run.segments.numbers())))
    identities.take_back()
    home.vacate(run)
    _remove_empty(home)
    return True


def _remove_empty(home: Home) -> None:
    """Remove the folders around a home, as far as they are the library's and nothing is in them."""
    above = _data_folder()
    for folder in home.folder.parents if above in home.folder.parents else ():
        if folder == above:
            return
        with suppress(OSError):
            home.disk.remove_folder(folder)


def _adopt(home: Home, clock: Clock, timeout: float, run: Run, cookie: str) -> Adopted:
    try:
        return adopt(home, clock, timeout, but=run.name, cookie=cookie)
    except OSError as error:
        once(WARNING, "earlier runs in %s are left for later: %s", home.folder, error)
        return Adopted()
