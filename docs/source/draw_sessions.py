"""Draws the picture of how sessions work, by running the library's own rules on examples.

python3 docs/source/draw_sessions.py docs/pictures/sessions.svg
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from exponea_game.sessions.rules import Sessions
from exponea_game.sessions.session import Ended, Reason, Session, Transition, recover
from exponea_game.system.clock import Reading

TIMEOUT, STEP, LENGTH = 60.0, 1.0, 240.0
LEFT, WIDTH, ROW = 190, 720, 54


@dataclass(frozen=True)
class Example:
    """What happens to the player: seconds of presence, and other things at a moment."""

    title: str
    present: tuple[tuple[float, float], ...]
    asleep: tuple[float, float] | None = None
    killed: float | None = None
    relaunched: float | None = None
    quits: float | None = None
    exits: float | None = None
    fails: float | None = None
    wakes_alone: tuple[float, float] | None = None


EXAMPLES = (
    Example("back within 60 s", ((0, 80), (120, 240))),
    Example("back after 60 s", ((0, 80), (150, 240))),
    Example("quits", ((0, 140),), quits=140),
    Example("a second loop in time", ((0, 80), (110, 240)), exits=80),
    Example("a second loop too late", ((0, 80), (150, 240)), exits=80),
    Example("dies of an error", ((0, 140),), fails=140),
    Example("the lid is closed", ((0, 90.5), (190, 240)), asleep=(90, 190)),
    Example("wakes by itself", ((0, 50.5),), asleep=(50, 240), wakes_alone=(140, 155)),
    Example("killed, back in time", ((0, 90), (120, 240)), killed=90, relaunched=120),
    Example("killed, back too late", ((0, 90), (170, 240)), killed=90, relaunched=170),
)


@dataclass
class Bar:
    """A session as it is sent."""

    start: float
    end: float
    reason: str


def play(example: Example) -> list[Bar]:
    """The sessions of an example, as the rules have it."""
    bars: list[Bar] = []
    sessions = _sessions()
    moment, proof, awake = 0.0, 0.0, 0.0
    while moment <= LENGTH:
        alive = example.killed is None or not example.killed <= moment < (example.relaunched or 0)
        sleeping = _within(moment, example.asleep) and not _within(moment, example.wakes_alone)
        now = Reading(moment, awake, moment)
        if example.relaunched == moment and sessions.open is not None:
            sessions = _relaunch(sessions.open, proof, now, bars)
        if alive and not sleeping:
            awake += STEP
            _collect(_happens(example, sessions, moment)(now), bars)
            proof = moment
        moment += STEP
    if sessions.open is not None:
        bars.append(Bar(sessions.open.start, LENGTH, ""))
    return bars


def _within(moment: float, span: tuple[float, float] | None) -> bool:
    return span is not None and span[0] < moment < span[1]


def _sessions() -> Sessions:
    return Sessions("run", TIMEOUT, automatic=True, auto_close=True)


def _happens(
    example: Example, sessions: Sessions, moment: float
) -> Callable[[Reading], list[Transition]]:
    if example.quits == moment:
        return lambda now: sessions.quit(now, hold=False)
    if example.fails == moment:
        return lambda now: sessions.quit(now, reason=Reason.ERROR)
    if example.exits == moment:
        return sessions.exit
    if _within(moment, example.wakes_alone):  # the focus is where it was
        return sessions.present
    if any(start <= moment < end for start, end in example.present):
        return lambda now: [*sessions.present(now), *sessions.input(moment, now)]
    return lambda now: sessions.away(moment, now)


def _relaunch(open_session: Session, proof: float, now: Reading, bars: list[Bar]) -> Sessions:
    verdict = recover(open_session, proof, now.elapsed - proof, TIMEOUT)
    sessions = _sessions()
    if isinstance(verdict, Ended):
        _collect([verdict], bars)
    else:
        since = verdict.since + now.elapsed
        away_since = (verdict.away_since or 0.0) + now.elapsed
        session = Session(verdict.name, verdict.start, since, away_since, verdict.reason)
        sessions.carry_on(session, now)
    return sessions


def _collect(transitions: list[Transition], bars: list[Bar]) -> None:
    for transition in transitions:
        if isinstance(transition, Ended):
            start = transition.session.start
            bars.append(Bar(start, start + transition.duration, transition.reason.value))


def _x(moment: float) -> float:
    return LEFT + moment / LENGTH * WIDTH


def draw(examples: tuple[Example, ...]) -> str:
    """The picture, readable in light and dark."""
    height = 56 + ROW * len(examples)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 30} {height}" '
        'font-family="system-ui, sans-serif" font-size="13" role="img" '
        'aria-label="Examples of presence and the sessions that come of it">',
        "<style>text{fill:#222}.quiet{fill:#777}.grid{stroke:#ddd}.there{fill:#9aa7c7}"
        ".session{fill:#2f6fde}.asleep{fill:#c9b458}.end{fill:#fff;font-size:11px}"
        "@media(prefers-color-scheme:dark){text{fill:#ddd}.quiet{fill:#999}.grid{stroke:#444}"
        ".there{fill:#5b678a}.session{fill:#4f8cf0}.end{fill:#fff}}</style>",
    ]
    for moment in range(0, int(LENGTH) + 1, 60):
        x = _x(moment)
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="24" y2="{height - 8}"/>')
        parts.append(f'<text class="quiet" x="{x}" y="16" text-anchor="middle">{moment} s</text>')
    for row, example in enumerate(examples):
        parts += _row(example, 34 + row * ROW)
    return "\n".join([*parts, "</svg>\n"])


def _row(example: Example, y: float) -> list[str]:
    parts = [f'<text x="8" y="{y + 20}">{example.title}</text>']
    for start, end in example.present:
        parts.append(_box("there", start, end, y, 6))
    if example.asleep:
        parts.append(_box("asleep", *example.asleep, y, 6))
    if example.wakes_alone:
        parts.append(_box("there", *example.wakes_alone, y, 6))
    for bar in play(example):
        parts.append(_box("session", bar.start, bar.end, y + 11, 20))
        label = f"{bar.end - bar.start:.0f} s, {bar.reason}" if bar.reason else "goes on"
        parts.append(f'<text class="end" x="{_x(bar.start) + 8}" y="{y + 25}">{label}</text>')
    return parts


def _box(kind: str, start: float, end: float, y: float, height: float) -> str:
    width = max(2.0, _x(end) - _x(start))
    place = f'x="{_x(start):.1f}" y="{y}" width="{width:.1f}" height="{height}"'
    return f'<rect class="{kind}" rx="3" {place}/>'


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(EXAMPLES), encoding="utf-8")
