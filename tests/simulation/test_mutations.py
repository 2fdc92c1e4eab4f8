"""The simulator can fail: the library is broken on purpose, and each time some life shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from unittest import mock

import pytest

from exponea_game.delivery import outbox
from exponea_game.journal import cursor, memory
from exponea_game.journal import writer as journal
from exponea_game.journal.line import render, render_head
from exponea_game.recovery import adoption, conclusions, dead_run, history, runs
from exponea_game.sessions import rules as session
from exponea_game.sessions import will
from exponea_game.windows.presence import Presence

from .disk import FakeDisk
from .lives import Lives
from .test_failed_sync import live_through_a_failed_sync
from .truth import BrokenPromiseError

SEEDS = 600
"""Seeds within which each mistake has to show; most do within ten."""
RARE = {
    "leaves_what_waits_for_a_slow_disk_to_the_next_look": 1230,
    "sees_no_hole": 760,
    "repeats_nothing_in_a_new_segment": 113,
}
"""Where to begin to look for what shows once in hundreds."""

Mistake = Callable[[], AbstractContextManager[object]]


def moves_the_cursor_before_the_answer() -> AbstractContextManager[object]:
    read = outbox.Outbox._from

    def eager(self: outbox.Outbox, *arguments: object) -> object:
        batch = read(self, *arguments)  # type: ignore[arg-type]
        run = self._run(batch) if batch is not None else None
        if batch is not None and run is not None:
            with mock.patch.object(cursor.Cursor, "_save"):
                run.cursor.settle(batch.end, batch.missing)
        return batch

    return mock.patch.object(outbox.Outbox, "_from", eager)


def annuls_no_will() -> AbstractContextManager[object]:
    def conclude(run: runs.Run, left: dead_run.DeadRun, command: str | None) -> None:
        disk, segments = run.segments.disk, run.segments
        descriptor = disk.create(segments.path(segments.numbers()[-1] + 1))
        paid = "" if command is None else f',"cmd":{command}'
        disk.write(descriptor, render(left.seq + 1, left.elapsed, paid))
        disk.sync(descriptor)
        disk.close(descriptor)

    return mock.patch.object(conclusions, "conclude", conclude)


def syncs_no_folder() -> AbstractContextManager[object]:
    return mock.patch.object(FakeDisk, "sync_folder", return_value=None)


def syncs_nothing() -> AbstractContextManager[object]:
    return mock.patch.object(FakeDisk, "sync", return_value=None)


def remembers_a_leaving_that_was_taken_back() -> AbstractContextManager[object]:
    def stale(open_session: session.Session | None, context: will.Context) -> str:
        text = will.render_will(open_session, context)
        if open_session is None:
            stale.left = None  # type: ignore[attr-defined]
            return text
        value = json.loads(text)
        stale.left = value["session"]["away_since"] or stale.left  # type: ignore[attr-defined]
        value["session"]["away_since"] = stale.left  # type: ignore[attr-defined]
        return json.dumps(value)

    stale.left = None  # type: ignore[attr-defined]
    return mock.patch("exponea_game.run.recorder.render_will", stale)


def ends_a_crashed_session_at_the_next_launch() -> AbstractContextManager[object]:
    def late(left: session.Session, proof: float, gap: float | None, timeout: float) -> object:
        return session.Ended(left, proof - left.since + (gap or 0.0), session.Reason.CRASHED)

    return mock.patch.object(adoption, "recover", late)


def proves_nothing() -> AbstractContextManager[object]:
    return mock.patch("exponea_game.run.recorder.PROOF_DUE", 1e9)


def gives_a_seq_twice_after_a_fault() -> AbstractContextManager[object]:
    fail = journal.Journal._fail

    def forgetful(self: journal.Journal, error: OSError) -> None:
        fail(self, error)
        self.seq = self._segment.tail.seq

    return mock.patch.object(journal.Journal, "_fail", forgetful)


def forgets_what_waits_in_memory() -> AbstractContextManager[object]:
    return mock.patch.object(memory.Memory, "add", return_value=None)


def leaves_what_waits_for_a_slow_disk_to_the_next_look() -> AbstractContextManager[object]:
    return mock.patch.object(journal.Journal, "catch_up", return_value=None)


def repeats_nothing_in_a_new_segment() -> AbstractContextManager[object]:
    def bare(self: journal.Journal) -> bytes:
        seq, elapsed, will = self._segment.tail
        return render_head(seq, elapsed, self._clock, will)

    return mock.patch.object(journal.Journal, "_first_lines", bare)


def sends_before_the_disk_is_certain() -> AbstractContextManager[object]:
    return mock.patch("exponea_game.run.engine.Engine._sync", return_value=None)


def takes_part_of_a_line_for_the_whole() -> AbstractContextManager[object]:
    write = FakeDisk.write
    return mock.patch.object(
        FakeDisk, "write", lambda self, to, data: (write(self, to, data), len(data))[1]
    )


def counts_sleep_as_presence() -> AbstractContextManager[object]:
    return mock.patch.object(session.Sessions, "tick", side_effect=lambda *_: [])


def believes_no_return_before_it_has_held() -> AbstractContextManager[object]:
    return mock.patch("exponea_game.windows.presence.Presence.returning", None)


def takes_an_idle_player_for_present() -> AbstractContextManager[object]:
    def focused_alone(_: Presence, focused: bool, moment: float, _now: float) -> tuple[bool, float]:
        return focused, moment

    return mock.patch.object(Presence, "_unless_idle", focused_alone)


def dates_idleness_at_its_noticing() -> AbstractContextManager[object]:
    unless_idle = Presence._unless_idle

    def late(self: Presence, focused: bool, moment: float, now: float) -> tuple[bool, float]:
        here, since = unless_idle(self, focused, moment, now)
        return here, since if here or not focused else now

    return mock.patch.object(Presence, "_unless_idle", late)


def leaves_a_hole_as_it_is() -> AbstractContextManager[object]:
    return mock.patch.object(history.History, "amends", return_value=[])


def sees_no_hole() -> AbstractContextManager[object]:
    return mock.patch.object(dead_run, "HOLE", b"no hole")


def syncs_once_more_what_a_sync_has_failed_for() -> AbstractContextManager[object]:
    again = dead_run.sync_again

    def sync(run: runs.Run, found: dead_run.DeadRun) -> None:
        disk, segments = run.segments.disk, run.segments
        for number in segments.numbers():
            descriptor = disk.open(segments.path(number))
            disk.sync(descriptor)
            disk.close(descriptor)
        disk.sync_folder(run.folder)
        again(run, found._replace(unsure=[b""]))

    return mock.patch.object(conclusions, "sync_again", sync)


MISTAKES = [
    leaves_a_hole_as_it_is,
    sees_no_hole,
    moves_the_cursor_before_the_answer,
    annuls_no_will,
    syncs_no_folder,
    syncs_nothing,
    remembers_a_leaving_that_was_taken_back,
    ends_a_crashed_session_at_the_next_launch,
    proves_nothing,
    gives_a_seq_twice_after_a_fault,
    forgets_what_waits_in_memory,
    leaves_what_waits_for_a_slow_disk_to_the_next_look,
    repeats_nothing_in_a_new_segment,
    sends_before_the_disk_is_certain,
    takes_part_of_a_line_for_the_whole,
    counts_sleep_as_presence,
    believes_no_return_before_it_has_held,
    takes_an_idle_player_for_present,
    dates_idleness_at_its_noticing,
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_a_mistake_shows(mistake: Mistake) -> None:
    with mistake(), pytest.raises(BrokenPromiseError):
        live(RARE.get(mistake.__name__, 0))


def test_a_second_sync_for_what_one_has_failed_for_shows() -> None:
    with (
        syncs_once_more_what_a_sync_has_failed_for(),
        pytest.raises(BrokenPromiseError, match="no end"),
    ):
        live_through_a_failed_sync(server="down", cut="all")


def live(first: int) -> None:
    for seed in range(first, first + SEEDS):
        Lives(seed).run()
