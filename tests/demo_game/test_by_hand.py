"""A person plays: keys and clicks in a real window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from desktop import Desktop, Program, wait_until

from exponea_game.collector import Collector

TITLE = "Comet Courier"


class Player:
    """Hands on the keyboard and the mouse, and eyes on what the collector received."""

    def __init__(self, desktop: Desktop, game: Program, collector: Collector) -> None:
        self.desktop, self.game, self.collector = desktop, game, collector

    def press(self, *keys: str) -> None:
        for key in keys:
            self.desktop.xdotool("key", "--delay", 40, key)

    def type(self, text: str) -> None:
        self.desktop.xdotool("type", "--delay", 40, text)

    def click(self, x: int, y: int) -> None:
        """Click on a place of the 1280 by 720 that the game draws, y from above."""
        window = self.desktop.window(TITLE)
        shape = self.desktop.xdotool("getwindowgeometry", "--shell", window)
        sizes = dict(line.split("=") for line in shape.splitlines())
        width, height = int(sizes["WIDTH"]), int(sizes["HEIGHT"])
        scale = min(width / 1280, height / 720)
        x, y = round(width / 2 + (x - 640) * scale), round(height / 2 + (y - 360) * scale)
        self.desktop.xdotool("mousemove", "--window", window, x, y, "click", 1)

    def ask(self, what: str) -> list[dict[str, Any]]:
        return requests.get(f"{self.collector.url}/_/{what}", timeout=5).json()

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.ask("events") if event["event_type"] == kind]

    def wait_for(self, kind: str) -> dict[str, Any]:
        return wait_until(lambda: self.events(kind), f"a {kind}")[-1]["properties"]


@contextmanager
def at_the_title(desktop: Desktop, home: Path) -> Iterator[Player]:
    with Collector() as collector:
        places = {"EXPONEA_COLLECTOR": collector.url, "EXPONEA_GAME_HOME": str(home)}
        with desktop.run("-m", "demo_game", "--home", home, **places) as game:
            player = Player(desktop, game, collector)
            desktop.focus(TITLE)
            player.wait_for("session_start")
            yield player


@pytest.fixture
def player(desktop: Desktop, tmp_path: Path) -> Iterator[Player]:
    with at_the_title(desktop, tmp_path) as player:
        yield player


def test_a_typed_name_identifies_the_customer(player: Player) -> None:
    player.type("Adx")
    player.press("BackSpace")
    player.type("a")
    player.press("Return")

    assert player.wait_for("level_start")["level"] == 1
    ids = [customer["ids"] for customer in player.ask("customers")]
    assert [their.get("registered") for their in ids] == [["ada"]]


def test_a_click_plays_without_a_name_and_nobody_is_identified(player: Player) -> None:
    player.click(344, 574)

    player.wait_for("level_start")
    assert all("registered" not in customer["ids"] for customer in player.ask("customers"))


def test_a_switch_in_the_settings_is_told(player: Player) -> None:
    player.press("Down", "Down", "Down", "Down", "Return", "Return")

    told = player.wait_for("settings_changed")
    assert (told["setting"], told["value"]) == ("sound", False)


def test_consent_withdrawn_and_given_again_begins_anew(player: Player) -> None:
    player.press("Down", "Down", "Down", "Down", "Return", "Up", "Up", "Return", "Return")

    player.wait_for("settings_changed")
    wait_until(lambda: len(player.events("session_start")) == 2, "a second session")
    told = [event["properties"] for event in player.events("settings_changed")]
    assert [(their["setting"], their["value"]) for their in told] == [("send_play_data", True)]


def test_closing_the_window_ends_the_session(player: Player) -> None:
    player.press("alt+F4")

    assert player.game.wait() == 0
    assert player.wait_for("session_end")["reason"] == "quit"
