from __future__ import annotations

import json
import zlib

import pytest

from exponea_game.journal.line import lines, parse, render

COMMAND = '{"name":"customers/events","data":{"x":"é"}}'


def test_a_line_reads_as_in_the_format():
    line = render(2, 12.345678, f',"cmd":{COMMAND}')

    checksum = f"{zlib.crc32(line[18:-1]):08x}"
    whole = f'{{"crc":"{checksum}","seq":2,"elapsed":12.345678,"cmd":{COMMAND}}}\n'
    assert line.decode() == whole
    assert json.loads(line)["cmd"] == json.loads(COMMAND)


@pytest.mark.parametrize(
    ("members", "command", "others"),
    [
        ("", None, {}),
        (f',"cmd":{COMMAND}', COMMAND.encode(), {}),
        (',"will":null', None, {"will": None}),
        (f',"will":{{"a":[1,2]}},"cmd":{COMMAND}', COMMAND.encode(), {"will": {"a": [1, 2]}}),
        (',"clock":{"boot":"b"},"will":null', None, {"clock": {"boot": "b"}, "will": None}),
        (f',"newer":{{"x":1}},"cmd":{COMMAND}', COMMAND.encode(), {"newer": {"x": 1}}),
    ],
)
def test_a_line_is_read_back_to_the_byte(members, command, others):
    line = parse(render(7, 1.5, members)[:-1])

    assert line is not None
    assert (line.seq, line.elapsed, line.command, line.others) == (7, 1.5, command, others)


WHOLE = render(7, 1.5, f',"will":{{"a":1}},"cmd":{COMMAND}')[:-1]


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_line_cut_anywhere_never_happened(length):
    assert parse(WHOLE[:length]) is None


@pytest.mark.parametrize("place", range(len(WHOLE)))
def test_a_line_with_a_wrong_byte_anywhere_never_happened(place):
    damaged = bytearray(WHOLE)
    damaged[place] ^= 0x01

    assert parse(bytes(damaged)) is None


def test_a_checksum_alone_does_not_make_a_line():
    body = b'"seq":1,"elapsed":1.0,"will":{'
    line = b'{"crc":"%08x",%b' % (zlib.crc32(body), body)

    assert parse(line) is None


def test_parsing_decides_and_not_the_newline():
    first, second = render(1, 0.0, ""), render(2, 0.0, "")

    found = lines(first + b"torn {\n" + second[:-1])

    assert [line.seq for line in found] == [1, 2]
