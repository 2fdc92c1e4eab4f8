"""One run with its threads, its folder and a made-up server; in integration/ with a real one."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from support.desktop import wait_until
from support.fakes import (
    BrokenDisk,
    FakeClock,
    FakeServer,
    FakeWorld,
    event_type,
    journaled_types,
    reply,
)
from support.homes import dead_runs

from exponea_game.journal import stall
from exponea_game.recovery import opening
from exponea_game.recovery.opening import home_folder
from exponea_game.run import engine as engine_module
from exponea_game.run import keeper
from exponea_game.run.engine import Engine
from exponea_game.settings import Settings
from exponea_game.system.disk import Disk
from exponea_game.testing import FakeWindow

PROJECT = {"project_token": "abc", "authorization": "Token key", "environment": "test"}
DOWN = OSError("nobody listens")


@pytest.fixture
def make(tmp_path):
    """Makes engines in one home, as launch after launch would."""
    made = []

    def make(*answers, clock=None, disk=None, **settings):
        settings = Settings(home=tmp_path, **{**PROJECT, **settings})
        server = FakeServer(*answers)
        engine = Engine(settings, FakeWorld(clock=clock, disk=disk, server=server))
        engine.server = server
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.close()


def sent(engine):
    return [event_type(command) for request in engine.server.requests for command in request]


def crash(engine):
    """What is left of a process that was killed: all but its locks."""
    engine._closed = True
    engine.outbox.close_in_child()


def deliver(engine):
    """What its threads would do, until nothing waits."""
    engine.look()
    while engine.courier.step() is not None:
        engine.clock.now += 1.0


def crashed_after_twelve_seconds(make):
    engine = make(DOWN, clock=FakeClock())
    engine.recorder.present()
    engine.clock.now = 12.0
    engine.recorder.tick()
    crash(engine)
    return engine


def ends(engine):
    commands = [command for request in engine.server.requests for command in request]
    return [c["data"]["properties"] for c in commands if event_type(c) == "session_end"]


def test_a_first_launch_tells_the_installation_and_the_second_does_not(make):
    first = make()
    first.start()
    first.close()
    second = make()
    second.start()
    second.close()

    assert (sent(first), sent(second)) == (["installation"], [])
    assert second.recorder.identity == first.recorder.identity


def test_a_window_starts_a_session_and_closing_the_run_ends_it(make):
    engine, window = make(), FakeWindow()
    engine.start()
    engine.windows.attach(window)
    engine.close()

    assert sent(engine) == ["installation", "session_start", "session_end"]
    assert ends(engine)[0]["reason"] == "quit"
    assert "dispatch_event" not in vars(window)


def test_closing_twice_ends_once(make):
    engine = make()
    engine.recorder.present()

    engine.close()
    engine.close()

    assert journaled_types(engine.home.folder).count("session_end") == 1


def test_what_was_not_delivered_leaves_at_the_next_launch(make):
    first = make(*[DOWN] * 9)
    first.start()
    first.recorder.present()
    first.recorder.event('"jump"', None, "{}")
    first.close()
    second = make()
    second.start()

    wait_until(lambda: len(sent(second)) == 4, "what the first launch left")
    assert sent(second) == ["installation", "session_start", "jump", "session_end"]


def test_a_run_that_the_server_has_leaves_no_folder(make):
    engine = make()
    engine.start()
    engine.recorder.present()
    engine.close()

    assert engine.home.names() == []


def test_rule_5_with_the_end_held_a_relaunch_carries_the_session_on(make):
    first = make(end_session_on_exit=False, clock=FakeClock())
    first.recorder.present()
    first.clock.now = 10.0
    first.close()

    second = make(end_session_on_exit=False, clock=FakeClock(began=first.clock.began + 30.0))
    second.recorder.present()
    second.settings = Settings()
    second.clock.now = 5.0
    second.close()

    types = journaled_types(second.home.folder)
    assert types.count("session_start") == types.count("session_end") == 1


def test_rule_6_after_a_crash_the_next_launch_pays_the_end_at_the_last_proof(make):
    first = crashed_after_twelve_seconds(make)
    second = make(clock=FakeClock(began=first.clock.began + 1000.0))
    deliver(second)

    (end,) = ends(second)
    assert (end["duration"], end["reason"]) == (12.0, "crashed")
    assert (end["recovered"], end["uncertainty"]) == (True, 5.0)
    assert sent(second) == ["installation", "session_start", "session_end"]


def test_rule_6_after_a_crash_and_a_quick_relaunch_the_session_goes_on(make):
    first = crashed_after_twelve_seconds(make)
    second = make(clock=FakeClock(began=first.clock.began + 30.0))
    second.recorder.present()
    second.clock.now = 5.0
    second.recorder.quit(hold=False)
    deliver(second)

    (end,) = ends(second)
    assert (end["duration"], end["reason"]) == (pytest.approx(35.0, abs=0.001), "quit")
    assert sent(second).count("session_start") == 1


def test_a_carried_session_that_ended_is_not_ended_again_whoever_dies_when(make):
    first = make(DOWN, clock=FakeClock())
    first.recorder.present()
    crash(first)
    second = make(DOWN, clock=FakeClock(began=first.clock.began + 30.0))
    second.look()
    second.recorder.quit(hold=False)
    crash(second)

    third = make(clock=FakeClock(began=first.clock.began + 1000.0))
    deliver(third)

    assert sent(third).count("session_end") == 1


def test_rule_10_another_player_gets_a_cookie_an_installation_and_a_session(make):
    engine = make()
    engine.start()
    engine.recorder.present()
    engine.identify({"registered": "a"}, {}, "{}", None)
    engine.anonymize()
    engine.close()

    assert sent(engine) == [
        "installation", "session_start", "customers", "session_end", "session_start",
        "installation", "session_end",
    ]  # fmt: skip
    commands = [c for request in engine.server.requests for c in request]
    ids = [command["data"]["customer_ids"] for command in commands]
    assert len({i["cookie"] for i in ids[:4]}) == len({i["cookie"] for i in ids[4:]}) == 1
    assert ids[3]["registered"] == "a"
    assert "registered" not in ids[4]
    assert ids[3]["cookie"] != ids[4]["cookie"]


def test_the_player_is_known_at_the_next_launch(make):
    first = make()
    first.identify({"registered": "a"}, {}, "{}", None)
    first.close()

    assert make().recorder.identity.customer_ids == {"registered": "a"}


def test_losses_are_told_as_one_event_when_the_server_takes_events_again(make):
    engine = make()
    engine.run.cursor.lost.update({"jump": 3, "": 2})
    engine.look()
    nothing_yet = "journal_overflow" not in journaled_types(engine.home.folder)
    engine.courier.step()
    engine.look()
    engine.look()

    assert nothing_yet
    (told,) = [
        json.loads(line)["cmd"]["data"]["properties"]
        for path in engine.home.folder.glob("runs/*/*.jsonl")
        for line in path.read_text().splitlines()
        if "journal_overflow" in line
    ]
    assert (told["events"], told["by_type"], told["damaged"]) == (3, {"jump": 3}, 2)


def telling_of_losses(make):
    """An engine that has tracked what tells of its losses, and its disk, which is full."""
    disk = BrokenDisk()
    engine = make(disk=disk)
    engine.run.cursor.lost["jump"] = 3
    engine.courier.step()
    disk.broken = {"write", "create"}
    engine.look()
    return engine, disk


def test_losses_are_forgotten_once_the_event_that_tells_of_them_is_on_the_disk(make):
    engine, disk = telling_of_losses(make)
    engine.look()
    waiting = dict(engine.outbox.lost())
    disk.broken = set()
    engine.look()

    assert waiting == {"jump": 3}
    assert engine.outbox.lost() == {}
    assert journaled_types(engine.home.folder).count("journal_overflow") == 1


def test_without_a_disk_losses_are_forgotten_once_the_server_has_been_told(make):
    engine, _ = telling_of_losses(make)
    engine.courier.step()
    engine.look()
    engine.look()

    assert engine.outbox.lost() == {}
    assert sent(engine).count("journal_overflow") == 1


def test_rule_5_without_a_disk_nothing_is_held_for_a_relaunch(make):
    disk = BrokenDisk()
    disk.broken = {"make_folder", "open", "create", "lock"}
    engine = make(disk=disk, end_session_on_exit=False, clock=FakeClock())
    engine.recorder.present()
    engine.clock.now = 5.0

    engine.quit()

    assert engine.recorder.state.start is None


def test_a_home_that_cannot_be_written_costs_nothing_but_the_safety(make):
    disk = BrokenDisk()
    disk.broken = {"make_folder", "open", "create", "lock"}
    engine = make(disk=disk)
    engine.start()
    engine.recorder.event('"jump"', None, "{}")
    wait_until(lambda: "jump" in sent(engine), "what waits in memory")
    engine.close()

    assert sent(engine) == ["installation", "jump"]


def test_a_home_that_can_be_written_later_is_used_from_then_on(make):
    disk = BrokenDisk()
    disk.broken = {"make_folder", "open", "create", "lock"}
    engine = make(*[DOWN] * 99, disk=disk)
    engine.recorder.event('"jump"', None, "{}")
    disk.broken = frozenset()

    engine.look()

    assert journaled_types(engine.home.folder) == ["installation", "jump"]


class WatchedDisk(Disk):
    """The real disk, which notes on which thread it is asked to change something, and where."""

    CHANGES = frozenset(
        {"lock", "create", "open", "write", "write_at", "sync", "rename", "remove", "remove_folder"}
    )

    def __init__(self):
        self.asked, self._files = [], {}

    def __getattribute__(self, name):
        found = object.__getattribute__(self, name)
        if name not in WatchedDisk.CHANGES:
            return found

        def noted(target, *arguments, **keywords):
            path = target if isinstance(target, Path) else self._files[target]
            self.asked.append((threading.current_thread().name, name, path))
            result = found(target, *arguments, **keywords)
            if name in ("lock", "create", "open"):
                self._files[result] = path
            return result

        return noted


def test_the_courier_alone_touches_dead_runs(make):
    crashed = crashed_after_twelve_seconds(make)
    crashed.journal.close()  # Windows removes no file that is open
    dead = crashed.run
    disk = WatchedDisk()
    second = make(disk=disk)
    disk.asked.clear()  # the launch itself looks for them, on the game's thread

    second.start()
    wait_until(lambda: not dead.folder.exists(), "the end of the dead run")
    wait_until(lambda: len(ends(second)) == 1, "the end of its session")

    asked = [(thread, what) for thread, what, path in disk.asked if dead.name in str(path)]
    assert {thread for thread, _ in asked} == {"exponea_game courier"}
    assert {"write", "sync", "remove", "remove_folder"} <= {what for _, what in asked}


def test_an_error_of_the_librarys_own_ends_no_thread(make, monkeypatch, caplog):
    engine = make()
    monkeypatch.setattr(keeper, "LOOK", 0.01)
    monkeypatch.setattr(engine._keeper, "_report_lost", lambda: 1 / 0)
    looks = []
    tick = engine.recorder.tick
    monkeypatch.setattr(engine.recorder, "tick", lambda *_: looks.append(1) or tick())
    engine.start()

    wait_until(lambda: len(looks) > 5, "looks after an error")
    errors = [record for record in caplog.records if "error inside the library" in record.message]
    assert len(errors) <= 1


# Flush


@pytest.mark.parametrize("mode", ["immediate", "periodic", "manual"])
def test_a_flush_delivers_what_waits_in_every_mode(make, mode):
    engine = make(flush_mode=mode, flush_interval=3600.0)
    engine.start()
    assert engine.flush(10.0)[1:] == (0, "")
    engine.recorder.event('"jump"', None, "{}")

    assert engine.flush(10.0) == (1, 0, "")
    assert sent(engine) == ["installation", "jump"]


def test_a_flush_that_finds_nobody_says_so_in_time_and_ends(make):
    engine = make(*[DOWN] * 99, flush_mode="manual")
    engine.start()

    answers: list[tuple[int, int, str]] = []
    wait_until(lambda: answers.append(engine.flush(0.2)) or answers[-1][2], "what is wrong")
    count, left, trouble = answers[-1]

    assert (count, left) == (0, 1)
    assert "nobody listens" in trouble
    requests = len(engine.server.requests)
    assert not engine._loop._wishes
    assert requests <= 2


def test_a_flush_without_a_project_says_so(make):
    engine = make(project_token=None)
    engine.start()

    assert engine.flush(10.0) == (0, 1, engine.settings.why_not_sent)


def test_another_project_is_asked_at_once_after_a_refusal(make):
    engine = make(reply(401, errors=["no such project"]))
    engine.start()
    wait_until(lambda: engine.courier.last_error, "the refusal")

    engine.use(Settings(**{**PROJECT, "project_token": "right"}))

    wait_until(lambda: sent(engine).count("installation") == 2, "the second request")
    assert "/right/" in engine.server.address


# Quitting


class Hanging(FakeServer):
    """A server that answers when it is let go."""

    def __init__(self):
        super().__init__()
        self.asked, self.let_go = threading.Event(), threading.Event()

    def __call__(self, address, headers, data):
        self.asked.set()
        self.let_go.wait(30)
        return super().__call__(address, headers, data)


def test_quitting_does_not_wait_for_a_server_that_hangs(make):
    engine = make()
    engine.courier.sender.transport = server = Hanging()
    engine.start()
    engine.recorder.present()
    server.asked.wait(10)

    engine.close()

    types = journaled_types(engine.home.folder)
    assert types == ["installation", "session_start", "session_end"]
    assert any(thread.is_alive() for thread in engine._threads.threads)
    server.let_go.set()
    for thread in engine._threads.threads:
        thread.join(10)
    assert make().home.names()[:-1] == []


def test_a_log_out_on_one_thread_is_not_undone_by_a_log_in_on_another(make, monkeypatch):
    engine = make()
    save = engine.saver.file.save
    other = threading.Thread(target=engine.anonymize)

    def save_while_the_other_logs_out(identity):
        monkeypatch.undo()
        other.start()
        other.join(0.2)  # with one lock it cannot come to its end here
        save(identity)

    monkeypatch.setattr(engine.saver.file, "save", save_while_the_other_logs_out)
    engine.identify({"registered": "ada"}, {}, "{}", None)
    other.join(10)

    engine.look()
    assert engine.recorder.identity.customer_ids == {}
    assert engine.saver.file.load(0.0).customer_ids == {}


def test_on_a_disk_that_stalls_the_keeper_keeps_the_identity(make, monkeypatch):
    engine = make()
    engine.journal.append(1.0)
    monkeypatch.setattr(stall, "STALL", -1.0)
    engine.journal.append(2.0)  # a stall, however quick
    saved = []
    save = engine.saver.file.save
    monkeypatch.setattr(engine.saver.file, "save", lambda i: saved.append(i) or save(i))

    engine.identify({"registered": "ada"}, {}, "{}", None)
    engine.identify({"registered": "bob"}, {}, "{}", None)

    assert saved == []
    assert engine.journal.urgent.is_set()
    engine.look()
    assert [identity.customer_ids for identity in saved] == [{"registered": "bob"}]


def test_no_handler_is_called_under_a_lock_that_another_thread_may_want(make, caplog, monkeypatch):
    monkeypatch.setattr("exponea_game.system.log._logged", {})
    engine = make({"refused"}, clock=FakeClock())
    locks = [
        engine.journal.lock, engine.journal._work, engine.saver._saving, engine.outbox._at_work,
        engine.permission._placing,
    ]  # fmt: skip
    free = []

    def look():
        for lock in locks:
            free.append(lock.acquire(blocking=False))
            if free[-1]:
                lock.release()

    def handle(_record):
        another = threading.Thread(target=look)
        another.start()
        another.join()

    def fail(_identity):
        raise OSError("Input/output error")

    monkeypatch.setattr(caplog.handler, "emit", handle)
    monkeypatch.setattr(engine.saver.file, "save", fail)

    engine.identify({"registered": "ada"}, {}, "{}", None)
    after_the_identity = len(free)
    engine.recorder.event('"refused"', {}, "{}")
    deliver(engine)

    assert 0 < after_the_identity < len(free)
    assert all(free)


@pytest.mark.parametrize("withheld", [True, False])
def test_who_plays_is_missed_only_where_it_is_not_taken_back(make, caplog, monkeypatch, withheld):
    engine = make()

    def gone():
        if withheld:
            engine.permission.withhold(unasked=True)
        raise FileNotFoundError("no such folder")

    monkeypatch.setattr(engine.saver.file, "sync", gone)

    engine.look()

    assert ("the identity is not certain to be kept" in caplog.text) is not withheld


def test_wiping_leaves_nothing_even_while_a_server_hangs(make, tmp_path):
    engine = make()
    engine.courier.sender.transport = server = Hanging()
    engine.start()
    engine.recorder.present()
    server.asked.wait(10)

    engine.close(wipe=True)

    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert left == ["home.lock"]
    server.let_go.set()
    for thread in engine._threads.threads:
        thread.join(10)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["home.lock"]


def test_wiping_waits_for_a_keeper_in_the_middle_of_its_look(make, tmp_path, monkeypatch):
    engine = make()
    monkeypatch.setattr(engine_module, "QUIT_BUDGET", 10.0)
    begun, let_go = threading.Event(), threading.Event()
    maintain = engine.journal.maintain

    def slowly():
        if threading.current_thread().name == "exponea_game keeper":
            begun.set()
            let_go.wait(10)
            engine.home.occupy(engine.run)
        maintain()

    engine.journal.maintain = slowly
    engine.start()
    begun.wait(10)
    threading.Timer(0.2, let_go.set).start()  # long after a wipe that waits for nobody
    engine.close(wipe=True)
    for thread in engine._threads.threads:
        thread.join(10)

    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["home.lock"]


def test_wiping_tells_the_server_nothing_more(make):
    engine = make()
    engine.start()
    wait_until(lambda: sent(engine), "the installation")
    engine.recorder.present()
    engine.close(wipe=True)

    assert "session_end" not in sent(engine)


class Ending:
    """A run whose threads take 0.2 seconds to end."""

    def __init__(self, moment):
        self.moment, self.waited = moment, None

    def end(self, *, wipe):
        return not wipe

    def join(self, seconds):
        self.moment[0] += 0.2
        self.waited = seconds


def test_runs_that_end_together_share_one_deadline(monkeypatch):
    moment = [7.0]
    monkeypatch.setattr(engine_module, "stopwatch", lambda: moment[0])
    runs = [Ending(moment) for _ in range(3)]

    engine_module.close_all(runs)

    budget = engine_module.QUIT_BUDGET
    assert [run.waited for run in runs] == pytest.approx([budget, budget - 0.2, 0.0])


# Where a game's files lie


@pytest.mark.parametrize(
    ("name", "folder"),
    [("Comet", "Comet"), ("A/B: C", "A_B_ C"), ("..", "game"), ("Größe 2", "Größe 2")],
)
def test_each_game_has_a_folder_of_its_own(name, folder, monkeypatch, tmp_path):
    monkeypatch.setattr(opening.appdirs, "user_data_dir", lambda *_, **__: str(tmp_path))

    assert home_folder(Settings(app_name=name, environment="production")) == tmp_path / folder
    assert home_folder(Settings(app_name=name)) == tmp_path / folder / "development"
    assert home_folder(Settings(app_name=name, home="/x")).name == "x"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_gives_the_parents_runs_up(make):
    first = make(DOWN)
    crash(first)
    engine = make(DOWN)
    child = os.fork()
    if child == 0:
        engine.give_up_in_child()
        os._exit(0)
    os.waitpid(child, 0)

    assert dead_runs(engine.home) == []
    engine.recorder.event('"jump"', None, "{}")
    assert "jump" in journaled_types(engine.home.folder)
