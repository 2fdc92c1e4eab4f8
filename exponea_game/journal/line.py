"""One line of a journal: JSON with a checksum, told whole from damaged without being decoded.

    {"crc":"5d7bb2a1","seq":0,"elapsed":0.000112,"clock":{"boot":"","elapsed":5.5,"wall":1.7e9},"will":null}
    {"crc":"1c291ca3","seq":1,"elapsed":0.345000,"will":{...},"cmd":{"name":"customers/events","data":{...}}}
    {"crc":"77ab0c92","seq":2,"elapsed":12.345678,"cmd":{"name":"customers/events","data":{...}}}
    {"crc":"aa1b23c4","seq":2,"elapsed":17.000301}

- ``crc``: CRC-32 of what follows its comma, up to the closing brace. A line that does not parse or
  whose checksum is wrong never happened; the reader goes on at the next line. The newline decides
  nothing.
- ``seq`` counts commands, from 1. A line without a command repeats the last one. A hole is a loss,
  a repetition is skipped.
- ``elapsed``: seconds since the run began, sleep included: the run was alive then.
- ``clock``: on the first line of each segment: the clocks when the run began (``clock.Clock``).
- ``carries``: beside it: the session of an earlier run that goes on in this one.
- ``will``: the open session and what its end needs if the process dies, or which is over, or null.
  It holds from this line on until the next that has one; each segment's first line repeats it.
- ``amends``: the session whose start or end the command is: a power cut took it, and a later launch
  has made it again.
- ``cmd``: byte for byte one command of the batch request. A command and the will that it changes
  share a line, so that neither exists without the other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from zlib import crc32

from exponea_game.system.json_text import JSON, encode


class Line(NamedTuple):
    """A whole line. ``others``: those members that are no place and no command, by name."""

    seq: int
    elapsed: float
    command: bytes | None
    others: dict[str, Any]


_PREFIX = re.compile(
    rb'\{"crc":"([0-9a-f]{8})","seq":(\d{1,15}),"elapsed":(\d{1,12}\.\d{1,9})(,"cmd":|[,}])'
)
_NEXT = re.compile(rb'\{"crc":"([0-9a-f]{8})","seq":(\d{1,15}),"elapsed":\d{1,12}\.\d{1,9},"cmd":')
"""The same of a line that holds nothing but a command."""
_CRC_END = len(b'{"crc":"1c291ca3",')
_decode = json.JSONDecoder().raw_decode


def render(seq: int, elapsed: float, members: str) -> bytes:
    """One line, with its newline; ``members`` is what follows ``elapsed``, each with its comma."""
    body = f'"seq":{seq},"elapsed":{elapsed:.6f}{members}}}'.encode()
    return b'{"crc":"%08x",%b\n' % (crc32(body), body)


def render_entry(seq: int, elapsed: float, command: JSON | None, will: JSON | None) -> bytes:
    """The line of a command, of a will, of both, or of a proof of life."""
    members = "" if will is None else f',"will":{will}'
    if command is None:
        return render(seq, elapsed, members)
    body = f'"seq":{seq},"elapsed":{elapsed:.6f}{members},"cmd":{command}}}'.encode()
    return b'{"crc":"%08x",%b\n' % (crc32(body), body)


def render_head(seq: int, elapsed: float, clock: JSON, will: JSON, carries: JSON = "") -> bytes:
    """The first line of a segment; its members are JSON, ``carries`` may be left out."""
    carried = f',"carries":{carries}' if carries else ""
    return render(seq, elapsed, f',"clock":{clock}{carried},"will":{will}')


def parse(raw: bytes) -> Line | None:
    """The line, or None if it is damaged. ``raw`` is without its newline."""
    match = _PREFIX.match(raw)
    if match is None or crc32(raw[_CRC_END:]) != int(match[1], 16):
        return None
    seq, elapsed = int(match[2]), float(match[3])
    if match[4] == b',"cmd":':
        return Line(seq, elapsed, raw[match.end() : -1], {})
    try:
        command, others = _members(raw[match.end(3) :].decode())
        encode(others).encode()  # numbers without an end and half letters are damage
        return Line(seq, elapsed, command, others)
    except (ValueError, IndexError, RecursionError):
        return None


def is_command(command: bytes) -> bool:
    """Whether bytes are one JSON object: what a batch can hold without coming apart."""
    try:
        return isinstance(json.loads(command, parse_constant=_refuse), dict)
    except (ValueError, RecursionError):
        return False


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def following(
    data: bytes, start: int, seq: int, most: int, size: int
) -> tuple[list[bytes], list[int], bool]:
    """Commands, as long as each line is whole and holds nothing but the command that is next.

    This is made for each event that is sent: in one loop, without a call between two lines.

    Args:
        data: Bytes of a segment.
        start: Where the first line begins in them.
        seq: Of the command before it.
        most: Commands at the most.
        size: Bytes that they may have together.

    Returns:
        The commands, where the line of each ends, its newline included, and whether the next one
        would be more bytes than there may be.
    """
    commands: list[bytes] = []
    ends: list[int] = []
    match_next, find = _NEXT.match, data.find
    for expected in range(seq + 1, seq + 1 + most):
        match = match_next(data, start)
        if match is None:
            break
        begin = match.end()
        end = find(b"\n", begin)
        checksum, number = match.groups()
        if end < 0 or int(number) != expected:
            break
        if crc32(data[start + _CRC_END : end]) != int(checksum, 16):
            break
        command = data[begin : end - 1]
        size -= len(command)
        if size < 0:
            return commands, ends, True
        start = end + 1
        commands.append(command)
        ends.append(start)
    return commands, ends, False


def behind_repeated(data: bytes, start: int, seq: int) -> int:
    """Where the lines end that hold nothing but a command that is known already.

    A new segment begins with what was not synced in the last one, which may be a megabyte. Whole or
    damaged, such a line is passed over, so nobody asks for its checksum.

    Args:
        data: Bytes of a segment.
        start: Where the first line begins in them.
        seq: The last command that is known.
    """
    match_next, find = _NEXT.match, data.find
    while (match := match_next(data, start)) is not None and int(match[2]) <= seq:
        end = find(b"\n", match.end())
        if end < 0:
            break
        start = end + 1
    return start


def glance(raw: bytes) -> tuple[tuple[int, float], bool] | None:
    """Of a line, whole or not: its place, and whether it holds no more than a command."""
    match = _PREFIX.match(raw)
    return ((int(match[2]), float(match[3])), match[4] == b',"cmd":') if match else None


def _members(text: str) -> tuple[bytes | None, dict[str, Any]]:
    """The command and the members before it, of which a later version may write more."""
    others: dict[str, Any] = {}
    place = 0
    while text[place] == ",":
        name, place = _decode(text, place + 1)
        if name == "cmd":
            return text[place + 1 : -1].encode(), others
        others[name], place = _decode(text, place + 1)
    return None, others


def lines(data: bytes) -> Iterator[Line]:
    """The whole lines of a segment's bytes."""
    for raw in data.split(b"\n"):
        line = parse(raw)
        if line is not None:
            yield line
