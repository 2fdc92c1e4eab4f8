"""``exponea-game journal`` on homes that something has damaged, or that somebody has crafted."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from support.homes import die, play

from exponea_game.cli import main
from exponea_game.cli.plain import plain
from exponea_game.journal.line import render

RUN = "000001-aaaaaa"
CLEAR = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2066\r\b\x7f"
"""What would clear a terminal, name its window, colour it, turn its lines around."""
NO_MOMENTS = ["NaN", "1e999", '"x"', "[]", "{}", "true", "-1e18", "1e18", "1" + "0" * 400]
NO_COMMANDS = [
    "{", "[]", "7", "null", '"x"', "{}", '{"data":7}', '{"data":{}}', '{"data":{"properties":NaN}}',
    '{"data":{"timestamp":"x","properties":[]}}', '{"data":{"timestamp":1e999,"properties":{}}}',
    '{"data":{"event_type":{"a":1},"timestamp":1e18,"properties":{}}}', '{"data":{}},"x":{}',
    '{"data":{"event_type":"\\ud800","properties":{"\\udfff":1}}}', "[" * 5000,
    f'{{"data":{{"event_type":{json.dumps(CLEAR)},"properties":{{{json.dumps(CLEAR)}:1}}}}}}',
    '{"data":{"event_type":"\x9b\u202e","properties":{}}}',
]  # fmt: skip
"""And some that are commands, with names and times that nobody should print."""


def segment(*members: str) -> bytes:
    return b"".join(render(seq, float(seq), own) for seq, own in enumerate(members))


def head(wall: str = "1700000000.5", will: str = "null") -> str:
    return f',"clock":{{"boot":"b","elapsed":1.0,"wall":{wall}}},"will":{will}'


def put_run(home: Path, data: bytes) -> None:
    folder = home / "runs" / RUN
    folder.mkdir(parents=True)
    (folder / "00000001.jsonl").write_bytes(data)


def put_cursor(home: Path, value: str) -> None:
    put_run(home, segment(head(), ',"cmd":{"data":{"event_type":"x","properties":{}}}'))
    body = f'"turn":1,"value":{value}}}'.encode()
    slot = b'{"crc":"%08x",%b' % (zlib.crc32(body), body)
    (home / "runs" / RUN / "acked.json").write_bytes(slot.ljust(4095) + b"\n")


def put_rejected(home: Path, line: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "rejected.jsonl").write_bytes(line.encode("utf-8", "surrogatepass") + b"\n")


def pipe(path: Path) -> None:
    path.parent.mkdir(parents=True)
    os.mkfifo(path)


def refusal(command: str, error: str = '"No"') -> str:
    return f'{{"timestamp":1.0,"run":"{RUN}","error":{error},"command":{command}}}'


Craft = Callable[[Path], object]
CRAFTED: dict[str, Craft] = {
    **{f"wall {v[:9]}": lambda h, v=v: put_run(h, segment(head(v))) for v in NO_MOMENTS},
    **{
        f"session start {v[:9]}": lambda h, v=v: put_run(
            h, segment(head(will=f'{{"session":{{"name":"s","start":{v}}}}}'))
        )
        for v in NO_MOMENTS
    },
    **{
        f"will {v[:9]}": lambda h, v=v: put_run(h, segment(head(will=v)))
        for v in ["7", '"x"', "[]", '{"session":7}', '{"session":[]}', '{"ended":7}']
    },
    **{f"clock {v}": lambda h, v=v: put_run(h, segment(f',"clock":{v},"will":null'))
       for v in ("7", "null", '"x"', "[]", "{}")},
    **{f"command {n}": lambda h, v=v: put_run(h, segment(head(), f',"cmd":{v}'))
       for n, v in enumerate(NO_COMMANDS)},
    **{
        f"cursor {v[:40]}": lambda h, v=v: put_cursor(h, v)
        for v in [
            "7", "null", '"x"', "[]", "{}", '{"closed":false,"lost":{"a":"x"}}',
            '{"segment":1,"offset":0,"seq":1e999,"closed":false,"lost":{}}',
            '{"segment":-1,"offset":-9,"seq":-7,"closed":3,"lost":{"a":1e999}}',
            '{"segment":1,"offset":0,"seq":0,"closed":false,"lost":7}',
            '{"segment":1,"offset":0,"seq":0,"closed":false,"lost":{"a":[1]}}',
            '{"segment":[],"offset":{},"seq":null,"closed":false,"lost":{"a":-5}}',
            '{"segment":1,"offset":0,"seq":0,"closed":false,"lost":{"\x9b\u202e":5}}',
        ]
    },
    **{f"refusal {n}": lambda h, v=v: put_rejected(h, v)
       for n, v in enumerate(["7", "null", "[]", "{}", "{", '"x"', "[" * 5000, "\udc80", "\0"])},
    **{f"refused command {n}": lambda h, v=v: put_rejected(h, refusal(v))
       for n, v in enumerate(NO_COMMANDS)},
    **{
        f"a server's words {v[:9]}": lambda h, v=v: put_rejected(
            h, refusal('{"data":{"properties":{}}}', v)
        )
        for v in [json.dumps(CLEAR), '"\x9b2J\u202e"', "7", "null", "[]"]
    },
    "a home that is a file": lambda h: h.write_text("x"),
    "runs that are a file": lambda h: (h.mkdir(), (h / "runs").write_text("x")),
    "a run that is a file": lambda h: ((h / "runs").mkdir(parents=True),
                                       (h / "runs" / RUN).write_text("x")),
    "a segment that is a folder": lambda h: (
        h / "runs" / RUN / "00000001.jsonl").mkdir(parents=True),
    "a cursor that is a folder": lambda h: (h / "runs" / RUN / "acked.json").mkdir(parents=True),
    "refusals that are a folder": lambda h: (h / "rejected.jsonl").mkdir(parents=True),
    "a lock that is a folder": lambda h: ((h / "runs").mkdir(parents=True),
                                          (h / "home.lock").mkdir()),
    **{
        f"a pipe at {name}": lambda h, name=name: pipe(h / name)
        for name in ("rejected.jsonl", f"runs/{RUN}/00000001.jsonl", f"runs/{RUN}/acked.json",
                     f"runs/{RUN}", "runs", "home.lock", f"runs/{RUN}.lock")
        if hasattr(os, "mkfifo")
    },
    "an empty run": lambda h: (h / "runs" / RUN).mkdir(parents=True),
    "noise": lambda h: put_run(h, bytes(range(256)) * 300),
    "zeros": lambda h: put_run(h, bytes(70_000)),
}  # fmt: skip


@pytest.mark.parametrize("words", [["runs"], ["events"], ["events", "--all"], ["rejected"]])
@pytest.mark.parametrize("json_too", [False, True])
@pytest.mark.parametrize("name", CRAFTED)
def test_it_is_said_in_plain_sentences(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    name: str,
    words: list[str],
    *,
    json_too: bool,
) -> None:
    home = tmp_path / "home"
    CRAFTED[name](home)
    before = sorted(home.rglob("*"))

    try:
        status = main(["journal", *words, "--home", str(home), *(["--json"] if json_too else [])])
    except SystemExit as ended:
        status = ended.code

    out, err = capfd.readouterr()
    assert sorted(home.rglob("*")) == before
    assert status == 0 or (err if isinstance(status, int) else status)
    assert "Traceback" not in out + err
    assert all(line.isprintable() for line in (out + err).split("\n"))
    for line in out.splitlines() if json_too else []:
        json.loads(line, parse_constant=pytest.fail)


@pytest.mark.parametrize(
    "name",
    ["command 0", 'session start "x"', "refusal 0", "a cursor that is a folder",
     "runs that are a file",
     "a segment that is a folder", "refusals that are a folder"],
)  # fmt: skip
def test_damage_is_an_exit_status_and_a_sentence_that_names_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    home = tmp_path / "home"
    CRAFTED[name](home)
    what = "rejected" if "refusal" in name else "events" if "command" in name else "runs"

    try:
        status = main(["journal", what, "--home", str(home)])
        said = capsys.readouterr().err
    except SystemExit as ended:
        status, said = 1, str(ended.code)

    assert status == 1
    assert said.startswith("exponea-game journal: ")
    assert any(place in said for place in (RUN, "rejected.jsonl", str(home)))


def test_a_damaged_run_hides_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    die(play(tmp_path, "jump"))
    put = tmp_path / "runs" / "000009-bbbbbb"
    put.mkdir()
    (put / "00000001.jsonl").write_bytes(
        segment(head(will='{"session":{"name":"s","start":"x"}}'), ',"cmd":[]')
    )

    assert main(["journal", "--home", str(tmp_path)]) == 1
    runs = capsys.readouterr()
    assert main(["journal", "events", "--home", str(tmp_path)]) == 1
    events = capsys.readouterr()

    assert "000009-bbbbbb" in runs.err
    assert "2 waiting" in runs.out
    assert "  jump  " in events.out
    assert "000009-bbbbbb" in events.err


def test_a_refusal_that_a_power_cut_has_torn_is_no_damage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = refusal('{"name":"customers/events","data":{"event_type":"jump","properties":{}}}')
    (tmp_path / "rejected.jsonl").write_text(whole + "\n" + whole[:30])

    assert main(["journal", "rejected", "--home", str(tmp_path)]) == 0
    assert "jump" in capsys.readouterr().out


def test_plain_text_holds_nothing_that_a_terminal_obeys() -> None:
    assert plain(f"a{CLEAR}b") == (
        "a\\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\u202e\\u2066\\r\\x08\\x7fb"
    )
    assert plain("Ärmel 名前 שלום") == "Ärmel 名前 שלום"
    assert plain("\ud800") == "\\ud800"
