"""What the server answered is noted in two files of the home, for the player and the developer.

    sent.jsonl       the commands that were accepted, as they were sent
    rejected.jsonl   {"timestamp":1700000000.5,"run":"000007-3fa9c1","error":"...","command":{...}}

A file that is full is kept once more, as ``.old``. Nothing depends on them. A player's wish to be
forgotten is in neither, for it names the player; it is kept elsewhere until it has arrived, so that
one that was refused is sent anew at the next launch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from exponea_game.journal.line import Line, is_command
from exponea_game.journal.removal import event_type
from exponea_game.system.json_text import encode
from exponea_game.system.log import WARNING, emit, once

if TYPE_CHECKING:
    from pathlib import Path

    from exponea_game.system.disk import Disk

REJECTED, SENT = "rejected.jsonl", "sent.jsonl"
REFUSED_WISH = "the server refuses a wish to be forgotten: %s; it is sent anew at the next launch"
WISH = b'"forget_me"'
KINDS_LIMIT = 1000
"""Kinds of refused commands told apart in the log."""
RECEIPTS_LIMIT = 4 << 20
"""Bytes of refused and of accepted commands that are kept, each in two files."""


class Receipts:
    """The two files of a home.

    Args:
        folder: The home.
        disk: Where it lies.

    Attributes:
        wish_granted: Called with the ids and the timestamp of a wish to be forgotten that the
            server has accepted.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.wish_granted: Callable[[Mapping[str, Any], float], object] = lambda *_: None
        self._folder, self._disk = folder, disk
        self._reported: set[str] = set()
        self._whole: set[str] = set()

    def accept(self, commands: Sequence[bytes]) -> None:
        """Note commands that the server has accepted."""
        text, wishes = b"\n".join(commands), []
        if WISH in text:
            wishes = list(filter(_is_wish, commands))
            text = b"\n".join(command for command in commands if command not in wishes)
        if text:
            with suppress(OSError):  # the player sees less, nobody else does
                self._append(SENT, text + b"\n")
        for data in (json.loads(wish)["data"] for wish in wishes):
            self.wish_granted(data.get("customer_ids"), data.get("timestamp"))

    def reject(self, run: str, command: bytes, message: str, now: float) -> None:
        """Note a command that the server has refused.

        Args:
            run: The name of the run that it comes from.
            command: The command.
            message: The server's message.
            now: Unix seconds.
        """
        if _is_wish(command):
            once(WARNING, REFUSED_WISH, message)
            return
        about = f'"timestamp":{now:.6f},"run":{encode(run)},"error":{encode(message)}'
        line = b'{%b,"command":%b}\n' % (about.encode("utf-8", "replace"), command)
        where = f"kept in {REJECTED}"
        try:
            self._append(REJECTED, line)
        except OSError as error:
            where = f"not kept: {error}"
        kind = event_type(Line(0, 0.0, command, {}))
        if kind not in self._reported and len(self._reported) < KINDS_LIMIT:
            self._reported.add(kind)
            emit(WARNING, "the server refuses %s: %s (%s); of each kind this is told once",
                kind, message, where,
            )  # fmt: skip

    def accepted(self) -> list[bytes]:
        """What the server has accepted, oldest first, as far as it is kept.

        Raises:
            OSError: It cannot be read.
        """
        path = self._folder / SENT
        files = [path.with_suffix(".old"), path]
        texts = [self._newest(file) for file in files if self._disk.has(file)]
        return [line for line in b"\n".join(texts).split(b"\n") if is_command(line)]

    def _newest(self, path: Path) -> bytes:
        """The end of a file that other programs may have made long."""
        begin = max(0, self._disk.size(path) - 2 * RECEIPTS_LIMIT)
        return self._disk.read(path, begin, 2 * RECEIPTS_LIMIT)

    def _append(self, name: str, lines: bytes) -> None:
        path = self._folder / name
        descriptor = self._disk.open(path, append=True)
        try:
            # An earlier write, perhaps of another process, may have left half a line.
            if name not in self._whole and self._disk.links(descriptor)[1]:
                lines = b"\n" + lines
            self._whole.discard(name)
            if self._disk.append(descriptor, lines) != len(lines):
                raise OSError("only a part was written")
            self._whole.add(name)
            size = self._disk.links(descriptor)[1]
        finally:
            self._disk.close(descriptor)
        if size > RECEIPTS_LIMIT:
            with suppress(OSError):  # another game has it open: who appends next tries again
                self._disk.rename(path, path.with_suffix(".old"))


def _is_wish(command: bytes) -> bool:
    return WISH in command and event_type(Line(0, 0.0, command, {})) == "forget_me"
