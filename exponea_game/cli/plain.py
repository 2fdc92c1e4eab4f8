"""Strangers' words, made harmless for a terminal.

What a server, a file's name or another program's file says may hold escapes that move the cursor,
clear the screen, turn the line around or set the clipboard. Nothing of that is printed as it is.
"""

from __future__ import annotations


def plain(text: object) -> str:
    """A text on one line in which whatever is no printable character is spelt out."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(text))
