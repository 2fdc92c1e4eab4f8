"""What calls and frames cost, measured without a trace."""

from __future__ import annotations

from exponea_game.inspector.meter import Meter
from exponea_game.settings import Settings
from exponea_game.testing.rehearsal import MadeUpWorld, RehearsedEngine


def test_the_meter_measures_while_it_watches_and_leaves_no_trace():
    engine = RehearsedEngine(Settings(collector="http://test"), MadeUpWorld(), permitted=True)
    before = set(vars(engine.recorder))
    meter = Meter()

    meter.watch(engine.recorder)
    engine.recorder.event('"jump"', {}, "{}")
    meter.watch(None)
    engine.recorder.event('"jump"', {}, "{}")

    assert len(meter._calls) == 1
    assert set(vars(engine.recorder)) == before
