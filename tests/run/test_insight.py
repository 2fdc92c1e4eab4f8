"""What a developer is shown of a run: how far each event has come, and what waits."""

from __future__ import annotations

import pytest
from support.fakes import FakeServer

from exponea_game.run.insight import Gatherer
from exponea_game.settings import Settings
from exponea_game.testing import Playthrough
from exponea_game.testing.rehearsal import MadeUpWorld, RehearsedEngine
from exponea_game.tracker import Tracker


def run_with(server: FakeServer) -> RehearsedEngine:
    world = MadeUpWorld()
    world.server = server  # type: ignore[assignment]
    return RehearsedEngine(Settings(collector="http://test"), world, permitted=True)


def ways(engine: RehearsedEngine) -> dict[str, str]:
    return {entry.kind: entry.way.value for entry in Gatherer(lambda: engine).gather().entries}


def test_an_event_is_journaled_then_accepted_or_refused():
    engine = run_with(FakeServer({"fall"}))
    for kind in ("jump", "fall"):
        engine.recorder.event(f'"{kind}"', {"level": 3}, '{"level":3}')

    before = ways(engine)
    engine.turn()
    after = Gatherer(lambda: engine).gather()

    assert before == {"fall": "journaled", "jump": "journaled", "installation": "journaled"}
    assert ways(engine) == {"fall": "refused", "jump": "accepted", "installation": "accepted"}
    assert [entry.detail for entry in after.entries[:2]] == ["not wanted", "level 3"]


def test_an_error_and_the_session_that_it_ended_are_shown_with_what_they_say():
    engine = run_with(FakeServer())
    engine.recorder.present()
    engine.failures.failed(KeyError("anna"), "MainThread", fatal=True)

    entries = Gatherer(lambda: engine).gather().entries

    shown = {entry.kind: entry.detail for entry in entries}
    assert "error_type KeyError" in shown["error"]
    assert "reason error" in shown["session_end"]
    assert "anna" not in str(shown)


def test_an_event_is_sent_while_the_server_has_not_answered():
    seen: list[dict[str, str]] = []
    engine = run_with(FakeServer())
    post = engine.courier.sender.transport
    engine.courier.sender.transport = lambda *what: (seen.append(ways(engine)), post(*what))[1]

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

        insight = Gatherer(lambda: play._run).gather()

    assert insight.waiting == 3
    assert insight.oldest == pytest.approx(began, abs=1)
    assert "cannot be reached" in insight.why_waiting


def test_where_nothing_is_tracked_there_is_nothing_to_show():
    assert Gatherer(lambda: None).gather() is None
