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


@pytest.mark.parametrize("platform", ["win32", "freebsd14", "emscripten"])
def test_elsewhere_the_monotonic_clock_counts_sleep(platform):
    assert counting_sleep(platform) is time.monotonic


def test_a_linux_without_that_clock_takes_the_monotonic_one(monkeypatch):
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)

    assert counting_sleep("linux") is time.monotonic


@pytest.mark.parametrize("platform", ["linux", "darwin", "freebsd14"])
def test_the_monotonic_clock_does_not_count_sleep_but_on_windows(platform):
    assert not_counting_sleep(platform) is time.monotonic


def test_windows_has_a_clock_of_its_own_that_does_not_count_sleep(monkeypatch):
    def query(reference):
        reference._obj.value = 25_000_000

    kernel32 = SimpleNamespace(QueryUnbiasedInterruptTime=query)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel32), raising=False)

    assert not_counting_sleep("win32")() == 2.5


@pytest.mark.parametrize("platform", ["win32", "freebsd14"])
def test_some_systems_do_not_tell_one_boot_from_another(platform):
    assert boot_identity(platform) == ""


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
    run = Engine(Settings(home=tmp_path, app_name="breath"))

    run.courier._yield_lock()

    run.close()
    assert pauses == [clock.LOCK_PAUSE]
    assert clock.LOCK_PAUSE > 0
