"""The player's hands: keyboard, mouse and controller, as the ship's controls and menu actions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pyglet
from pyglet.window import key

from demo_game.menu import Action
from demo_game.space.bodies import Controls, Ship

ACTIONS: dict[int, Action] = {
    key.UP: "up",
    key.DOWN: "down",
    key.LEFT: "left",
    key.RIGHT: "right",
    key.RETURN: "confirm",
    key.ENTER: "confirm",
    key.ESCAPE: "back",
}
BUTTONS: dict[str, Action] = {"a": "confirm", "b": "back", "start": "back"}
DEAD_ZONE = 0.3
HOMING = 1.5
"""Pixels a second that the mouse asks for, for each pixel to its place: near it, slowly."""
FASTEST = 320.0
FULL_THRUST = 60.0
"""Pixels a second by which a speed is wrong when the mouse asks for all the thrust there is."""


def fly_to(x: float, y: float, ship: Ship) -> Controls:
    """Head for a place, against the drift and slower as it comes near: else the ship circles it."""
    dx, dy = (x - ship.x) * HOMING, (y - ship.y) * HOMING
    slower = min(1.0, FASTEST / (math.hypot(dx, dy) or 1.0))
    vx, vy = dx * slower - ship.vx, dy * slower - ship.vy
    return Controls(aim=math.atan2(vy, vx), thrust=min(1.0, math.hypot(vx, vy) / FULL_THRUST))


class Hands:
    """What is held at the moment; ``act`` is told of menu actions on a controller."""

    def __init__(self, window: pyglet.window.Window, act: Callable[[Action], None]) -> None:
        self._keys = key.KeyStateHandler()
        window.push_handlers(self._keys)
        self._act = act
        self.pointing_at: tuple[float, float] | None = None
        self._controller: Any = None
        self._manager = self._open_controllers()

    def controls(self, ship: Ship) -> Controls:
        """Fly: a tilted stick aims, a held mouse button is flown to, else the keys turn."""
        if pad := self._controller:
            push = max(pad.righttrigger, float(pad.a))
            if math.hypot(pad.leftx, pad.lefty) > DEAD_ZONE:
                return Controls(aim=math.atan2(-pad.lefty, pad.leftx), thrust=push)
            if push:
                return Controls(thrust=push)
        if self.pointing_at:
            return fly_to(*self.pointing_at, ship)
        held = self._keys
        left, right = held[key.LEFT] or held[key.A], held[key.RIGHT] or held[key.D]
        thrust = held[key.UP] or held[key.W] or held[key.SPACE]
        return Controls(turn=float(left) - float(right), thrust=float(thrust))

    def let_go(self) -> None:
        """Forget what is held: the window has lost the focus and will not hear of releases."""
        self._keys.data.clear()
        self.pointing_at = None

    def _open_controllers(self) -> Any:
        """Controllers come and go; a machine without /dev/input, as in a container, has none."""
        try:
            manager = pyglet.input.ControllerManager()
            manager.push_handlers(on_connect=self._connect, on_disconnect=self._disconnect)
            for controller in manager.get_controllers():
                self._connect(controller)
        except OSError:
            return None
        return manager

    def _connect(self, controller: Any) -> None:
        controller.open()
        controller.push_handlers(on_button_press=self._press, on_dpad_motion=self._tilt)
        self._controller = controller

    def _disconnect(self, controller: Any) -> None:
        if controller is self._controller:
            self._controller = None

    def _press(self, _controller: Any, button: str) -> None:
        if button in BUTTONS:
            self._act(BUTTONS[button])

    def _tilt(self, _controller: Any, vector: Any) -> None:
        if vector.y:
            self._act("up" if vector.y > 0 else "down")
        elif vector.x:
            self._act("right" if vector.x > 0 else "left")
