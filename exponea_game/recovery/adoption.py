"""A start adopts the dead runs of its home: it decides what becomes of each session left open.

Whoever adopts holds the locks from then on, concludes the runs, delivers what they left,
and removes them. Of several runs that had the same session open only the last counts: each of them
carried it on.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from exponea_game.recovery.conclusions import Conclusion
from exponea_game.recovery.dead_run import DeadRun, examine
from exponea_game.recovery.history import run_of
from exponea_game.recovery.runs import Home, Run
from exponea_game.sessions.session import Ended, Session, recover
from exponea_game.sessions.will import Context, parse_will
from exponea_game.system.clock import Clock
from exponea_game.system.disk import ForeignFileError
from exponea_game.system.log import error_inside

ONE_BOOT = 10.0
"""Seconds by which two clocks of one start of the machine may differ."""


class _Holder(NamedTuple):
    """A run that left a session open."""

    run: Run
    found: DeadRun
    session: Session
    context: Context


@dataclass(eq=False, repr=False)
class Adopted:
    """What a start found.

    Attributes:
        runs: Dead runs to deliver, oldest first; locked as long as they are not concluded.
        conclusions: To be written in this order, before the runs are delivered.
        session: A session to carry on, its moments on the new run's clock; its run's conclusion is
            the last one, to be written once the new run's will is on the disk.
    """

    runs: list[Run] = field(default_factory=list)
    conclusions: list[Conclusion] = field(default_factory=list)
    session: Session | None = None


def adopt(
    home: Home, clock: Clock, timeout: float, but: str = "", cookie: str | None = None
) -> Adopted:
    """Take over all dead runs; call it while the home is held alone.

    Args:
        home: The home.
        clock: The new run's clock.
        timeout: Seconds of absence that end a session.
        but: The new run's name.
        cookie: Who plays: a session of another player is not carried on, for its end belongs to
            the one who began it. None: whoever it is.

    Raises:
        OSError: The home cannot be read.
    """
    home.sweep_locks()
    adopted = Adopted()
    holders: dict[str, list[_Holder]] = {}
    known: dict[str, set[str]] = {}
    unread = False
    for run in map(home.run, home.names()):
        if run.name == but:
            continue
        if _is_concluded(run):  # a year without a network is long: it is locked when its turn comes
            adopted.runs.append(run)
            continue
        try:
            if not _lock(home, run):
                continue
            run.cursor.load()
            found = None if run.cursor.closed else examine(run, known)
            if found is None:
                _count_damage(run)
            if unread and found is not None and _goes_back(run, found):
                raise OSError("a run that cannot be read may have the same session open")
        except OSError:
            unread = True
            home.release(run)
            _leave(home, adopted, holders)
            continue
        except Exception as error:  # noqa: BLE001 - what nobody foresaw costs this run alone
            error_inside(error)
            home.release(run)
            continue
        adopted.runs.append(run)
        if found is None:
            home.let_go(run)  # descriptors are few, and a year without a network is long
            continue
        known[run.name] = set(found.sessions)
        for session in found.sessions:  # a start that was missing is made again once
            known.get(run_of(session), set()).add(session)
        will = parse_will(found.will)
        name = will[0].name if will else ""
        for ended in (found.sessions & holders.keys()) - {name}:
            adopted.conclusions += [Conclusion(*holder[:2]) for holder in holders.pop(ended)]
        if will:
            holders.setdefault(name, []).append(_Holder(run, found, *will))
        else:
            adopted.conclusions.append(Conclusion(run, found))
    _decide(adopted, list(holders.values()), clock, timeout, cookie)
    return adopted


def _lock(home: Home, run: Run) -> bool:
    """Lock a dead run; whether it is one. What is another user's, or no lock, is passed over.

    Raises:
        OSError: The disk does not say.
    """
    try:
        return home.lock(run)
    except ForeignFileError:
        return False
    except PermissionError:
        if sys.platform == "win32":  # which says so of a file that is just being removed
            raise
        return False


def _is_concluded(run: Run) -> bool:
    """Whether a run is concluded, as far as it is known without its lock."""
    try:
        return run.cursor.peek()
    except Exception as error:  # noqa: BLE001 - what nobody foresaw costs this run alone
        error_inside(error)
        return False


def leave_conclusions(home: Home, adopted: Adopted) -> None:
    """Leave the runs that are not concluded to a launch that has a folder, and so can conclude."""
    for conclusion in adopted.conclusions:
        adopted.runs.remove(conclusion.run)
        home.release(conclusion.run)
    adopted.conclusions.clear()
    adopted.session = None


def _count_damage(run: Run) -> None:
    """Count a run of which no line is whole as one loss, for nobody knows how many there were.

    Raises:
        OSError: The count cannot be kept.
    """
    if not run.cursor.closed and run.segments.total():
        run.cursor.closed = True  # in the same write, so that it is counted once
        run.cursor.lose(Counter({"": 1}))


def _goes_back(run: Run, found: DeadRun) -> bool:
    """Whether a run has carried on a session of an earlier one.

    Once it is delivered and gone, nobody could tell that it has ended that.
    """
    return any(not name.startswith(f"{run.name}/") for name in found.sessions)


def _leave(home: Home, adopted: Adopted, holders: dict[str, list[_Holder]]) -> None:
    """Leave open sessions to the next launch: a run that cannot be read may have ended them."""
    for holder in itertools.chain(*holders.values()):
        adopted.runs.remove(holder.run)
        home.release(holder.run)
    holders.clear()


def _decide(
    adopted: Adopted,
    sessions: list[list[_Holder]],
    clock: Clock,
    timeout: float,
    cookie: str | None,
) -> None:
    """Carry the last session on if it came in time, and end all others."""
    sessions.sort(key=lambda holders: holders[-1].run.name)
    for holders in sessions:
        adopted.conclusions += [Conclusion(*holder[:2]) for holder in holders[:-1]]
        run, found, session, context = holders[-1]
        verdict = recover(session, found.elapsed, gap(found.clock, found.elapsed, clock), timeout)
        ours = cookie is None or context.customer_ids.get("cookie") == cookie
        ours = ours and holders is sessions[-1]
        if isinstance(verdict, Session) and not ours:
            verdict = recover(session, found.elapsed, None, timeout)
        if isinstance(verdict, Ended):
            adopted.conclusions.append(Conclusion(run, found, context.end(verdict)))
            continue
        now = clock.elapsed()
        away_since = None if verdict.away_since is None else verdict.away_since + now
        adopted.session = verdict._replace(since=verdict.since + now, away_since=away_since)
        adopted.conclusions.append(Conclusion(run, found))


def gap(began: dict[str, Any], proof: float, clock: Clock) -> float | None:
    """Seconds from a dead run's sign of life to this moment; None where no clock can tell.

    No session goes on across a start of the machine: until somebody sets it, the wall clock of a
    machine that keeps none says what it likes. Where a system does not tell its starts apart, two
    clocks that agree do.

    Args:
        began: The clocks when the dead run began.
        proof: The sign of life, on its clock.
        clock: This run's clock.
    """
    now = clock.read()
    try:
        seconds = float(clock.boot_elapsed + now.elapsed - (began["elapsed"] + proof))
        on_the_wall = float(now.wall - (began["wall"] + proof))
        same = began["boot"] == clock.boot
    except (KeyError, TypeError, OverflowError):
        return None
    known = same and (clock.boot or abs(seconds - on_the_wall) < ONE_BOOT)
    return seconds if known and seconds >= 0 else None
