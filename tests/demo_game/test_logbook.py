"""The logbook on disk, and the price list."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_game.logbook import BEST_KEPT, Logbook, open_logbook
from demo_game.space.upgrades import UPGRADES, powers, price


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    book = open_logbook(tmp_path / "deep" / "logbook.json")
    book.name, book.crystals, book.owned, book.sound = "Zoë", 12, {"net": 2}, False
    book.enter("Zoë", 900, 2)
    book.save()

    assert open_logbook(tmp_path / "deep" / "logbook.json") == book


@pytest.mark.parametrize("text", ["", "{", "[]", '{"best": 3, "owned": {}}', "null", "\x00"])
def test_a_broken_logbook_is_an_empty_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "logbook.json"
    file.write_text(text)

    assert open_logbook(file) == Logbook(file=file)


def test_a_value_of_a_wrong_kind_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "logbook.json"
    file.write_text('{"best": [], "owned": {}, "crystals": "many", "name": "Ada"}')

    book = open_logbook(file)

    assert (book.crystals, book.name) == (0, "Ada")


def test_a_disk_that_refuses_does_not_stop_the_game(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    book = Logbook(name="Ada", file=tmp_path / "file" / "logbook.json")

    book.save()

    assert open_logbook(tmp_path / "file" / "logbook.json").name == ""


def test_the_best_rounds_are_kept_in_order() -> None:
    book = Logbook()

    places = [book.enter("Ada", score, 1) for score in (50, 90, 70, 10, 20, 30, 40, 5)]

    assert places == [0, 0, 1, 3, 3, 3, 3, -1]
    assert [score for _, score, _ in book.best] == [90, 70, 50, 40, 30, 20, 10]
    assert len(book.best) == BEST_KEPT


def test_each_grade_has_its_price_until_there_is_none_left() -> None:
    engine = UPGRADES[0]

    prices = [price(engine, {"engine": grade}) for grade in range(4)]

    assert prices == [*engine.prices, None]


def test_every_upgrade_changes_what_the_ship_can_do() -> None:
    for upgrade in UPGRADES:
        assert powers({upgrade.key: 1}) != powers({})
