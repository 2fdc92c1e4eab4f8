from __future__ import annotations

import getpass
import os
import platform
import socket
import sys
from types import SimpleNamespace

import pytest

from exponea_game import __version__
from exponea_game.system import device


@pytest.fixture
def model(monkeypatch):
    """Sets what the maker calls this machine."""
    monkeypatch.setattr(getpass, "getuser", lambda: "astrid")
    monkeypatch.setattr(socket, "gethostname", lambda: "tower")
    return lambda name: monkeypatch.setattr(device, "_model", lambda _system: name)


def test_the_machine_and_the_library_are_told(model, monkeypatch):
    model("20XW0055GE")
    monkeypatch.setattr(device, "_system", lambda _system: ("Linux", "6.1"))

    assert device.properties("1.2.3") == {
        "os_name": "Linux",
        "os_version": "6.1",
        "sdk": "exponea_game",
        "sdk_version": __version__,
        "device_type": "desktop",
        "device_model": "20XW0055GE",
        "app_version": "1.2.3",
    }


@pytest.mark.parametrize(
    "name",
    ["", "Astrid's Laptop", "TOWER-1", "To Be Filled By O.E.M.", "System Product Name", "None"],
)
def test_a_model_that_names_a_person_or_says_nothing_is_left_out(model, name):
    model(name)

    assert "device_model" not in device.properties(None)


def test_a_handheld_is_called_as_people_call_it(model):
    model("Jupiter")

    assert device.properties(None)["device_model"] == "Steam Deck"


def test_a_user_without_a_name_hides_nothing(model, monkeypatch):
    def fail():
        raise OSError("no such user")

    model("20XW0055GE")
    monkeypatch.setattr(getpass, "getuser", fail)

    assert device.properties(None)["device_model"] == "20XW0055GE"


def test_without_a_version_the_game_tells_none(model):
    model("")

    assert "app_version" not in device.properties(None)


@pytest.mark.parametrize(
    ("system", "told"),
    [
        ("win32", ("Windows", "10.0.22631")),
        ("darwin", ("macOS", "14.5")),
        ("linux", ("Linux", "6.1")),
    ],
)
def test_each_system_is_told_by_its_usual_name(system, told, monkeypatch):
    version = SimpleNamespace(major=6, minor=2, build=9200, platform_version=(10, 0, 22631))
    monkeypatch.setattr(sys, "getwindowsversion", lambda: version, raising=False)
    monkeypatch.setattr(platform, "mac_ver", lambda: ("14.5", ("", "", ""), "arm64"))
    kernel = SimpleNamespace(sysname="Linux", release="6.1")
    monkeypatch.setattr(os, "uname", lambda: kernel, raising=False)

    assert device._system(system) == told


@pytest.mark.parametrize("system", ["linux", "darwin", "sunos"])
def test_a_model_that_cannot_be_asked_for_is_none(system, monkeypatch):
    monkeypatch.setattr(device, "Path", lambda _path: SimpleNamespace())
    monkeypatch.setattr(device.ctypes, "CDLL", lambda _name: SimpleNamespace())

    assert device._model(system) == ""
