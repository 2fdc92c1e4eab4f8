from __future__ import annotations

import json
from collections.abc import Collection, Mapping

import pytest

from exponea_game.journal.line import Line
from exponea_game.recovery.history import History
from exponea_game.sessions.session import Ended, Reason, Session
from exponea_game.sessions.will import Context, render_ended, render_will

CONTEXT = Context({"cookie": "c"}, {"os_name": "Linux", "level": 3})
FIRST = Session("run/1", 1_700_000_000.25, 0.25)
SECOND = Session("run/2", 1_700_000_010.5, 10.5)
CARRIED = Session("earlier/4", 1_699_999_990.0, -10.0)


def started(session: Session, seq: int) -> Line:
    will = {"will": json.loads(render_will(session, CONTEXT))}
    return Line(seq, session.since, CONTEXT.start(session).encode(), will)


def ended(session: Session, seq: int, duration: float = 5.0) -> Line:
    command = CONTEXT.end(Ended(session, duration, Reason.LEFT)).encode()
    return Line(seq, session.since + duration, command, {"will": json.loads(render_ended(session))})


def changed(session: Session, seq: int, elapsed: float) -> Line:
    return Line(seq, elapsed, None, {"will": json.loads(render_will(session, CONTEXT))})


def head(will: str) -> Line:
    return Line(0, 0.0, None, {"clock": {}, "will": json.loads(will)})


def amends(
    *lines: Line, sent: int = 0, earlier: Mapping[str, Collection[str]] = {}
) -> list[tuple[str, str, float, float | None]]:
    """What is made again: of which session, what, when, and the duration."""
    told = History("run", sent, earlier)
    for line in lines:
        told.tell(line)
    found = []
    for name, command in told.amends():
        data = json.loads(command)["data"]
        duration = data["properties"].get("duration")
        found.append((name, data["event_type"], data["timestamp"], duration))
    return found


def test_where_nothing_is_missing_no_amends_are_made():
    assert amends(head("null"), started(FIRST, 1), ended(FIRST, 2), started(SECOND, 3)) == []


def test_an_end_whose_start_was_taken_has_the_same_start_made_again():
    told = History("run")
    told.tell(ended(FIRST, 2))

    ((name, command),) = told.amends()

    assert name == "run/1"
    assert json.loads(command) == json.loads(CONTEXT.start(FIRST))


def test_a_will_whose_start_was_taken_has_its_start_made_again():
    assert amends(head("null"), changed(FIRST, 1, 2.0)) == [
        ("run/1", "session_start", FIRST.start, None)
    ]


def test_a_start_whose_end_was_taken_ends_at_the_last_sign_of_life_before_the_next():
    told = History("run")
    told.tell(started(FIRST, 1))
    told.alive(7.25)
    told.tell(started(SECOND, 4))

    ((name, command),) = told.amends()
    data = json.loads(command)["data"]

    assert (name, data["event_type"]) == ("run/1", "session_end")
    assert data["timestamp"] == FIRST.start + 7.0
    assert data["properties"]["reason"] == "crashed"


def test_a_start_whose_end_was_taken_ends_where_the_player_is_known_to_have_left():
    away = Session("run/1", FIRST.start, FIRST.since, away_since=3.25)

    assert amends(started(FIRST, 1), changed(away, 1, 4.0), started(SECOND, 3)) == [
        ("run/1", "session_end", FIRST.start + 3.0, 3.0)
    ]


def test_a_session_of_which_only_a_will_is_left_gets_both():
    assert amends(head("null"), changed(FIRST, 3, 2.25), ended(SECOND, 6)) == [
        ("run/1", "session_start", FIRST.start, None),
        ("run/1", "session_end", FIRST.start + 2.0, 2.0),
        ("run/2", "session_start", SECOND.start, None),
    ]


def test_the_open_sessions_end_is_nobodys_to_make_here():
    assert amends(head("null"), started(FIRST, 1)) == []


def test_a_start_before_the_last_certain_line_is_not_missing():
    assert amends(head(render_will(FIRST, CONTEXT)), ended(FIRST, 7)) == []
    assert amends(head(render_ended(FIRST)), started(SECOND, 7)) == []


def test_the_start_of_a_session_that_was_carried_on_lies_in_an_earlier_run():
    assert amends(head("null"), changed(CARRIED, 0, 0.0), ended(CARRIED, 1)) == []


def test_what_was_made_again_is_not_made_twice():
    start = Line(9, 9.0, CONTEXT.start(FIRST).encode(), {"amends": "run/1"})

    assert amends(head("null"), ended(FIRST, 2), start) == []


@pytest.mark.parametrize("will", [7, [], {"session": []}, {"ended": {}}, {"sessions": {}}])
def test_a_will_of_another_making_tells_nothing(will):
    assert amends(Line(3, 3.0, None, {"will": will})) == []


@pytest.mark.parametrize("command", [b"7", b"{", b'{"data":{"event_type":"session_end"}}', None])
def test_an_end_that_cannot_be_understood_has_no_start_made(command):
    assert amends(Line(3, 3.0, command, {"will": {"ended": "run/1", "start": 1.0}})) == []


def test_an_end_as_earlier_versions_wrote_it_ends_the_session_that_was_open():
    end = ended(FIRST, 2)._replace(others={"will": None})

    assert amends(head("null"), started(FIRST, 1), end, started(SECOND, 3)) == []


def test_what_was_damaged_after_it_was_sent_is_not_made_again():
    assert amends(head("null"), ended(FIRST, 3), started(SECOND, 4), sent=3) == []
    assert amends(head("null"), started(FIRST, 1), started(SECOND, 4), sent=4) == []


@pytest.mark.parametrize("will", ["null", render_will(CARRIED, CONTEXT)])
def test_a_start_that_an_earlier_run_has_lost_is_made_by_the_run_that_carried_it_on(will):
    lines = head(will), changed(CARRIED, 0, 0.0)

    assert amends(*lines, earlier={"earlier": {"earlier/3", "earlier/4"}}) == []
    assert amends(*lines, earlier={"earlier": {"earlier/3"}}) == [
        ("earlier/4", "session_start", CARRIED.start, None)
    ]


def test_a_lost_start_is_made_from_the_end_whatever_is_repeated_behind_it():
    lines = ended(CARRIED, 1), head(render_ended(CARRIED))

    assert amends(*lines, earlier={"earlier": set()}) == [
        ("earlier/4", "session_start", CARRIED.start, None)
    ]
