"""What a start decides about the sessions of dead runs."""

from __future__ import annotations

import errno
import json
import sys

import pytest
from support.fakes import BEGAN, BrokenDisk, FakeClock, command

from exponea_game.recovery import adoption
from exponea_game.recovery.adoption import gap
from exponea_game.recovery.runs import Home
from exponea_game.sessions.session import Session
from exponea_game.sessions.will import Context, render_ended, render_will
from exponea_game.system.disk import Disk, ForeignFileError

TIMEOUT = 60.0
CONTEXT = Context({"cookie": "c"}, {"level": 3})


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home", Disk())


def live(home, now=0.0):
    """A run and its journal, at a moment of the machine's time."""
    return home.begin(FakeClock(began=BEGAN + now))


def die(home, run):
    """What is left of a run whose process was killed: all but the lock."""
    home.disk.unlock(run.lock)


def die_playing(home, name="a/1", *, begin=0.0, since=0.0, proof=10.0, away_since=None):
    """A run that died with a session open."""
    run, journal = live(home, begin)
    session = Session(name, BEGAN + begin + since, since, away_since=away_since)
    journal.append(max(0.0, since), command("session_start"), render_will(session, CONTEXT))
    journal.append(proof)
    die(home, run)


def adopt(home, now, boot="boot", **who):
    return adoption.adopt(home, FakeClock(began=BEGAN + now, boot=boot), TIMEOUT, **who)


def fail(monkeypatch, home, method, run, error):
    """Let a method of the disk fail on what belongs to one run."""
    whole = getattr(home.disk, method)

    def failing(path):
        if run in (path.stem, path.parent.name):
            raise error
        return whole(path)

    monkeypatch.setattr(home.disk, method, failing)


def ends(adopted):
    """What each conclusion tells: the duration and the reason, or None."""
    found = []
    for conclusion in adopted.conclusions:
        data = json.loads(conclusion.command)["data"] if conclusion.command else None
        found.append(data and (data["properties"]["duration"], data["properties"]["reason"]))
    return found


def test_a_dead_run_without_a_session_owes_no_end(home):
    run, journal = live(home)
    journal.append(1.0, command("a"))
    die(home, run)

    adopted = adopt(home, 100.0)

    assert (len(adopted.runs), ends(adopted), adopted.session) == (1, [None], None)


def test_a_session_is_ended_at_the_last_proof_after_a_long_gap(home):
    die_playing(home, proof=10.0)

    adopted = adopt(home, 70.0)

    assert ends(adopted) == [(10.0, "crashed")]
    assert adopted.session is None
    (conclusion,) = adopted.conclusions
    assert json.loads(conclusion.command)["data"]["customer_ids"] == {"cookie": "c"}


def test_a_session_is_carried_on_after_a_short_gap(home):
    die_playing(home, since=2.0, proof=10.0)

    adopted = adopt(home, 40.0)

    assert ends(adopted) == [None]
    assert adopted.session.name == "a/1"
    assert (adopted.session.since, adopted.session.away_since) == (-38.0, -30.0)
    assert adopted.session.start == BEGAN + 2.0


def test_a_session_of_another_player_is_ended_under_the_ids_it_began_with(home):
    die_playing(home, since=2.0, proof=10.0)

    adopted = adopt(home, 40.0, cookie="another")

    assert adopted.session is None
    assert ends(adopted) == [(8.0, "crashed")]
    assert json.loads(adopted.conclusions[0].command)["data"]["customer_ids"] == {"cookie": "c"}


def test_a_session_that_was_left_is_ended_there(home):
    die_playing(home, proof=10.0, away_since=7.0)

    assert ends(adopt(home, 67.0)) == [(7.0, "left")]


def test_of_two_runs_with_the_same_session_only_the_last_counts(home):
    die_playing(home, name="a/1", begin=0.0, proof=10.0)
    die_playing(home, name="a/1", begin=20.0, since=-20.0, proof=5.0)

    adopted = adopt(home, 1000.0)

    assert ends(adopted) == [None, (25.0, "crashed")]


def test_of_two_sessions_only_the_last_can_be_carried_on(home):
    die_playing(home, name="a/1", proof=10.0)
    die_playing(home, name="b/1", begin=1.0, proof=10.0)

    adopted = adopt(home, 30.0)

    assert ends(adopted) == [(10.0, "crashed"), None]
    assert adopted.session.name == "b/1"


def test_a_run_whose_debt_was_paid_owes_nothing_at_the_next_launch(home):
    die_playing(home)
    adopted = adopt(home, 1000.0)
    adopted.conclusions[0].conclude()
    home.release(adopted.runs[0])

    again = adopt(home, 1000.0)

    assert (len(again.runs), again.conclusions) == (1, [])


def test_a_run_whose_debt_was_not_paid_owes_it_still(home):
    die_playing(home)
    home.release(adopt(home, 1000.0).runs[0])

    assert ends(adopt(home, 2000.0)) == [(10.0, "crashed")]


def test_lines_of_a_newer_version_are_understood_as_far_as_they_go(home):
    run, journal = live(home)
    will = json.loads(render_will(Session("a/1", BEGAN, 0.0), CONTEXT))
    will["session"]["mood"] = "good"
    journal.append(1.0, command("session_start"), json.dumps(will) + ',"newer":[1]')
    journal.append(2.0, command("b") + "")
    die(home, run)

    adopted = adopt(home, 1000.0)

    assert ends(adopted) == [(2.0, "crashed")]
    assert len(adopted.runs[0].reader.read(None).commands) == 2


# The gap between a dead run's last proof and this moment


def since(run, proof, now, boot="boot"):
    return gap(run, proof, FakeClock(now, began=BEGAN + 1000.0, boot=boot))


BOOTED = {"boot": "boot", "elapsed": 1500.0, "wall": BEGAN}


def test_runs_of_one_boot_are_compared_on_the_clock_that_nobody_can_set():
    assert since({**BOOTED, "wall": 5.0}, 100.0, 20.0) == 2000.0 + 20.0 - 1600.0


def test_rule_16_across_a_boot_no_clock_can_tell():
    assert since({**BOOTED, "elapsed": 1000.0}, 100.0, 20.0, boot="another") is None


@pytest.mark.parametrize(("apart", "seconds"), [(0.0, 920.0), (9.0, 920.0), (11.0, None)])
def test_rule_16_where_boots_have_no_name_two_clocks_that_agree_tell_them(apart, seconds):
    began = {"boot": "", "elapsed": 1000.0, "wall": BEGAN + apart}

    assert since(began, 100.0, 20.0, boot="") == seconds


@pytest.mark.parametrize("run", [{}, None, {"boot": "boot"}, {**BOOTED, "elapsed": "x"}])
def test_clocks_that_cannot_be_read_tell_nothing(run):
    assert since(run, 0.0, 0.0) is None


def test_a_carried_session_is_left_while_an_earlier_run_cannot_be_read(home, monkeypatch):
    die_playing(home, name="a/1", begin=0.0, proof=10.0)
    die_playing(home, name="a/1", begin=20.0, since=-20.0, proof=5.0)
    first, second = home.names()

    with monkeypatch.context() as broken:
        fail(broken, home, "size", first, OSError(errno.EIO, "cannot be read"))
        adopted = adopt(home, 1000.0)

    assert (adopted.runs, ends(adopted)) == ([], [])
    assert ends(adopt(home, 1000.0)) == [None, (25.0, "crashed")]
    assert home.names() == [first, second]


def test_a_session_is_left_while_a_later_run_cannot_be_locked_for_a_fault_of_the_disk(
    home, monkeypatch
):
    die_playing(home, name="a/1", begin=0.0, proof=10.0)
    die_playing(home, name="a/1", begin=20.0, since=-20.0, proof=5.0)
    _, second = home.names()

    with monkeypatch.context() as broken:
        fail(broken, home, "lock", second, OSError(errno.EIO, "cannot be opened"))
        adopted = adopt(home, 1000.0)

    assert (adopted.runs, ends(adopted)) == ([], [])
    assert ends(adopt(home, 1000.0)) == [None, (25.0, "crashed")]


@pytest.mark.parametrize(
    "fault",
    [
        ForeignFileError(errno.ELOOP, "not a file of this library"),
        pytest.param(
            PermissionError(errno.EACCES, "another user's"),
            marks=pytest.mark.skipif(
                sys.platform == "win32", reason="there it may be one that is just being removed"
            ),
        ),
    ],
    ids=["no lock", "another user's"],
)
def test_a_run_whose_lock_is_nobodys_here_is_passed_over_and_costs_no_other(
    home, monkeypatch, fault
):
    die_playing(home)
    foreign, _ = live(home)
    die(home, foreign)
    fail(monkeypatch, home, "lock", foreign.name, fault)

    assert ends(adopt(home, 1000.0)) == [(10.0, "crashed")]


def test_a_start_that_a_power_cut_took_is_made_again_by_the_first_run_that_carried_it_on(home):
    first, journal = live(home)
    journal.append(1.0, command("shot"))  # what followed it, a session's start, is gone
    die(home, first)
    session = Session(f"{first.name}/1", BEGAN - 5.0, -5.0)
    for begin in (0.0, 20.0):
        run, journal = live(home, begin)
        journal.append(2.0, will=render_will(session, CONTEXT))
        die(home, run)

    _, second, third = [
        conclusion.dead_run.amends for conclusion in adopt(home, 1000.0).conclusions
    ]

    assert [name for name, _ in second] == [session.name]
    assert third == []


def test_a_lost_start_is_made_again_from_lines_before_the_last_synced_one(home):
    first, journal = live(home)
    journal.append(1.0, command("shot"))  # what followed it, a session's start, is gone
    die(home, first)
    session = Session(f"{first.name}/1", BEGAN - 5.0, -5.0)
    run, journal = live(home)
    journal.append(0.0, will=render_will(session, CONTEXT))
    journal.carry(session.name)
    for event_type, will in (
        ("session_end", render_ended(session)),
        ("shot", None),
        ("shot", None),
    ):
        journal.append(1.0, command(event_type), will)
        journal.sync()
        journal._next_segment()
    die(home, run)

    carried_on = adopt(home, 1000.0).conclusions[-1].dead_run

    assert carried_on.amends == [(session.name, CONTEXT.start(session))]


def test_a_concluded_run_is_adopted_without_its_lock_and_locked_for_delivery(home):
    run, journal = live(home)
    journal.append(1.0, command("shot"))
    run.cursor.close_run()  # by a game that has it still

    (adopted,) = adopt(home, 100.0).runs
    held_by_both = home.hold(adopted)
    home.release(run)

    assert (adopted.name, adopted.cursor.closed, held_by_both) == (run.name, True, False)
    assert home.hold(adopted)
    assert adopt(home, 100.0).runs[0].lock is None


def test_a_cursor_that_cannot_be_understood_is_left_where_it_is_until_its_run_is_locked(home):
    run, _ = live(home)
    (run.folder / "acked.json").mkdir()  # it is no file of ours

    while_it_lives = adopt(home, 100.0).runs
    still_there = (run.folder / "acked.json").is_dir()
    die(home, run)

    assert (while_it_lives, still_there) == ([], True)
    assert len(adopt(home, 100.0).runs) == 1
    assert not (run.folder / "acked.json").exists()


def test_damage_is_counted_once_though_the_disk_syncs_nothing(tmp_path):
    disk = BrokenDisk()
    home = Home(tmp_path, disk)
    run, _ = live(home)
    die(home, run)
    (run.folder / "00000001.jsonl").write_bytes(bytes(100))
    disk.broken = {"sync"}

    for now in (1.0, 2.0, 3.0):
        for found in adopt(home, now).runs:
            home.let_go(found)
    run.cursor.load()

    assert run.cursor.lost == {"": 1}
