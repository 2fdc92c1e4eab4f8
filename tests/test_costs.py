"""What tracking costs, in counts that are the same on every machine.

The speeds themselves are measured by ``tests/benchmarks``. These limits guard what they rest on:
one write to the disk for each event, no work that grows, a worker that handles bytes and not
objects, a library that sleeps while nothing happens, and nothing left behind.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
import tracemalloc
from collections import Counter
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from hours import EVENTS as EVENTS_A_SECOND
from hours import MINUTE, Hours
from support.fakes import FakeClock, FakeServer, FakeWorld

from exponea_game.delivery.courier import Courier
from exponea_game.delivery.outbox import TIDY, Outbox
from exponea_game.delivery.reporter import Reporter
from exponea_game.delivery.transport import Reply, RequestsTransport
from exponea_game.events.limits import BATCH_LIMIT
from exponea_game.player.identity import IdentityFile
from exponea_game.recovery.opening import begin
from exponea_game.recovery.runs import Home
from exponea_game.run.engine import Engine
from exponea_game.settings import Settings
from exponea_game.system.disk import Disk
from exponea_game.testing import FakeWindow
from exponea_game.tracker import Tracker

PROPERTIES = {
    "level": 3, "seconds": 41.2, "world": "ice caves", "deaths": 2, "boss": False, "score": 123456,
}  # fmt: skip
PROJECT = {"project_token": "abc", "authorization": "Token key", "environment": "test"}
EVENTS = 200
LINE = 412
"""Bytes of such an event in the journal."""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="counted by Linux")


class CountingDisk(Disk):
    """The real disk, which counts what it is asked for and the bytes it is given."""

    def __init__(self):
        self.counts, self.bytes_read = Counter(), 0

    def __getattribute__(self, name):
        found = object.__getattribute__(self, name)
        if name.startswith("_") or not callable(found):
            return found

        def counted(*arguments, **keywords):
            self.counts[name] += 1
            if name == "write":
                self.counts["bytes"] += len(arguments[1])
            came = found(*arguments, **keywords)
            if name == "read":
                self.bytes_read += len(came)
            return came

        return counted


@pytest.fixture
def tracker(tmp_path):
    """A tracker that has tracked before, and sends nothing by itself."""
    tracker = Tracker(**PROJECT, home=tmp_path, app_name="costs", flush_mode="manual")
    tracker.configure()
    for _ in range(EVENTS):
        tracker.track_event("shot", PROPERTIES)
    yield tracker
    tracker.stop()


def track(tracker, count=EVENTS):
    for _ in range(count):
        tracker.track_event("shot", PROPERTIES)


def calls_during(work):
    """How many functions are called on this thread, those of C included."""
    return sum(kind in ("call", "c_call") for kind, _ in _profile(work))


def system_calls_during(work):
    """The functions that may ask the system for something and are called on this thread."""
    called = [function for kind, function in _profile(work) if kind == "c_call"]
    return Counter(function.__name__ for function in called if _asks_the_system(function))


def _profile(work):
    calls = []
    sys.setprofile(lambda _frame, kind, argument: calls.append((kind, argument)))
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def _asks_the_system(function):
    if function.__name__ in ("fspath", "register"):
        return False
    owner = type(getattr(function, "__self__", None)).__name__
    return owner in ("socket", "poll") or getattr(function, "__module__", "") == "posix"


def at_each_step(work, look):
    """Do some work, and look at each of its bytecodes on this thread."""

    def trace(frame, event, _argument):
        frame.f_trace_opcodes = True
        look(event)
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(None)


def steps_during(work):
    """How many bytecodes are run on this thread."""
    steps = 0

    def count(event):
        nonlocal steps
        steps += event == "opcode"

    at_each_step(work, count)
    return steps


def blocks_during(work):
    """How many blocks of memory are taken on this thread and kept beyond a single bytecode."""
    taken = before = 0

    def compare(_event):
        nonlocal taken, before
        now = sys.getallocatedblocks()
        taken, before = taken + max(0, now - before) * (before > 0), now

    at_each_step(work, compare)
    return taken


def peak_of(work):
    """Bytes allocated at once; what other threads do meanwhile may be among them."""
    gc.collect()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    work()
    return tracemalloc.get_traced_memory()[1] - before


@pytest.fixture
def traced():
    """The bytes that are allocated are counted."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


# A call on the game's thread.


def test_an_event_is_one_write_and_nothing_else_of_the_disk(tmp_path):
    disk = CountingDisk()
    home = Home(tmp_path, disk)
    _, journal = home.begin(FakeClock())
    disk.counts.clear()

    for number in range(EVENTS):
        journal.append(float(number), '{"name":"customers/events"}')

    assert disk.counts.keys() == {"write", "bytes"}
    assert disk.counts["write"] == EVENTS


@LINUX
def test_the_kernel_sees_one_write_for_each_event_of_the_callers_thread(tracker):
    def asked():
        lines = Path("/proc/thread-self/io").read_text(encoding="utf-8").splitlines()
        return {name: int(value) for name, value in (line.split(": ") for line in lines)}

    before = asked()
    track(tracker)
    after = asked()

    assert after["syscw"] - before["syscw"] == EVENTS
    assert after["syscr"] - before["syscr"] <= 3  # reading the counters themselves
    assert (after["wchar"] - before["wchar"]) / EVENTS <= LINE + 8


def test_an_event_takes_about_thirty_calls(tracker):
    rounds = (calls_during(lambda: track(tracker, 10)) / 10 for _ in range(60))

    assert any(calls <= 27 for calls in rounds)  # a disk that stalls takes more for a moment


def test_an_event_takes_about_five_hundred_steps_of_the_interpreter(tracker):
    limit = 560 if sys.version_info < (3, 12) else 700  # each version has steps of its own

    rounds = (steps_during(lambda: track(tracker, 10)) / 10 for _ in range(60))

    assert any(steps <= limit for steps in rounds)


def test_an_event_takes_about_thirty_blocks_of_memory(tracker):
    limit = 31 if sys.version_info < (3, 13) else 50  # there JSON is made otherwise

    gc.collect()
    rounds = (blocks_during(lambda: track(tracker, 10)) / 10 for _ in range(60))

    assert any(blocks <= limit for blocks in rounds)  # others' threads take some at any moment


def test_the_text_of_an_event_is_copied_few_times(tracker, traced):
    track(tracker, 10)

    least = min(peak_of(lambda: track(tracker, 1)) for _ in range(10))

    assert least <= 6.4 * LINE


def test_events_leave_nothing_in_memory(tracker):
    def left():
        gc.collect()
        before = sys.getallocatedblocks()
        track(tracker, 10 * EVENTS)
        gc.collect()
        return sys.getallocatedblocks() - before

    track(tracker)

    assert min(left() for _ in range(3)) <= 30  # what stays, stays each time


# A launch.


def leave_runs(folder, count, *, closed):
    """Dead runs, with all that they had settled but some events, or with a session left open."""
    home = Home(folder, Disk())
    for _ in range(count):
        run, journal = home.begin(FakeClock())
        journal.append(1.0, '{"name":"customers/events"}')
        if closed:
            run.cursor.close_run()
        home.release(run)


@pytest.mark.parametrize(
    ("closed", "each"),
    [
        (True, {"read": 1}),
        (False, {"lock": 1, "open": 1, "read": 3, "names": 1, "size": 1}),
    ],
)
def test_a_launch_asks_the_disk_for_a_handful_for_each_dead_run(tmp_path, closed, each):
    def asked(count):
        folder, disk = tmp_path / str(count), CountingDisk()
        leave_runs(folder, count, closed=closed)
        disk.counts.clear()
        opening = begin(Home(folder, disk), IdentityFile(folder, disk), FakeClock(), 60.0)
        assert len(opening.adopted.runs) == count
        return disk.counts

    few, more = asked(2), asked(12)

    assert more - few == {name: 10 * times for name, times in each.items()}


def test_a_dead_run_is_read_no_further_than_its_last_segments(tmp_path):
    home = Home(tmp_path, Disk())
    run, journal = home.begin(FakeClock())
    for number in range(2 * EVENTS):
        journal.append(float(number), '{"name":"customers/events","of":"%s"}' % ("x" * 20_000))
        journal.maintain()  # which begins new segments
    home.release(run)
    written = sum(path.stat().st_size for path in run.folder.iterdir())
    disk = CountingDisk()

    begin(Home(tmp_path, disk), IdentityFile(tmp_path, disk), FakeClock(), 60.0)

    assert written > 7 << 20
    assert disk.bytes_read <= 3 << 20


# Play that goes on.


def test_minutes_of_play_leave_nothing_in_memory(tmp_path):
    hours = Hours(tmp_path)
    hours.play(MINUTE)

    def left():
        gc.collect()
        before = sys.getallocatedblocks()
        hours.play(MINUTE)
        gc.collect()
        return sys.getallocatedblocks() - before

    assert min(left() for _ in range(3)) <= 20  # what stays, stays each time
    assert hours.server.taken >= 3 * MINUTE * EVENTS_A_SECOND
    hours.engine.close()


# The threads of the library.


class Station:
    """A courier with a full outbox, which has sent two batches before."""

    def __init__(self, folder, post, **settings):
        self.disk, clock = CountingDisk(), FakeClock()
        home = Home(folder, self.disk)
        run, journal = home.begin(clock)
        outbox = Outbox(home, run, journal, 64 << 20)
        self.courier = Courier(Settings(**PROJECT, **settings), outbox, clock, post, lambda: 0.5)
        self.courier.hurry()  # one request after another, on the thread that is looked at
        command = '{"name":"customers/events","data":{"event_type":"shot","of":"%s"}}' % ("x" * 300)
        for number in range(12 * BATCH_LIMIT):
            journal.append(float(number), command)
        self.courier.step()
        self.courier.step()
        self.disk.counts.clear()


class Accepting:
    """Accepts every batch without looking into it."""

    REPLY = Reply(200, {}, json.dumps({"results": [{"success": True}] * BATCH_LIMIT}).encode())

    def __init__(self):
        self.size = 0

    def __call__(self, _address, _headers, data):
        assert data.count(b'"command_id"') == BATCH_LIMIT
        self.size = len(data)
        return self.REPLY


def test_a_batch_is_sent_without_looking_into_its_events(tmp_path):
    station = Station(tmp_path, Accepting())

    calls = calls_during(station.courier.step)

    assert calls / BATCH_LIMIT <= 16


def test_a_batch_takes_few_steps_of_the_interpreter_for_each_event(tmp_path):
    station = Station(tmp_path, Accepting())

    steps = steps_during(station.courier.step)

    assert steps / BATCH_LIMIT <= 190


def test_a_batch_costs_a_handful_of_the_disk(tmp_path):
    station = Station(tmp_path, Accepting())

    station.courier.step()

    assert station.disk.counts.total() - station.disk.counts["bytes"] <= 7
    assert station.disk.counts["sync"] == 0


def test_the_bytes_of_a_batch_are_copied_few_times(tmp_path, traced):
    post = Accepting()
    station = Station(tmp_path, post)

    least = min(peak_of(station.courier.step) for _ in range(5))

    assert least <= 4.9 * post.size


@LINUX
def test_a_batch_asks_the_system_for_less_than_half_of_what_it_holds(tmp_path, service):
    with closing(RequestsTransport()) as post:
        station = Station(tmp_path, post, base_url=service)

        asked = system_calls_during(station.courier.step)

    assert asked["send"] >= 1
    assert asked.total() <= 16, asked


@LINUX
def test_a_library_that_idles_wakes_once_a_second_at_the_most(tmp_path):
    tracker = Tracker(**PROJECT, home=tmp_path, app_name="costs")
    server = FakeServer()
    tracker.configure()
    tracker._life.engine.courier.sender.transport = server
    tracker.flush(10.0)
    ours = [thread for thread in threading.enumerate() if thread.name.startswith("exponea_game")]

    def wakes():
        total = 0
        for thread in ours:
            status = Path(f"/proc/self/task/{thread.native_id}/status").read_text(encoding="utf-8")
            total += int(status.split("voluntary_ctxt_switches:")[1].split()[0])
        return total

    deadline = time.monotonic() + 20
    while tracker._life.engine.journal.urgent.is_set() and time.monotonic() < deadline:
        time.sleep(0.05)  # a machine that stalled is no machine that idles
    seconds = 4

    def woken():
        before = wakes()
        threading.Event().wait(seconds)  # idling is what is looked at, so that time has to pass
        return wakes() - before

    # A disk that makes the library wait for its first syncs wakes it as well: the quietest counts.
    quietest = seconds + 1
    for _ in range(5):
        quietest = min(quietest, woken())
        if quietest <= seconds:
            break
    tracker.stop()

    assert ours
    assert quietest <= seconds


class Doze:
    """An event that is never set: each wait for it lets made-up time pass, and is counted."""

    def __init__(self, clock, end, stop):
        self.clock, self.end, self.stop, self.waits = clock, end, stop, 0

    def wait(self, seconds):
        self.waits += 1
        self.clock.now += seconds
        if self.clock.now >= self.end:
            self.stop.set()
        return False

    def nothing(self):
        """Whoever sets it has a test of its own."""

    set = clear = is_set = nothing


class PygletLoop:
    """pyglet's event loop, which counts by how many private events it is woken."""

    is_running = True
    woken = 0

    def post_event(self, dispatcher, name):
        self.woken += 1
        dispatcher.dispatch_event(name)

    def dispatch_event(self, *_):
        pass


class IdleGame:
    """A game with a window in which nothing happens for made-up minutes, and all our threads."""

    def __init__(self, folder, monkeypatch, *answers, frames=False, **settings):
        self.clock, self.loop, self.courier_woken = FakeClock(), PygletLoop(), 0
        app = SimpleNamespace(event_loop=self.loop, platform_event_loop=self.loop, windows=set())
        monkeypatch.setitem(sys.modules, "pyglet.app", app)
        world = FakeWorld(clock=self.clock, server=FakeServer(*answers))
        self.engine = Engine(Settings(home=folder, app_name="idle", **settings), world)
        self.window, self.frames = FakeWindow(), frames
        self.engine.windows.attach(self.window)
        self.engine.look()
        self.draw()
        self.wake_courier()

        def post(*_):
            return Reply(200, {}, b"")

        self.reporter = Reporter("http://127.0.0.1:9", self.engine.status, post)
        self.changes, self.reporter.wake = 0, self.wake_reporter
        self.reports(1)
        self.keeper = self.engine._keeper
        self.keeper.report = self.report

    def report(self):
        """The keeper has looked."""
        self.draw()
        self.reporter.look()

    def draw(self):
        """Draw a frame, in a game that moves."""
        if self.frames:
            self.window.dispatch_event("on_draw")

    def idle(self, seconds=600):
        """How often anything of ours wakes up, by who it is."""
        stop, end = threading.Event(), self.clock.now + seconds
        rest = self.engine.journal.urgent = Doze(self.clock, end, stop)
        self.loop.woken = self.courier_woken = self.changes = 0
        self.keeper.run(stop, self.wake_courier)
        return Counter(
            keeper=rest.waits,
            courier=self.courier_woken,
            game=self.loop.woken,
            reporter=self.changes,
        )

    def wake_reporter(self):
        self.changes += 1

    def wake_courier(self):
        self.courier_woken += 1
        while self.engine.courier.step() == 0:
            pass

    def reports(self, seconds=600):
        """How often the thread wakes that tells a collector how an idle run is."""
        stop, end = threading.Event(), self.clock.now + seconds
        rest = self.reporter._news = Doze(self.clock, end, stop)
        self.reporter.work(stop)
        return rest.waits


@pytest.fixture
def idle_game(tmp_path, monkeypatch):
    games = []

    def idle_game(*answers, **settings):
        games.append(IdleGame(tmp_path, monkeypatch, *answers, **settings))
        return games[-1]

    yield idle_game
    for game in games:
        game.engine.journal.urgent = threading.Event()
        game.engine.close()


@pytest.mark.parametrize(
    "settings",
    [PROJECT, {}, {"flush_mode": "manual", **PROJECT}, {"collector": "http://127.0.0.1:9"}],
    ids=["project", "nowhere", "manual", "collector"],
)
def test_a_game_in_which_nothing_happens_wakes_about_once_a_second_for_us(idle_game, settings):
    game = idle_game(**settings)

    woken = game.idle()
    reports = game.reports() if "collector" in settings else 0

    assert woken["keeper"] > 60
    assert woken.total() + reports <= 680, woken


def test_a_game_that_draws_frames_is_never_woken_to_ask_for_the_focus(idle_game):
    game = idle_game(frames=True, **PROJECT)

    assert game.idle()["game"] == 0
    assert game.engine.recorder.state.start is not None


def test_the_game_is_woken_once_the_keeper_has_done_all_it_has_to(idle_game, monkeypatch):
    game, looks = idle_game(**PROJECT), []
    journal, post = game.engine.journal, game.loop.post_event
    maintain = journal.maintain
    monkeypatch.setattr(journal, "maintain", lambda: looks[-1].append("kept") or maintain())
    game.loop.post_event = lambda *given: looks[-1].append("woken") or post(*given)

    for _ in range(10):
        looks.append([])
        game.clock.now += 2.0
        game.engine.look()

    assert ["kept", "woken"] in looks
    assert {tuple(look) for look in looks} <= {("kept",), ("kept", "woken")}


def test_a_courier_that_may_not_ask_yet_is_woken_to_keep_house_alone(idle_game):
    game = idle_game(Reply(429, {"Retry-After": "300"}, b""), **PROJECT)

    woken = game.idle(290)

    assert game.engine.outbox.fresh() > 0
    assert woken["courier"] <= 290 / TIDY


# What is left.


class Service(BaseHTTPRequestHandler):
    """Accepts every batch, over a real connection that is kept open."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        commands = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["commands"]
        body = json.dumps({"results": [{"success": True}] * len(commands)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def service():
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def held():
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


@LINUX
@pytest.mark.parametrize("there", [True, False])
def test_a_tracker_that_stopped_leaves_no_thread_and_no_open_file(tmp_path, service, there):
    before = held()
    address = service if there else "http://127.0.0.1:9"
    tracker = Tracker(**PROJECT, home=tmp_path, app_name="costs", base_url=address)
    tracker.configure()
    track(tracker)
    sent = tracker.flush(5.0).sent

    tracker.stop()

    deadline = time.monotonic() + 5
    while held() != before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (sent > 0) is there
    assert held() == before
