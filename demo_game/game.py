"""The game: a window, the screen that is shown in it, and the way from one screen to the next."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyglet
from pyglet.window import key

from demo_game import tracking
from demo_game.autopilot import Autopilot
from demo_game.bodies import HEIGHT, WIDTH, Controls
from demo_game.hands import ACTIONS, Hands
from demo_game.levels import LEVELS
from demo_game.logbook import Logbook
from demo_game.palette import NIGHT
from demo_game.press import Press
from demo_game.scenes.best import Best
from demo_game.scenes.hangar import Hangar
from demo_game.scenes.pause import Pause
from demo_game.scenes.play import Play
from demo_game.scenes.result import Result
from demo_game.scenes.scene import Action, Scene
from demo_game.scenes.settings import Settings
from demo_game.scenes.title import Title
from demo_game.sounds import Sounds
from demo_game.wipe import Wipe
from demo_game.world import World

LONGEST_FRAME = 0.1
"""A frame counts for at most so many seconds, however long it took."""


@dataclass
class Round:
    """One career from the first level on: how far it has come and what it has earned."""

    level: int = 0
    score: int = 0
    attempt: int = 1
    completed: int = 0


class Game(pyglet.window.Window):
    """Hands what happens to the scene, and the scene's picture to the screen."""

    def __init__(
        self,
        logbook: Logbook,
        *,
        address: str = "",
        autopilot: Autopilot | None = None,
        speed: int = 1,
    ) -> None:
        super().__init__(
            int(WIDTH), int(HEIGHT), "Comet Courier", resizable=True, fullscreen=logbook.fullscreen
        )
        self.set_minimum_size(640, 360)
        self.logbook, self.address, self.autopilot = logbook, address, autopilot
        self.speed = speed
        self.picture: Path | None = None
        self.press = Press()
        self.press.resize(*self.get_framebuffer_size())
        self.sounds = Sounds(on=logbook.sound)
        self.sounds.start_music()
        self.hands = Hands(self, self._act)
        self.round = Round()
        self.age = 0.0
        self.wipe = Wipe()
        self._pressed_early: deque[Action] = deque(maxlen=4)
        self.scene: Scene = Title(self)
        pyglet.clock.schedule(self._update)

    # From screen to screen.

    def show(self, scene: Scene) -> None:
        """Wipe over to another screen."""
        self.wipe.start(lambda: setattr(self, "scene", scene))

    def visit(self, place: Literal["hangar", "settings", "best"]) -> None:
        """Go to a screen that comes back to this one."""
        if place == "best":
            self.show(Best(self))
        else:
            self.show((Hangar if place == "hangar" else Settings)(self, self.scene))

    def to_title(self) -> None:
        self.show(Title(self))

    def sign_on(self, name: str) -> None:
        """Begin a round, with a name or without."""
        tracking.player(name, before=self.logbook.name)
        self.logbook.name = name
        self.logbook.save()
        self.round = Round()
        self._begin_level()

    def next_level(self) -> None:
        self.round.level += 1
        self.round.attempt = 1
        self._begin_level()

    def try_again(self) -> None:
        self.round.attempt += 1
        self._begin_level()

    def _begin_level(self) -> None:
        self.wipe.start(lambda: setattr(self, "scene", Play(self)))
        if self.autopilot:
            self.autopilot.take_off(LEVELS[self.round.level].number, self.round.attempt)

    def level_over(self, world: World) -> None:
        """A level has been won or lost: book it, tell of it, show its card."""
        if not self.wipe.idle:
            return
        number = world.level.number
        if world.outcome == "won":
            self.round.score += world.score
            self.round.completed += 1
            tracking.level_complete(number, world.time, world.score)
        else:
            tracking.level_failed(number, world.cause, world.ship.x, world.ship.y)
        self.logbook.crystals += world.collected
        self.logbook.save()
        self.show(Result(self, world))

    def end_round(self) -> None:
        """Enter the round into the ledger."""
        place = -1
        if self.round.score:
            place = self.logbook.enter(self.logbook.name, self.round.score, self.round.completed)
        self.logbook.save()
        self.show(Best(self, place))

    def pause(self) -> None:
        if isinstance(self.scene, Play) and self.wipe.idle:
            self.scene = Pause(self, self.scene)

    def resume(self, play: Play) -> None:
        self.scene = play

    def leave(self) -> None:
        """End the game, and keep its last frame if that is wanted."""
        if self.picture:
            self.save_picture(self.picture)
        self.close()

    def on_close(self) -> None:
        self.leave()

    # Time and pictures.

    def controls(self, world: World) -> Controls:
        """What flies the ship in the world's next step."""
        if self.autopilot:
            return self.autopilot.steer(world)
        return self.hands.controls(world.ship)

    def _update(self, seconds: float) -> None:
        for _ in range(self.speed):
            self._advance(min(seconds, LONGEST_FRAME))

    def _advance(self, seconds: float) -> None:
        self.age += seconds
        if self.autopilot:
            self.autopilot.press_keys(self, seconds)
        self.wipe.update(seconds)
        while self._pressed_early and self.wipe.idle:
            self._act(self._pressed_early.popleft())
        self.scene.update(seconds)

    def on_draw(self) -> None:
        self.press.clear(NIGHT)
        self.scene.draw(self.press)
        self.wipe.draw(self.press)

    def save_picture(self, file: Path) -> None:
        """Write the screen as it is to a PNG file."""
        self.switch_to()
        self.on_draw()
        pyglet.image.get_buffer_manager().get_color_buffer().save(str(file))

    def on_resize(self, width: int, height: int) -> None:
        super().on_resize(width, height)
        self.press.resize(*self.get_framebuffer_size())

    # What the player does.

    def _act(self, action: Action) -> None:
        """Let the scene answer; what is pressed while screens change is for the next one."""
        if self.wipe.idle:
            self.scene.act(action)
        else:
            self._pressed_early.append(action)

    def on_key_press(self, symbol: int, _modifiers: int) -> None:
        if symbol in ACTIONS:
            self._act(ACTIONS[symbol])

    def on_text(self, text: str) -> None:
        self.scene.write(text)

    def on_text_motion(self, motion: int) -> None:
        if motion == key.MOTION_BACKSPACE:
            self.scene.erase()

    def on_mouse_motion(self, x: int, y: int, *_: int) -> None:
        self.scene.point(*self._place(x, y))

    def on_mouse_drag(self, x: int, y: int, *_: int) -> None:
        self.hands.pointing_at = self._place(x, y)

    def on_mouse_press(self, x: int, y: int, *_: int) -> None:
        self.hands.pointing_at = self._place(x, y)
        if self.wipe.idle:
            self.scene.click(*self._place(x, y))

    def on_mouse_release(self, *_: int) -> None:
        self.hands.pointing_at = None

    def on_deactivate(self) -> None:
        self.hands.let_go()
        self.scene.leave_focus()

    def _place(self, x: float, y: float) -> tuple[float, float]:
        """A place in the window, in the game's 1280 by 720."""
        size = min(self.width / WIDTH, self.height / HEIGHT)
        return (x - self.width / 2) / size + WIDTH / 2, (y - self.height / 2) / size + HEIGHT / 2
