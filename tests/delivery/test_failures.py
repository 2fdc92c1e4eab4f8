from __future__ import annotations

import errno
import socket
import ssl

import pytest

from exponea_game.delivery.failures import verdict_on
from exponea_game.destination import Project
from exponea_game.events.verdict import Outcome

SERVICE = Project("https://api.exponea.com", "abc", "Token key")
COLLECTOR = Project("http://127.0.0.1:8321", "abc", "Token key")


def caused_by(cause):
    """As a transport raises it: with what it came from behind it."""
    error = ConnectionError(f"NewConnectionError: {cause}")
    error.__cause__ = ConnectionError("between the two")
    error.__cause__.__context__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "to", "outcome"),
    [
        (socket.gaierror(-2, "Name or service not known"), SERVICE, Outcome.OFFLINE),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), SERVICE, Outcome.OFFLINE),
        (OSError(errno.EHOSTUNREACH, "No route to host"), SERVICE, Outcome.OFFLINE),
        (OSError(errno.ENETDOWN, "Network is down"), SERVICE, Outcome.OFFLINE),
        (ConnectionRefusedError("refused"), SERVICE, Outcome.WAIT),
        (ConnectionRefusedError("refused"), COLLECTOR, Outcome.OFFLINE),
        (ConnectionResetError("reset"), COLLECTOR, Outcome.WAIT),
        (TimeoutError("timed out"), SERVICE, Outcome.WAIT),
        (ssl.SSLCertVerificationError("self-signed"), SERVICE, Outcome.UNTRUSTED),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), SERVICE, Outcome.UNTRUSTED),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), SERVICE, Outcome.WAIT),
    ],
)
def test_what_failed_is_found_behind_the_error_that_is_raised(cause, to, outcome):
    assert verdict_on(caused_by(cause), to).outcome is outcome
    assert verdict_on(cause, to).outcome is outcome


def test_only_what_took_too_long_is_worth_a_smaller_request():
    assert verdict_on(TimeoutError("timed out"), SERVICE).too_large
    assert not verdict_on(ConnectionResetError("reset"), SERVICE).too_large


def test_no_message_has_a_token_or_a_password():
    error = ConnectionError("proxy http://me:hunter2@10.0.0.1 refused Token key for abc")

    message = verdict_on(error, SERVICE).message

    assert "hunter2" not in message
    assert "abc" not in message
    assert "10.0.0.1" in message


def test_an_error_without_a_text_is_named():
    assert verdict_on(ConnectionResetError(), SERVICE).message == "ConnectionResetError"
