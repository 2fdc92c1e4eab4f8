"""Values that games have at hand become values that JSON can express: pure, and importing none.

    Enum        its value                     UUID          its text
    datetime    Unix seconds; a naive one     Decimal       a number, with all its digits
                is local time                 set           a list, in the order of its texts
    date        the same, of its midnight     numpy         what its ``tolist`` gives
    timedelta   seconds                       others        by ``__index__``, else ``__float__``

A value is known by what it can do, so that none of its modules is imported here.
"""

from __future__ import annotations

import operator
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Number:
    """A number as JSON writes it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def simplify(value: Any) -> Any:
    """A value in JSON's kinds, or a ``Number``; itself where it is nothing that is known.

    Raises:
        Exception: Whatever a caller's object raises.
    """
    kind = type(value)
    if kind.__module__ == "decimal" and kind.__name__ == "Decimal":
        return Number(str(value)) if value.is_finite() else float(value)
    if kind.__module__ == "uuid" and kind.__name__ == "UUID":
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    if hasattr(kind, "__members__") and hasattr(kind, "_member_map_"):
        return value.value
    if hasattr(value, "tolist"):
        return _listed(value, kind)
    return _number(value, kind)


def _listed(value: Any, kind: type) -> Any:
    """What numpy's ``tolist`` gives; a number for which it gives that number itself, as a float.

    Of nanoseconds it gives integers, as of anything finer than Python's own times: so all times of
    a second or finer are taken in microseconds.
    """
    data_type: Any = getattr(value, "dtype", None)
    if str(getattr(data_type, "str", "")).endswith("s]"):  # such as '<M8[ns]'
        value = value.astype(f"{data_type.kind}8[us]")
    listed = value.tolist()
    if type(listed) is kind and getattr(data_type, "kind", "") != "c":  # a complex one is refused
        return _number(value, kind)
    return listed


def _number(value: Any, kind: type) -> Any:
    """Times as seconds, and what counts as an integer or a float."""
    if kind.__module__ == "datetime":
        if hasattr(value, "timestamp"):
            return value.timestamp()
        if hasattr(value, "total_seconds"):
            return value.total_seconds()
        if hasattr(value, "toordinal"):
            day = value.year, value.month, value.day
            return sys.modules["datetime"].datetime(*day).timestamp()
    if hasattr(kind, "__index__"):
        return operator.index(value)
    if hasattr(kind, "__float__"):
        return float(value)
    return value


def way_out(value: object) -> str:
    """What would be right instead of a value that is refused."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "a text, such as bytes.decode() or bytes.hex() gives"
    if hasattr(type(value), "__fspath__"):
        return "a text, such as path.name: a whole path may name the player"
    return "a text, a number, a boolean, None, a list or a dict"
