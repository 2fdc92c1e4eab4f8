from __future__ import annotations

from exponea_game.collector import Collector

from .client import Client


def owners(collector: Collector) -> list[int]:
    return [event["customer"] for event in collector.events()]


def test_events_of_a_cookie_move_to_the_customer_it_turns_out_to_be(
    client: Client, collector: Collector
) -> None:
    client.track("a", customer_ids={"cookie": "phone", "registered": "ann"})
    client.track("b", customer_ids={"cookie": "desk"})

    client.track("c", customer_ids={"cookie": "desk", "registered": "ann"})

    assert len(set(owners(collector))) == 1
    [customer] = collector.customers()
    assert customer["events"] == 3
    assert customer["ids"] == {"cookie": ["desk", "phone"], "registered": ["ann"]}
    assert [event["event_type"] for event in client.get("events?customer=ann")] == ["a", "b", "c"]


def test_an_update_identifies_like_an_event(client: Client, collector: Collector) -> None:
    client.track("a")

    client.post("customers", {"customer_ids": {"cookie": "c1", "registered": "ann"}})

    [customer] = collector.customers()
    assert customer["ids"] == {"cookie": ["c1"], "registered": ["ann"]}
    assert [link["ids"] for link in customer["links"]] == [{"registered": "ann"}]


def test_a_cookie_that_changes_hands_leaves_its_past_behind(
    client: Client, collector: Collector
) -> None:
    client.track("a", customer_ids={"cookie": "desk", "registered": "ann"})
    client.track("b", customer_ids={"cookie": "desk", "registered": "bob"})

    client.track("c", customer_ids={"cookie": "desk"})

    ann, bob, visitor = owners(collector)
    assert ann != bob == visitor


def test_customers_of_different_projects_are_strangers(collector: Collector) -> None:
    client = Client(collector.url)
    client.track("a")
    client.url = collector.url
    client.post("../other/customers/events", {"customer_ids": {"cookie": "c1"}, "event_type": "b"})

    assert len(set(owners(collector))) == 2


def test_late_updates_do_not_overwrite_newer_values(client: Client, collector: Collector) -> None:
    ids = {"cookie": "c1"}
    client.post("customers", {"customer_ids": ids, "properties": {"x": 2}, "update_timestamp": 20})
    client.post("customers", {"customer_ids": ids, "properties": {"x": 1, "y": 1}, "timestamp": 10})

    assert collector.customers()[0]["properties"] == {"x": 2, "y": 1}
