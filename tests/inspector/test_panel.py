"""What the inspector says, without a window."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from exponea_game.inspector.meter import Costs
from exponea_game.inspector.panel import Look, lay_out
from exponea_game.inspector.sheet import INSET, PADDING, RIM, Sheet, wrapped
from exponea_game.run.insight import Entry, Insight, Way

STATUS = {
    "run": "000001-abcdef",
    "app_name": "Comet Courier",
    "state": "present",
    "session_start": 1000.0,
    "away_since": None,
    "session_timeout": 60.0,
    "backoff": None,
}
NOON = datetime(2026, 7, 1, 12).timestamp()
INSIGHT = Insight(STATUS, address="api.exponea.com")


def measure(words: str, size: float) -> float:
    return 0.6 * size * len(words)


def told(insight: Insight | None, look: Look, width: float = 800, height: float = 600) -> list[str]:
    sheet = lay_out(insight, look, width, height, measure)
    return [text.words for _, row in sheet.rows for text in row.texts]


def status(**changed: Any) -> Insight:
    return replace(INSIGHT, status={**STATUS, **changed})


def test_a_session_shows_its_clock():
    assert {"Playing", "1:02:05"} <= set(told(INSIGHT, Look(now=1000 + 3725)))


def test_while_away_the_clock_stands_and_the_end_is_counted_down():
    away = status(state="away", away_since=1100.0)

    words = told(away, Look(now=1118.0))

    assert {"Away", "1:40"} <= set(words)
    assert any(line.startswith("ends in 42 s") for line in words)


def test_without_a_session_it_says_so():
    absent = status(state="absent", session_start=None)

    assert {"Not playing", "no session is open"} <= set(told(absent, Look()))


def test_what_waits_is_told_with_its_age_and_what_keeps_it():
    waiting = replace(status(backoff=12.3), waiting=7, oldest=1000.0, why_waiting="503 down")

    words = told(waiting, Look(now=1065.0))

    assert any(line.startswith("7, the oldest since") and "(1:05)" in line for line in words)
    assert "again in 12 s: 503 down" in words


def test_costs_are_told_in_units_that_people_read():
    words = told(INSIGHT, Look(costs=Costs(8e-6, 2.5e-4, 1.25e-3)))

    assert "call 8 us, frame 250 us, panel 1.25 ms" in words


@pytest.mark.parametrize("frame", [0.0, 1e-9, 4.9e-6, 9.9e-4])
def test_no_cost_is_told_without_a_digit(frame):
    assert "0.00 ms" not in " ".join(told(INSIGHT, Look(costs=Costs(None, frame, frame))))


def test_each_event_is_told_with_its_way_and_a_refused_one_with_the_servers_words():
    entries = [
        Entry(NOON + 1, "jump", "level 3", Way.JOURNALED),
        Entry(NOON, "fall", "Not authorized", Way.REFUSED),
    ]

    words = told(replace(INSIGHT, entries=entries), Look())

    first, second = words.index("jump"), words.index("fall")
    assert words[first - 2 : first + 2] == ["journaled", "12:00:01", "jump", "level 3"]
    assert words[second - 2 : second + 1] == ["refused", "12:00:00", "fall"]


@pytest.mark.parametrize("size", [(1920, 1080), (400, 300), (200, 150)])
@pytest.mark.parametrize("page", ["run", "player"])
def test_nothing_reaches_beyond_the_panel(size, page):
    entries = [Entry(NOON, "crystal_collected" * 3, "x " * 50, Way.ACCEPTED)] * 40
    insight = replace(INSIGHT, entries=entries, why_waiting="no route to the host " * 9)
    look = Look(page=page, disclosure="a word " * 500)

    sheet = lay_out(insight, look, *size, measure)

    y, last = sheet.rows[-1]
    assert y + last.height == pytest.approx(sheet.height - RIM - INSET)
    for text in (text for _, row in sheet.rows for text in row.texts):
        assert text.x + measure(text.words, text.size) <= sheet.width - PADDING + 1


@pytest.mark.parametrize("size", [(1920, 1080), (400, 300), (200, 150)])
@pytest.mark.parametrize("page", ["run", "player"])
def test_every_place_of_a_card_is_on_one_row(size, page):
    entries = [Entry(NOON, "jump", "level 3", Way.ACCEPTED)] * 40
    look = Look(page=page, disclosure="a word " * 500)

    sheet = lay_out(replace(INSIGHT, entries=entries), look, *size, measure)

    rows = sorted((y, y + row.height) for y, row in sheet.rows)
    for card in sheet.cards:
        y = card.y
        for top, bottom in rows:
            if card.y <= top < card.y + card.height:
                assert top == pytest.approx(y)
                y = bottom
        assert y == pytest.approx(card.y + card.height)
    for card, below in pairwise(sheet.cards):
        assert card.y + card.height < below.y


def test_the_players_page_scrolls():
    look = Look(page="player", disclosure="\n".join(f"line {n}" for n in range(100)))

    assert "line 0" in told(INSIGHT, look)
    assert "line 0" not in told(INSIGHT, replace(look, scroll=30))
    assert "line 30" in told(INSIGHT, replace(look, scroll=30))


def test_deleting_and_stopping_ask_before_they_do_it():
    look = Look(page="player", disclosure="")

    assert {"Delete", "Stop sending"} <= set(told(INSIGHT, look))
    assert "Really delete all of it?" in told(INSIGHT, replace(look, sure="delete"))


def test_where_nothing_is_tracked_it_can_be_allowed_again():
    sheet = lay_out(None, Look(page="player", silence="the player has refused"), 800, 600, measure)

    assert sheet.buttons.keys() == {"run", "allow"}


def test_a_long_text_is_cut_where_the_room_ends():
    sheet = Sheet(132.0, 100.0, measure)
    sheet.card()
    sheet.row(20.0)

    sheet.say("abcdefghijklmnopqrstuvwxyz", 10.0, (1.0, 1.0, 1.0, 1.0))

    assert [text.words for _, row in sheet.rows for text in row.texts] == ["abcdefghijklm..."]


def test_wrapped_lines_keep_their_indent():
    lines = wrapped("one\n  two three four", 10.0, 72.0, measure)

    assert lines == ["one", "  two three", "      four"]
