"""The player's hands, with a made-up window and a made-up controller."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pyglet
import pytest

pyglet.options.shadow_window = False

import pyglet.input  # noqa: E402 - it replaces itself when it is first used
from pyglet.window import key  # noqa: E402 - without a display only after the option

from demo_game.game import Game  # noqa: E402
from demo_game.hands import Hands  # noqa: E402
from demo_game.space.bodies import Controls, Powers, Ship  # noqa: E402
from demo_game.space.flight import fly  # noqa: E402
from demo_game.space.world import STEP  # noqa: E402


class Window:
    """Takes the handlers that a window would call."""

    def push_handlers(self, keys: object) -> None:
        self.keys = keys


class Controller(SimpleNamespace):
    """What pyglet's controller shows, and a way to press its buttons."""

    def __init__(self, **sticks: float) -> None:
        super().__init__(**{"leftx": 0.0, "lefty": 0.0, "righttrigger": 0.0, "a": False, **sticks})

    def open(self) -> None:
        self.opened = True

    def push_handlers(self, on_button_press, on_dpad_motion) -> None:
        self.press, self.tilt = on_button_press, on_dpad_motion


class Manager:
    """Finds the controllers it was made with."""

    def __init__(self, *controllers: Controller) -> None:
        self.controllers = controllers

    def push_handlers(self, on_connect, on_disconnect) -> None:
        self.on_disconnect = on_disconnect

    def get_controllers(self) -> tuple[Controller, ...]:
        return self.controllers


SHIP = Ship(100.0, 100.0)


def hands(monkeypatch: pytest.MonkeyPatch, *controllers: Controller) -> tuple[Hands, Window, list]:
    monkeypatch.setattr(pyglet.input, "ControllerManager", lambda: Manager(*controllers))
    window, actions = Window(), []
    return Hands(window, actions.append), window, actions


def test_keys_turn_and_thrust(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, window, _ = hands(monkeypatch)

    window.keys.on_key_press(key.LEFT, 0)
    window.keys.on_key_press(key.W, 0)

    assert mine.controls(SHIP) == Controls(turn=1.0, thrust=1.0)


def test_a_held_mouse_button_aims_from_the_ship(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, _, _ = hands(monkeypatch)

    mine.pointing_at = (100.0, 300.0)

    assert mine.controls(SHIP) == Controls(aim=pytest.approx(math.pi / 2), thrust=1.0)


def test_a_held_mouse_button_brings_the_ship_to_its_place_and_keeps_it_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine, _, _ = hands(monkeypatch)
    ship = Ship(100.0, 100.0, vx=200.0)  # across the way there
    mine.pointing_at = (100.0, 500.0)

    for _ in range(round(4.0 / STEP)):
        fly(ship, mine.controls(ship), Powers(), (), 0.0, STEP)

    assert math.dist((ship.x, ship.y), mine.pointing_at) < 12.0
    assert math.hypot(ship.vx, ship.vy) < 20.0


def test_a_tilted_stick_aims_and_the_trigger_thrusts(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, _, _ = hands(monkeypatch, Controller(leftx=0.0, lefty=-1.0, righttrigger=0.6))

    assert mine.controls(SHIP) == Controls(aim=pytest.approx(math.pi / 2), thrust=0.6)


def test_the_trigger_thrusts_the_way_the_ship_points_while_the_stick_rests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine, _, _ = hands(monkeypatch, Controller(righttrigger=0.6))

    assert mine.controls(SHIP) == Controls(thrust=0.6)


def test_a_stick_at_rest_leaves_it_to_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, window, _ = hands(monkeypatch, Controller(leftx=0.1, lefty=0.1))

    window.keys.on_key_press(key.RIGHT, 0)

    assert mine.controls(SHIP) == Controls(turn=-1.0)


def test_a_controller_chooses_in_menus(monkeypatch: pytest.MonkeyPatch) -> None:
    controller = Controller()
    _, _, actions = hands(monkeypatch, controller)

    controller.tilt(controller, SimpleNamespace(x=0, y=-1))
    controller.press(controller, "a")
    controller.press(controller, "start")
    controller.press(controller, "guide")

    assert actions == ["down", "confirm", "back"]


def test_hands_let_go_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, window, _ = hands(monkeypatch)
    window.keys.on_key_press(key.UP, 0)
    mine.pointing_at = (1.0, 1.0)

    mine.let_go()

    assert mine.controls(SHIP) == Controls()


def test_leaving_the_window_lets_go_on_any_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, window, _ = hands(monkeypatch)
    window.keys.on_key_press(key.UP, 0)
    scene = SimpleNamespace(lose_focus=lambda: None)

    Game.on_deactivate(SimpleNamespace(hands=mine, scene=scene))

    assert mine.controls(SHIP) == Controls()


def test_a_machine_without_input_devices_has_no_controller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing() -> None:
        raise FileNotFoundError("/dev/input")

    monkeypatch.setattr(pyglet.input, "ControllerManager", missing)

    mine = Hands(Window(), print)

    assert mine.controls(SHIP) == Controls()
