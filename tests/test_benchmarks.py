"""The benchmarks count what they say they count, and the pages say what they measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
import page
import pictures
from bars import Bar, beside
from fleet import simulate
from sections import SECTIONS
from tables import PARTS
from turns import middle
from watch import Watch

ROOT = Path(__file__).parents[1]
RESULTS = json.loads((ROOT / "tests" / "benchmarks" / "results.json").read_text(encoding="utf-8"))


def body(*times, customer="a"):
    """A request with an event at each of these times."""
    data = [
        {"customer_ids": {"cookie": customer}, "event_type": "shot", "timestamp": time}
        for time in times
    ]
    commands = [{"name": "customers/events", "data": one} for one in data]
    return json.dumps({"commands": commands}, separators=(",", ":")).encode()


def test_the_middle_of_the_rounds_counts_and_the_worst_of_what_is_worst():
    rounds = [
        {"p50": 7.0, "frame_worst": 1.0, "busiest": 90, "arrived": 1000},
        {"p50": 9.0, "frame_worst": 8.0, "busiest": 101, "arrived": 999},
        {"p50": 8.0, "frame_worst": 2.0, "busiest": 95, "arrived": 1000},
    ]

    assert middle(rounds) == {"p50": 8.0, "frame_worst": 8.0, "busiest": 101, "arrived": 999}


def test_a_client_that_did_not_end_in_one_round_has_no_figures():
    assert middle([{"p50": 7.0}, None]) is None


def test_the_largest_request_and_the_copies_are_noticed():
    watch = Watch()

    for request in (body(1.0), body(1.0, 2.0, 3.0)):
        watch.look(0.0, request, "shot")

    assert watch.largest == 3
    assert watch.times == {1.0, 2.0, 3.0}


def test_a_second_does_not_contain_its_own_beginning():
    watch = Watch()

    for number in range(150):
        watch.look(number / 64, body(float(number)), "shot")

    assert watch.busiest == 64


def test_an_event_behind_a_later_one_counts_within_its_customer():
    watch = Watch()

    watch.look(0.0, body(5.0, 4.0, 6.0), "shot")
    watch.look(0.0, body(1.0, 2.0, customer="b"), "shot")
    watch.look(0.0, body(5.5), "shot")

    assert watch.overtaken == 2


@pytest.mark.parametrize(("steady", "batches"), [(5.0, 15), (60.0, 2), (300.0, 1)])
def test_a_fleet_comes_back_as_it_does_on_paper(steady, batches):
    found = simulate(20_000, steady)

    backlog = batches * steady / 100
    most = 1 + backlog**2 / 3 if backlog <= 1 else (2 + 2 * backlog) / 3
    chance = 5 * (steady / 20_000) ** 0.5  # of the worst of some hundred seconds
    assert max(1, backlog / 1.5) - chance <= found["worst_of_steady"] <= most + chance
    assert found["last_event_s"] <= 201


def test_a_fleet_has_its_events_there_as_soon_as_the_server_was_away():
    found = simulate(20_000, 5.0, outage=10.0)

    assert found["first_p50_s"] <= found["first_p99_s"] <= found["last_event_s"] <= 10.0
    assert found["worst_of_steady"] <= 2


def test_the_pages_hold_what_was_measured():
    stale = [
        name
        for name, figures in page.blocks(RESULTS).items()
        if f"{page.BEGIN}\n\n{figures}\n\n{page.END}"
        not in (ROOT / name).read_text(encoding="utf-8")
    ]

    assert stale == []


def test_the_pictures_show_what_was_measured(tmp_path):
    pictures.write(RESULTS, tmp_path)

    shown = {name: (tmp_path / name).read_text(encoding="utf-8") for name in pictures.PICTURES}
    assert shown == {
        name: (ROOT / "assets" / "pictures" / name).read_text(encoding="utf-8")
        for name in pictures.PICTURES
    }


def test_every_section_has_its_tables_and_a_page_in_the_contents():
    index = (ROOT / "docs" / "figures" / "index.md").read_text(encoding="utf-8")
    pages = {path.stem for path in (ROOT / "docs" / "figures").glob("*.md")} - {"index"}

    assert pages == set(PARTS) == set(SECTIONS)
    assert [name for name in PARTS if f"({name}.md) | `{name}` |" not in index] == []


def test_a_section_that_is_not_there_is_named_and_nothing_is_measured():
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "nosuch"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.startswith("no section nosuch; there are calls, sizes")


def test_figures_are_written_between_the_marks_and_the_words_stay(tmp_path):
    (tmp_path / "docs" / "figures").mkdir(parents=True)
    (tmp_path / "BENCHMARKS.md").write_text(f"# A\n\n{page.BEGIN}stale{page.END}\n\nZ\n")
    killed = tmp_path / "docs" / "figures" / "killed.md"
    killed.write_text(f"Before\n\n{page.BEGIN}\n{page.END}\n\nAfter\n")

    page.write({"machine": "M", "killed": RESULTS["killed"]}, tmp_path)

    written = (tmp_path / "BENCHMARKS.md").read_text(encoding="utf-8")
    assert written.startswith(f"# A\n\n{page.BEGIN}\n\n*M.*")
    assert written.endswith(f"{page.END}\n\nZ\n")
    assert "stale" not in written
    assert "| exponea_game | 1,013 | 1,013 |" in killed.read_text(encoding="utf-8")
    assert killed.read_text(encoding="utf-8").endswith("\n\nAfter\n")


def test_of_several_cases_the_worst_counts_and_who_blocks_in_one_is_no_rival():
    cases = [
        {"exponea_game": {"p50": 5.0}, "floor": {"p50": 3.0}, "posthog": {"p50": 9.0},
         "mixpanel": {"p50": 4.0}},
        {"exponea_game": {"p50": 6.0}, "floor": {"p50": 2.0}, "posthog": {"p50": 8.0},
         "mixpanel": None},
    ]  # fmt: skip

    bar = beside("calls", "a call", "us", (5.5,), cases, "p50")

    assert (bar.values, bar.rivals, bar.floors) == ((6.0,), (9.0,), (3.0,))
    assert bar.gaps == (0.5,)
    assert bar.reached is False


@pytest.mark.parametrize(
    ("values", "more", "reached"),
    [
        ((10, 20), False, True),
        ((10, 21), False, False),
        ((10, 20), True, True),
        ((9, 30), True, False),
        ((10, None), False, None),
    ],
)
def test_all_figures_of_a_bar_have_to_be_reached(values, more, reached):
    assert Bar("", "", "", (10, 20), values, more=more).reached is reached


def test_a_limit_is_as_many_times_the_floor_here_as_it_was_there():
    figures = {"values": (38, 240), "floors": (15.0, 33.0), "there": (5.0, 22.0)}

    bar = Bar("calls", "a call", "us", (20, 100), **figures)

    assert bar.here == (60.0, 150.0)
    assert bar.gaps == (18.0, 140.0)  # what was promised decides


def test_a_limit_may_be_held_against_the_best_rival_instead():
    bar = Bar(
        "", "", "", (45,), (25,), (16.0,), (198.0,), more=True, there=(40.0,), compared="rivals"
    )

    assert bar.here == (18.0,)
    assert bar.reached is False


def test_a_limit_without_a_floor_holds_as_it_is():
    assert Bar("", "", "", (20,), (38,), floors=(None,), there=(5.0,)).here == (20,)
    assert Bar("", "", "", (20,), (38,), floors=(15.0,)).here == (20,)
