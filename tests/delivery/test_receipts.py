"""What the server answered, noted for the player and the developer."""

from __future__ import annotations

import json
import os

import pytest
from support.fakes import BrokenDisk, command

from exponea_game.delivery.receipts import SENT, Receipts


@pytest.fixture
def disk():
    return BrokenDisk()


def half(descriptor, data):
    """A disk that is full in the middle of a write."""
    return os.write(descriptor, data[: len(data) // 2])


def types(receipts):
    return [json.loads(line)["data"]["event_type"] for line in receipts.accepted()]


@pytest.mark.parametrize("later", [False, True])
def test_half_a_line_costs_no_other_line(tmp_path, disk, monkeypatch, later):
    receipts = Receipts(tmp_path, disk)
    receipts.accept([command("a").encode()])
    with monkeypatch.context() as patch:
        patch.setattr(disk, "write", half, raising=False)
        receipts.accept([command("b").encode()])

    receipts = Receipts(tmp_path, disk) if later else receipts
    receipts.accept([command("c").encode()])
    receipts.accept([command("d").encode()])

    assert types(receipts) == ["a", "c", "d"]


def test_what_is_no_command_is_passed_over(tmp_path, disk):
    (tmp_path / SENT).write_bytes(b'{"half\n[1}\n\xff}\n' + command("a").encode() + b"\n")

    assert types(Receipts(tmp_path, disk)) == ["a"]
