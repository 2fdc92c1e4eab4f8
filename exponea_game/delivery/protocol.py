"""Commands become a request, and a reply becomes a verdict.

    POST an address of the destination
    {"commands":[{"command_id":"0","name":"customers/events","data":{...}}, ...]}

    200 {"success":true,"results":[{"success":true,"command_id":"0"},
                                   {"success":false,"errors":["..."]}, ...]}

What a reply means for the commands that were sent:

    SETTLED      each command has its result: accepted, or refused with the server's words
    CREDENTIALS  the project or its token is wrong, not the commands: keep all, ask rarely
    SPLIT        the request as a whole is unacceptable: send halves, until the culprit is alone
    WAIT         the server asks for patience, or nothing useful answered: keep all, back off

A reply that is not from the service (a hotel's login page answers 200 as well) settles nothing.
Sources: Bloomreach documentation, "Batch commands", "Tracking API error messages", "Tips and best
practices"; RFC 9110, section 10.2.3 (Retry-After).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

FIRST_BACKOFF = 1.0
"""Seconds; doubled with each failure in a row."""
LONGEST_BACKOFF = 300.0
"""Seconds: after a long outage, the last player is back within five minutes."""
LONGEST_RETRY_AFTER = 3600.0
"""Seconds a server may ask for; more is taken for a mistake."""
_CUSTOMER_IDS = re.compile(rb'"customer_ids":\{[^}]*')
CREDENTIALS_WORDS = ("could not authenticate", "invalid project", "access key", "unauthorized")


class Outcome(Enum):
    """What a reply means for the commands that were sent."""

    SETTLED = "settled"
    CREDENTIALS = "credentials"
    SPLIT = "split"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a batch.

    Attributes:
        outcome: See the module.
        message: What the server or the network said, for the log.
        refused: Where settled, the server's words for each refused command, by its index.
        retry_after: Seconds the server asks to wait, if it does.
    """

    outcome: Outcome
    message: str = ""
    refused: Mapping[int, str] | None = None
    retry_after: float | None = None


def body(commands: Sequence[bytes]) -> bytes:
    """A request's body; each command gets its index as ``command_id``, so that results match."""
    tagged = [b'{"command_id":"%d",%b' % (i, command[1:]) for i, command in enumerate(commands)]
    return b'{"commands":[' + b",".join(tagged) + b"]}"


def customers(commands: Sequence[bytes]) -> set[bytes]:
    """The customer ids that commands are under, as they were written."""
    return {match[0] for match in map(_CUSTOMER_IDS.search, commands) if match}


def judge(status: int, headers: Mapping[str, str], reply: bytes, count: int) -> Verdict:
    """The verdict on a batch.

    Args:
        status: The HTTP status.
        headers: The reply's headers.
        reply: Its body.
        count: How many commands were sent.
    """
    data = _parse(reply)
    good = 200 <= status < 300
    refused = _results(data, count) if good else None
    if refused is not None:
        return Verdict(Outcome.SETTLED, refused=refused)
    words = f"{status} {error_text(data) or reply[:200].decode('utf-8', 'replace')}".strip()
    if good and isinstance(data, dict) and data.get("success") is False:
        return _whole(words)
    if good:
        return Verdict(Outcome.WAIT, f"{words}: not an answer of the tracking API")
    if status in (401, 403, 404, 405, 410):
        return Verdict(Outcome.CREDENTIALS, words)
    if status in (400, 413, 414, 415, 422):
        return _whole(words)
    return Verdict(Outcome.WAIT, words, retry_after=_retry_after(headers))


def _whole(words: str) -> Verdict:
    """A batch refused as a whole: because of who asks, or because of what it holds."""
    about_credentials = any(word in words.lower() for word in CREDENTIALS_WORDS)
    return Verdict(Outcome.CREDENTIALS if about_credentials else Outcome.SPLIT, words)


def _parse(reply: bytes) -> Any:
    try:
        return json.loads(reply)
    except (ValueError, RecursionError):
        return None


def _results(data: Any, count: int) -> dict[int, str] | None:
    """The refused commands by index, or None if this is no list of ``count`` results."""
    results = data.get("results") if isinstance(data, dict) else None
    if not isinstance(results, list) or len(results) != count:
        return None
    refused = {}
    for position, result in enumerate(results):
        if not isinstance(result, dict) or not isinstance(result.get("success"), bool):
            return None
        if not result["success"]:
            told = str(result.get("command_id"))
            index = int(told) if told.isdecimal() and int(told) < count else position
            refused[index] = error_text(result) or "refused without a word"
    return refused


def error_text(data: Any) -> str:
    """The server's words in any of the shapes it uses for errors."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return "; ".join(filter(None, map(error_text, data)))
    if not isinstance(data, dict):
        return ""
    known = [data[key] for key in ("errors", "error", "message", "description") if data.get(key)]
    return "; ".join(filter(None, map(error_text, known or [v for v in data.values() if v])))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds asked for in a Retry-After header; 0 and a date are left to the backoff."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return min(seconds, LONGEST_RETRY_AFTER) if seconds > 0 else None


def backoff(failures: int, chance: float, retry_after: float | None = None) -> float:
    """Seconds to wait after so many failures in a row: exponential, with full jitter.

    Args:
        failures: At least 1.
        chance: A random number from 0 to 1.
        retry_after: What the server asked for: the least, with up to half of it added, so that
            not everybody is back at the same moment.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2.0 ** min(failures, 30))
    if retry_after is not None:
        return retry_after + chance * min(retry_after / 2, LONGEST_BACKOFF)
    return max(FIRST_BACKOFF / 2, chance * longest)
