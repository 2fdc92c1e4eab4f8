"""Tracebacks of a game, without our frames that stand between it and what it calls.

A game's own error passes through methods that we have interposed. Whoever reads its traceback looks
for the game's mistake, and finds the frames that would be there without us.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import CodeType, TracebackType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_IMPORTING = {"importlib._bootstrap", "importlib._bootstrap_external"}
"""Frames that Python hides of an import that fails, unless one of ours stands among them."""
_PACKAGE = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120 - a text, as code has it
_between: set[CodeType] = set()


def stands_between(function: Function) -> Function:
    """Leave this function's frames out of tracebacks of the game."""
    _between.add(function.__code__)
    return function


def hide_ours(error: BaseException) -> None:
    """Take our frames out of an error's traceback, and out of those of the errors it came from."""
    for one in _with_origins(error):
        interrupted = isinstance(one, KeyboardInterrupt)
        one.__traceback__ = without_ours(one.__traceback__, interrupted=interrupted)


def without_ours(trace: TracebackType | None, *, interrupted: bool = False) -> TracebackType | None:
    """A traceback without frames that stand between; its entries are linked anew.

    Args:
        trace: The traceback.
        interrupted: Whether it is of an interrupt, which may find the program anywhere: then no
            frame of ours says anything about the game.
    """
    kept: list[TracebackType] = []
    steps = list(_steps(trace))
    for step, following in pairwise([*steps, None]):
        assert step is not None  # noqa: S101 - only the last is
        code = step.tb_frame.f_code
        inside = interrupted and code.co_filename.startswith(_PACKAGE)
        if code not in _between and not inside:
            kept.append(step)
        elif following is None or not _imports(following):
            while kept and _imports(kept[-1]):
                kept.pop()
    for step, following in pairwise([*kept, None]):
        assert step is not None  # noqa: S101 - only the last is
        step.tb_next = following
    return kept[0] if kept else None


def _steps(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _imports(step: TracebackType) -> bool:
    return step.tb_frame.f_globals.get("__name__") in _IMPORTING


def _with_origins(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that it was raised from or while handling."""
    waiting, met = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) not in met:
            met.add(id(one))
            yield one
            waiting += filter(None, (one.__cause__, one.__context__))
