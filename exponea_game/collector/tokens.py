"""The tokens with which a game's backend vouches for its players: JWTs, signed by HS512.

The header's ``kid`` names the key; of the claims, ``exp`` (Unix seconds) is the end of its life
and ``ids`` are the customer ids it stands for. A token is looked at and never kept.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import jwt

ALGORITHM = "HS512"
KEY_BYTES = 64  # of SHA-512; HMAC itself fills a shorter key with zeros
KEY = "local"  # the name of the key in tokens for tries
LIFETIME = 3600.0  # seconds of a token for tries

Ids = Mapping[str, str]


class TokenError(ValueError):
    """A token that does not count.

    Attributes:
        expired: Whether it did, before its life was over.
    """

    def __init__(self, words: str, *, expired: bool = False) -> None:
        super().__init__(words)
        self.expired = expired


def mint(secret: str, ids: Ids, lifetime: float = LIFETIME, key: str = KEY) -> str:
    """A token as a backend would issue it.

    Args:
        secret: The key that the collector checks with.
        ids: The customer ids it stands for.
        lifetime: Seconds until it expires; it has where that is less than zero.
        key: The key's name.
    """
    claims = {"exp": int(time.time() + lifetime), "ids": dict(ids)}
    return jwt.encode(claims, _filled(secret), ALGORITHM, headers={"kid": key})


def vouched(token: str, secret: str) -> Ids:
    """The customer ids that a token stands for.

    Raises:
        TokenError: It is none, has expired, or was signed with another key.
    """
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        claims = jwt.decode(
            token, _filled(secret), [ALGORITHM], options={"require": ["exp"], "verify_aud": False}
        )
    except jwt.ExpiredSignatureError as error:
        raise TokenError("Token expired", expired=True) from error
    except jwt.InvalidTokenError as error:
        raise TokenError(f"Token rejected: {error}") from error
    if not isinstance(kid, str) or not kid:
        raise TokenError("Token rejected: its header names no key (kid)")
    ids = claims.get("ids")
    if not isinstance(ids, dict) or not ids:
        raise TokenError("Token rejected: it names no customer (ids)")
    if not all(isinstance(value, str) and value for value in ids.values()):
        raise TokenError("Token rejected: an id in it is no text")
    return ids


def _filled(secret: str) -> bytes:
    return secret.encode().ljust(KEY_BYTES, b"\0")
