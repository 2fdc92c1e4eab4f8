"""What the inspector says, and how it finds it out, without a window."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from support.fakes import FakeServer

from exponea_game.inspector.insight import Entry, Gatherer, Insight, Watch, Way
from exponea_game.inspector.meter import Costs, Meter
from exponea_game.inspector.panel import Look, lay_out
from exponea_game.inspector.sheet import INSET, PADDING, RIM, Sheet, wrapped
from exponea_game.settings import Settings
from exponea_game.testing import Playthrough
from exponea_game.testing.rehearsal import RehearsedEngine, World
from exponea_game.tracker import Tracker

STATUS = {
    "run": "000001-abcdef",
    "app_name": "Comet Courier",
    "state": "present",
    "session_start": 1000.0,
    "away_since": None,
    "session_timeout": 60.0,
    "backoff": None,
}
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
    waiting = replace(status(backoff=12.3), waiting=7, oldest=1000.0, trouble="503 down")

    words = told(waiting, Look(now=1065.0))

    assert any(line.startswith("7, the oldest since") and "(1:05)" in line for line in words)
    assert "again in 12 s: 503 down" in words


def test_costs_are_told_in_units_that_people_read():
    words = told(INSIGHT, Look(costs=Costs(8e-6, 2.5e-4, 3e-4)))

    assert "call 8 us, frame 0.25 ms, panel 0.30 ms" in words


def test_each_event_is_told_with_its_way_and_a_refused_one_with_the_servers_words():
    entries = [
        Entry("12:00:01", "jump", "level 3", Way.JOURNALED),
        Entry("12:00:00", "fall", "Not authorized", Way.REFUSED),
    ]

    words = told(replace(INSIGHT, entries=entries), Look())

    first, second = words.index("jump"), words.index("fall")
    assert words[first - 2 : first + 2] == ["journaled", "12:00:01", "jump", "level 3"]
    assert words[second - 2 : second + 1] == ["refused", "12:00:00", "fall"]


@pytest.mark.parametrize("size", [(1920, 1080), (400, 300), (200, 150)])
@pytest.mark.parametrize("page", ["run", "player"])
def test_nothing_reaches_beyond_the_panel(size, page):
    entries = [Entry("12:00:00", "crystal_collected" * 3, "x " * 50, Way.ACCEPTED)] * 40
    insight = replace(INSIGHT, entries=entries, trouble="no route to the host " * 9)
    look = Look(page=page, disclosure="a word " * 500)

    sheet = lay_out(insight, look, *size, measure)

    y, last = sheet.rows[-1]
    assert y + last.height == pytest.approx(sheet.height - RIM - INSET)
    for text in (text for _, row in sheet.rows for text in row.texts):
        assert text.x + measure(text.words, text.size) <= sheet.width - PADDING + 1


@pytest.mark.parametrize("size", [(1920, 1080), (400, 300), (200, 150)])
@pytest.mark.parametrize("page", ["run", "player"])
def test_every_place_of_a_card_is_on_one_row(size, page):
    entries = [Entry("12:00:00", "jump", "level 3", Way.ACCEPTED)] * 40
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
    sheet = lay_out(None, Look(page="player", tracking=False), 800, 600, measure)

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


def run_with(server: FakeServer) -> RehearsedEngine:
    world = World()
    world.server = server  # type: ignore[assignment]
    return RehearsedEngine(Settings(collector="http://test"), world, permitted=True)


def ways(engine: RehearsedEngine) -> dict[str, str]:
    return {entry.kind: entry.way.value for entry in Gatherer(engine).gather().entries}


def test_an_event_is_journaled_then_accepted_or_refused():
    engine = run_with(FakeServer({"fall"}))
    for kind in ("jump", "fall"):
        engine.recorder.event(f'"{kind}"', {"level": 3}, '{"level":3}')

    before = ways(engine)
    engine.turn()
    after = Gatherer(engine).gather()

    assert before == {"fall": "journaled", "jump": "journaled", "installation": "journaled"}
    assert ways(engine) == {"fall": "refused", "jump": "accepted", "installation": "accepted"}
    assert [entry.words for entry in after.entries[:2]] == ["not wanted", "level 3"]


def test_an_event_is_sent_while_the_server_has_not_answered():
    seen: list[dict[str, str]] = []
    engine = run_with(FakeServer())
    post = engine.courier._post
    engine.courier._post = lambda *what: (seen.append(ways(engine)), post(*what))[1]

    engine.turn()

    assert seen == [{"installation": "sent"}]


def test_what_waits_counts_earlier_runs_and_begins_with_the_oldest():
    with Playthrough(tracker := Tracker()) as play:
        play.go_offline()
        tracker.track_event("first")
        began = play.now
        play.wait(30)
        play.crash()
        play.relaunch()
        tracker.track_event("second")

        insight = Gatherer(play._run).gather()

    assert insight.waiting == 3
    assert insight.oldest == pytest.approx(began, abs=1)
    assert "cannot be reached" in insight.trouble


def test_the_watch_says_nothing_while_nothing_is_tracked():
    watch = Watch(lambda: None, lambda: "")
    watch.stop()

    watch._look()

    assert watch.insight is None


def test_the_meter_measures_while_it_watches_and_leaves_no_trace():
    engine = run_with(FakeServer())
    before = set(vars(engine.recorder))
    meter = Meter()

    meter.watch(engine.recorder)
    engine.recorder.event('"jump"', {}, "{}")
    meter.watch(None)
    engine.recorder.event('"jump"', {}, "{}")

    assert len(meter._calls) == 1
    assert set(vars(engine.recorder)) == before
    assert list(ways(engine)) == ["jump", "installation"]
