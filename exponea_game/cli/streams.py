"""Streams that take whatever a command says.

On Windows a pipe or a file takes the few hundred letters of an old code page, and a program without
a console has no streams at all. A letter that cannot be written is spelt out as in Python, and what
is said to nobody is passed over.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, cast


class Nowhere(io.TextIOBase):
    """A stream that nobody reads."""

    def writable(self) -> bool:
        """It takes everything."""
        return True

    def write(self, text: str) -> int:
        """Take a text, and forget it."""
        return len(text)


@contextmanager
def patient_streams() -> Iterator[None]:
    """Have streams, for as long as a command runs, that refuse no letter."""
    before = sys.stdout, sys.stderr
    sys.stdout = _patient(sys.stdout)
    sys.stderr = _patient(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _patient(stream: TextIO | None) -> TextIO:
    if stream is None:
        return cast(TextIO, Nowhere())
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors="backslashreplace")
    return stream
