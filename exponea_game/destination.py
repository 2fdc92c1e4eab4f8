"""Where events go: a project of the service, or one of its event streams.

    Project  POST {base_url}/track/v2/projects/{token}/batch         Authorization: Token <key>
    Stream   POST {base_url}/track/u/v1/batch?stream_id={stream_id}  Authorization: Bearer <JWT>

Without a JWT a stream's request has no such header. Both take the same body. A destination knows
its addresses and its headers, and never shows a token: neither its own text nor a message that went
through ``hide`` has one. Two are equal where a request would leave in the same way: a verdict
belongs to the one that its request was sent to.

Source: Bloomreach documentation, "Batch commands"; Data hub, "Tracking API overview".
"""

from __future__ import annotations

from typing import NamedTuple

HIDDEN = "***"
"""What stands in the place of a token."""
JSON_TYPE = {"Content-Type": "application/json"}


class Project(NamedTuple):
    """A project, reached with its token and a public key.

    Attributes:
        base_url: The address of its instance.
        token: The project's token.
        authorization: ``Token <public key>``.
    """

    base_url: str
    token: str
    authorization: str

    def __repr__(self) -> str:
        return f"Project(base_url={self.base_url!r})"

    @property
    def address(self) -> str:
        """Where batches go."""
        return f"{self.base_url}/track/v2/projects/{self.token}/batch"

    @property
    def question(self) -> tuple[str, str, bytes | None]:
        """A request that asks the service for its time and tells nothing: method, address, body."""
        return "GET", f"{self.base_url}/track/v2/projects/{self.token}/system/time", None

    def headers(self, player_token: str | None = None) -> dict[str, str]:  # noqa: ARG002
        """A request's headers; a project knows no tokens of players."""
        return {"Authorization": self.authorization, **JSON_TYPE}

    def hide(self, text: str) -> str:
        """The text without the tokens."""
        return _hide(text, self.authorization.partition(" ")[2], self.token)


class Stream(NamedTuple):
    """An event stream of Data hub; a game reaches it by its id alone.

    Attributes:
        base_url: The address of its instance.
        stream_id: The stream's id.
    """

    base_url: str
    stream_id: str

    def __repr__(self) -> str:
        return f"Stream(base_url={self.base_url!r})"

    @property
    def address(self) -> str:
        """Where batches go."""
        return f"{self.base_url}/track/u/v1/batch?stream_id={self.stream_id}"

    @property
    def question(self) -> tuple[str, str, bytes | None]:
        """A request that tells nothing: it has no commands. The answer's head says the time."""
        return "POST", self.address, b'{"commands":[]}'

    def headers(self, player_token: str | None = None) -> dict[str, str]:
        """A request's headers.

        Args:
            player_token: The JWT of the player whose commands it holds, if the game has one.
        """
        return (
            {"Authorization": f"Bearer {player_token}", **JSON_TYPE} if player_token else JSON_TYPE
        )

    def hide(self, text: str) -> str:
        """The text without the id, which lets anybody write into the stream."""
        return _hide(text, self.stream_id)


Destination = Project | Stream


def _hide(text: str, *tokens: str) -> str:
    for token in filter(None, tokens):
        text = text.replace(token, HIDDEN)
    return text
