"""Settings as a game gives them, call by call: what cannot be used or comes too late is left out.

In strict mode it raises instead, and what held before holds on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from exponea_game.errors import SettingsError
from exponea_game.mistakes import Mistakes
from exponea_game.settings import FOR_THE_RUN, Settings


def load(
    given: dict[str, Any], mistakes: Mistakes, former: Mapping[str, Any] | None = None
) -> Settings:
    """Settings; what cannot be used is reported and taken out: what held before holds on.

    Args:
        given: What is given, and was before.
        mistakes: Where the game's mistakes are reported.
        former: What was given before.

    Raises:
        SettingsError: Only in strict mode: a setting cannot be used.
    """
    ignored: frozenset[str] = frozenset()
    while True:
        try:
            settings = Settings.load(os.environ, ignored, **given)
            break
        except SettingsError as error:
            name = error.setting
            if mistakes.strict or name in ignored:
                raise
            mistakes.report(f"{error}; it is left out")
            wrong = given.pop(name, None)
            if former and former.get(name, wrong) is not wrong:
                given[name] = former[name]
            elif wrong is None:  # a variable, or in the file
                ignored |= {name}
    mistakes.strict = settings.strict
    return settings


def differ_for_the_run(new: Settings, old: Settings) -> bool:
    """Whether a setting that holds for a whole run is another one."""
    return any(getattr(new, name) != getattr(old, name) for name in FOR_THE_RUN)


def as_far_as_possible(
    new: Settings, old: Settings, given: Mapping[str, object], mistakes: Mistakes
) -> Settings:
    """The new settings, but for those that hold for the whole run.

    Raises:
        SettingsError: Only in strict mode: one of them was given, and comes too late.
    """
    for name in FOR_THE_RUN:
        value = getattr(old, name)
        if name in given and getattr(new, name) != value:
            until = "until the next launch: it must be set before the first event"
            if mistakes.strict:
                raise SettingsError(f"{name} stays {value!r} {until}", name)
            mistakes.report(f"{name} stays {value!r} {until}")
        new = replace(new, **{name: value})
    return new
