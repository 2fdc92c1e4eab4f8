"""A person plays: keys and clicks in a real window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image
from support.desktop import Desktop, Program, wait_until
from support.leftovers import send_leftovers

from demo_game.logbook import Logbook
from exponea_game.collector import Collector
from exponea_game.inspector.sheet import CARD

TITLE = "Comet Courier"
QUILL, POMELO = (880, 300), (370, 345)
"""Places within the halos of the first level's planets, y from above."""
ENOUGH = 20_000
"""Pixels that make a panel."""
THERE = 3.0
"""Seconds in which the ship flies from one to the other."""


class Player:
    """Hands on the keyboard and the mouse, and eyes on what the collector received."""

    def __init__(self, desktop: Desktop, game: Program, collector: Collector, home: Path) -> None:
        self.desktop, self.game, self.collector, self.home = desktop, game, collector, home

    def press(self, *keys: str) -> None:
        for key in keys:
            self.desktop.xdotool("key", "--delay", 40, key)

    def type(self, text: str) -> None:
        self.desktop.xdotool("type", "--delay", 40, text)

    def click(self, x: int, y: int) -> None:
        """Click on a place of the 1280 by 720 that the game draws, y from above."""
        self.point(x, y)
        self.desktop.xdotool("click", 1)

    def point(self, x: int, y: int) -> None:
        """Move the mouse to such a place."""
        width, height = self.size()
        scale = min(width / 1280, height / 720)
        x, y = round(width / 2 + (x - 640) * scale), round(height / 2 + (y - 360) * scale)
        self.desktop.xdotool("mousemove", "--window", self.desktop.window(TITLE), x, y)

    def size(self) -> tuple[int, int]:
        """The inside of the window, in pixels."""
        shape = self.desktop.xdotool("getwindowgeometry", "--shell", self.desktop.window(TITLE))
        sizes = dict(line.split("=") for line in shape.splitlines())
        return int(sizes["WIDTH"]), int(sizes["HEIGHT"])

    def quit(self) -> str:
        """Close the window; returns which screen it showed."""
        self.press("alt+F4")
        assert self.game.wait() == 0
        return json.loads((self.home / "report.json").read_text())["screen"]

    def sees_the_inspector(self) -> bool:
        """Whether the ground of its cards is there, which is no ink of the game's."""
        picture = self.home / "desktop.png"
        self.desktop.screenshot(picture)
        ground = tuple(round(255 * part) for part in CARD[:3])
        with Image.open(picture) as shown:
            pixels = shown.convert("RGB").getcolors(1 << 24)
        return sum(count for count, colour in pixels if colour == ground) > ENOUGH

    def logbook(self) -> dict[str, Any]:
        """What the game keeps on disk."""
        return json.loads((self.home / "logbook.json").read_text())

    def ask(self, what: str) -> list[dict[str, Any]]:
        return requests.get(f"{self.collector.url}/_/{what}", timeout=5).json()

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.ask("events") if event["event_type"] == kind]

    def send_leftovers(self) -> None:
        """What the game has left when it went, to where it goes."""
        send_leftovers(self.home, {"EXPONEA_COLLECTOR": self.collector.url})

    def wait_for(self, kind: str) -> dict[str, Any]:
        return wait_until(lambda: self.events(kind), f"a {kind}")[-1]["properties"]


@contextmanager
def at_the_title(desktop: Desktop, home: Path) -> Iterator[Player]:
    with Collector() as collector:
        places = {"EXPONEA_COLLECTOR": collector.url, "EXPONEA_GAME_HOME": str(home)}
        words = ["--home", home, "--report", home / "report.json"]
        with desktop.run("-m", "demo_game", *words, **places) as game:
            player = Player(desktop, game, collector, home)
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


def test_enter_without_a_name_offers_to_play_without_one(player: Player) -> None:
    player.press("Return", "Return")

    player.wait_for("level_start")
    assert all("registered" not in customer["ids"] for customer in player.ask("customers"))


def test_a_name_is_played_under_wherever_the_mouse_rests(player: Player) -> None:
    player.point(344, 574)
    player.type("Ada")
    player.press("Return")

    player.wait_for("level_start")
    assert [customer["ids"].get("registered") for customer in player.ask("customers")] == [["ada"]]


def test_the_first_level_is_won_with_the_mouse_and_its_score_is_kept(player: Player) -> None:
    player.type("Ada")
    player.press("Return")
    player.wait_for("level_start")
    player.desktop.xdotool("mousedown", 1)

    for x, y in cycle((QUILL, POMELO)):
        player.point(x, y)
        with suppress(AssertionError):
            won = wait_until(lambda: player.events("level_complete"), "a win", THERE)[0]
            break
    player.desktop.xdotool("mouseup", 1)
    player.press("Down", "Down", "Return")

    best = wait_until(lambda: player.logbook()["best"], "an entry in the ledger")
    assert best == [["Ada", won["properties"]["score"], 1]]


def test_crystals_buy_an_upgrade_in_the_hangar(desktop: Desktop, tmp_path: Path) -> None:
    Logbook(crystals=9, file=tmp_path / "logbook.json").save()

    with at_the_title(desktop, tmp_path) as player:
        player.press("Down", "Down", "Return")
        player.press("Right", "Return", "Return")  # the hull, and once more than can be paid

        bought = player.wait_for("upgrade_bought")
        assert (bought["item"], bought["grade"], bought["price"]) == ("hull", 1, 6)
        assert player.wait_for("virtual_payment")["item_name"] == "hull"
        assert player.quit() == "Hangar"
        assert len(player.events("upgrade_bought")) == 1
        assert (player.logbook()["crystals"], player.logbook()["owned"]) == (3, {"hull": 1})


def test_a_hidden_key_shows_how_an_error_of_the_game_is_told(player: Player) -> None:
    player.press("shift+F12")

    assert player.game.wait() == 1
    player.send_leftovers()
    error = player.wait_for("error")
    assert error["error_type"] == "demo_game.game.EngineFailureError"
    assert error["error_place"].startswith("demo_game.game:")
    end = player.wait_for("session_end")
    assert (end["reason"], end["session_id"]) == ("error", error["session_id"])


@pytest.mark.parametrize("leave", ["by Escape", "for another program"])
def test_who_leaves_a_level_finds_it_on_hold(player: Player, leave: str) -> None:
    player.click(344, 574)
    player.wait_for("level_start")

    if leave == "by Escape":
        player.press("Escape")
    else:
        player.desktop.go_elsewhere()
        player.desktop.focus(TITLE)

    assert player.quit() == "Pause"


def test_fullscreen_is_the_whole_screen(player: Player) -> None:
    player.press("Down", "Down", "Down", "Down", "Return", "Down", "Return")

    assert player.wait_for("settings_changed")["setting"] == "fullscreen"
    wait_until(lambda: player.size() == (1280, 720), "the whole screen")
    assert player.logbook()["fullscreen"] is True


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


def test_f9_shows_the_inspector_and_takes_it_away(player: Player) -> None:
    before = player.sees_the_inspector()

    player.press("F9")
    wait_until(player.sees_the_inspector, "the inspector")
    player.press("F9")

    wait_until(lambda: not player.sees_the_inspector(), "the inspector to be gone")
    assert not before


def test_closing_the_window_ends_the_session(player: Player) -> None:
    player.press("alt+F4")

    assert player.game.wait() == 0
    player.send_leftovers()
    assert player.wait_for("session_end")["reason"] == "quit"
