"""What an answer means for the commands that were sent.

    SETTLED      each command has its result: accepted, or refused with the server's message
    SPLIT        the service refuses the request as a whole: send halves, until the culprit is alone
    CREDENTIALS  the project, the stream or its token is wrong, not the commands: ask rarely
    UNSIGNED     the stream wants a token of the player, or another one: keep all, back off
    FORBIDDEN    the stream does not let this in: find out what of it (see delivery/denials)
    WAIT         the server asks for patience, or nothing useful answered: keep all, back off
    OFFLINE      no server was reached at all: keep all, and ask again soon, which costs nobody
    UNTRUSTED    what answered cannot prove who it is: keep all, say what to do, back off

Only SETTLED and SPLIT come from the service itself, and they alone can end a command's waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Outcome(Enum):
    """What an answer means for the commands that were sent."""

    SETTLED = "settled"
    SPLIT = "split"
    CREDENTIALS = "credentials"
    UNSIGNED = "unsigned"
    FORBIDDEN = "forbidden"
    WAIT = "wait"
    OFFLINE = "offline"
    UNTRUSTED = "untrusted"


class Verdict(NamedTuple):
    """What to do with a batch.

    Attributes:
        outcome: See the module.
        message: What the server or the network said, for the log.
        refused: Where settled, the server's message for each refused command, by its index.
        retry_after: Seconds the server asks to wait, if it does.
        too_large: Whether a smaller request may get through where this one did not.
    """

    outcome: Outcome
    message: str = ""
    refused: Mapping[int, str] | None = None
    retry_after: float | None = None
    too_large: bool = False
