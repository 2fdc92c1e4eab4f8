"""The live page in a real browser."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from exponea_game.collector import Collector
from exponea_game.collector.document import PAGE
from exponea_game.collector.tokens import mint

from .client import Client, command, eventually


@pytest.fixture
def page(browser: Browser, collector: Collector) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    context.set_default_timeout(10_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: line.type == "error" and troubles.append(line.text))
    page.goto(collector.url)
    expect(page.locator("#link")).to_have_text("live")
    yield page
    context.close()
    assert [line for line in troubles if "ERR_CONNECTION" not in line] == []


def rows(page: Page) -> list[str]:
    return page.locator(".space .row > span:nth-child(3)").all_inner_texts()


def tell(url: str, state: str, **more: Any) -> None:
    report = {"run": "1", "app_name": "comet", "cookie": "c1", "state": state} | more
    assert requests.post(f"{url}/_/state", json=report, timeout=5).ok


def inked(page: Page) -> bool:
    """Whether a bar has been painted in the lanes."""
    return bool(
        page.evaluate("""() => {
        const canvas = document.getElementById("canvas");
        const { data, width } = canvas.getContext("2d")
            .getImageData(0, 24, canvas.width, canvas.height - 24);
        const row = 28 * width * 4;
        let painted = 0;
        for (let at = row; at < row + width * 4; at += 4) painted += data[at + 3] === 255;
        return painted > 40;
    }""")
    )


def playing(page: Page) -> list[bool]:
    """For each lane whether the colour of a player who is there has been painted in it."""
    return list(
        page.evaluate("""() => {
        const canvas = document.getElementById("canvas");
        const dense = canvas.width / canvas.clientWidth;
        const top = canvas.getBoundingClientRect().top;
        const key = getComputedStyle(document.querySelector(".key.present")).backgroundColor;
        const wanted = key.match(/[0-9]+/g).slice(0, 3).map(Number);
        return [...document.querySelectorAll("#labels li")].map((label) => {
            const box = label.getBoundingClientRect();
            const { data } = canvas.getContext("2d").getImageData(
                0, (box.top - top) * dense, canvas.width, box.height * dense);
            for (let at = 0; at < data.length; at += 4)
                if (wanted.every((part, n) => Math.abs(data[at + n] - part) < 3)) return true;
            return false;
        });
    }""")
    )


def test_events_appear_as_they_arrive_with_the_newest_first(page: Page, client: Client) -> None:
    client.track("first", time.time())
    client.track("second", time.time())

    expect(page.locator("#found")).to_have_text("2 events")
    assert rows(page) == ["second", "first"]


def test_a_session_becomes_a_bar_in_its_players_lane(page: Page, client: Client) -> None:
    now = time.time()
    client.track("session_start", now - 120)
    client.track("session_end", now - 20, properties={"duration": 100.0, "reason": "quit"})

    expect(page.locator("#labels li")).to_have_count(1)
    expect(page.locator(".lane-name")).to_have_text("anonymous c1")
    assert eventually(lambda: inked(page))


def test_a_bar_and_a_tick_tell_what_they_are(page: Page, client: Client) -> None:
    now = time.time()
    client.batch(command("session_start", now - 200), command("hit", now - 100,
                 properties={"boss": "kraken"}))  # fmt: skip
    expect(page.locator("#labels li")).to_have_count(1)
    box = page.locator("#canvas").bounding_box()
    assert box

    def hover(seconds_ago: float) -> None:
        span = 300 * 1.03
        page.mouse.move(box["x"] + (300 - seconds_ago) / span * box["width"], box["y"] + 48)

    hover(time.time() - now + 100)
    expect(page.locator("#tip")).to_contain_text("kraken")
    hover(time.time() - now + 150)
    expect(page.locator("#tip")).to_contain_text("so far")


def test_a_player_who_is_away_is_counted_down(page: Page, client: Client) -> None:
    now = time.time()
    client.track("session_start", now - 30)
    tell(client.url, "away", away_since=now - 10, session_timeout=60.0, waiting=3)

    label = page.locator("#labels li")
    expect(label).to_contain_text(re.compile(r"ends in (50|4\d) s unless the player returns"))
    expect(label).to_contain_text("3 waiting")
    told = label.locator(".doing")
    first = told.text_content() or ""
    expect(told).not_to_have_text(first)
    expect(told).to_contain_text("ends in")

    tell(client.url, "present")
    expect(label).to_contain_text("playing")


def test_a_run_that_goes_on_as_another_player_is_told_in_the_lane_of_each(
    page: Page, client: Client
) -> None:
    def told(cookie: str, lanes: list[bool]) -> bool:
        tell(client.url, "present", cookie=cookie)
        return playing(page) == lanes

    client.track("session_start", time.time())
    assert eventually(lambda: told("c1", [True]))
    client.track("session_end", time.time(), properties={"duration": 3.0, "reason": "identity"})
    client.track("session_start", time.time(), customer_ids={"cookie": "c2"})
    assert eventually(lambda: told("c2", [True, True]))

    top, below = (label.text_content() for label in page.locator("#labels li").all())
    assert "playing" in (top or "")
    assert "playing" not in (below or "")


def test_events_are_filtered_by_text_type_and_property(page: Page, client: Client) -> None:
    client.batch(
        command("jump", 1.0, properties={"level": 3}),
        command("jump", 2.0, properties={"level": 31}),
        command("buy", 3.0, properties={"item": "red hat"}),
    )
    expect(page.locator("#found")).to_have_text("3 events")

    def found(query: str) -> None:
        page.fill("#query", query)

    found("level:3")
    expect(page.locator("#found")).to_have_text("1 of 3 events")
    found("level:3*")
    expect(page.locator("#found")).to_have_text("2 of 3 events")
    found('"red hat"')
    expect(page.locator("#found")).to_have_text("1 of 3 events")
    assert rows(page) == ["buy"]
    page.click("#clear")
    page.select_option("#by-type", "jump")
    expect(page.locator("#found")).to_have_text("2 of 3 events")


def test_columns_sort_the_events_both_ways(page: Page, client: Client) -> None:
    client.batch(command("b", 1.0), command("c", 2.0), command("a", 3.0))
    expect(page.locator("#found")).to_have_text("3 events")
    column = page.get_by_role("columnheader", name="Event").get_by_role("button")

    column.click()
    assert rows(page) == ["c", "b", "a"]
    column.click()
    assert rows(page) == ["a", "b", "c"]
    column.click()
    assert rows(page) == ["a", "c", "b"]


def test_the_address_brings_the_view_back(page: Page, client: Client) -> None:
    client.batch(command("jump", 1.0), command("buy", 2.0))
    page.select_option("#by-type", "jump")
    page.locator(".space .row").first.click()
    expect(page.locator("#detail h3")).to_have_text("jump")
    address = page.url

    page.goto("about:blank")
    page.goto(address)

    expect(page.locator("#found")).to_have_text("1 of 2 events")
    expect(page.locator("#detail h3")).to_have_text("jump")
    expect(page.locator("#by-type")).to_have_value("jump")


def test_a_pause_holds_the_table_and_counts_what_is_new(page: Page, client: Client) -> None:
    client.track("before")
    expect(page.locator("#found")).to_have_text("1 event")

    page.click("#pause")
    client.batch(*(command("meanwhile", float(at)) for at in range(37)))
    expect(page.locator("#pause")).to_have_text("Resume · 37 new")
    assert rows(page) == ["before"]

    page.keyboard.press("Escape")
    page.click("#pause")
    expect(page.locator("#found")).to_have_text("38 events")


def test_an_event_is_shown_with_its_difference_and_as_python(page: Page, client: Client) -> None:
    client.batch(
        command("score", 1.0, properties={"points": 10, "old": None}),
        command("score", 2.0, properties={"points": 25, "fast": True}),
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.locator(".space .row").first.click()

    expect(page.locator(".diff .changed")).to_have_text("~points1025")
    expect(page.locator(".diff .gone")).to_contain_text("old")
    expect(page.locator(".diff .added")).to_contain_text("fast")
    page.get_by_role("button", name="Copy Python").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == 'exponea_game.track_event("score", {"points": 25, "fast": True})'


def test_a_press_makes_the_collector_misbehave_and_another_ends_it(
    page: Page, client: Client
) -> None:
    page.get_by_role("tab", name="Faults").click()
    tell(client.url, "present", waiting=12, backoff=4.0)

    page.get_by_role("button", name="Error 500").click()
    expect(page.locator("#notice")).to_contain_text("Error 500")
    assert client.track("x").status_code == 500
    expect(page.locator("#reaction-requests")).to_contain_text("500")
    expect(page.locator("#reaction")).to_contain_text("next try in 4.0 s")

    page.get_by_role("button", name="Behave").click()
    expect(page.locator("#notice")).to_be_hidden()
    assert client.track("x").status_code == 200


def test_what_looks_wrong_is_pointed_at_with_the_games_line(page: Page, client: Client) -> None:
    comment = {"comment": "game.py:41"}
    client.batch(
        *(command("level_up", float(at), properties={"score": at}) for at in range(3)),
        command("level_up", 4.0, properties={"score": "high"}) | comment,
        command("levle_up", 5.0),
        command("save", 6.0, properties={"by": "kim@example.com", "to": "/home/kim/a.sav"}),
        {"name": "customers/events", "data": {"customer_ids": {"cookie": "c1"}}},
    )

    page.get_by_role("tab", name="What looks wrong").click()

    findings = page.locator("#wrong")
    expect(findings).to_contain_text("level_up.score is usually a number and here a string.")
    expect(findings).to_contain_text("game.py:41")
    expect(findings).to_contain_text("Event levle_up is one letter away from level_up.")
    expect(findings).to_contain_text("save.by holds an e-mail address.")
    expect(findings).to_contain_text("save.to holds a path with a user's name.")
    expect(findings).to_contain_text("Field 'event_type' is required.")


def test_players_show_their_ids_and_how_they_came_together(page: Page, client: Client) -> None:
    client.track("x")
    client.post("customers", {"customer_ids": {"cookie": "c1", "registered": "ann"},
                              "properties": {"language": "en"}})  # fmt: skip

    page.get_by_role("tab", name="Players").click()

    card = page.locator(".player")
    expect(card.locator("h3")).to_have_text("ann")
    expect(card).to_contain_text("became known as registered ann")
    expect(card).to_contain_text("language")


def test_delivery_shows_lateness_copies_and_refusals(page: Page, client: Client) -> None:
    now = time.time()
    client.batch(command("x", now - 3), command("x", now - 3), {"name": "nonsense"})

    page.get_by_role("tab", name="Delivery").click()

    delivery = page.locator("#delivery")
    expect(delivery.locator(".histogram li", has_text="< 5 s")).to_contain_text("1")
    expect(delivery.locator(".figure", has_text="Copies")).to_contain_text("1")
    expect(delivery).to_contain_text("Unknown command: 'nonsense'.")


def test_hostile_events_stay_text(page: Page, client: Client) -> None:
    markup = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    ids = {"cookie": "c1", "registered": markup}
    client.batch(
        command(markup, 1.0, customer_ids=ids, properties={markup: markup, "__proto__": 1})
        | {"comment": markup}
    )
    client.batch({"name": markup, "data": {}})
    client.post("customers", {"customer_ids": ids, "properties": {markup: markup}})

    expect(page.locator("#found")).to_have_text("1 event")
    page.locator(".space .row").click()
    for tab in ("Delivery", "What looks wrong", "Players", "Events"):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator("main section:visible").first).to_contain_text("<img src=x")

    assert page.title() == "Collector"
    assert page.locator("main img, main script, #labels img").count() == 0


def test_the_page_comes_back_after_the_collector_was_restarted(
    browser: Browser, tmp_path: Path
) -> None:
    with Collector() as collector:
        Client(collector.url).track("before")
        page = browser.new_page()
        page.goto(collector.url)
        expect(page.locator("#found")).to_have_text("1 event")
    expect(page.locator("#link")).to_contain_text("lost the collector")

    with Collector(port=collector.port) as again:
        expect(page.locator("#link")).to_have_text("live", timeout=10_000)
        Client(again.url).track("after")
        expect(page.locator("#found")).to_have_text("1 event")
        expect(page.locator(".space .row")).to_contain_text("after")
        page.close()


def test_a_reset_empties_the_page(page: Page, client: Client, collector: Collector) -> None:
    client.track("x")
    expect(page.locator("#found")).to_have_text("1 event")

    collector.reset()

    expect(page.locator("#found")).to_have_text("0 events")
    expect(page.locator("#table")).to_contain_text("Nothing has arrived yet.")


def test_the_exported_page_opens_offline_with_lanes_and_table(
    browser: Browser, collector: Collector, client: Client, tmp_path: Path
) -> None:
    now = time.time()
    client.batch(command("session_start", now - 100), command("</script><b>hit", now - 50))
    file = tmp_path / "session.html"
    file.write_bytes(requests.get(f"{collector.url}/_/export.html", timeout=10).content)
    context = browser.new_context(offline=True)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text))

    page.goto(file.as_uri())

    expect(page.locator("#link")).to_have_text("a copy, opened offline")
    expect(page.locator("#found")).to_have_text("2 events")
    assert rows(page) == ["</script><b>hit", "session_start"]
    expect(page.locator("#labels li")).to_have_count(1)
    assert eventually(lambda: inked(page))
    assert troubles == []
    context.close()


def test_the_table_draws_only_what_is_seen_of_many_events(page: Page, client: Client) -> None:
    for start in range(0, 6_000, 50):
        client.batch(*(command(f"t{at % 5}", float(at)) for at in range(start, start + 50)))

    expect(page.locator("#found")).to_have_text("6,000 events", timeout=20_000)
    assert page.locator(".space .row").count() < 60
    page.evaluate("document.querySelector('.rows').scrollTop = 4000 * 30")
    expect(page.locator(".space .row[aria-rowindex='4002']")).to_be_visible()


def test_older_events_that_could_not_be_fetched_are_asked_for_again(
    browser: Browser, client: Client, collector: Collector
) -> None:
    for start in range(0, 3_000, 50):
        client.batch(*(command("old", float(at)) for at in range(start, start + 50)))
    page = browser.new_page()
    refusals = iter([True])
    page.route(
        "**/_/records?after=*",
        lambda route: route.abort() if next(refusals, False) else route.continue_(),
    )

    page.goto(collector.url)

    expect(page.locator("#found")).to_have_text("3,000 events", timeout=20_000)
    assert next(refusals, False) is False  # it was refused
    page.close()


def place(page: Page, event_type: str) -> float | None:
    """How far below the table's head the row of such an event stands; None where none is drawn."""
    found: float | None = page.evaluate(
        """(type) => {
            const cells = [...document.querySelectorAll(".space .row > span:nth-child(3)")];
            const cell = cells.find((cell) => cell.innerText === type);
            const head = document.querySelector(".rows").getBoundingClientRect().top;
            return cell ? cell.getBoundingClientRect().top - head : null;
        }""",
        event_type,
    )
    return found


def test_what_is_read_stays_in_its_place_while_new_players_come(page: Page, client: Client) -> None:
    for start in range(0, 400, 50):
        client.batch(*(command(f"e{at}", float(at)) for at in range(start, start + 50)))
    expect(page.locator("#found")).to_have_text("400 events")
    page.evaluate("document.querySelector('.rows').scrollTop = 100 * 30")
    read = page.locator(".space").get_by_text("e290", exact=True)
    expect(read).to_be_visible()
    before = place(page, "e290")

    others = [{"cookie": f"other {number}"} for number in range(40)]
    client.batch(*(command("new", 500.0, customer_ids=ids) for ids in others))

    expect(page.locator("#found")).to_have_text("440 events")
    assert eventually(lambda: place(page, "e290") == before)


def test_rows_of_yesterday_say_their_day_after_midnight(
    browser: Browser, client: Client, collector: Collector
) -> None:
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    page.clock.install(time=time.time())
    page.goto(collector.url)
    client.track("x", time.time())
    told = page.locator(".space .row time")
    day = time.strftime("%m-%d", time.localtime())
    expect(told).not_to_contain_text(day)

    page.clock.fast_forward(86_400_000)
    client.track("y", time.time())

    expect(told.last).to_contain_text(day)
    context.close()


def test_all_of_it_is_reached_by_keyboard(page: Page, client: Client) -> None:
    client.batch(command("one", 1.0), command("two", 2.0), command("three", 3.0))
    expect(page.locator("#found")).to_have_text("3 events")

    page.keyboard.press("j")
    expect(page.locator("#detail h3")).to_have_text("three")
    page.keyboard.press("j")
    expect(page.locator("#detail h3")).to_have_text("two")
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    page.keyboard.press("4")
    expect(page.locator("#players")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("one")
    expect(page.locator("#found")).to_have_text("1 of 3 events")


@pytest.mark.parametrize("width", [400, 1200])
def test_nothing_is_wider_than_the_window(page: Page, client: Client, width: int) -> None:
    client.track("a_rather_long_name_of_an_event" * 3, properties={"text": "word" * 500})
    page.set_viewport_size({"width": width, "height": 800})
    page.locator(".space .row").first.click()

    for tab in ("events", "delivery", "wrong", "players", "faults"):
        page.evaluate("tab => (location.hash = `tab=${tab}`)", tab)
        expect(page.locator(f"#{tab}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_page_is_small_and_fetches_nothing_from_elsewhere() -> None:
    files = [file for file in PAGE.iterdir() if file.is_file()]
    text = "".join(file.read_text(encoding="utf-8") for file in files)

    assert sum(file.stat().st_size for file in files) < 200 * 1024
    assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://www.w3.org"}
    assert "innerHTML" not in text
    assert json.dumps(text).count("unsafe-inline") == 0


def test_it_keeps_up_with_ten_players(page: Page, client: Client) -> None:
    def play(player: int) -> None:
        for at in range(20):
            ids = {"cookie": f"player-{player}"}
            client.track("session_start" if at == 0 else "hit", time.time(), customer_ids=ids)

    players = [threading.Thread(target=play, args=(player,)) for player in range(10)]
    for player in players:
        player.start()
    for player in players:
        player.join()

    expect(page.locator("#labels li")).to_have_count(10)
    expect(page.locator("#found")).to_have_text("200 events")


def test_twenty_thousand_property_names_do_not_stop_the_page(page: Page, client: Client) -> None:
    def spread(number: int) -> str:
        """A name that is one letter away from none of the others."""
        return f"p{number:x}q{number * 7919 % 9973:x}"

    for start in range(0, 20_000, 2_500):
        client.batch(
            *(
                command("wide", float(at), properties={spread(at + n): n for n in range(50)})
                for at in range(start, start + 2_500, 50)
            )
        )

    expect(page.locator("#found")).to_have_text("400 events")
    page.get_by_role("tab", name="What looks wrong").click()
    expect(page.locator("#wrong")).to_contain_text("wide has more than 300 property names")


def test_thousands_of_event_types_are_told_and_not_listed(page: Page, client: Client) -> None:
    for start in range(0, 2_000, 50):
        client.batch(
            *(
                command(f"t{at:x}z{at * 7919 % 9973:x}", float(at))
                for at in range(start, start + 50)
            )
        )

    page.get_by_role("tab", name="What looks wrong").click()

    expect(page.locator("#wrong")).to_contain_text("More than 300 event types")
    assert page.locator("#wrong li").count() <= 300
    assert page.locator("#by-type option").count() <= 301


def test_a_long_value_is_looked_through_for_addresses_in_one_go(page: Page, client: Client) -> None:
    client.track("blob", properties={"data": "x" * 16_000})
    client.track("mail", properties={"data": "@" * 4_000 + "x" * 8_000 + " kim@example.com"})

    page.get_by_role("tab", name="What looks wrong").click()

    expect(page.locator("#wrong")).to_contain_text("mail.data holds an e-mail address.")
    expect(page.locator("#wrong")).not_to_contain_text("blob.data holds")


def test_an_event_with_thousands_of_values_is_shown_in_part(page: Page, client: Client) -> None:
    client.track("wide", properties={f"property_{n}": n for n in range(20_000)})

    page.locator(".space .row").first.click()

    expect(page.locator("#detail .json")).to_contain_text("more values")
    assert page.locator("#detail span").count() < 10_000


LIBRARY = {"application_id": "default-application", "device_id": "d", "environment": "test"}


def test_a_row_shows_an_events_own_properties_and_counts_those_of_every_event(
    page: Page, client: Client
) -> None:
    client.batch(
        command("session_start", 1.0, properties=LIBRARY | {"difficulty": "hard"}),
        command("shot", 2.0, properties=LIBRARY | {"difficulty": "hard", "weapon": "bow"}),
    )
    expect(page.locator("#found")).to_have_text("2 events")

    shot = page.locator(".space .row").first.locator("> span:nth-child(4)")
    text = (shot.text_content() or "").replace("\u2068", "").replace("\u2069", "")

    assert text == "weapon=bow+4"


def test_the_details_fold_away_what_comes_with_every_event(page: Page, client: Client) -> None:
    client.track("shot", properties=LIBRARY | {"weapon": "bow"})
    page.locator(".space .row").first.click()

    own = page.locator("#detail > .facts").nth(1)
    expect(own).to_have_text('weapon"bow"')
    common = page.locator("#detail .common")
    expect(common.locator("dl")).to_be_hidden()
    common.locator("summary").click()
    expect(common.locator("dl")).to_contain_text("default-application")


def test_who_plays_is_above_and_who_has_left_is_folded_below(page: Page, client: Client) -> None:
    now = time.time()
    for number in range(30):
        ids = {"cookie": f"c{number}"}
        client.track("session_start", now - 500 + number, customer_ids=ids)
        if number != 7:
            end = {"duration": 100.0, "reason": "quit"}
            client.track("session_end", now - 400 + number, customer_ids=ids, properties=end)
    for cookie in ("c7", "c3"):
        tell(client.url, "present", run=cookie, cookie=cookie, quit=cookie == "c3")

    labels = page.locator("#labels li")
    expect(labels).to_have_count(30)
    expect(labels.first).to_contain_text("anonymous c7")
    expect(labels.first).not_to_have_class(re.compile("folded"))
    expect(page.locator("#labels .folded")).to_have_count(29)

    page.get_by_role("button", name="anonymous c29").click()
    expect(page.locator("#labels .folded")).to_have_count(28)


def test_a_lane_folds_once_its_player_has_quit(page: Page, client: Client) -> None:
    now = time.time()
    for cookie in ("c1", "c2"):
        client.track("session_start", now - 50, customer_ids={"cookie": cookie})
        tell(client.url, "present", run=cookie, cookie=cookie)
    expect(page.locator("#labels .folded")).to_have_count(0)

    tell(client.url, "none", run="c2", cookie="c2", quit=True)

    expect(page.locator("#labels .folded")).to_have_count(1)
    expect(page.locator("#labels .folded")).to_contain_text("anonymous c2")


def test_the_collector_is_emptied_only_after_a_question(
    page: Page, client: Client, collector: Collector
) -> None:
    client.track("x")
    expect(page.locator("#found")).to_have_text("1 event")

    page.click("#empty")
    page.get_by_role("button", name="Keep everything").click()
    expect(page.locator("#emptying")).to_be_hidden()
    assert len(collector.events()) == 1
    page.click("#empty")
    page.get_by_role("button", name="Empty it").click()

    expect(page.locator("#found")).to_have_text("0 events")
    expect(page.locator("#emptying")).to_be_hidden()
    assert collector.events() == []


def test_what_the_library_left_out_looks_wrong_with_the_reason(page: Page, client: Client) -> None:
    sentence = "properties.aim is of type float; it must be a finite number"
    mistake = {"sentence": sentence, "caller": "game.py:41", "count": 7}
    client.track("x")
    tell(client.url, "present", mistakes=[mistake, {"sentence": 7}, "nothing", None])

    page.get_by_role("tab", name="What looks wrong").click()

    findings = page.locator("#wrong")
    expect(findings).to_contain_text(sentence)
    expect(findings).to_contain_text("game.py:41")
    expect(findings).to_contain_text("\u00d7 7")


def test_what_a_stream_does_not_let_in_looks_wrong_with_its_words(
    page: Page, client: Client
) -> None:
    client.track("x")
    tell(client.url, "present", denied={"boss": "403 Not authorized", "": "403 <b>vip</b>"})

    page.get_by_role("tab", name="What looks wrong").click()

    findings = page.locator("#wrong")
    expect(findings).to_contain_text("boss: the stream does not let it in")
    expect(findings).to_contain_text("403 Not authorized")
    expect(findings).to_contain_text("updates of customers")
    expect(findings).to_contain_text("403 <b>vip</b>")


def focused(page: Page) -> str:
    return str(
        page.evaluate("""(() => { const e = document.activeElement;
        return e.id || e.dataset.key || e.getAttribute("aria-label") || e.tagName; })()""")
    )


def test_skipping_to_the_events_keeps_view_and_filter(page: Page, client: Client) -> None:
    client.batch(command("jump", 1.0), command("fall", 2.0))
    page.fill("#query", "jump")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Players").click()
    page.evaluate("document.querySelector('#skip').focus()")

    page.keyboard.press("Enter")

    expect(page.locator("#events")).to_be_visible()
    expect(page.locator("#query")).to_have_value("jump")
    expect(page.locator("#found")).to_have_text("1 of 2 events")
    assert focused(page) == "Up and down choose an event"
    page.keyboard.press("ArrowDown")
    expect(page.locator("#detail h3")).to_have_text("jump")


def test_the_focus_stays_where_a_press_was(page: Page, client: Client) -> None:
    client.batch(command("jump", 1.0), command("fall", 2.0))
    expect(page.locator("#found")).to_have_text("2 events")

    def press(selector: str) -> str:
        page.locator(selector).focus()
        page.keyboard.press("Enter")
        return focused(page)

    assert press(".head button[data-key=type]") == "type"
    assert press("#spans button[data-key='1800']") == "1800"
    assert press("#tab-players") == "tab-players"
    assert press("#tab-events") == "tab-events"
    page.fill("#query", "jump")
    assert press("#clear") == "query"


def test_the_focus_leaves_the_details_for_the_events(page: Page, client: Client) -> None:
    client.track("jump")
    page.locator(".space .row").first.click()
    page.get_by_role("button", name="Copy JSON").focus()

    page.keyboard.press("Escape")

    expect(page.locator("#detail")).to_be_hidden()
    assert focused(page) == "Up and down choose an event"


def test_the_details_keep_the_focus_while_events_arrive(page: Page, client: Client) -> None:
    client.track("jump")
    page.locator(".space .row").first.click()
    page.get_by_role("button", name="Copy Python").focus()

    client.post("customers", {"customer_ids": {"cookie": "c1", "registered": "ann"}})

    expect(page.locator("#detail")).to_contain_text("ann")
    assert page.evaluate("document.activeElement.textContent") == "Copy Python"


NAMES = ["\u00c4rmel \u00dcnal", "\u01fangstr\u00f6m", "\u0645\u062d\u0645\u062f", "name_" * 50]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [400, 1200])
def test_a_name_of_any_script_and_length_keeps_its_place(
    page: Page, client: Client, name: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    ids = {"cookie": "c1", "registered": name}
    client.track(name, time.time(), customer_ids=ids, properties={name: name})
    tell(client.url, "present", app_name=name)
    page.locator(".space .row").first.click()

    for tab in ("events", "delivery", "wrong", "players", "faults"):
        page.evaluate("tab => (location.hash = `tab=${tab}`)", tab)
        expect(page.locator(f"#{tab}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width
    label = page.locator(".lane-name")
    assert label.evaluate("e => e.scrollHeight <= e.clientHeight")  # no umlaut is cut
    assert label.evaluate("e => e.getBoundingClientRect().right <= innerWidth")


def test_an_event_of_another_day_shows_its_day(page: Page, client: Client) -> None:
    client.track("x", time.time() - 3 * 86400)

    day = time.strftime("%m-%d", time.localtime(time.time() - 3 * 86400))
    expect(page.locator(".space .row time")).to_contain_text(day)


def test_what_a_stream_lets_in_is_shown_and_set(page: Page, collector: Collector) -> None:
    collector.stream(event_types={"buy": "signed"})
    page.get_by_role("tab", name="Faults").click()
    rules = page.locator("#permission-list")
    expect(rules).to_contain_text("signed event type buy")

    page.select_option("#permission-kind", "ids")
    page.fill("#permission-name", "email")
    page.select_option("#permission-rule", "deny")
    page.get_by_role("button", name="Set").click()

    expect(rules).to_contain_text("deny customer id email")
    rules.get_by_role("button", name="remove").first.click()
    expect(rules).not_to_contain_text("buy")
    expect(rules).to_contain_text("email")
    collector.stream()


def test_a_request_shows_for_whom_its_token_was(browser: Browser) -> None:
    with Collector(jwt_secret="s") as collector:
        token = mint("s", {"registered": "p1"})
        requests.post(
            f"{collector.url}/track/u/v1/batch?stream_id=s1", timeout=5,
            json={"commands": [command("x", customer_ids={"registered": "p1"})]},
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        page = browser.new_page()
        page.goto(f"{collector.url}/#tab=delivery")

        request = page.locator("#delivery tbody tr")
        expect(request).to_contain_text("stream batch")
        expect(request).to_contain_text("registered p1")
        assert token not in page.content()
        page.close()


def test_a_session_of_a_day_is_shown_from_its_start_to_its_end(page: Page, client: Client) -> None:
    now = time.time()
    client.batch(
        command("session_start", now - 86_000),
        command("shot", now - 40_000),
        command("session_end", now - 100, properties={"duration": 85_900.0, "reason": "quit"}),
    )
    expect(page.locator("#labels li")).to_have_count(1)

    page.get_by_role("button", name="1 day").click()

    assert eventually(lambda: inked(page))
    box = page.locator("#canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 48)
    expect(page.locator("#tip")).to_contain_text("23.9 h")


def test_a_session_that_nobody_ended_is_no_play_for_ever(page: Page, client: Client) -> None:
    now = time.time()
    client.track("session_start", now - 7200, customer_ids={"cookie": "old"})
    client.track("session_start", now - 60, customer_ids={"cookie": "new"})

    expect(page.locator("#labels li")).to_have_count(2)
    expect(page.locator("#labels li").first).to_contain_text("anonymous new")
    expect(page.locator("#labels .folded")).to_contain_text("anonymous old")
