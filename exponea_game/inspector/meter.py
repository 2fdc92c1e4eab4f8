"""What the library costs the game, measured while somebody looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

from exponea_game.events.properties import encode_properties
from exponea_game.system.clock import stopwatch

CALLS = 200
"""Calls that a cost is the median of."""
PERIOD = 1.0
"""Seconds whose frames make an average."""


class Costs(NamedTuple):
    """Seconds that a call takes (None before the first), all calls and the panel in a frame."""

    call: float | None
    frame: float
    panel: float


class Meter:
    """Measures what the game's calls cost.

    It stands before the recorder. What a call did before it got there, above all encoding the
    properties, is done once more and counted.

    Attributes:
        costs: Of the last second; None before it is over.
    """

    def __init__(self) -> None:
        self.costs: Costs | None = None
        self._recorder: Any = None
        self._calls: deque[float] = deque(maxlen=CALLS)
        self._begin()

    def _begin(self) -> None:
        self._since, self._frames, self._in_calls, self._in_panel = stopwatch(), 0, 0.0, 0.0

    def watch(self, recorder: Any) -> None:
        """Measure calls to this recorder, or with None to none."""
        if recorder is self._recorder:
            return
        if self._recorder is not None:
            vars(self._recorder).pop("event", None)
        self._recorder = recorder
        if recorder is not None:
            vars(recorder)["event"] = self._measured(recorder.event)

    def _measured(self, event: Callable[..., None]) -> Callable[..., None]:
        def measured(kind: str, properties: object, *rest: Any, **named: Any) -> None:
            began = stopwatch()
            encode_properties(properties)
            try:
                event(kind, properties, *rest, **named)
            finally:
                seconds = stopwatch() - began
                self._calls.append(seconds)
                self._in_calls += seconds

        return measured

    def turn(self, panel: float) -> None:
        """A frame ends, of which the panel took so many seconds."""
        self._frames += 1
        self._in_panel += panel
        if stopwatch() - self._since >= PERIOD:
            call = median(self._calls) if self._calls else None
            self.costs = Costs(call, self._in_calls / self._frames, self._in_panel / self._frames)
            self._begin()
