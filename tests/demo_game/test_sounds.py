"""Sound and music: on, off, and on a machine that has no sound card."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyglet
import pytest
from support.desktop import Desktop

pyglet.options.audio, pyglet.options.shadow_window = ("silent",), False

import pyglet.media  # noqa: E402 - it replaces itself when it is first used

from demo_game.sounds import Sounds  # noqa: E402

WITHOUT_A_SOUND_CARD = (
    "import runpy; from pathlib import Path; there = Path.exists;"
    "Path.exists = lambda path: path != Path('/dev/snd') and there(path);"
    "runpy.run_module('demo_game', run_name='__main__', alter_sys=True)"
)


class Music:
    """A player that remembers whether it plays."""

    playing = loop = False
    volume = 1.0

    def queue(self, source: object) -> None:
        self.source = source

    def play(self) -> None:
        self.playing = True

    def pause(self) -> None:
        self.playing = False


@pytest.fixture
def music(monkeypatch: pytest.MonkeyPatch) -> Music:
    music = Music()
    monkeypatch.setattr(pyglet.media, "Player", lambda: music)
    return music


def test_music_is_quiet_and_goes_on_for_ever(music: Music) -> None:
    Sounds(on=True).start_music()

    assert music.playing
    assert music.loop
    assert music.volume < 0.5


def test_the_switch_silences_the_music_and_brings_it_back(music: Music) -> None:
    sounds = Sounds(on=True)
    sounds.start_music()

    sounds.switch(on=False)
    silent = not music.playing
    sounds.switch(on=True)

    assert silent
    assert music.playing


def test_switched_off_nothing_is_even_loaded(music: Music) -> None:
    sounds = Sounds(on=False)

    sounds.start_music()
    sounds.play("hit")

    assert sounds.loaded == []
    assert not music.playing


def test_without_a_sound_card_the_game_is_played_in_silence(
    desktop: Desktop, tmp_path: Path
) -> None:
    environment = {k: v for k, v in desktop.environment.items() if k != "PYGLET_AUDIO"}
    environment |= {"EXPONEA_GAME_HOME": str(tmp_path), "PULSE_SERVER": "/nowhere"}
    report = tmp_path / "report.json"
    words = ["--autopilot", "--speed", "4", "--seconds", "2", "--report", str(report)]

    played = subprocess.run(
        [sys.executable, "-c", WITHOUT_A_SOUND_CARD, *words],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert (played.returncode, played.stderr) == (0, "")
    assert "music" in json.loads(report.read_text())["sounds"]
