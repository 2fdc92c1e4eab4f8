"""What the page costs before its first rows, and while events arrive: counts, no times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from support.desktop import wait_until

from exponea_game.collector import Collector, export
from exponea_game.collector.rules import Event
from exponea_game.collector.schema import reading
from exponea_game.collector.store import Request, Store
from exponea_game.collector.views import FIRST_RECORDS

from .client import Client, command

PROPERTIES = '{"level": 3, "score": 512, "mode": "story"}'
STEP = 10  # of SQLite's instructions, between two counts
ASKED = """() => {
    window.asked = 0;
    const count = (owner, name) => {
        const own = Object.getOwnPropertyDescriptor(owner, name);
        Object.defineProperty(owner, name, { ...own, get() { window.asked += 1; return own.get.call(this); } });
    };
    for (const name of ["scrollTop", "clientWidth", "clientHeight"]) count(Element.prototype, name);
    for (const name of ["offsetWidth", "offsetHeight"]) count(HTMLElement.prototype, name);
    const style = window.getComputedStyle;
    window.getComputedStyle = (...given) => { window.asked += 1; return style(...given); };
}"""  # noqa: E501
COUNTDOWN = """label => {
    if (!label.querySelector(".doing")?.textContent.includes("ends in")) return null;
    const state = label.querySelector(".lane-state");
    const waiting = label.querySelector(".waiting").getBoundingClientRect();
    return [state.scrollWidth <= state.clientWidth, waiting.right <= innerWidth];
}"""
PAINTED = """frames => new Promise(done => {
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    const ask = window.ask ??= window.requestAnimationFrame.bind(window);
    let painted = 0, asked = 0;
    CanvasRenderingContext2D.prototype.clearRect = function (...given) {
        painted += 1;
        return clear.apply(this, given);
    };
    window.requestAnimationFrame = callback => {
        asked += 1;
        return ask(callback);
    };
    const next = left => left ? ask(() => next(left - 1)) : done({ painted, asked });
    next(frames);
})"""


@pytest.fixture
def page(browser: Browser, collector: Collector) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    page.goto(collector.url)
    expect(page.locator("#link")).to_have_text("live")
    yield page
    page.close()


def stored(path: Path, events: int, players: int) -> Path:
    """A store with so many events of so many players, each with an id and a run of its own."""
    store, now = Store(path), time.time()

    def fill(store: Store) -> None:
        for number in range(events):
            ids = {"cookie": f"c{number % players}"}
            if number >= events - players:
                ids["registered"] = f"p{number % players}"
            event = Event(ids, "coin", PROPERTIES, now + number, f"{number}".encode())
            store.take(Request("p", "batch", now, 1), [event])
        for number in range(players):
            report = {"run": f"r{number}", "cookie": f"c{number}", "state": "present"}
            store.report(report, now + number)

    store.commit([fill])
    store.close()
    return path


def instructions(path: Path) -> int:
    """What SQLite does before the first rows, in its own instructions."""
    counts = [0]

    def count() -> None:
        counts[0] += STEP

    with reading(path) as database:
        database.set_progress_handler(count, STEP)
        export.snapshot(database, FIRST_RECORDS)
    return counts[0]


def test_the_first_rows_cost_the_store_as_much_with_many_events_as_with_few(
    tmp_path: Path,
) -> None:
    few = instructions(stored(tmp_path / "few.db", 1_500, 1_200))
    many = instructions(stored(tmp_path / "many.db", 6_000, 4_800))

    assert many < 1.3 * few


def test_the_first_rows_come_with_the_first_answer(
    browser: Browser, collector: Collector, client: Client
) -> None:
    client.batch(command("jump", 1.0), command("fall", 2.0))
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/_/**", lambda route: route.abort())

    page.goto(collector.url)

    expect(page.locator(".space .row")).to_have_count(2)
    expect(page.locator(".lane-name")).to_have_text("anonymous c1")
    assert [url for url in asked if "/_/" not in url] == [f"{collector.url}/"]
    page.close()


def test_the_first_answer_is_no_longer_with_many_events_than_with_some(
    collector: Collector, client: Client
) -> None:
    def length() -> int:
        return len(requests.get(collector.url, timeout=5).content)

    empty = length()
    for start in range(0, 1_000, 50):
        client.batch(*(command("coin", float(at)) for at in range(start, start + 50)))

    assert empty < 150_000
    assert length() < 250_000


def test_the_policy_of_the_first_answer_lets_in_its_own_script_alone(collector: Collector) -> None:
    policy = requests.get(collector.url, timeout=5).headers["content-security-policy"]

    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == "'none'"
    assert rules["connect-src"] == "'self'"
    assert rules["script-src"].startswith("'sha256-")
    assert "unsafe" not in policy


def test_a_row_that_is_there_is_not_made_again_for_news(page: Page, client: Client) -> None:
    client.track("first", 1.0)
    expect(page.locator("#found")).to_have_text("1 event")
    for number in range(2, 7):  # a new customer makes all rows anew once, a moment later
        page.evaluate("document.querySelector('.space .row').same = true")
        client.track("later", float(number))
        expect(page.locator("#found")).to_have_text(f"{number} events")
        newest, former = page.locator(".space .row").all()[:2]
        same = [row.evaluate("row => row.same === true") for row in (newest, former)]
        if same == [False, True]:
            break

    assert same == [False, True]
    assert former.get_attribute("aria-rowindex") == "3"
    assert newest.bounding_box()["y"] + 30 == former.bounding_box()["y"]  # type: ignore[index]


def test_news_does_not_make_the_page_lay_itself_out_to_ask_for_a_size(
    page: Page, client: Client
) -> None:
    client.track("coin", 1.0)
    expect(page.locator(".lane-name")).to_have_text("anonymous c1")
    page.evaluate(ASKED)

    for number in range(2, 6):
        client.track("coin", float(number))
        expect(page.locator("#found")).to_have_text(f"{number} events")

    assert page.evaluate("asked") == 0


def test_the_lanes_are_painted_when_a_pixel_has_passed_and_not_in_each_frame(
    page: Page, client: Client
) -> None:
    client.track("session_start", time.time())
    page.get_by_role("button", name="1 day").click()  # a pixel is more than a minute
    expect(page.locator(".lane-name")).to_have_text("anonymous c1")
    expect(page.locator(".lane-state")).to_have_text("session open")
    page.evaluate(PAINTED, 30)  # what has come is painted

    found = page.evaluate(PAINTED, 30)

    assert found["painted"] <= 1
    assert found["asked"] <= 1  # nor is the browser kept awake by frames without a picture


def test_what_is_read_stays_where_it_is_while_events_arrive(page: Page, client: Client) -> None:
    client.batch(*(command(f"event_{at}", float(at)) for at in range(50)))
    expect(page.locator("#found")).to_have_text("50 events")
    expect(page.locator(".lane-name")).to_have_text("anonymous c1")
    page.evaluate("document.querySelector('.rows').scrollTop = 300")
    row = page.locator(".space .row", has_text="event_35")
    expect(row).to_be_visible()
    before = row.bounding_box()

    client.batch(command("more", 60.0), command("more", 61.0))

    expect(page.locator("#found")).to_have_text("52 events")
    assert page.evaluate("document.querySelector('.rows').scrollTop") == 360
    assert row.bounding_box() == before


@pytest.mark.parametrize("width", [400, 1280])
def test_the_key_breaks_between_its_entries_alone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    entries = page.locator(".legend li")

    heights = entries.evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert len(heights) == 12
    assert max(heights) < 24
    assert page.locator(".legend .mark").count() == 7


def test_a_countdown_is_whole_in_a_narrow_window(page: Page, client: Client) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    ids = {"cookie": "c1", "registered": "a_rather_long_name_of_a_player" * 3}
    client.track("session_start", time.time(), customer_ids=ids)
    report = {"run": "1", "cookie": "c1", "state": "away", "away_since": time.time(),
              "session_timeout": 60.0, "waiting": 1234}  # fmt: skip

    label = page.locator("#labels li")

    def shown() -> list[bool] | None:
        requests.post(f"{client.url}/_/state", json=report, timeout=5)  # again: it grows stale
        expect(label).to_contain_text("1,234 waiting")
        found: list[bool] | None = label.evaluate(COUNTDOWN)
        return found

    assert wait_until(shown, "the countdown") == [True, True]
