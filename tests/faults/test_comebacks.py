"""A player who left, came back in time, and whose game was killed then."""

from __future__ import annotations

from support.fakes import BEGAN, FakeClock

from faults.launches import Launch


def test_a_game_killed_after_a_return_in_time_ends_its_session_at_its_last_sign_of_life(tmp_path):
    game = Launch(tmp_path)
    game.recorder.present()
    game.wait(100.0)
    game.recorder.away(game.clock.now)
    game.wait(30.0)
    game.recorder.present()
    game.wait(60.0)
    game.die()

    later = Launch(tmp_path, clock=FakeClock(began=BEGAN + 1000.0))
    later.deliver()
    later.close()

    (end,) = later.server.events("session_end")
    assert end["properties"]["reason"] == "crashed"
    assert 185.0 <= end["timestamp"] - BEGAN <= 190.0
    assert end["properties"]["uncertainty"] == 5.0
