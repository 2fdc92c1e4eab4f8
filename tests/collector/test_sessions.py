from __future__ import annotations

from typing import Any

from exponea_game.collector import Collector
from exponea_game.collector.sessions import pair

from .client import Client


def row(kind: str, at: float, cookie: str = "c", **properties: Any) -> dict[str, Any]:
    return {
        "id": int(at), "project": "p", "customer": 1, "customer_ids": {"cookie": cookie},
        "event_type": f"session_{kind}", "timestamp": at, "properties": properties,
    }  # fmt: skip


def spans(*rows: dict[str, Any]) -> list[tuple[float | None, float | None]]:
    return [(session["start"], session["end"]) for session in pair(rows)]


def test_an_end_closes_the_open_session() -> None:
    assert spans(row("start", 1), row("end", 5), row("start", 7)) == [(1, 5), (7, None)]


def test_cookies_are_paired_apart() -> None:
    rows = row("start", 1, "a"), row("start", 2, "b"), row("end", 3, "a"), row("end", 4, "b")

    assert spans(*rows) == [(1, 3), (2, 4)]


def test_rule_14_two_games_of_one_player_are_paired_by_the_sessions_ids() -> None:
    rows = [
        row("start", 1, session_id="one-1"), row("start", 2, session_id="two-1"),
        row("end", 3, session_id="one-1"), row("end", 4, session_id="two-1"),
    ]  # fmt: skip

    assert spans(*rows) == [(1, 3), (2, 4)]
    assert [session["game"] for session in pair(rows)] == ["one", "two"]


def test_a_name_that_is_none_pairs_by_the_cookie() -> None:
    assert spans(row("start", 1, session_id=["x"]), row("end", 2, session_id=3)) == [(1, 2)]


def test_a_start_that_finds_one_open_leaves_it_without_an_end() -> None:
    assert spans(row("start", 1), row("start", 2), row("end", 3)) == [(1, None), (2, 3)]


def test_an_end_without_a_start_knows_it_by_its_duration() -> None:
    [session] = pair([row("end", 9, duration=4)])

    assert (session["start"], session["start_id"], session["end"]) == (5, None, 9)


def test_an_end_brings_its_reason_and_uncertainty() -> None:
    [session] = pair(
        [row("start", 1), row("end", 4, duration=3.0, reason="crashed", recovered=True,
                              uncertainty=5.0)]
    )  # fmt: skip

    assert session["reason"] == "crashed"
    assert session["recovered"] is True
    assert session["uncertainty"] == 5.0
    assert session["duration"] == 3.0


def test_a_session_survives_its_players_identification(
    client: Client, collector: Collector
) -> None:
    client.track("x", customer_ids={"registered": "ann"})
    client.track("session_start", 10.0)
    client.track("session_end", 30.0, customer_ids={"cookie": "c1", "registered": "ann"})

    [session] = collector.sessions()

    assert (session["start"], session["end"]) == (10.0, 30.0)


def test_an_end_that_arrives_late_is_paired_by_its_timestamp(
    client: Client, collector: Collector
) -> None:
    client.track("session_start", 10.0)
    client.track("session_start", 50.0)
    client.track("session_end", 20.0, properties={"recovered": True})

    assert [(s["start"], s["end"]) for s in collector.sessions()] == [(10.0, 20.0), (50.0, None)]
