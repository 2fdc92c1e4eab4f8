"""pyglet's windows tell whether the player is there.

Truth is asked, not heard: ``focus.ask`` is the judge, and all that happens here is to ask it at the
right moments, on the thread that runs the windows:

    events      each attached window's ``dispatch_event`` is interposed, the game goes first; an
                activate, deactivate, show or hide makes the hook ask, at most every ``PAUSE``: the
                keeper is woken to ask a little later, about the moment of the event
    input       each key and each move of the mouse shows that the player is there
    beats       every second or two another thread says that it is time to ask. The next event of a
                window, such as the drawing of a frame, or its next ``dispatch_events`` takes that
                beat, so that no game is woken that moves by itself. Where none came until the
                next beat, or a change has yet to settle, one private event is posted to pyglet's
                event loop
    the end     the event loop's ``dispatch_event`` is interposed as well, for its exit and for
                closed windows, and its ``run``, for what it raises
    a hang      if pyglet's loop runs, but nothing takes the beat for ``hang_after``, the player has
                been away since that beat

None of this uses the handler stack, ``pyglet.clock`` or a class, all of which games use up. An
interposed method is an attribute of the instance alone, holds it weakly, and goes without a trace.
Nothing is returned to or raised into the game. pyglet is never imported, since its window module
opens a display: it is taken from ``sys.modules``.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable, Collection
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary, ref

from exponea_game.system.log import error_inside
from exponea_game.system.tracebacks import hide_ours, stands_between
from exponea_game.windows.focus import ask
from exponea_game.windows.log_off import watch_log_off
from exponea_game.windows.presence import Focus, Presence

TRIGGERS = frozenset({"on_activate", "on_deactivate", "on_show", "on_hide"})
INPUT = frozenset(
    {
        "on_key_press",
        "on_key_release",
        "on_mouse_press",
        "on_mouse_motion",
        "on_mouse_drag",
        "on_mouse_scroll",
    }
)
PAUSE = 0.05
"""Seconds between two questions set off by events: pyglet can send thousands of them a second."""


def _pass(*_: Any) -> None:
    pass


def interpose(
    owner: Any,
    name: str,
    notice: Callable[..., None],
    first: Callable[..., bool] | None = None,
    failed: Callable[[BaseException], None] | None = None,
) -> Callable[[], None]:
    """Call ``notice``, with the same arguments, after each call of one object's method.

    Args:
        owner: The object.
        name: The method's name.
        notice: What to call afterwards.
        first: What to call before; where it returns True, the call itself is left out.
        failed: What to call where the method raises, before ``notice``.

    Returns:
        What takes it away, from beneath others that were put there by this function, too. Where
        somebody else has interposed since, it stays but goes mute.
    """
    reference = ref(owner)
    earlier = vars(owner).get(name)
    mute = False

    @stands_between
    def interposed(*arguments: Any, **keywords: Any) -> Any:
        try:
            if first is not None and not mute and first(*arguments):
                return True
            if earlier is not None:
                return earlier(*arguments, **keywords)
            owner = reference()
            if owner is None:
                return None
            return getattr(type(owner), name)(owner, *arguments, **keywords)
        except BaseException as error:
            hide_ours(error)
            if failed is not None and not mute:
                failed(error)
            raise
        finally:
            if not mute:
                notice(*arguments)

    def remove() -> None:
        nonlocal mute
        mute = True
        attributes = vars(reference() or SimpleNamespace())
        above = attributes.get(name)
        if above is not interposed:
            getattr(above, "leave_out", _pass)(interposed, earlier)
        elif earlier is None:
            del attributes[name]
        else:
            attributes[name] = earlier

    def leave_out(gone: Any, instead: Any) -> None:
        nonlocal earlier
        if earlier is gone:
            earlier = instead
        else:
            getattr(earlier, "leave_out", _pass)(gone, instead)

    vars(interposed)["leave_out"] = leave_out
    vars(owner)[name] = interposed
    return remove


class WindowHook:
    """Watches the attached windows.

    Args:
        report: Called with whether the player is present and the moment since when, each time
            that was asked and is settled; for a state that is only affirmed, the moment is now.
            On the thread of the windows, or of ``beat`` for a hang.
        ended: Called when the event loop exits or the last attached window is closed.
        failed: Called with what leaves the event loop, which is a SystemExit or an error.
        elapsed: A clock in seconds that nobody can set and that counts sleep.
        hang_after: Seconds for which the event loop may stand still with the player present.
        idle_timeout: Seconds without input that are absence; None where input does not matter.
        wake: Called where a beat should come soon.
        logged_off: Called when the user's session ends, and with it the program (on Windows).
    """

    def __init__(
        self,
        report: Callable[[bool, float], None],
        ended: Callable[[], None],
        failed: Callable[[BaseException], None],
        elapsed: Callable[[], float],
        hang_after: float = 60.0,
        idle_timeout: float | None = None,
        wake: Callable[[], None] = _pass,
        logged_off: Callable[[], None] = _pass,
    ) -> None:
        self._report, self._ended, self._failed, self._elapsed = report, ended, failed, elapsed
        self._hang_after, self._idle_timeout, self._wake = hang_after, idle_timeout, wake
        self._logged_off = logged_off
        self._windows: WeakKeyDictionary[Any, list[Callable[[], None]]] = WeakKeyDictionary()
        self._loops: WeakKeyDictionary[Any, list[Callable[[], None]]] = WeakKeyDictionary()
        self._watching = False
        self._lock = threading.RLock()  # a hang is noticed on the thread of the beats
        self._presence = Presence(idle_timeout)
        self._thread = 0
        self._asked = self._beaten = float("-inf")
        self._unanswered: float | None = None
        self._messenger = SimpleNamespace(dispatch_event=self._answer)
        self._again: float | None = None  # a trigger that came too soon after the last question
        self._posted = self._due = False

    @property
    def settling(self) -> bool:
        """Whether the next beat should come soon, to ask again about a change."""
        return self._watching and (self._again is not None or self._presence.settling)

    @property
    def returning(self) -> float | None:
        """Since when the player seems to be back, while that has yet to prove itself."""
        return self._presence.returning if self._watching else None

    @property
    def last_input(self) -> float:
        """When the player last did something, on the run's clock; minus infinity before that."""
        return self._presence.last_input

    def lapse(self, now: float) -> float | None:
        """Notice that the player is idle; since when, where that has gone unreported.

        Called under the journal's lock: to wait for another one could last for ever, since a
        signal's handler of the game's may have interrupted who holds it, and track something.
        """
        return self._presence.lapse(now)

    def note_input(self) -> None:
        """The player has done something that no window sees."""
        self._touch()

    def attach(self, window: Any) -> None:
        """Watch a window, and report at once; off the main thread, with the next beat."""
        if window in self._windows:
            return
        removals = [interpose(window, "dispatch_event", self._heard)]
        if hasattr(window, "dispatch_events"):
            removals.append(interpose(window, "dispatch_events", self._turned))
        removals.append(watch_log_off(window, lambda: self._safely(self._logged_off)))
        if not self._watching:
            self._presence = Presence(self._idle_timeout)
        self._windows[window] = removals
        self._watching = True
        if threading.current_thread() is threading.main_thread():
            self._ask_here()

    def detach(self, window: Any) -> None:
        """Leave a window exactly as it was; after the last one the player counts as away."""
        watched = self._watching
        self._leave(window)
        if watched and not self._watching:
            self._safely(self._go_away)

    def close(self) -> None:
        """Leave all windows as they were."""
        for window in list(self._windows):
            self._leave(window)

    def _leave(self, window: Any) -> None:
        for remove in self._windows.pop(window, ()):
            remove()
        if not self._windows:
            self._rest()

    def _go_away(self) -> None:
        with self._lock:
            since = self._presence.away(self._elapsed())
        if since is not None:
            self._report(False, since)  # noqa: FBT003 - the interface is a plain callable

    def beat(self) -> None:
        """Have the truth asked; to be called every second or two, from another thread."""
        if self._watching:
            self._safely(self._post)

    def _post(self) -> None:
        now = self._elapsed()
        # Without beats for so long the whole process stood still, not just the game's loop.
        slept, self._beaten = now - self._beaten >= self._hang_after, now
        since = self._unanswered
        if since is None or slept:
            since = self._unanswered = now
        app = sys.modules.get("pyglet.app")
        urgent = self._due or self.settling or self._asked == float("-inf")
        self._due = True
        if app is not None and not self._posted and urgent:
            self._posted = True
            app.platform_event_loop.post_event(self._messenger, "on_beat")
            return
        running = getattr(getattr(app, "event_loop", None), "is_running", False)
        if running and now - since >= self._hang_after:
            self._hang(since)

    def _hang(self, since: float) -> None:
        with self._lock:
            left = self._presence.away(since) if self._unanswered == since else None
        if left is not None:
            self._report(False, left)  # noqa: FBT003 - the interface is a plain callable

    def _answer(self, *_: Any) -> None:
        self._posted = False
        self._ask_here()

    def _ask_here(self) -> None:
        self._thread = threading.get_ident()
        self._safely(self._ask)

    def _heard(self, name: str = "", *_: Any) -> None:
        # This runs for every event of a window: in a storm of them it must do next to nothing.
        if name in TRIGGERS:
            self._hint(self._elapsed())
        else:
            if name in INPUT:
                self._touch()
            if self._due:
                self._safely(self._ask)

    def _touch(self) -> None:
        left = self._presence.touch(self._elapsed())
        if left is not None:
            self._safely(lambda: self._report(False, left))  # noqa: FBT003 - the interface is a plain callable

    def _hint(self, now: float) -> None:
        """Something may have changed."""
        if now - self._asked >= PAUSE:
            self._safely(self._ask)
        elif self._again is None:
            self._again = now
            self._safely(self._wake)

    def _turned(self, *_: Any) -> None:
        if self._due:
            self._ask_here()

    def _loop_heard(self, name: str = "", *_: Any) -> None:
        if name == "on_exit":
            self._safely(lambda: self._end(self._ended))
        elif name == "on_window_close":
            self._safely(self._drop_closed)

    def _ask(self) -> None:
        if threading.get_ident() != self._thread:
            return  # a window system may be asked only by the thread that runs the windows
        self._asked = now = self._elapsed()
        hinted, self._again = self._again, None
        self._due, self._unanswered = False, None
        self._drop_closed()
        if not self._windows:
            return
        app = sys.modules.get("pyglet.app")
        self._follow(getattr(app, "event_loop", None))
        focus = self._truth({*self._windows, *getattr(app, "windows", ())})
        with self._lock:
            verdict = self._presence.weigh(focus, now, hinted)
        if verdict is not None:
            self._report(*verdict)

    def _truth(self, windows: Collection[Any]) -> Focus:
        return ask(windows)  # a method of its own, so that a rehearsal can make it up

    def _follow(self, loop: Any) -> None:
        # Games replace pyglet.app.event_loop, and run one after another.
        if loop is not None and loop not in self._loops:
            removals = [interpose(loop, "dispatch_event", self._loop_heard)]
            if hasattr(loop, "run"):
                removals.append(interpose(loop, "run", _pass, failed=self._loop_failed))
            self._loops[loop] = removals

    def _drop_closed(self) -> None:
        if not self._watching:
            return
        for window in list(self._windows):
            if getattr(window, "context", self) is None:
                self._leave(window)
        if not self._windows:
            self._rest()
            self._end(self._ended)

    def _rest(self) -> None:
        self._watching = False
        for remove in itertools.chain(*self._loops.values()):
            remove()
        self._loops.clear()

    def _loop_failed(self, error: BaseException) -> None:
        self._safely(lambda: self._end(lambda: self._failed(error)))

    def _end(self, tell: Callable[[], None]) -> None:
        # What a game's last moments show of its windows must not look like a new player.
        now = self._elapsed()
        with self._lock:
            idle_since = self._presence.lapse(now)
            self._presence.away(now)
        if idle_since is not None:
            self._report(False, idle_since)  # noqa: FBT003 - the interface is a plain callable
        tell()

    def _safely(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the game must not suffer, whatever happens
            error_inside(error)
