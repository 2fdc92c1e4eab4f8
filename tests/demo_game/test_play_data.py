"""What the game tells of the player, and that it tells nothing without their consent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import exponea_game
from demo_game import tracking


class Told(list):
    """Notes each call of the library's functions, in place of them."""

    def hear(self, name: str):
        return lambda *words, **more: self.append((name, *words, *more.values()))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    told = Told()
    for name in ("configure", "attach", "track_event", "identify_customer", "stop"):
        monkeypatch.setattr(exponea_game, name, told.hear(name))
    for name in ("track_virtual_payment", "anonymize", "set_consent"):
        monkeypatch.setattr(exponea_game, name, told.hear(name))
    monkeypatch.setattr(tracking, "tracked", [])
    monkeypatch.setattr(tracking, "_agreed", False)
    return told


def test_it_begins_with_configure_and_attach(told: Told) -> None:
    tracking.begin("the window")

    assert told == [("configure", "Comet Courier"), ("attach", "the window", True)]


def test_at_the_end_it_waits_as_long_as_the_library_does_and_no_longer(
    told: Told,
) -> None:
    tracking.begin("the window")
    tracking.finish()

    assert told[2:] == [("stop",)]


def test_an_event_is_named_like_its_function_and_counted(told: Told) -> None:
    tracking.begin("the window")
    tracking.level_failed(3, "debris", 12.6, 99.4)

    where = {"level": 3, "cause": "debris", "x": 13, "y": 99}
    assert told[-1] == ("track_event", "level_failed", where)
    assert tracking.tracked == ["level_failed"]


def test_a_purchase_is_a_virtual_payment_in_crystals(told: Told) -> None:
    tracking.begin("the window")
    tracking.virtual_payment("engine", 12)

    assert told[-1] == ("track_virtual_payment", "crystals", 12, "engine", "upgrade")


@pytest.mark.parametrize(
    ("name", "before", "expected"),
    [
        ("Ada", "", ["identify_customer"]),
        ("Ada", "Ada", ["identify_customer"]),
        ("Max", "Ada", ["anonymize", "identify_customer"]),
        ("", "Ada", ["anonymize"]),
        ("", "", []),
    ],
)
def test_a_name_identifies_and_another_or_none_becomes_someone_else(
    told: Told, name: str, before: str, expected: list[str]
) -> None:
    tracking.begin("the window")
    tracking.player(name, before)

    assert [call[0] for call in told[2:]] == expected


def test_without_consent_nothing_is_told(told: Told) -> None:
    tracking.player("Ada", "Max")
    tracking.level_start(1, 1)
    tracking.virtual_payment("engine", 12)
    tracking.finish()

    assert told == []
    assert tracking.tracked == []


def test_consent_given_anew_is_said_before_the_window_is_attached(told: Told) -> None:
    tracking.begin("the window", newly=True)

    assert [call[0] for call in told] == ["configure", "set_consent", "attach"]


def test_consent_withdrawn_destroys_and_silences(told: Told) -> None:
    tracking.begin("the window")
    tracking.end()
    tracking.level_start(1, 1)

    assert told[-1] == ("set_consent", "denied")
