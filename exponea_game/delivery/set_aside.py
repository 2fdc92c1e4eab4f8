"""What is kept apart from the run that it was written in, in runs that say why by a marker.

    <home>/runs/000012-3fa9c1/aside.json
        {"customer_ids":{"cookie":"..."}}                   there is no token for this player
        {"event_type":"jump","error":"403 Not authorized"}  the stream denies this; an update has no
                                                            type; of a player it has their ids, too
        {"spared":"sessions"}                               others were dropped, beyond the limit

The first two hold up nobody so: such a run is passed over, and asked about again with each launch
and each new token, without a count of tries; the journal's limit holds for it as for every other.

Where that limit drops events, the starts and ends of sessions among them are spared: no session
loses its start alone. They leave like any other commands, and are dropped themselves where they
take half of the limit.

The courier comes here, and the keeper, under the outbox's lock.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

from exponea_game.delivery.splitting import customer
from exponea_game.journal.removal import ASIDE
from exponea_game.journal.writer import Journal
from exponea_game.recovery.dead_run import examine
from exponea_game.recovery.runs import Home, Run
from exponea_game.system.clock import Clock

SPARED = b'{"spared":"sessions"}'
"""The marker of starts and ends of sessions that others of their run left behind."""


class SetAside:
    """The runs of a home that hold what is set aside.

    Args:
        home: The home.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._open: dict[bytes, tuple[Run, Journal]] = {}
        self._markers: dict[str, bytes] = {}

    def marker(self, run: Run) -> bytes:
        """Why a run's commands are kept apart; empty for an ordinary run.

        Raises:
            OSError: It cannot be read.
        """
        if run.name not in self._markers:
            path, disk = run.folder / ASIDE, self._home.disk
            self._markers[run.name] = _whole(disk.read_all(path)) if disk.has(path) else b""
        marker = self._markers[run.name]
        return b"" if marker == SPARED else marker

    def is_spared(self, run: Run) -> bool:
        """Whether a run holds what was spared where others were dropped, as far as is known."""
        with suppress(OSError):
            self.marker(run)
        return self._markers.get(run.name) == SPARED

    def known(self, run: Run) -> bool:
        """Whether it is known without a look at the disk that a run is set aside."""
        return self._markers.get(run.name, b"") not in (b"", SPARED)

    def keep(self, marker: bytes, commands: Sequence[bytes], clock: Clock) -> Run:
        """Keep commands in the run that is for them, on the disk itself.

        Raises:
            OSError: It is not certain that they are kept.
        """
        place = self._open.get(marker) or self._begin(marker, clock)
        return _write(*place, commands, clock)

    def spare(self, commands: Sequence[bytes], clock: Clock, earlier: Run | None) -> Run:
        """Keep what is spared where others are dropped, on the disk itself.

        Args:
            commands: The commands.
            clock: The clock of the run that is going on.
            earlier: A run that holds spared ones, locked by this process: it goes on, for each
                run costs each launch something.

        Raises:
            OSError: It is not certain that they are kept.
        """
        place = self._open.get(SPARED) or self._go_on(earlier) or self._begin(SPARED, clock)
        return _write(*place, commands, clock)

    def _go_on(self, run: Run | None) -> tuple[Run, Journal] | None:
        found = examine(run) if run is not None else None
        if run is None or found is None:
            return None
        number, seq = run.last_segment(), max(found.seq, run.cursor.seq)
        journal = Journal(run.folder, self._home.disk, found.clock, number, seq, found.last)
        journal.begin()
        self._open[SPARED] = run, journal
        return run, journal

    def _begin(self, marker: bytes, clock: Clock) -> tuple[Run, Journal]:
        run, journal = self._home.begin(clock)
        try:
            self._mark(run, marker)
            run.cursor.close_run()
        except OSError:
            journal.close()
            with suppress(OSError):
                self._home.release(run, remove=True)
            raise
        self._markers[run.name], self._open[marker] = marker, (run, journal)
        return run, journal

    def _mark(self, run: Run, marker: bytes) -> None:
        disk = self._home.disk
        descriptor = disk.create(run.folder / ASIDE)
        try:
            if disk.write(descriptor, marker) != len(marker):
                raise OSError("only a part was written")
            disk.sync(descriptor)
        finally:
            disk.close(descriptor)

    def close(self, run: Run | None = None) -> None:
        """Write no more into a run, or into any."""
        for marker, (open_run, journal) in list(self._open.items()):
            if run is None or open_run is run:
                journal.close()
                del self._open[marker]


def _write(run: Run, journal: Journal, commands: Sequence[bytes], clock: Clock) -> Run:
    for command in commands:
        journal.append(clock.elapsed(), command.decode())
    journal.maintain()
    journal.sync()
    if journal.fault is not None:
        raise journal.fault
    return run


def _whole(marker: bytes) -> bytes:
    """A marker as it was written; empty where it says nothing: then the run is an ordinary one."""
    try:
        value = json.loads(marker)
    except (ValueError, RecursionError):  # half of one, of a disk at fault
        return b""
    known = isinstance(value, dict) and ("event_type" in value or customer(marker))
    known = known or marker == SPARED
    return marker if known else b""


def of_player(ids: bytes) -> bytes:
    """The marker of what waits for a token of a player.

    Args:
        ids: The player's ids, as JSON.
    """
    return b'{"customer_ids":%b}' % ids
