"""How the log tells why events wait: loudly where a developer can mend it."""

from __future__ import annotations

from exponea_game.events.verdict import Outcome, Verdict
from exponea_game.system.log import ERROR, INFO, WARNING, emit, once

COMPLAINTS = {
    Outcome.CREDENTIALS: (
        ERROR,
        "the server does not accept the project or stream, or its token: %s",
    ),
    Outcome.UNSIGNED: (WARNING, "the stream wants a token of the player: %s; events wait"),
    Outcome.UNTRUSTED: (
        WARNING,
        "the connection is not safe: %s; events wait. Check this machine's clock and certificates, "
        "and any proxy; exponea-game doctor tells more",
    ),
}
"""What a developer can mend; all else is an INFO, for it passes by itself."""
NO_COLLECTOR = "no collector answers at {}: start it with exponea-game collector; events wait"


def complain(verdict: Verdict, *, local: bool) -> None:
    """Log why events wait.

    Args:
        verdict: Of the request that failed.
        local: Whether it went to a collector on this machine.
    """
    if local and verdict.outcome is Outcome.OFFLINE:
        once(WARNING, "%s", verdict.message)
    elif verdict.outcome in COMPLAINTS:
        level, sentence = COMPLAINTS[verdict.outcome]
        once(level, sentence, verdict.message)
    else:
        emit(INFO, "events wait on this machine: %s", verdict.message)
