"""The sounds are what their script makes."""

from __future__ import annotations

import runpy
import wave
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SOUNDS = ROOT / "assets" / "sounds"
MAKE = ROOT / "assets" / "source" / "make_sounds.py"
ROUNDING = 2
"""Steps of 65536 by which two machines' sines may differ."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    script = runpy.run_path(str(MAKE))
    for name, samples in script["effects"]().items():
        script["write"](folder / f"{name}.wav", samples, script["RATE"])
    return folder


def samples(file: Path) -> array:
    with wave.open(str(file)) as sound:
        return array("h", sound.readframes(sound.getnframes()))


def test_each_effect_is_what_the_script_makes(made: Path) -> None:
    names = {file.name for file in made.iterdir()}
    assert names | {"music.wav"} == {file.name for file in SOUNDS.iterdir()}

    for name in names:
        kept, fresh = samples(SOUNDS / name), samples(made / name)
        assert len(kept) == len(fresh)
        assert max(abs(a - b) for a, b in zip(kept, fresh, strict=True)) <= ROUNDING


def test_every_sound_the_game_plays_is_there() -> None:
    source = (ROOT / "demo_game" / "sounds.py").read_text(encoding="utf-8")
    named = source.split("Literal[")[1].split("]")[0].replace('"', "").split(", ")

    assert all((SOUNDS / f"{name.strip()}.wav").exists() for name in named)


def test_the_music_loops_without_a_click() -> None:
    music = samples(SOUNDS / "music.wav")
    steps = sorted(abs(a - b) for a, b in pairwise(music))

    seam = abs(music[-1] - music[0])

    assert seam <= steps[-1]
