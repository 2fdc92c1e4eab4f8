"""What the server answered, noted for the player and the developer."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from support.fakes import BrokenDisk, command

from exponea_game.delivery.receipts import RECEIPTS_LIMIT, REJECTED, SENT, Receipts


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


NOTING = """
import sys
from pathlib import Path
from exponea_game.delivery.receipts import Receipts
from exponea_game.system.disk import Disk
receipts, name = Receipts(Path(sys.argv[1]), Disk()), sys.argv[2]
print(flush=True)
sys.stdin.readline()
for number in range(200):
    text = '{"name":"customers/events","data":{"event_type":"%s"}}' % (name + "x" * (number % 50))
    receipts.accept([text.encode()])
"""


def test_games_that_note_at_once_in_one_home_write_over_nobody(tmp_path, disk):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    games = [
        subprocess.Popen([sys.executable, "-c", NOTING, str(tmp_path), name], **pipes)
        for name in "abc"
    ]
    for game in games:
        game.stdout.readline()
    for game in games:
        game.stdin.write("\n")
        game.stdin.flush()
    for game in games:
        game.communicate()

    lines = (tmp_path / SENT).read_bytes().split(b"\n")
    told = [json.loads(line)["data"]["event_type"] for line in lines if line]
    assert sorted(told) == sorted(name + "x" * (n % 50) for name in "abc" for n in range(200))


def test_a_full_file_that_another_game_has_open_is_full_a_while_longer(tmp_path, disk, caplog):
    receipts = Receipts(tmp_path, disk)
    disk.broken = frozenset({"rename"})
    receipts.reject("run", b'{"big":"%s"}' % (b"x" * RECEIPTS_LIMIT), "no", 1.0)
    disk.broken = frozenset()
    receipts.reject("run", command("b").encode(), "no", 2.0)

    assert f"kept in {REJECTED}" in caplog.text
    assert "not kept" not in caplog.text
    assert not (tmp_path / REJECTED).exists()
    assert b'"event_type"' in (tmp_path / REJECTED).with_suffix(".old").read_bytes()
