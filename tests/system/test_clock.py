from __future__ import annotations

import ctypes
import sys
import time
from types import SimpleNamespace

import pytest

from exponea_game.run.engine import Engine
from exponea_game.settings import Settings
from exponea_game.system import clock
from exponea_game.system.clock import Clock, boot_identity, counting_sleep, not_counting_sleep


@pytest.mark.parametrize(("platform", "number"), [("linux", 7), ("darwin", 6)])
def test_linux_and_macos_have_a_clock_that_counts_sleep(platform, number, monkeypatch):
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 7, raising=False)
    monkeypatch.setattr(time, "CLOCK_MONOTONIC", 6, raising=False)
    monkeypatch.setattr(time, "clock_gettime", lambda which: 100.0 + which, raising=False)

    assert counting_sleep(platform)() == 100.0 + number


@pytest.mark.parametrize("platform", ["freebsd14", "emscripten"])
def test_elsewhere_the_monotonic_clock_counts_sleep(platform):
    assert counting_sleep(platform) is time.monotonic


def test_a_linux_without_that_clock_takes_the_monotonic_one(monkeypatch):
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)

    assert counting_sleep("linux") is time.monotonic


@pytest.mark.parametrize("platform", ["linux", "darwin", "freebsd14"])
def test_the_monotonic_clock_does_not_count_sleep_but_on_windows(platform):
    assert not_counting_sleep(platform) is time.monotonic


@pytest.fixture
def windows(monkeypatch):
    """Gives Windows clocks, by name, that stand at some seconds."""

    def give(**clocks):
        def query(seconds):
            def answer(reference):
                reference._obj.value = round(seconds * 10_000_000)

            return answer

        library = SimpleNamespace(**{name: query(seconds) for name, seconds in clocks.items()})
        monkeypatch.setattr(ctypes, "WinDLL", lambda _name: library, raising=False)

    return give


def test_the_clocks_of_windows_are_the_precise_ones(windows):
    windows(
        QueryInterruptTimePrecise=3.5,
        QueryUnbiasedInterruptTimePrecise=2.5,
        QueryUnbiasedInterruptTime=2.4,
    )

    assert (counting_sleep("win32")(), not_counting_sleep("win32")()) == (3.5, 2.5)


def test_an_older_windows_has_coarser_clocks(windows):
    windows(QueryUnbiasedInterruptTime=2.4)

    assert counting_sleep("win32") is time.monotonic
    assert not_counting_sleep("win32")() == 2.4


def test_some_systems_do_not_tell_one_boot_from_another():
    assert boot_identity("freebsd14") == ""


if sys.platform == "win32":  # whose registry it is

    def test_windows_tells_one_boot_from_another():
        number, _, moment = boot_identity("win32").partition("-")

        assert (number.isdigit(), int(moment, 16) > 0) == (True, True)
        assert boot_identity("win32") == boot_identity("win32")

    def test_setting_the_clock_of_windows_makes_no_other_boot(monkeypatch):
        times = [1000, 2000, 0, 0, 0, 0]

        def ask(_which, buffer, _size, _needed):
            buffer[:] = times
            return 0

        library = SimpleNamespace(NtQuerySystemInformation=ask)
        monkeypatch.setattr(ctypes, "WinDLL", lambda _name: library)
        before = boot_identity("win32")

        times[0] += 600
        times[4] += 600
        after_it_was_set = boot_identity("win32")
        times[0] += 1
        after_another_boot = boot_identity("win32")

        assert before == after_it_was_set != after_another_boot


@pytest.mark.skipif(sys.platform != "linux", reason="the file is Linux's")
def test_linux_tells_one_boot_from_another():
    assert len(boot_identity("linux")) == 36
    assert boot_identity("linux") == boot_identity("linux")


def test_a_run_goes_on_from_its_beginning_whatever_the_wall_clock_does(monkeypatch):
    moment = [500.0]
    monkeypatch.setattr(clock, "counting_sleep", lambda: lambda: moment[0])
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)
    run = Clock()

    moment[0] = 507.5
    monkeypatch.setattr(time, "time", lambda: 0.0)

    assert run.elapsed() == 7.5
    assert (run.read().elapsed, run.read().wall) == (7.5, 1_700_000_007.5)
    assert run.boot_elapsed == 500.0


def test_the_real_clock_goes_forward():
    run = Clock()

    readings = [run.read() for _ in range(1000)]

    assert readings == sorted(readings, key=lambda reading: reading.elapsed)
    assert readings[0].elapsed >= 0.0
    assert abs(readings[0].wall - time.time()) < 3600


def test_a_breath_is_a_real_pause_and_the_courier_of_a_run_takes_it(monkeypatch, tmp_path):
    pauses = []
    monkeypatch.setattr(clock, "pause", pauses.append)
    run = Engine(Settings(home=tmp_path, app_name="pause"))

    run.courier._yield_lock()

    run.close()
    assert pauses == [clock.lock_pause()]


@pytest.mark.parametrize(
    ("platform", "version", "is_real"),
    [("win32", (3, 10), False), ("win32", (3, 11), True), ("linux", (3, 10), True)],
)
def test_leaving_the_lock_is_no_step_of_a_coarse_clock(platform, version, is_real):
    assert (clock.lock_pause(platform, version) > 0) is is_real
