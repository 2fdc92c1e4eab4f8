"""Hundreds of random lives on an event stream with tokens of players."""

from __future__ import annotations

from .streams import StreamLives

SEEDS = 150


def test_on_a_stream_each_event_arrives_once_under_its_own_players_token() -> None:
    signed = refused = 0
    for seed in range(SEEDS):
        lives = StreamLives(seed)
        lives.run()
        assert lives.stream.mixed == [], f"under another player's token, seed {seed}"
        signed += lives.stream.signed
        refused += lives.stream.turned_away

    assert signed > SEEDS
    assert refused > SEEDS
