"""The two destinations that a game can send to, and whom each of them admits.

a project        /track/v2/projects/{token}/...      Authorization: Token ...
an event stream  /track/u/v1/...?stream_id={id}      none, or Authorization: Bearer <JWT>
"""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request as HttpRequest

from exponea_game.collector.permissions import InsufficientError, Permissions
from exponea_game.collector.rules import Command
from exponea_game.collector.tokens import Ids, TokenError, vouched

NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
STREAM = "stream:"  # before a stream's id where it stands for a project's token


class DeniedError(Exception):
    """A request that is refused as a whole.

    Args:
        status: The answer's status.
        words: Why, as the answer's ``error``.
        more: Further members of the answer.
    """

    def __init__(self, status: int, words: str, **more: object) -> None:
        super().__init__(words)
        self.status = status
        self.reply: dict[str, Any] = {"success": False, "error": words, **more}


class Project:
    """A project, which trusts whoever knows its public key.

    Args:
        authorization: The only ``Authorization`` header to accept; None accepts any.
    """

    results = True
    """Whether a batch is answered command by command."""

    def __init__(self, authorization: str | None) -> None:
        self._authorization = authorization

    def name(self, http: HttpRequest) -> str:
        """The project's token, as the address gives it."""
        return str(http.path_params["token"])

    def admit(self, http: HttpRequest, fault: str) -> Ids | None:  # noqa: ARG002
        """Let a request in.

        Raises:
            DeniedError: It may not come in.
        """
        if not NAME.fullmatch(self.name(http)):
            raise DeniedError(400, "Invalid project id")
        given = http.headers.get("authorization")
        if self._authorization and not given:
            raise DeniedError(400, "Could not authenticate")
        if self._authorization and given != self._authorization:
            raise DeniedError(401, "access key not found")
        return None

    def objection(self, command: Command, ids: Ids | None) -> str | None:  # noqa: ARG002
        """Why a command is refused; never, here."""
        return None


class EventStream:
    """An event stream, which lets in what its rules say, signed or not.

    Args:
        secret: The key of the tokens; None takes every token for what it says it is: nothing.
    """

    def __init__(self, secret: str | None) -> None:
        self._secret = secret
        self.permissions = Permissions()

    @property
    def results(self) -> bool:
        """Whether a batch is answered command by command."""
        return self.permissions.results

    def name(self, http: HttpRequest) -> str:
        """The stream's id as the address gives it, marked as one."""
        return STREAM + http.query_params.get("stream_id", "")

    def admit(self, http: HttpRequest, fault: str) -> Ids | None:
        """Let a request in; returns the ids that its token stands for, None without one.

        Raises:
            DeniedError: It may not come in.
        """
        if not NAME.fullmatch(self.name(http).removeprefix(STREAM)):
            raise DeniedError(400, "Invalid stream id")
        _misbehave(fault)
        given = http.headers.get("authorization")
        if given is None:
            return None
        kind, _, token = given.partition(" ")
        if kind != "Bearer":
            raise DeniedError(401, "A stream takes Bearer tokens alone")
        if self._secret is None:
            return None
        try:
            return vouched(token, self._secret)
        except TokenError as error:
            raise DeniedError(401, str(error), token_expired=error.expired) from error

    def objection(self, command: Command, ids: Ids | None) -> str | None:
        """Why a command is refused, if it is.

        Raises:
            DeniedError: And its whole request with it.
        """
        try:
            self.permissions.examine(command, ids)
        except InsufficientError as error:
            if self.permissions.refuse == "batch":
                raise DeniedError(403, str(error)) from error
            return str(error)
        return None


def _misbehave(fault: str) -> None:
    if fault == "insufficient":
        raise DeniedError(403, "Token insufficient")
    if fault:
        raise DeniedError(401, f"Token {fault}", token_expired=fault == "expired")


Destination = Project | EventStream
