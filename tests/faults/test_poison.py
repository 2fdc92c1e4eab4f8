"""Values that no version has written, under checksums that are right: each costs itself alone."""

from __future__ import annotations

import json
import zlib

import pytest
from support.fakes import command
from support.homes import launch

from exponea_game.journal.cursor import CURSOR, CURSOR_SIZE
from exponea_game.journal.line import render
from exponea_game.player.consent import DECISION, DECISION_SIZE
from exponea_game.player.identity import IDENTITY, IDENTITY_SIZE

CLOCK = '{"boot":"b","elapsed":1.0,"wall":1700000000.0}'
HEAD = render(0, 0.0, f',"clock":{CLOCK},"will":null')
SESSION = '"name":"000001-aaaaaa/1","start":1700000000.0,"since":1.0,"away_since":null'
NAME, START = '"000001-aaaaaa/1"', "1700000000.0"
HALF = r'"\ud800"'
CONTEXT = '{"customer_ids":{"cookie":"c"},"properties":{}}'
REST = '"reason":"left","manual":false'
EVENT = command("neighbour")
DEEP = "[" * 100_000 + "]" * 100_000


def a_will(session=f"{SESSION},{REST}", context=CONTEXT):
    return HEAD + render(
        1, 1.0, f',"will":{{"session":{{{session}}},"context":{context}}},"cmd":{EVENT}'
    )


def plain(cmd):
    return HEAD + render(1, 1.0, f',"cmd":{cmd}')


def head(clock, more=""):
    return render(0, 0.0, f',"clock":{clock}{more},"will":null') + render(1, 1.0, f',"cmd":{EVENT}')


def slots(value, size):
    body = f'"turn":1,"value":{value}}}'.encode("utf-8", "surrogatepass")
    return (b'{"crc":"%08x",%b' % (zlib.crc32(body), body)).ljust(size - 1) + b"\n"


LINES = {
    "two commands in one": plain(f"{EVENT},{EVENT}"),
    "a command that closes the batch": plain(f'{EVENT}]}},{{"x":[{{}}'),
    "a command that is a text": plain('"text"'),
    "a command that is a list": plain("[]"),
    "a command that is nothing": plain(""),
    "a command with an endless number": plain('{"name":"x","data":{"a":NaN}}'),
    "a command as deep as the sea": plain(f'{{"name":"x","data":{DEEP}}}'),
    "a wall clock that is none": head('{"boot":"x","elapsed":1.0,"wall":NaN}'),
    "a wall clock without an end": head('{"boot":"x","elapsed":1.0,"wall":1e999}'),
    "a wall clock beyond all": head(f'{{"boot":"x","elapsed":1.0,"wall":{"9" * 400}}}'),
    "clocks that are a list": head("[1,2]"),
    "a carried session that is a list": head(CLOCK, ',"carries":[[]]'),
    "a carried session of half a letter": head(CLOCK, ',"carries":"\\ud800"'),
    "moments beyond all": HEAD + render(1, float("9" * 300), f',"cmd":{EVENT}'),
    "a seq beyond all": HEAD + render(10**14, 1.0, f',"cmd":{EVENT}'),
    "a will that is a number": HEAD + render(1, 1.0, f',"will":7,"cmd":{EVENT}'),
    "a name that is a list": a_will(
        f"{SESSION.replace(chr(34) + '000001-aaaaaa/1' + chr(34), '[]')},{REST}"
    ),
    "a name of half a letter": a_will(
        f"{SESSION.replace('000001-aaaaaa/1', chr(92) + 'ud800')},{REST}"
    ),
    "a start that is none": a_will(f"{SESSION.replace('1700000000.0', 'NaN')},{REST}"),
    "a start without an end": a_will(f"{SESSION.replace('1700000000.0', '1e999')},{REST}"),
    "a start beyond all": a_will(f"{SESSION.replace('1700000000.0', '9' * 400)},{REST}"),
    "a reason that is a list": a_will(f'{SESSION},"reason":[],"manual":false'),
    "customer ids that are null": a_will(context='{"customer_ids":null,"properties":{}}'),
    "customer ids that are lists": a_will(
        context='{"customer_ids":{"cookie":[1]},"properties":{}}'
    ),
    "properties of half a letter": a_will(
        context='{"customer_ids":{"cookie":"c"},"properties":{"a":"\\ud800"}}'
    ),
    "a session over of half a letter": HEAD
    + render(1, 1.0, f',"will":{{"ended":"\\ud800","start":1.0}},"cmd":{EVENT}'),
    "amends to a list": HEAD + render(1, 1.0, f',"amends":[[]],"cmd":{EVENT}'),
}
PLACE = '"segment":1,"offset":0,"seq":0,"closed":false'
FILES = {
    "losses that are texts": (CURSOR, slots(f'{{{PLACE},"lost":{{"a":"x"}}}}', CURSOR_SIZE)),
    "losses that are a list": (CURSOR, slots(f'{{{PLACE},"lost":[1]}}', CURSOR_SIZE)),
    "losses of half a letter": (CURSOR, slots(f'{{{PLACE},"lost":{{"\\ud800":1}}}}', CURSOR_SIZE)),
    "a cursor without an end": (CURSOR, slots('{"segment":1,"offset":0,"seq":1e999}', CURSOR_SIZE)),
    "a cursor beyond all": (
        CURSOR,
        slots(f'{{"segment":{"9" * 99}}}', CURSOR_SIZE),
    ),
    "a cursor before all": (CURSOR, slots('{"segment":-1,"offset":-5,"seq":-9}', CURSOR_SIZE)),
    "a cursor that is a list": (CURSOR, slots("[1]", CURSOR_SIZE)),
    "an identity that is a list": (IDENTITY, slots("[1]", IDENTITY_SIZE)),
    "an identity without ids": (
        IDENTITY,
        slots('{"cookie":"c","device_id":"d","born":1.0,"customer_ids":null}', IDENTITY_SIZE),
    ),
    "an identity of half a letter": (
        IDENTITY,
        slots('{"cookie":"\\ud800","device_id":"d","born":1.0,"customer_ids":{}}', IDENTITY_SIZE),
    ),
    "an identity born never": (
        IDENTITY,
        slots('{"cookie":"c","device_id":"d","born":NaN,"customer_ids":{}}', IDENTITY_SIZE),
    ),
    "a decision that is a list": (DECISION, slots("[1]", DECISION_SIZE)),
    "a wish of nobody": (
        DECISION,
        slots(
            '{"consent":"granted","forget":{"customer_ids":null,"timestamp":1.0}}', DECISION_SIZE
        ),
    ),
    "a wish of half a letter": (
        DECISION,
        slots(
            '{"consent":"granted","forget":{"customer_ids":{"a":"\\ud800"},"timestamp":1.0}}',
            DECISION_SIZE,
        ),
    ),
    "a wish for ever": (
        DECISION,
        slots(
            '{"consent":"granted","forget":{"customer_ids":{"a":"b"},"timestamp":1e999}}',
            DECISION_SIZE,
        ),
    ),
}


@pytest.fixture
def home(tmp_path):
    """A home with a good run beside the one that is about to be crafted."""
    for name in ("000001-aaaaaa", "000002-bbbbbb"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    good = render(1, 1.0, f',"cmd":{command("bystander")}')
    (tmp_path / "runs" / "000002-bbbbbb" / "00000001.jsonl").write_bytes(HEAD + good)
    return tmp_path


def both_launches(home):
    return {*launch(home, "first"), *launch(home, "second")}


@pytest.mark.parametrize("crafted", LINES.values(), ids=LINES)
def test_a_line_that_cannot_be_understood_costs_itself_alone(home, crafted):
    (home / "runs" / "000001-aaaaaa" / "00000001.jsonl").write_bytes(crafted)

    assert {"bystander", "first", "second"} <= both_launches(home)


@pytest.mark.parametrize(("name", "crafted"), FILES.values(), ids=FILES)
def test_a_small_file_that_cannot_be_understood_costs_itself_alone(home, name, crafted):
    run = home / "runs" / "000001-aaaaaa"
    (run / "00000001.jsonl").write_bytes(plain(EVENT))
    ((run if name == CURSOR else home) / name).write_bytes(crafted)

    arrived = both_launches(home)

    assert {"bystander", "neighbour", "first", "second"} <= arrived


def test_what_cannot_be_understood_is_kept_and_told(home, caplog):
    (home / IDENTITY).write_bytes(slots("[1]", IDENTITY_SIZE))

    launch(home)

    kept = json.loads((home / f"{IDENTITY}.aside").read_bytes().strip())
    assert kept["value"] == [1]
    assert "is set aside" in caplog.text
