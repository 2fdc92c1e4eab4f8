"""Delivers what waits on this machine, beside a game that may be running.

It is one more run of the home, without a player: it adopts the runs whose process died,
concludes and delivers them. A game that is being played delivers its own. A run that ended only
just now may be carried on by the next launch, and is left to it.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from exponea_game.cli import place
from exponea_game.cli.kept import survey
from exponea_game.cli.plain import plain
from exponea_game.delivery.courier import Courier
from exponea_game.delivery.outbox import Outbox
from exponea_game.delivery.transport import RequestsTransport
from exponea_game.player.consent import decided
from exponea_game.recovery.adoption import Adopted, adopt
from exponea_game.recovery.runs import Home
from exponea_game.settings import Settings
from exponea_game.system.clock import Clock, pause

HELP = "Deliver what waits on this machine; exit status 0 only if all of it left."

PATIENCE = 30.0
"""Seconds without a success after which the command gives up."""
TELL = 1.0
"""Seconds between two lines of progress where no bar can be drawn."""

APART = "for a player's token, which the game alone can give, or until the stream allows their type"

Show = Callable[[int], None]
"""Shows how many commands have left."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of this command."""
    parser.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        default=PATIENCE,
        help="give up after so long without a success (%(default)g)",
    )
    place.arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Deliver, then say what is left and why.

    Returns:
        0 where nothing is left but what a running game delivers by itself.
    """
    settings = place.settings(options)
    home = place.home(settings)
    if settings.destination is None:
        raise SystemExit(f"exponea-game send: {settings.why_not_sent}")
    if not home.disk.has(home.folder):
        words = f"there is no home at {home.folder}: has the game been played here?"
        raise SystemExit(plain(f"exponea-game send: {words}"))
    if decided(home.folder, home.disk, settings.consent) != "granted":
        raise SystemExit("exponea-game send: the player does not let the game send anything")
    try:
        trouble = _deliver(home, settings, options.timeout) if home.names() else ""
        return _report(home, trouble)
    except OSError as error:
        raise SystemExit(plain(f"exponea-game send: {home.folder}: {error}")) from None


def _deliver(home: Home, settings: Settings, patience: float) -> str:
    """Deliver the dead runs; the server's or the network's last words if it does not take them."""
    clock, transport = Clock(), RequestsTransport()
    with home.alone() as alone:
        if not alone:
            raise OSError("a game is starting there; try again")
        own, journal = home.begin(clock)
        adopted = _adopt(home, settings, clock, own.name)
    outbox = Outbox(home, own, journal, settings.journal_limit)
    outbox.adopt(adopted)
    outbox.conclusions.write()
    courier = Courier(settings, outbox, clock, transport, random.random)
    try:
        with suppress(KeyboardInterrupt), _progress(clock, outbox.waiting()) as show:
            _step(courier, clock, patience, show)
    finally:
        journal.close()
        own.cursor.close_run()  # keeps what was lost: the next launch reports it
        outbox.close()
        transport.close()
    print(f"{courier.sent} delivered")
    return courier.last_error


def _adopt(home: Home, settings: Settings, clock: Clock, own: str) -> Adopted:
    adopted = adopt(home, clock, settings.session_timeout, but=own)
    if adopted.session is not None:
        held = adopted.conclusions.pop().run
        adopted.runs.remove(held)
        home.release(held)
        print(f"{held.name} ended just now: its session may yet go on, the next launch delivers it")
    return adopted


def _step(courier: Courier, clock: Clock, patience: float, show: Show) -> None:
    deadline = clock.elapsed() + patience
    while (wait := courier.step(flush=True)) is not None:
        show(courier.sent)
        now = clock.elapsed()
        if not courier.last_error:
            deadline = now + patience
        elif now + wait > deadline:
            return
        pause(wait)


def _report(home: Home, trouble: str) -> int:
    kept = survey(home)
    for run in kept:
        if run.alive:
            print(f"{run.run} is being played: {run.waiting} wait there, the game delivers them")
    left = sum(run.waiting for run in kept if not run.alive)
    faults = [f"{run.run} cannot be read: {run.fault}" for run in kept if run.fault]
    for words in [*faults, *([f"not delivered: {trouble}"] if trouble else [])]:
        print(plain(words), file=sys.stderr)
    print(f"{left} left" if left or faults else "nothing is left")
    apart = sum(run.waiting for run in kept if run.apart and not run.alive)
    if apart:
        print(f"{apart} wait apart: {APART}")
    return 1 if left or faults else 0


@contextmanager
def _progress(clock: Clock, total: int) -> Iterator[Show]:
    """Show the progress: a bar where rich is there and a person looks, else a line now and then."""
    try:
        from rich.progress import MofNCompleteColumn, Progress
    except ImportError:
        yield _lines(clock, total)
        return
    if not sys.stdout.isatty():
        yield _lines(clock, total)
        return
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn()) as progress:
        task = progress.add_task("delivering", total=total)
        yield lambda sent: progress.update(task, completed=sent)


def _lines(clock: Clock, total: int) -> Show:
    printed = clock.elapsed()

    def show(sent: int) -> None:
        nonlocal printed
        if clock.elapsed() - printed >= TELL:
            printed = clock.elapsed()
            print(f"{sent} of {total} delivered", flush=True)

    return show
