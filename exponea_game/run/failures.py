"""What the endings of a program mean for its run: errors become events, and the session ends.

Each exception is told once, though it may leave the event loop first, and then the program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from exponea_game.events.failure import describe_failure
from exponea_game.events.properties import encode_properties
from exponea_game.run.endings import exit_status
from exponea_game.run.recorder import Recorder
from exponea_game.sessions.session import Reason
from exponea_game.settings import WITH_MESSAGE, Settings
from exponea_game.system.clock import Seconds

AGAIN = 60.0
"""Seconds between two events about one place: a thread that is started anew can fail each frame."""
PLACES = 100
"""Places that are remembered."""
MARK = "_exponea_game_knows"
"""What an exception has that was told."""


class Failures:
    """The errors and the end of one run; entered by whatever thread fails or is told of it.

    Args:
        settings: The tracker's settings.
        recorder: Records the run.
        elapsed: The run's clock.
        wake: Has what was recorded sent soon.
        close: Ends the run, for a program that is terminated.
    """

    def __init__(
        self,
        settings: Settings,
        recorder: Recorder,
        elapsed: Seconds,
        wake: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        self._track_errors = settings.track_errors
        self._recorder, self._elapsed, self._wake, self._close = recorder, elapsed, wake, close
        self._places: dict[str, float] = {}

    def use(self, settings: Settings) -> None:
        """Go on with other settings."""
        self._track_errors = settings.track_errors

    # What the hooks tell (see endings).

    def failed(self, error: BaseException, thread: str, *, fatal: bool) -> None:
        """The game has not caught an exception.

        Args:
            error: The exception.
            thread: The name of the thread that it ended.
            fatal: Whether it ends the program, and so the session.
        """
        if isinstance(error, KeyboardInterrupt):
            self.exits(None)
            return
        self.track(error, thread, limited=not fatal)
        if fatal:
            self._recorder.quit(hold=False, reason=Reason.ERROR)
            self._wake()

    def exits(self, status: int | None) -> None:
        """The program is about to exit with that status, where one is known."""
        self._recorder.exit(status)
        self._wake()

    def terminated(self) -> None:
        """A signal ends the program."""
        self._close()

    def left_loop(self, error: BaseException) -> None:
        """An exception has left the event loop."""
        if isinstance(error, SystemExit):
            self.exits(exit_status(error))
        else:
            self.failed(error, threading.current_thread().name, fatal=True)

    # The event.

    def track(self, error: BaseException, thread: str, *, limited: bool = False) -> None:
        """Track an exception, where the game wants that.

        Args:
            error: The exception.
            thread: The name of the thread that it ended, or in which it was caught.
            limited: Whether its place may have been told of lately.
        """
        if not self._track_errors or getattr(error, MARK, False):
            return
        with suppress(Exception):  # an exception that takes no mark may be told twice
            setattr(error, MARK, True)
        with_message = self._track_errors == WITH_MESSAGE
        properties = describe_failure(error, thread, with_message=with_message)
        if not limited or self._is_due(str(properties["error_place"])):
            text, _ = encode_properties(properties)
            self._recorder.event('"error"', properties, text)

    def _is_due(self, place: str) -> bool:
        now = self._elapsed()
        if now - self._places.get(place, float("-inf")) < AGAIN:
            return False
        self._places[place] = now
        if len(self._places) > PLACES:
            del self._places[next(iter(self._places))]
        return True
