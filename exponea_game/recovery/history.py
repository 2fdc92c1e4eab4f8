"""What a dead run's lines tell of its sessions, and what a power cut has taken out of them.

A power cut may lose a line and keep one after it. Of a session of which anything is left, the
start or the end that is missing is made again, from the will or from the end: such a line was
never certain, so the server has not seen it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from exponea_game.events.commands import event
from exponea_game.events.names import OF_AN_END
from exponea_game.journal.line import Line
from exponea_game.sessions.session import Ended, recover
from exponea_game.sessions.will import parse_will, session_of
from exponea_game.system.json_text import JSON, encode

START, END = "session_start", "session_end"


@dataclass(eq=False, repr=False)
class Trace:
    """What is left of one session.

    Attributes:
        begun: Its start is there, or was delivered, or lies in an earlier run.
        over: Its end is there, or lies in a later run.
        elapsed: The last sign of life during it.
        will: As last written.
        start: Unix time of its start, as its end tells.
        end: The command that ended it.
    """

    begun: bool
    over: bool = False
    elapsed: float = 0.0
    will: dict[str, Any] | None = None
    start: float | None = None
    end: bytes | None = None


class History:
    """The sessions of a run, learnt line by line.

    Args:
        run: The run's name.
        sent: The last ``seq`` that the server has: what came before is not missing, but damaged.
        earlier: The sessions of which earlier runs that are still here tell, by run.

    Attributes:
        sessions: What is left of each, by name.
        open: The name of the one that is open, or "".
    """

    def __init__(
        self, run: str, sent: int = 0, earlier: Mapping[str, Collection[str]] = {}
    ) -> None:
        self._run, self._sent, self._earlier = run, sent, earlier
        self.sessions: dict[str, Trace] = {}
        self.open = ""

    def tell(self, line: Line) -> None:
        """Learn from a line that comes after those told before."""
        kind = _kind(line) if line.others else ""
        if "amends" in line.others:
            trace = self._trace(str(line.others["amends"]))
            trace.begun, trace.over = trace.begun or kind == START, trace.over or kind == END
        if "will" not in line.others:
            return
        will = line.others["will"]
        name, over = session_of(will)
        if will is None and kind == END:
            name, over = self.open, True
        self.open = "" if over else name
        if name:
            trace = self._trace(name)
            if self._sent and line.seq <= self._sent:
                self._pass(trace)
            trace.begun |= kind == START or ("clock" in line.others and self._is_own(name))
            if over:
                trace.over = True
                trace.start = (will or {}).get("start")
                trace.end = line.command or trace.end
            else:
                trace.will, trace.elapsed = will, max(trace.elapsed, line.elapsed)

    def _pass(self, current: Trace) -> None:
        """All was sent until a moment in a session."""
        for trace in self.sessions.values():
            trace.begun, trace.over = True, trace.over or trace is not current

    def _is_own(self, name: str) -> bool:
        """Whether a session began in this run: then what is synced here tells of its start."""
        return run_of(name) == self._run

    def _trace(self, name: str) -> Trace:
        begun = not self._is_own(name) and not self.is_lost(name)
        return self.sessions.setdefault(name, Trace(begun))

    def is_lost(self, name: str) -> bool:
        """Whether the earlier run in which a session began is still here, and knows it no more."""
        return name not in self._earlier.get(run_of(name), {name})

    def alive(self, elapsed: float) -> None:
        """Nothing is missing among the lines until this moment."""
        if self.open:
            trace = self.sessions[self.open]
            trace.elapsed = max(trace.elapsed, elapsed)

    def will(self) -> dict[str, Any] | None:
        """The will of the session that is open."""
        return self.sessions[self.open].will if self.open else None

    def amends(self) -> list[tuple[str, JSON]]:
        """The starts and ends that are missing, but the end of the open session, by name."""
        missing = []
        for name, trace in self.sessions.items():
            if not trace.begun and (start := _start(trace)):
                missing.append((name, start))
            if not trace.over and name != self.open and (end := _end(trace)):
                missing.append((name, end))
        return missing


def run_of(session: str) -> str:
    """The run in which a session of this name began."""
    return session.rpartition("/")[0]


def _kind(line: Line) -> str:
    try:
        return str(json.loads(line.command or b"")["data"]["event_type"])
    except (ValueError, TypeError, KeyError):
        return ""


def _start(trace: Trace) -> JSON | None:
    left = parse_will(trace.will)
    if left is not None:
        return left[1].start(left[0])
    if trace.start is None:
        return None
    try:
        data = json.loads(trace.end or b"")["data"]
        properties = {n: v for n, v in data["properties"].items() if n not in OF_AN_END}
        return event(encode(data["customer_ids"]), f'"{START}"', trace.start, encode(properties))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _end(trace: Trace) -> JSON | None:
    left = parse_will(trace.will)
    ended = left and recover(left[0], trace.elapsed, None, 0.0)
    return left[1].end(ended) if left and isinstance(ended, Ended) else None
