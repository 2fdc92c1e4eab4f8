"""The table at the head of ``sessions/rules`` is true: each of its rows is played."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from exponea_game.sessions import rules
from exponea_game.sessions.rules import Sessions
from exponea_game.sessions.session import Ended, Reason, Session, Started, recover

from .moments import at, automatic, manual

TIMEOUT = 60.0
LOOK = 30.0
"""When the keeper last looked, in each state."""
AWAY = 20.0
"""When the player went, in the state away."""
WAKING = 130.0
AT_THE = {"once": 31.0, "away_since": AWAY, "look": LOOK, "input": 25.0, "sign": LOOK}
"""What the last column calls a moment, by one of its words."""


class Row(NamedTuple):
    """A row of the table."""

    rule: int
    state: str
    comes: str
    next: str
    tells: str

    def __str__(self) -> str:
        return f"{self.rule}-{self.state}-{self.comes}"


def rows() -> list[Row]:
    """The rows, as they stand in the docstring."""
    lines = (rules.__doc__ or "").splitlines()
    heading = next(line for line in lines if line.split()[:2] == ["rule", "state"])
    starts = [heading.index(word) for word in ("rule", "state", "what comes", "next", "what it")]
    columns = list(zip(starts, [*starts[1:], None], strict=True))
    table = lines[lines.index(heading) + 1 :]
    cells = [[line[a:b].strip() for a, b in columns] for line in table[: table.index("")]]
    return [Row(int(rule), *others) for rule, *others in cells]


def in_state(state: str) -> Sessions:
    """A run's sessions in that state, with nothing told since ``LOOK``."""
    sessions = manual() if state == "manual" else automatic()
    if state == "manual":
        sessions.start(None, at(0.0))
    elif state != "none":
        sessions.present(at(0.0))
    if state == "away":
        sessions.away(AWAY, at(AWAY))
    sessions.tick(at(LOOK))
    if state == "woken":
        sessions.present(at(WAKING, slept=100.0))
    return sessions


def play(sessions: Sessions, state: str, comes: str) -> list[Started | Ended]:
    """What comes, a second after the last look in that state."""
    woken = state == "woken"
    slept, now = (100.0, 131.0) if woken else (0.0, 31.0)
    moment = at(now, slept=slept)
    late = at(200.0, slept=slept)
    asleep = at(now + 100.0, slept=slept + 100.0)
    inputs = {
        "presence": lambda: sessions.present(moment),
        "presence under a minute": lambda: sessions.present(at(189.9, slept=slept)),
        "presence for a minute": lambda: sessions.present(at(190.0, slept=slept)),
        "presence in time": lambda: sessions.present(at(AWAY + TIMEOUT - 0.1)),
        "presence too late": lambda: sessions.present(at(AWAY + TIMEOUT)),
        "absence": lambda: sessions.away(now, moment),
        "absence since the timeout": lambda: _idle(sessions, AT_THE["input"]),
        "the timeout": lambda: sessions.tick(at(AWAY + TIMEOUT)),
        "sleep": lambda: sessions.present(asleep),
        "a standstill": lambda: sessions.tick(late),
        "input": lambda: sessions.input(now, moment),
        "an event": lambda: sessions.event(moment),
        "the quit": lambda: sessions.quit(moment),
        "the quit, held": lambda: sessions.quit(moment, hold=True),
        "the exit": lambda: sessions.exit(moment),
        "an error": lambda: sessions.quit(moment, reason=Reason.ERROR),
        "another player": lambda: sessions.part(moment)[0],
        "a start by hand": lambda: (
            sessions.start(None, moment)
            if state == "manual"
            else _made_manual(sessions).start(None, moment)
        ),
        "an end by hand": lambda: sessions.end(None, moment),
    }
    return inputs[comes]()


def _idle(sessions: Sessions, since: float) -> list[Started | Ended]:
    for moment in (60.0, since + TIMEOUT - 1.0):
        sessions.present(at(moment))
    return sessions.away(since, at(since + TIMEOUT))


def _made_manual(sessions: Sessions) -> Sessions:
    sessions._automatic = False
    return sessions


def state_of(sessions: Sessions) -> str:
    if sessions.open is None:
        return "none" if sessions._woke is None else "woken"
    if sessions.open.manual:
        return "manual"
    return "present" if sessions.open.away_since is None else "away"


def started(told: list[Started | Ended]) -> list[Session]:
    return [t.session for t in told if isinstance(t, Started)]


def ended(told: list[Started | Ended]) -> list[Ended]:
    return [t for t in told if isinstance(t, Ended)]


def check_told(row: Row, told: list[Started | Ended]) -> None:
    """What was told is what the last column says."""
    tells = row.tells.split("; ")
    ends = [part for part in tells if part.startswith("end")]
    assert len(ended(told)) == len(ends)
    assert len(started(told)) == sum(part.startswith("start") for part in tells)
    for part, end in zip(ends, ended(told), strict=True):
        where, _, reason = part.partition(": ")
        assert end.reason.value == reason
        words = [word for word in AT_THE if word in where.split()]
        if words and row.state != "woken":
            assert end.duration == pytest.approx(AT_THE[words[0]], abs=1e-5)
    if "at the waking" in row.tells:
        assert started(told)[0].since == pytest.approx(WAKING, abs=1e-5)


@pytest.mark.parametrize("row", [r for r in rows() if r.state != "dead"], ids=str)
def test_each_row_of_the_table_is_true(row):
    sessions = in_state(row.state)
    assert state_of(sessions) == row.state

    told = play(sessions, row.state, row.comes)

    assert state_of(sessions) == row.next
    check_told(row, told)


@pytest.mark.parametrize("row", [r for r in rows() if r.state == "dead"], ids=lambda r: r.comes)
def test_each_row_about_a_dead_run_is_true(row):
    left = Session("run/1", 1e9, 0.0)
    gap = {"a launch in time": TIMEOUT - 0.1, "a launch too late": TIMEOUT}[row.comes]

    verdict = recover(left, proof=LOOK, gap=gap, timeout=TIMEOUT)

    if row.next == "away":
        assert isinstance(verdict, Session)
        assert verdict.away_since is not None
        assert verdict.resumed == 1
    else:
        check_told(row, [verdict])


def test_the_table_has_a_row_for_each_state_and_each_rule_about_one_run():
    found = rows()

    assert {row.state for row in found} == {"none", "present", "away", "woken", "manual", "dead"}
    others = re.findall(
        r"^    (\d+)  +[a-z]", (rules.__doc__ or "").split("no arrow")[1], re.MULTILINE
    )
    assert {row.rule for row in found} | {int(rule) for rule in others} == set(range(1, 18))
    assert len({(row.state, row.comes) for row in found}) == len(found)


def test_a_state_is_what_its_line_says():
    away = in_state("away").open
    present = in_state("present").open

    assert present is not None
    assert present.away_since is None
    assert away is not None
    assert away.since <= AWAY == away.away_since
    assert away._replace(away_since=None) == present
