"""Commands become a request, and a reply becomes a verdict.

    POST an address of the destination
    {"commands":[{"command_id":"0","name":"customers/events","data":{...}}, ...]}

    200 {"success":true,"results":[{"success":true,"command_id":"0"},
                                   {"success":false,"errors":["..."]}, ...]}
    400 {"success":false,"message":"Invalid JSON"}

Only the service may refuse. A command ends its waiting by a result of its own, or, once it stands
alone, by the service's JSON about the whole request, which says ``"success":false``. Whatever else
a proxy, a web server or a hotel's login page answers, with any status, settles nothing.

Sources: Bloomreach documentation, "Batch commands", "Tracking API error messages", "Tips and best
practices"; RFC 9110, section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from operator import add, itemgetter, methodcaller
from typing import Any

from exponea_game.destination import Destination, Stream
from exponea_game.events.verdict import Outcome, Verdict
from exponea_game.system.json_text import printable

LONGEST_RETRY_AFTER = 3600.0
"""Seconds a server may ask for; more is taken for a mistake."""
WITHOUT_RESULTS = "the event stream says success and gives no results: taken for accepted"
MESSAGE_LIMIT = 500
"""Characters of a server's message that are kept, logged or shown."""
PARTS_LIMITS = {b",[{\\": 10_000, b"[{": 1_000}
"""How many members, elements and escapes, and how many lists and objects among them, an answer has
that is decoded, by the characters of which each has one. It takes a few milliseconds, in which the
interpreter lock is held; and where more objects are made than go, Python looks for cycles among all
that the game has. The service's answer to a full batch has some hundreds, a hundred of them such.
"""
FEW_PARTS = 100
"""Parts that are sought one by one."""
MESSAGE_DEPTH = 8
"""Lists and objects within each other in which a message is looked for."""
_TAG, _WITHOUT_BRACE = b'{"command_id":"%d",', itemgetter(slice(1, None))
_SUCCESS = methodcaller("get", "success")
ON_A_STREAM = {401: Outcome.UNSIGNED, 403: Outcome.FORBIDDEN}
"""What a stream says with a status of its own; it has no credentials but the tokens of players."""
CREDENTIALS_SIGNS = (
    "could not authenticate",
    "invalid project",
    "access key",
    "unauthorized",
    "invalid stream",
)


def body(commands: Sequence[bytes]) -> bytes:
    """A request's body; each command gets its index as ``command_id``, so that results match."""
    tagged = map(add, map(_TAG.__mod__, itertools.count()), map(_WITHOUT_BRACE, commands))
    return b'{"commands":[' + b",".join(tagged) + b"]}"


def judge(
    status: int,
    headers: Mapping[str, str],
    reply: bytes,
    count: int,
    to: Destination | None = None,
) -> Verdict:
    """The verdict on a batch.

    Args:
        status: The HTTP status.
        headers: The reply's headers.
        reply: Its body.
        count: How many commands were sent.
        to: Where the request went; its tokens are left out of all messages.
    """
    data = _parse(reply)
    good = 200 <= status < 300
    results = _results(data, count) if good else None
    if results is not None:
        refused = {index: one_line(text, to) for index, text in results.items()}
        return Verdict(Outcome.SETTLED, refused=refused)
    if good and isinstance(to, Stream) and isinstance(data, dict) and data.get("success") is True:
        return Verdict(Outcome.SETTLED, WITHOUT_RESULTS)  # to send it again would be billed again
    text = error_text(data) or reply[: 4 * MESSAGE_LIMIT].decode("utf-8", "replace")
    message = one_line(f"{status} {text}", to)
    of_the_service = isinstance(data, dict) and data.get("success") is False
    if of_the_service and (good or status in (400, 413, 414, 415, 422)):
        return Verdict(Outcome.CREDENTIALS if _about_credentials(data) else Outcome.SPLIT, message)
    if isinstance(to, Stream) and status in ON_A_STREAM:
        return Verdict(ON_A_STREAM[status], message)
    if status in (401, 403, 404, 405, 410) or (status == 400 and _about_credentials(data)):
        return Verdict(Outcome.CREDENTIALS, message)
    if good or 400 <= status < 500:
        message = f"{message}: not an answer of the tracking API"
    too_large = status in (408, 413)
    return Verdict(Outcome.WAIT, message, None, _retry_after(headers), too_large=too_large)


def _about_credentials(data: Any) -> bool:
    """Whether JSON speaks of who asks, not of what the request holds."""
    text = error_text(data).lower() if isinstance(data, dict) else ""
    return any(sign in text for sign in CREDENTIALS_SIGNS)


def _parse(reply: bytes) -> Any:
    if any(_has_more(reply, marks, limit) for marks, limit in PARTS_LIMITS.items()):
        return None
    try:
        return json.loads(reply)
    except (ValueError, RecursionError):
        return None


def _has_more(reply: bytes, marks: bytes, limit: int) -> bool:
    """Whether bytes have more such marks than a limit; to seek a few is quicker than to count."""
    if len(reply) <= limit:
        return False
    few = FEW_PARTS
    for mark in marks:
        place = reply.find(mark)
        while few and place >= 0:
            few, place = few - 1, reply.find(mark, place + 1)
    return not few and len(reply) - len(reply.translate(None, marks)) > limit


def _results(data: Any, count: int) -> dict[int, str] | None:
    """The refused commands by index, or None if this is no list of ``count`` results.

    Results are matched by their ids where these name each command once, else by their place.
    """
    results = data.get("results") if isinstance(data, dict) else None
    if not isinstance(results, list) or len(results) != count:
        return None
    if set(map(type, results)) - {dict}:
        return None
    successes = list(map(_SUCCESS, results))
    if set(map(type, successes)) - {bool}:
        return None
    if all(successes):
        return {}
    ids = [str(result.get("command_id")) for result in results]
    by_id = set(ids) == set(map(str, range(count)))
    refused = {}
    for place, result in enumerate(results):
        if not result["success"]:
            index = int(ids[place]) if by_id else place
            refused[index] = error_text(result) or "refused without a word"
    return refused


def error_text(data: Any) -> str:
    """The server's message in any of the shapes it uses for errors."""
    return "; ".join(_texts(data, MESSAGE_DEPTH))[: 4 * MESSAGE_LIMIT]


def _texts(data: Any, depth: int) -> Iterable[str]:
    if isinstance(data, str):
        if data:
            yield data[: 4 * MESSAGE_LIMIT]
        return
    if not isinstance(data, (dict, list)) or not depth:
        return
    parts = data
    if isinstance(data, dict):
        names = ("errors", "error", "message", "description")
        parts = [data[name] for name in names if data.get(name)] or list(data.values())
    for part in parts[:MESSAGE_DEPTH]:
        yield from _texts(part, depth - 1)


def one_line(text: str, to: Destination | None = None) -> str:
    """A message as it may be kept, logged and shown: short, on one line, without a token."""
    text = text[: 4 * MESSAGE_LIMIT]
    hidden = to.hide(text) if to is not None else text
    shown = printable(hidden)
    if not shown.isprintable():
        shown = "".join(character if character.isprintable() else " " for character in shown)
    return shown.strip()[:MESSAGE_LIMIT]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds asked for in a Retry-After header; 0 and a date are left to the backoff."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(seconds, LONGEST_RETRY_AFTER) if seconds > 0 else None
