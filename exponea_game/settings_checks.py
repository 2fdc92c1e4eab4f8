"""What each setting may be: one function a kind, named in the table at the end.

A function takes the setting's name and value, and returns the value to use.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from exponea_game.errors import SettingsError
from exponea_game.events.properties import encode_properties
from exponea_game.system.json_text import shown

APPLICATION_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
"""The mobile SDKs' rule; at most 50 characters."""
LEAST_JOURNAL = 4 << 20
"""Bytes: a few segments, so that dropping the oldest leaves something."""

LONGEST_NAME = 255
"""Bytes of one name in a path, on all systems."""


def _wrong(name: str, value: Any, right: str) -> SettingsError:
    kind = type(value).__name__
    return SettingsError(f"{name} is {shown(value):.100} ({kind}); it must be {right}")


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(name, value, "a text")
    return value


def _optional_text(name: str, value: Any) -> str | None:
    return None if value is None else _text(name, value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, value, "True or False")
    return value


def _seconds(name: str, value: Any) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value <= 0:
        raise _wrong(name, value, "a number of seconds above 0")
    return float(value)


def _token(name: str, value: Any) -> str | None:
    if value is not None and not re.fullmatch(r"[A-Za-z0-9-]+", _text(name, value)):
        raise _wrong(name, value, "the project's token: letters, digits and '-'")
    return _optional_text(name, value)


def _authorization(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if _text(name, value).startswith("Basic "):
        right = "'Token <public key>': a private key has no place in a game, anybody could read it"
        raise SettingsError(f"{name} is 'Basic ...'; it must be {right}")
    if not re.fullmatch(r"Token [!-~]+", value):
        raise SettingsError(f"{name} is of another form; it must be 'Token <public key>'")
    return str(value)


def _url(name: str, value: Any) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", _text(name, value)):
        raise _wrong(name, value, "an address such as 'https://api.exponea.com'")
    return str(value).rstrip("/")


def _optional_url(name: str, value: Any) -> str | None:
    return None if value is None else _url(name, value)


def _application_id(name: str, value: Any) -> str:
    if len(_text(name, value)) > 50 or not APPLICATION_ID.fullmatch(value):
        right = "at most 50 lower-case letters and digits, parted by '-' or '.'"
        raise _wrong(name, value, right)
    return str(value)


def _properties(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(name, value, "a dict of names and values")
    text, mistakes = encode_properties(value)
    if mistakes:
        raise SettingsError(f"{name}: {mistakes[0]}")
    return dict(json.loads(text))  # a copy that shares nothing with the caller's


def _one_of(*values: str) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        if value not in values:
            raise _wrong(name, value, " or ".join(map(repr, values)))
        return str(value)

    return check


def _home(name: str, value: Any) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, (str, os.PathLike)) or not _is_path(os.fsencode(value)):
        raise _wrong(name, value, "a folder")
    return Path(value).absolute()


def _is_path(path: bytes) -> bool:
    """Whether such a path can be on any disk: it has names, and none is too long."""
    lengths = [len(os.fsencode(name)) for name in Path(os.fsdecode(path)).parts]
    return b"\0" not in path and 0 < max(lengths, default=0) <= LONGEST_NAME


def _journal_limit(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < LEAST_JOURNAL:
        raise _wrong(name, value, f"a number of bytes, at least {LEAST_JOURNAL}")
    return value


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "project_token": _token,
    "authorization": _authorization,
    "base_url": _url,
    "app_name": _text,
    "app_version": _optional_text,
    "application_id": _application_id,
    "session_timeout": _seconds,
    "automatic_session_tracking": _flag,
    "manual_session_auto_close": _flag,
    "end_session_on_exit": _flag,
    "default_properties": _properties,
    "allow_default_customer_properties": _flag,
    "flush_mode": _one_of("immediate", "periodic", "manual"),
    "flush_interval": _seconds,
    "home": _home,
    "journal_limit": _journal_limit,
    "strict": _flag,
    "collector": _optional_url,
    "environment": _optional_text,
    "consent": _one_of("granted", "pending", "denied"),
}
