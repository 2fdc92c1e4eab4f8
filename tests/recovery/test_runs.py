"""Locks and adoption, within one process: a lock that is taken twice is refused as between two."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading

import pytest
from support.fakes import BEGAN, FakeClock, command

from exponea_game.recovery import runs as home_module
from exponea_game.recovery.runs import Home, gap
from exponea_game.sessions.rules import Session
from exponea_game.sessions.will import Context, render_will
from exponea_game.system.disk import Disk

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


def adopt(home, now, boot="boot"):
    return home.adopt(FakeClock(began=BEGAN + now, boot=boot), TIMEOUT)


def ends(adopted):
    """What is paid for each debt: the duration and the reason, or None."""
    found = []
    for conclusion in adopted.conclusions:
        data = json.loads(conclusion.command)["data"] if conclusion.command else None
        found.append(data and (data["properties"]["duration"], data["properties"]["reason"]))
    return found


def test_a_run_has_a_folder_and_a_lock_of_the_users_own(home):
    run, _ = live(home)

    assert run.folder.is_dir()
    assert run.folder.name.startswith("000001-")
    if os.name != "nt":
        modes = [stat.S_IMODE(p.stat().st_mode) for p in [run.folder, home.folder, home.runs]]
        assert modes == [0o700] * 3


def test_runs_are_counted(home):
    names = [live(home)[0].name for _ in range(3)]

    assert [name.split("-")[0] for name in names] == ["000001", "000002", "000003"]
    assert home.names() == names


def test_a_run_that_lives_is_not_adopted(home):
    live(home)

    assert home.dead_runs() == []


def test_a_run_that_died_is_adopted_once(home):
    run, _ = live(home)
    die(home, run)

    first, second = home.dead_runs(), home.dead_runs()

    assert [run.name for run in first] == [run.name]
    assert second == []


def test_a_run_whose_process_was_really_killed_is_adopted(home):
    code = (
        "import os, sys, time; from pathlib import Path;"
        "from exponea_game.recovery.runs import Home; from exponea_game.system.disk import Disk;"
        "from exponea_game.system.clock import Clock;"
        "run, _ = Home(Path(sys.argv[1]), Disk()).begin(Clock());"
        "print(run.name, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(home.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            name = process.stdout.readline().strip()
            assert home.dead_runs() == []
        finally:
            process.kill()

    assert [run.name for run in home.dead_runs()] == [name]


def test_foreign_names_are_no_runs(home):
    home.disk.make_folder(home.runs / "holiday pictures")
    (home.runs / "000001-abcdef.lock").touch()

    assert home.names() == []


def test_a_removed_run_leaves_neither_folder_nor_lock(home):
    run, journal = live(home)
    journal.close()

    home.release(run, remove=True)

    assert list(home.runs.iterdir()) == []


def test_two_starts_at_once_adopt_each_run_once(home):
    for _ in range(5):
        run, _ = live(home)
        die(home, run)
    found = []

    def start():
        with home.alone() as alone:
            assert alone
            found.extend(run.name for run in adopt(home, 0.0).runs)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == home.names()


def test_a_start_does_not_wait_for_ever_to_be_alone(home, monkeypatch):
    monkeypatch.setattr(home_module, "PATIENCE", 0.01)

    with home.alone() as first, home.alone() as second:
        assert (first, second) == (True, False)
    with home.alone() as third:
        assert third


def test_wiping_leaves_the_living_alone(home):
    dead, journal = live(home)
    die(home, dead)
    home.disk.close(journal._descriptor)
    living, _ = live(home)
    for name in ("identity.json", "rejected.jsonl", "rejected.old", "sent.jsonl", "mine.txt"):
        (home.folder / name).touch()

    home.wipe()

    assert home.names() == [living.name]
    assert {path.name for path in home.folder.iterdir()} == {"runs", "mine.txt"}


# Sessions of the dead


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
    adopted.conclusions[0].conclude(home.disk)
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


def test_across_a_boot_the_wall_clock_must_do():
    assert since(BOOTED, 100.0, 20.0, boot="another") == 1000.0 + 20.0 - 100.0
    assert since({**BOOTED, "boot": ""}, 100.0, 20.0, boot="") == 920.0


def test_a_wall_clock_that_was_set_back_tells_nothing():
    assert since({**BOOTED, "wall": BEGAN + 5000.0}, 0.0, 0.0, boot="another") is None


@pytest.mark.parametrize("run", [{}, None, {"boot": "boot"}, {**BOOTED, "elapsed": "x"}])
def test_clocks_that_cannot_be_read_tell_nothing(run):
    assert since(run, 0.0, 0.0) is None
