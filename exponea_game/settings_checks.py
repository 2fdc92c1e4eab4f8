"""What a setting may be: one function a kind.

A function takes the setting's name and value, and returns the value to use.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from exponea_game.errors import SettingsError
from exponea_game.events.properties import encode_properties
from exponea_game.system.json_text import printable, shown

COLLECTOR = "http://127.0.0.1:8321"
"""Where ``exponea-game collector`` listens."""
LOOPBACK = re.compile(r"https?://(localhost|127\.[\d.]+|\[::1\])(:\d+)?(/|$)")
"""Addresses of this machine."""
YES, NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")
"""What a variable may say for yes and for no."""
URL = re.compile(r"https?://(\[[\da-fA-F:.]+\]|[^\s/?#@:\[\]]+)(:(?P<port>\d{1,5}))?(/[^\s?#]*)?")
"""An address of a server: nobody's name and password, no question, a port that can be."""
ENVIRONMENT = re.compile(r"\w[\w .-]{0,59}")
"""What can be a folder's name, too."""
APPLICATION_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
"""The mobile SDKs' rule; at most 50 characters."""
Check = Callable[[str, Any], Any]
"""Takes a setting's name and value, returns the value to use, raises ``SettingsError``."""
LAST_PORT = 65_535
"""The largest number of a port."""
LEAST_JOURNAL = 4 << 20
"""Bytes: a few segments, so that dropping the oldest leaves something."""

LONGEST_NAME = 255
"""Bytes of one name in a path, on all systems."""


def _wrong(name: str, value: Any, right: str) -> SettingsError:
    kind = type(value).__name__
    return SettingsError(f"{name} is {shown(value):.100} ({kind}); it must be {right}")


def _secret(name: str, value: Any, right: str) -> SettingsError:
    """What is wrong with a value that may be a key: without the value."""
    return SettingsError(f"{name} is a {type(value).__name__} of another form; it must be {right}")


def text(name: str, value: Any) -> str:
    """A text that can be sent."""
    if not isinstance(value, str):
        raise _wrong(name, value, "a text")
    if printable(value) != value:
        raise _wrong(name, value, "a text in UTF-8")
    return value


def optional_text(name: str, value: Any) -> str | None:
    """A text, or None."""
    return None if value is None else text(name, value)


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise _wrong(name, value, "True or False")
    return value


def seconds(least: float, most: float) -> Check:
    """A number of seconds within these bounds."""

    def check(name: str, value: Any) -> float:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not least <= value <= most:
            raise _wrong(name, value, f"a number of seconds from {least:g} to {most:g}")
        return float(value)

    return check


def optional_seconds(least: float, most: float) -> Check:
    """The same, or None."""
    check = seconds(least, most)
    return lambda name, value: None if value is None else check(name, value)


def token(name: str, value: Any) -> str | None:
    """A project's token, or None."""
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9-]+", value):
        raise _secret(name, value, "the project's token: letters, digits and '-'")
    return value


def stream_id(name: str, value: Any) -> str | None:
    """An event stream's id, or None."""
    if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]+", text(name, value)):
        raise _wrong(name, value, "the stream's id: letters, digits, '_' and '-'")
    return optional_text(name, value)


def authorization(name: str, value: Any) -> str | None:
    """A public key as the header has it, or None."""
    if value is None:
        return None
    if str(value).startswith(("Basic ", "b'Basic ")):
        right = "'Token <public key>': a private key has no place in a game, anybody could read it"
        raise SettingsError(f"{name} is 'Basic ...'; it must be {right}")
    if not isinstance(value, str) or not re.fullmatch(r"Token [!-~]+", value):
        raise _secret(name, value, "'Token <public key>'")
    return value


def url(name: str, value: Any) -> str:
    """The address of a service: nothing about a player crosses a network in the clear."""
    address = _address(name, value, "https://api.exponea.com")
    if address.startswith("http:") and not LOOPBACK.match(address):
        raise _wrong(name, value, "an address that begins with 'https://'")
    return address


def collector(name: str, value: Any) -> str | None:
    """The address of a collector; True or ``"1"`` for the usual one."""
    if value is None or isinstance(value, (bool, int)):
        value = str(value or 0)
    if isinstance(value, str) and value.lower() in YES + NO:
        return COLLECTOR if value.lower() in YES else None
    return _address(name, value, COLLECTOR)


def _address(name: str, value: Any, example: str) -> str:
    match = URL.fullmatch(text(name, value))
    if match is None and "@" in value:  # which may be somebody's password
        raise SettingsError(f"{name} names a user; it must be an address such as {example!r}")
    if not match or int(match["port"] or 0) > LAST_PORT:
        raise _wrong(name, value, f"an address such as {example!r}")
    return str(value).rstrip("/")


def environment(name: str, value: Any) -> str | None:
    """A name of an environment, or None."""
    if value is not None and not ENVIRONMENT.fullmatch(text(name, value)):
        right = "at most 60 letters and digits, parted by ' ', '.', '_' or '-'"
        raise _wrong(name, value, right)
    return optional_text(name, value)


def application_id(name: str, value: Any) -> str:
    """An application's id as the mobile SDKs take it."""
    if len(text(name, value)) > 50 or not APPLICATION_ID.fullmatch(value):
        right = "at most 50 lower-case letters and digits, parted by '-' or '.'"
        raise _wrong(name, value, right)
    return str(value)


def properties(name: str, value: Any) -> Mapping[str, Any]:
    """Properties that can be sent, copied."""
    if not isinstance(value, Mapping):
        raise _wrong(name, value, "a dict of names and values")
    text, mistakes = encode_properties(value)
    if mistakes:
        raise SettingsError(f"{name}: {mistakes[0]}")
    return dict(json.loads(text))  # a copy that shares nothing with the caller's


def one_of(*values: str) -> Check:
    """One of these texts."""

    def check(name: str, value: Any) -> str:
        if value not in values:
            raise _wrong(name, value, " or ".join(map(repr, values)))
        return str(value)

    return check


def flag_or(word: str) -> Check:
    """True, False or this text."""

    def check(name: str, value: Any) -> bool | str:
        if not isinstance(value, bool) and value != word:
            raise _wrong(name, value, f"True, False or {word!r}")
        return word if value == word else bool(value)

    return check


def home(name: str, value: Any) -> Path | None:
    """A folder, absolute; None for the usual one."""
    if value is None:
        return None
    if not isinstance(value, (str, os.PathLike)) or not _is_path(os.fsencode(value)):
        raise _wrong(name, value, "a folder")
    return Path(value).absolute()


def _is_path(path: bytes) -> bool:
    """Whether such a path can be on any disk: it has names, and none is too long."""
    lengths = [len(os.fsencode(name)) for name in Path(os.fsdecode(path)).parts]
    return b"\0" not in path and 0 < max(lengths, default=0) <= LONGEST_NAME


def journal_limit(name: str, value: Any) -> int:
    """A number of bytes."""
    if not isinstance(value, int) or isinstance(value, bool) or value < LEAST_JOURNAL:
        raise _wrong(name, value, f"a number of bytes, at least {LEAST_JOURNAL}")
    return value
