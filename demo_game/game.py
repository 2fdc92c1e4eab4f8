"""The game: a window, the screen that is shown in it, and the way from one screen to the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path

import pyglet
from pyglet.window import key

from demo_game import tracking
from demo_game.autopilot import Autopilot
from demo_game.drawing.palette import NIGHT
from demo_game.drawing.press import Press
from demo_game.hands import ACTIONS, Hands
from demo_game.logbook import Logbook
from demo_game.menu import Action
from demo_game.scenes.best import Best
from demo_game.scenes.hangar import Hangar
from demo_game.scenes.pause import Pause
from demo_game.scenes.play import Play
from demo_game.scenes.result import Result
from demo_game.scenes.scene import Scene, Shared
from demo_game.scenes.settings import Settings
from demo_game.scenes.title import Title
from demo_game.scenes.wipe import Wipe
from demo_game.sounds import Sounds
from demo_game.space.bodies import HEIGHT, WIDTH, Controls
from demo_game.space.levels import LEVELS
from demo_game.space.world import World
from demo_game.tour import Tour
from demo_game.ways import LevelOver, SignOn, Way

LONGEST_FRAME = 0.1
"""A frame counts for at most so many seconds, however long it took."""


class EngineFailureError(Exception):
    """An error that nobody catches, for whoever wants to see what is told of one."""


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
        self.tour = Tour()
        self.wipe = Wipe()
        self._pressed_early: deque[Action] = deque(maxlen=4)
        self.shared = Shared(logbook, self.sounds, self.go)
        self.scene: Scene = Title(self.shared, address)
        self._behind: tuple[Scene, ...] = ()
        pyglet.clock.schedule(self._update)

    # From screen to screen.

    def go(self, way: Way) -> None:
        """Go where a screen wants to; nowhere else while a wipe is on its way."""
        if not self.wipe.idle:
            return
        match way:
            case SignOn(name):
                self._sign_on(name)
            case LevelOver(world):
                self._book(world)
            case "title":
                self._show(lambda: Title(self.shared, self.address))
            case "best":
                self._show(lambda: Best(self.shared))
            case "hangar":
                self._visit(lambda: Hangar(self.shared))
            case "settings":
                self._visit(lambda: Settings(self.shared, self))
            case "pause":
                self._pause()
            case "back":
                self._go_back()
            case "next level":
                self.tour.go_on()
                self._begin_level()
            case "same level":
                self.tour.try_again()
                self._begin_level()
            case "end of tour":
                self._end_tour()
            case "quit":
                self.quit()

    def _show(self, make: Callable[[], Scene], *behind: Scene) -> None:
        """Wipe over to a screen, from which the way back leads through those behind it."""
        self._behind = behind
        self.wipe.start(lambda: setattr(self, "scene", make()))

    def _visit(self, make: Callable[[], Scene]) -> None:
        """Wipe over to a screen that comes back to this one."""
        self._show(make, *self._behind, self.scene)

    def _pause(self) -> None:
        """Lay the pause over the level, at once."""
        if isinstance(self.scene, Play):
            self._behind = (self.scene,)
            self.scene = Pause(self.shared, self.scene)

    def _go_back(self) -> None:
        """Return to the screen behind this one; the pause lies over it, and is just lifted."""
        *behind, scene = self._behind
        if isinstance(self.scene, Pause):
            self._behind, self.scene = tuple(behind), scene
        else:
            self._show(lambda: scene, *behind)

    def _sign_on(self, name: str) -> None:
        """Begin a tour, with a name or without."""
        tracking.player(name, before=self.logbook.name)
        self.logbook.name = name
        self.logbook.save()
        self.tour = Tour()
        self._begin_level()

    def _begin_level(self) -> None:
        tour = self.tour
        self._show(lambda: Play(self.shared, tour, self.controls))
        if self.autopilot:
            self.autopilot.take_off(LEVELS[tour.level].number, tour.attempt)

    def _book(self, world: World) -> None:
        """A level has been won or lost: book it, tell of it, show its card."""
        number = world.level.number
        if world.outcome == "won":
            self.tour.win(world.score)
            tracking.level_complete(number, world.time, world.score)
        else:
            tracking.level_failed(number, world.cause, world.ship.x, world.ship.y)
        self.logbook.crystals += world.collected
        self.logbook.save()
        self._show(lambda: Result(self.shared, world, self.tour.score))

    def _end_tour(self) -> None:
        """Enter the tour into the ledger."""
        place = -1
        if self.tour.score:
            place = self.logbook.enter(self.logbook.name, self.tour.score, self.tour.completed)
        self.logbook.save()
        self._show(lambda: Best(self.shared, place))

    def quit(self) -> None:
        """End the game, and keep a picture of its last scene if that is wanted."""
        if self.picture:
            self.save_picture(self.picture)
        self.close()

    def on_close(self) -> None:
        self.quit()

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
        self.shared.age += seconds
        if self.autopilot:
            self.autopilot.press_keys(self.scene if self.wipe.idle else None, seconds)
        self.wipe.update(seconds)
        while self._pressed_early and self.wipe.idle:
            self._act(self._pressed_early.popleft())
        self.scene.update(seconds)

    def on_draw(self) -> None:
        self._draw_scene()
        self.wipe.draw(self.press)

    def _draw_scene(self) -> None:
        self.press.clear(NIGHT)
        self.scene.draw(self.press)

    def save_picture(self, file: Path) -> None:
        """Write the scene as it is, whatever covers it on its way to the next, to a PNG file."""
        self.switch_to()
        self._draw_scene()
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

    def on_key_press(self, symbol: int, modifiers: int) -> None:
        if symbol in ACTIONS:
            self._act(ACTIONS[symbol])
        elif symbol == key.F12 and modifiers & key.MOD_SHIFT:
            pyglet.clock.schedule_once(self._break_down, 0.0)  # Windows keeps errors of handlers

    def _break_down(self, _seconds: float) -> None:
        raise EngineFailureError

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
        self.scene.lose_focus()

    def _place(self, x: float, y: float) -> tuple[float, float]:
        """A place in the window, in the game's 1280 by 720."""
        size = min(self.width / WIDTH, self.height / HEIGHT)
        return (x - self.width / 2) / size + WIDTH / 2, (y - self.height / 2) / size + HEIGHT / 2
