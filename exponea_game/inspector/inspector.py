"""The inspector: F9 in a game shows over it what the library is doing.

    attach(window, inspector=True)      or EXPONEA_INSPECTOR=1 in the environment

While it is closed the window has one wrapped method more, which looks for the key, and the context
a shader, which takes too long to compile in a frame. While it is open the panel is drawn at the end
of each frame, just before the buffers are swapped, and leaves everything as it was (see glstate).
Keys other than F9 are the game's, and so is the mouse outside
of the panel. Shift+F9 turns the page, for games that keep the mouse to themselves.

Nothing here imports pyglet's window module or uses the handler stack. Whatever goes wrong is said
once in the log, and the panel stays closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import ref

from exponea_game.inspector.meter import Meter
from exponea_game.inspector.paint import Painter
from exponea_game.inspector.panel import LETTERS, Look, lay_out
from exponea_game.inspector.sheet import PAPER, Box, Placed
from exponea_game.inspector.subject import Subject
from exponea_game.inspector.tools import Tools, current, opengl
from exponea_game.inspector.watch import Watch
from exponea_game.system.clock import stopwatch
from exponea_game.system.log import WARNING, error_inside, once
from exponea_game.windows.hook import interpose

KEY = 0xFFC6
"""F9, as pyglet numbers it."""
SHIFT = 1
"""The shift key among pyglet's modifiers."""
REFRESH = 0.25
"""Seconds between two updates of what the panel says."""
SLICE = 0.0001
"""Seconds of a frame for painting what has changed: mostly a row."""
OPENING = 0.0006
"""The same until the whole panel is there."""
MARGIN = 12.0
"""Points from the panel to the window's edges."""
NO_PAPER = Box(0.0, 0.0, 0.0, 0.0, PAPER)
MOUSE = frozenset({"on_mouse_press", "on_mouse_release", "on_mouse_drag", "on_mouse_scroll"})


class Inspector:
    """Shows in one window what a tracker is doing.

    Args:
        window: A window of pyglet or arcade.
        subject: The tracker that the window is attached to.
    """

    def __init__(self, window: Any, subject: Subject) -> None:
        self._window, self._subject = ref(window), subject
        self._forget_key = interpose(window, "dispatch_event", _nothing, self._hear)
        self._forget_frames: Callable[[], None] | None = None
        self._tools: Tools | None = None
        self._painter: Painter | None = None
        self._watch: Watch | None = None
        self._meter, self._look = Meter(), Look()
        self._paper, self._cards, self._rows = NO_PAPER, list[Box](), list[Placed]()
        self._buttons = dict[str, Box]()
        self._size, self._unit = (0.0, 0.0), 1.0
        self._refreshed, self._dragging = float("-inf"), False
        self._painted = True
        if current(window):
            _safely(self._get_ready)

    def detach(self) -> None:
        """Leave the window as it was."""
        self._forget_key()
        self._close()
        _safely(self._clean)
        if self._tools is not None and current(self._window()):
            _safely(self._tools.delete)

    # What the developer does.

    def _hear(self, name: str = "", *arguments: Any) -> bool:
        """An event of the window; whether it is the inspector's and none of the game's."""
        if name == "on_key_press" or name == "on_key_release":
            if arguments[:1] != (KEY,):
                return False
            if name == "on_key_press":
                _safely(lambda: self._press_key(arguments[1]))
            return True
        if self._watch is None or name not in MOUSE:
            return False
        return bool(_safely(lambda: self._touch(name, *arguments)))

    def _press_key(self, modifiers: int) -> None:
        if not modifiers & SHIFT:
            self._open() if self._watch is None else self._close()
            return
        if self._watch is None:
            self._open()
        self._turn_to("player" if self._look.page == "run" else "run")

    def _touch(self, name: str, x: float, y: float, *rest: Any) -> bool:
        """The mouse; whether it is on the panel, or was when its button went down."""
        x, y = x * self._unit, self._size[1] - y * self._unit
        if name == "on_mouse_press":
            self._dragging = self._over(x, y)
            if self._dragging:
                self._press(x, y)
        elif name == "on_mouse_scroll":
            if self._over(x, y):
                lines = max(0, self._look.scroll - int(3 * rest[1]))
                self._change(scroll=lines)
            return self._over(x, y)
        ours = self._dragging
        self._dragging = ours and name != "on_mouse_release"
        return ours

    def _over(self, x: float, y: float) -> bool:
        return self._paper.holds(x, y)

    def _press(self, x: float, y: float) -> None:
        x, y = x - self._paper.x, y - self._paper.y
        pressed = [name for name, box in self._buttons.items() if box.holds(x, y)]
        name = pressed[0] if pressed else ""
        if name in ("run", "player"):
            self._turn_to(name)
        elif name == "close":
            self._close()
        elif name in ("delete", "stop") and self._look.sure != name:
            self._change(sure=name)
        elif name:
            self._decide(name)
        else:
            self._change(sure="")

    def _decide(self, name: str) -> None:
        """Do what the player could: delete everything, stop sending, allow it again."""
        if name == "delete":
            self._subject.forget()
        else:
            self._subject.decide("denied" if name == "stop" else "granted")
        self._turn_to("player")

    def _turn_to(self, page: str) -> None:
        if page == "player" and self._watch is not None:
            self._watch.ask()
        self._change(page=page, scroll=0, sure="")

    def _change(self, **what: Any) -> None:
        self._look = replace(self._look, **what)
        self._refreshed = float("-inf")

    # The panel.

    def _open(self) -> None:
        window = self._window()
        if window is None or opengl() is None:
            once(WARNING, "the inspector needs a window of pyglet with OpenGL")
            return
        self._watch = Watch(self._subject)
        self._look = Look()
        if self._forget_frames is None:
            shows = (window.context, "present") if hasattr(window, "present") else (window, "flip")
            self._forget_frames = interpose(*shows, _nothing, self._draw)  # pyglet 3, or 2

    def _close(self) -> None:
        """Stop looking; what the context holds is given back with the next frame."""
        if self._watch is not None:
            self._watch.stop()
        self._watch, self._paper = None, NO_PAPER
        self._meter.watch(None)

    def _draw(self, *_: Any) -> bool:
        """A frame is about to be shown."""
        if _safely(self._paint) is None:
            self._close()
        return False

    def _paint(self) -> bool:
        window = self._window()
        if window is None or not current(window):
            return True
        if self._watch is None:
            self._clean()
            return True
        pixels, ratio = window.get_framebuffer_size(), _ratio(window)
        size = (pixels[0] / ratio, pixels[1] / ratio)
        tools = self._get_ready()
        state, painter = tools.state, self._fitting(tools, ratio)
        if state.software:
            # llvmpipe copies once everything is drawn, and shows the window then: the wait is the
            # game's in any case, and must not be told as the panel's.
            tools.gl.glFinish()
        began = stopwatch()
        due = (began - self._refreshed >= REFRESH and self._painted) or self._size != size
        with state.kept(*pixels, loading=due or not self._painted):
            if not painter.prepare(began + OPENING):
                pass
            elif due:
                self._refreshed, self._size, self._unit = began, size, size[0] / window.width
                self._refresh(self._watch, painter)
                self._painted = False
            elif not self._painted:
                room = SLICE if painter.opened else OPENING
                panel = self._paper, self._cards, self._rows
                self._painted = painter.set(*panel, pixels, began + room)
            painter.draw()
        if painter.opened:  # it opens once; what is told is what a frame costs
            self._meter.turn(stopwatch() - began)
        return True

    def _get_ready(self) -> Tools:
        """Have what takes too long for a frame."""
        self._tools = self._tools or Tools()
        return self._tools

    def _fitting(self, tools: Tools, ratio: float) -> Painter:
        """The painter for a screen of this density, which may change with the screen."""
        if self._painter is None or self._painter.ratio != ratio:
            if self._painter is not None:
                self._painter.delete()
            self._refreshed, self._painted = float("-inf"), True
            self._painter = Painter(tools, ratio, LETTERS)
        return self._painter

    def _refresh(self, watch: Watch, painter: Painter) -> None:
        """Lay the panel out anew; what has changed is painted in this frame and the next ones."""
        now, meter = self._subject.now(), self._meter
        meter.watch(self._subject.recorder())
        self._look = replace(
            self._look,
            now=self._look.now if now is None else now,
            costs=meter.costs,
            disclosure=watch.disclosure,
            silence=self._subject.why_silent() if now is None else "",
        )
        width, height = self._size
        room = width - 2 * MARGIN, height - 2 * MARGIN
        sheet = lay_out(watch.insight, self._look, *room, painter.width)
        place = (max(0.0, width - sheet.width - MARGIN), MARGIN, sheet.width, sheet.height)
        left, top, wide, high = (round(length * painter.ratio) / painter.ratio for length in place)
        self._paper = Box(left, top, wide, high, PAPER)
        self._cards, self._rows, self._buttons = sheet.cards, sheet.rows, sheet.buttons

    def _clean(self) -> None:
        """Give back what the context holds for us, and the frames to the game."""
        if self._painter is not None and current(self._window()):
            self._painter.delete()
        self._painter = None
        if self._forget_frames is not None:
            self._forget_frames()
            self._forget_frames = None


def _ratio(window: Any) -> float:
    """Pixels of a point: as the window system scales, or as the screen's density asks for."""
    ratio = window.get_framebuffer_size()[0] / window.width
    return float(max(1.0, ratio, getattr(window, "dpi", 96) / 96))


def _nothing(*_: Any) -> None:
    pass


def _safely(act: Callable[[], Any]) -> Any:
    """Do something; None where it fails, which must not be the game's trouble."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - the game goes on
        error_inside(error)
        return None
