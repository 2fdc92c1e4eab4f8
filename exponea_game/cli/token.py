"""Makes a token for tries, as a game's backend would issue one to its player."""

from __future__ import annotations

import argparse
import sys

HELP = "Make a player's token (JWT) for tries with a collector that was given the same secret."
LIFETIME = 3600.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command takes."""
    parser.add_argument(
        "--ids", metavar="NAME=VALUE", action="append", required=True, type=_id,
        help="a customer id that it stands for, such as registered=p1; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--jwt-secret", metavar="SECRET", required=True, help="the collector's --jwt-secret"
    )
    parser.add_argument(
        "--lifetime", metavar="SECONDS", type=float, default=LIFETIME,
        help="until it expires (%(default)g); below zero it has expired already",
    )  # fmt: skip
    parser.add_argument("--kid", metavar="NAME", help="the name of the key (local)")


def main(options: argparse.Namespace) -> int:
    """Print the token."""
    try:
        from exponea_game.collector import tokens
    except ModuleNotFoundError as missing:
        print(f"{missing}. Install exponea-game[collector].", file=sys.stderr)
        return 1
    key = options.kid or tokens.KEY
    print(tokens.mint(options.jwt_secret, dict(options.ids), options.lifetime, key))
    return 0


def _id(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, such as registered=p1, not {text!r}")
    return name, value
