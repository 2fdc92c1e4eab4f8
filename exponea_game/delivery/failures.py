"""What kept an answer from coming, as a verdict: pure.

A dead network is no dead server: what fails before any server is reached (no name, no route, no
interface) costs nobody anything. A server that cannot prove who it is, or a machine that has no
certificates to check that, is a thing for the developer to hear of.
"""

from __future__ import annotations

import errno
import re
import ssl
from collections.abc import Iterator
from socket import gaierror

from exponea_game.delivery.protocol import one_line
from exponea_game.destination import Destination
from exponea_game.events.verdict import Outcome, Verdict
from exponea_game.settings_checks import LOOPBACK

OFFLINE_ERRORS = {
    getattr(errno, name)
    for name in ("ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EHOSTDOWN", "EADDRNOTAVAIL", "ENONET")
    if hasattr(errno, name)
} | {10049, 10050, 10051, 10064, 10065}
"""Numbers of errors that say that no server was reached; the last ones are of Windows' sockets."""
_PASSWORD = re.compile(r"//[^/@\s]*@")


def verdict_on(error: OSError, to: Destination) -> Verdict:
    """The verdict where no answer came.

    Args:
        error: Why.
        to: Where the request went.
    """
    text = _PASSWORD.sub("//", str(error) or type(error).__name__)
    chain = list(_chain(error))
    timed_out = any(isinstance(cause, TimeoutError) for cause in chain)
    return Verdict(_outcome(chain, to), one_line(text, to), too_large=timed_out)


def _outcome(chain: list[BaseException], to: Destination) -> Outcome:
    if any(map(_untrusted, chain)):
        return Outcome.UNTRUSTED
    refused = any(isinstance(cause, ConnectionRefusedError) for cause in chain)
    if any(map(_offline, chain)) or (refused and LOOPBACK.match(to.base_url)):
        return Outcome.OFFLINE
    return Outcome.WAIT


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _untrusted(error: BaseException) -> bool:
    broken_off = isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError))
    return isinstance(error, (ssl.SSLError, ssl.CertificateError)) and not broken_off


def _offline(error: BaseException) -> bool:
    if isinstance(error, gaierror):
        return True
    return isinstance(error, OSError) and error.errno in OFFLINE_ERRORS
