"""F9 shows over any game what the library is doing, and leaves the game as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.desktop import Desktop, Program, wait_until

from exponea_game.collector import Collector
from exponea_game.inspector.panel import WIDTH
from exponea_game.inspector.sheet import CARD, SHEER

OVERLAID = Path(__file__).parents[1] / "support" / "overlaid.py"
GAMES = ("shapes", "cube", "untidy", "arcade")
KEY = "window.dispatch_event('on_key_press', 0xffc6, 0)"
PYGLETS = ("_has_focus", "_tracking")
"""What a window gets from pyglet itself as it is used, on Windows; elsewhere of the mouse alone."""
OURS = (
    "sorted(name for name in set(vars(window)) - seen['own']"
    f" if 'mouse' not in name and name not in {PYGLETS})"
)
INSPECTOR = "exponea_game.api.tracker._inspectors[window]"


class Overlaid:
    """A game with an inspector, on a desktop."""

    def __init__(self, desktop: Desktop, program: Program) -> None:
        self.desktop, self.program = desktop, program

    def do(self, line: str) -> None:
        """Run a line in the game's loop."""
        self.program.tell(line)
        self.program.wait_for(lambda said: said.get("done") == line)

    def ask(self, expression: str) -> Any:
        """The value of an expression in the game."""
        self.program.tell(f"say(answer={expression})")
        return self.program.wait_for(lambda said: "answer" in said)["answer"]

    def look(self, name: str) -> dict[str, Any]:
        """The next frame, kept as a picture under a name."""
        self.program.tell(f"look({name!r})")
        return self.program.wait_for(lambda said: said.get("look") == name)

    def differ(self, one: str, other: str) -> list[int] | None:
        """Where two pictures differ: left, top, right, bottom."""
        self.program.tell(f"compare({one!r}, {other!r})")
        return self.program.wait_for(lambda said: "differ" in said)["differ"]

    def open(self) -> None:
        """Press F9, and wait until everything is painted."""
        self.desktop.focus("Game")
        self.desktop.xdotool("key", "F9")
        self.wait(f"{INSPECTOR}._buttons.get('player') is not None", "the panel")
        self.wait(f"{INSPECTOR}._painter.rows == {INSPECTOR}._rows", "all rows")

    def wait(self, expression: str, what: str) -> None:
        """Wait until an expression is true."""
        wait_until(lambda: self.ask(f"bool({expression})"), what)

    def click(self, button: str) -> None:
        """Click a button of the panel, as the mouse does."""
        place = f"({INSPECTOR}._paper, {INSPECTOR}._buttons[{button!r}])"
        corner = f"[sum(getattr(box, side) for box in {place}) + 5 for side in 'xy']"
        x, y = self.ask(f"[round(length * {INSPECTOR}._painter.ratio) for length in {corner}]")
        title = self.desktop.window("Game")
        self.desktop.xdotool("mousemove", "--window", title, x, y, "click", 1)


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as running:
        yield running


@contextmanager
def playing(desktop: Desktop, collector: Collector, home: Path, game: str) -> Iterator[Overlaid]:
    where = {"EXPONEA_COLLECTOR": collector.url, "EXPONEA_GAME_HOME": str(home)}
    with desktop.run(OVERLAID, game, **where) as program:
        program.wait_for(lambda said: said.get("ready"))
        yield Overlaid(desktop, program)


@pytest.fixture
def overlaid(desktop: Desktop, collector: Collector, tmp_path: Path, request: Any) -> Any:
    game = getattr(request, "param", "shapes")
    with playing(desktop, collector, tmp_path, game) as overlaid:
        yield overlaid


@pytest.mark.parametrize("overlaid", GAMES, indirect=True)
def test_the_game_is_as_it_was_before_during_and_after(overlaid, request):
    overlaid.look("the game's own set-up")
    first = overlaid.look("first")
    overlaid.open()
    opened = [overlaid.look(f"open {n}") for n in range(3)]
    keep_picture(overlaid, request.node.callspec.params["overlaid"])
    overlaid.desktop.xdotool("key", "F9")
    overlaid.wait(f"{INSPECTOR}._painter is None", "the panel to be gone")
    last = overlaid.look("last")

    for frame in (first, *opened, last):
        assert frame["after"] == frame["before"]
        assert frame["before"] == first["before"]
    assert first["changed"] is None
    assert last["changed"] is None
    assert overlaid.differ("first", "last") is None
    panel = overlaid.differ("first", "open 2")
    left, top, right, bottom = opened[2]["changed"]
    assert panel == [left, top, right, bottom]
    assert 200 < right - left < 400
    assert bottom - top > 100


def keep_picture(overlaid: Overlaid, game: str) -> None:
    """Save what the panel looks like, where somebody asks for it."""
    if folder := os.environ.get("INSPECTOR_PICTURES"):
        overlaid.desktop.screenshot(Path(folder) / f"{game}.png")


def test_after_detaching_the_window_has_nothing_of_ours(overlaid):
    overlaid.open()

    overlaid.do("exponea_game.api.detach(window)")
    frame = overlaid.look("detached")

    assert frame["changed"] is None
    assert overlaid.ask(OURS) == []
    assert overlaid.ask("list(window._event_stack) == seen['handlers']")
    threads = "[t.name for t in threading.enumerate() if 'inspector' in t.name]"
    overlaid.wait(f"not {threads}", "the end of the panel's thread")


@pytest.mark.parametrize("change", ["forget_me()", "set_consent('denied')"])
def test_after_another_run_began_beneath_it_detaching_leaves_nothing(overlaid, change):
    overlaid.open()
    overlaid.do(f"exponea_game.{change}")
    overlaid.do("exponea_game.set_consent('granted')")
    overlaid.do("exponea_game.track_event('again')")

    overlaid.do("exponea_game.api.detach(window)")

    assert overlaid.ask(OURS) == []


def test_while_it_is_closed_only_the_key_is_listened_for(overlaid):
    flip = "('flip' in vars(window) or 'present' in vars(window.context))"  # pyglet 2, or 3

    before = overlaid.ask(flip)
    overlaid.open()
    during = overlaid.ask(flip)
    overlaid.desktop.xdotool("key", "F9")
    overlaid.wait(f"not {flip}", "the frames to be the game's again")

    assert (before, during) == (False, True)


def test_what_takes_too_long_for_a_frame_is_ready_before_the_key_is_pressed(overlaid):
    before = overlaid.ask(f"id({INSPECTOR}._tools)")
    overlaid.open()

    assert overlaid.ask(f"{INSPECTOR}._tools is not None")
    assert overlaid.ask(f"id({INSPECTOR}._tools)") == before


@pytest.mark.parametrize(
    ("overlaid", "copied"), [("shapes", True), ("arcade", False)], indirect=["overlaid"]
)
def test_the_cards_are_translucent_where_they_are_not_copied(overlaid, copied):
    overlaid.look("closed")
    overlaid.open()
    overlaid.look("open")
    corner = f"[round({INSPECTOR}._paper[n] + {INSPECTOR}._cards[0][n]) for n in range(2)]"
    x, y = overlaid.ask(corner)

    assert overlaid.ask(f"{INSPECTOR}._tools.copies is None") == copied
    game = overlaid.ask(f"seen['closed'].getpixel(({x + 1}, {y + 1}))")
    opacity = 1.0 if copied else SHEER
    mixed = [255 * c * opacity + g * (1 - opacity) for c, g in zip(CARD[:3], game, strict=True)]
    assert copied or max(game) > 40  # or there would be nothing to see
    assert overlaid.ask(f"seen['open'].getpixel(({x + 1}, {y + 1}))") == pytest.approx(mixed, abs=2)


def test_the_game_hears_all_keys_but_the_inspectors_own(overlaid):
    overlaid.open()
    overlaid.do("heard.clear()")

    overlaid.desktop.xdotool("key", "F9")
    overlaid.desktop.xdotool("key", "a")
    overlaid.wait("'on_key_release' in heard", "a key")

    assert overlaid.ask("heard.count('on_key_press')") == 1


def test_the_mouse_is_the_games_outside_of_the_panel_alone(overlaid):
    overlaid.open()
    overlaid.do("heard.clear()")
    game = overlaid.desktop.window("Game")

    overlaid.click("player")
    overlaid.wait(f"{INSPECTOR}._look.page == 'player'", "the other page")
    on_the_panel = overlaid.ask("[name for name in heard if 'press' in name or 'release' in name]")
    overlaid.desktop.xdotool("mousemove", "--window", game, 50, 300, "click", 1)
    overlaid.wait("'on_mouse_release' in heard", "a click on the game")

    assert on_the_panel == []


@contextmanager
def unmodified(
    desktop: Desktop, collector: Collector, tmp_path: Path, title: str, *game: str | Path
) -> Iterator[Path]:
    """A game that knows nothing of us: F9 shows the panel, pictured, and takes it away."""
    where = {"EXPONEA_COLLECTOR": collector.url, "EXPONEA_GAME_HOME": str(tmp_path / "home")}
    picture = tmp_path / "desktop.png"

    def blue() -> bool:
        """Whether the desktop shows the state's colour, which no game has, or a game through it."""
        desktop.screenshot(picture)
        with Image.open(picture) as image:
            colours = [colour for _, colour in image.getcolors(1 << 24)]
        return any(50 < r < 90 and 130 < g < 170 and 180 < b < 220 for r, g, b in colours)

    with desktop.run("-m", "exponea_game", "run", *game, **where, EXPONEA_INSPECTOR="1"):
        desktop.focus(title)
        assert not blue()
        desktop.xdotool("key", "F9")
        wait_until(blue, "the panel")
        yield picture
        desktop.xdotool("key", "F9")
        wait_until(lambda: not blue(), "the panel to be gone")


def test_an_example_of_arcades_has_it_by_the_environment(desktop, collector, tmp_path):
    game = ("-m", "arcade.examples.sprite_bouncing_coins")

    with unmodified(desktop, collector, tmp_path, "Sprite Bouncing Coins", *game) as picture:
        assert picture.exists()


@pytest.mark.parametrize("example", ["shapes.py", "model/model.py", "opengl/torus.py"])
def test_examples_of_pyglets_own_have_it_by_the_environment(
    desktop, collector, tmp_path, pyglets_examples, example
):
    game = pyglets_examples / example
    title = "Shapes" if example == "shapes.py" else str(game)

    with unmodified(desktop, collector, tmp_path, title, game) as picture:
        assert picture.exists()


def test_on_a_dense_screen_the_panel_is_as_large_as_elsewhere(overlaid):
    overlaid.do("type(window).dpi = property(lambda self: 192)")

    overlaid.open()
    left, _, right, _ = overlaid.look("dense")["changed"]
    overlaid.click("player")
    overlaid.wait(f"{INSPECTOR}._look.page == 'player'", "the other page")

    assert right - left == 2 * WIDTH


def test_events_show_their_way_to_the_server(overlaid):
    overlaid.open()

    overlaid.do("exponea_game.track_event('level_start', {'level': 7})")

    overlaid.wait(
        f"any(t.words == 'level_start' for _, r in {INSPECTOR}._rows for t in r.texts)", "the event"
    )
    overlaid.wait(
        f"{INSPECTOR}._watch.insight.entries[0].way.value == 'accepted'", "the server's answer"
    )
    assert overlaid.ask(f"{INSPECTOR}._watch.insight.entries[0].detail") == "level 7"


def test_absence_is_counted_down(overlaid):
    overlaid.open()

    overlaid.desktop.go_elsewhere()

    words = f"[t.words for _, r in {INSPECTOR}._rows for t in r.texts]"
    overlaid.wait(f"'Away' in {words}", "the absence")
    (countdown,) = [words for words in overlaid.ask(words) if words.startswith("ends in")]
    assert 40 < int(countdown.split()[2]) <= 60


def test_the_player_can_stop_the_sending_and_allow_it_again(overlaid, collector):
    overlaid.open()
    overlaid.click("player")
    overlaid.wait(f"'diary' in ({INSPECTOR}._look.disclosure or '')", "the disclosure")

    overlaid.click("stop")
    overlaid.wait(f"{INSPECTOR}._look.sure == 'stop'", "the question")
    asked_once = overlaid.ask("exponea_game.api.tracker._life.engine is not None")
    overlaid.click("stop")
    overlaid.wait("exponea_game.api.tracker._life.engine is None", "the end of tracking")
    overlaid.wait(f"'allow' in {INSPECTOR}._buttons", "the way back")
    overlaid.click("allow")
    overlaid.wait("exponea_game.api.tracker._life.engine is not None", "tracking again")

    assert asked_once


def test_the_player_can_have_everything_deleted(overlaid):
    overlaid.open()
    cookie = overlaid.ask("exponea_game.customer_cookie()")
    overlaid.click("player")
    overlaid.wait(f"'delete' in {INSPECTOR}._buttons", "the page")

    for _ in range(2):
        overlaid.click("delete")
        overlaid.look("pressed")

    overlaid.wait(f"exponea_game.customer_cookie() != {cookie!r}", "another cookie")


def test_a_panel_that_fails_is_closed_and_the_game_goes_on(overlaid):
    overlaid.open()

    overlaid.do(f"{INSPECTOR}._painter.set = None")
    overlaid.wait(f"{INSPECTOR}._watch is None", "the panel to be closed")
    frame = overlaid.look("alone")

    assert frame["changed"] is None
    assert frame["after"] == frame["before"]
