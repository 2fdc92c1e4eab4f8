"""JSON text: values that JSON can express become one line, texts become printable."""

from __future__ import annotations

import reprlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

JSON = str
"""A text that is JSON, on one line."""


def _make_encoder() -> Any:
    """A function from a value to chunks of JSON, built once: twice as fast as ``json.dumps``.

    ``json`` itself takes it from ``_json``. It comes with a run: its decoder brings ``re`` and
    ``enum``, which are a good part of what a game's import would wait for.
    """
    try:
        from _json import encode_basestring, make_encoder
    except ImportError:  # an interpreter without the accelerator
        from json import JSONEncoder

        plain = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return lambda value, _level: (plain.encode(value),)
    sort_keys = skip_keys = allow_nan = False
    return make_encoder(
        None, _refuse, encode_basestring, None, ":", ",", sort_keys, skip_keys, allow_nan
    )


def _refuse(value: object) -> Any:
    raise TypeError(type(value).__name__)


chunks = _make_encoder()
"""The texts that make up a value's JSON, for who joins them: a call less; see ``encode``."""


def encode(value: object) -> JSON:
    """One value as JSON on one line.

    Raises:
        TypeError, ValueError, RecursionError: The value holds what JSON cannot express.
    """
    return "".join(chunks(value, 0))


_short = reprlib.Repr()
_short.maxstring = _short.maxother = 200


def shown(value: object) -> str:
    """A value as a sentence shows it, even one that cannot be turned into text."""
    try:
        if isinstance(value, (str, tuple, frozenset)):  # names: their whole text may be endless
            return _short.repr(value)
        return f"{value!r:.200}"
    except Exception:  # noqa: BLE001 - whatever a caller's object raises
        return f"a {type(value).__name__}"


def printable(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot express."""
    return text.encode("utf-8", "replace").decode("utf-8")
