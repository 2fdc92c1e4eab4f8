from __future__ import annotations

import pytest

from exponea_game.destination import Project, Stream

BASE = "https://x.example"
PROJECT = Project(BASE, "abc-1", "Token key-2")
STREAM = Stream(BASE, "stream-3")


def test_batches_go_to_the_project_with_its_token():
    assert PROJECT.address == "https://x.example/track/v2/projects/abc-1/batch"
    assert PROJECT.headers()["Authorization"] == "Token key-2"


def test_batches_go_to_the_stream_by_its_id_alone():
    assert STREAM.address == "https://x.example/track/u/v1/batch?stream_id=stream-3"
    assert "Authorization" not in STREAM.headers()


def test_a_players_token_goes_with_a_streams_request():
    assert STREAM.headers("ey.j.wt")["Authorization"] == "Bearer ey.j.wt"


@pytest.mark.parametrize("destination", [PROJECT, STREAM])
def test_no_token_is_shown(destination):
    text = f"{destination!r} {destination} " + destination.hide(
        "abc-1, key-2, stream-3 was refused"
    )

    for token in set(destination) - {BASE}:
        assert token.removeprefix("Token ") not in text
