"""Sounds and music from `assets/sounds/`; silent without a sound card or when switched off."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import pyglet

ASSETS = Path(__file__).resolve().parent.parent / "assets" / "sounds"
Sound = Literal["tick", "stamp", "crystal", "pickup", "deliver", "hit", "win", "lose", "buy"]
MUSIC_VOLUME = 0.35
if sys.platform == "linux" and not Path("/dev/snd").exists():
    pyglet.options.audio = ("pulse", "silent")  # without a sound card OpenAL complains at length


class Sounds:
    """Plays a sound by its name; loads each once."""

    def __init__(self, *, on: bool) -> None:
        self._sources: dict[str, pyglet.media.StaticSource] = {}
        self._music: pyglet.media.Player | None = None
        self.on = on

    @property
    def loaded(self) -> list[str]:
        """The sounds that were found when they were asked for."""
        return sorted(self._sources)

    def play(self, name: Sound) -> None:
        if self.on and (source := self._load(name)):
            source.play()

    def switch(self, *, on: bool) -> None:
        """Switch sound and music on or off."""
        self.on = on
        if on:
            self.start_music()
        elif self._music:
            self._music.pause()

    def start_music(self) -> None:
        if not self.on or not (source := self._load("music")):
            return
        if self._music is None:
            self._music = pyglet.media.Player()
            self._music.queue(source)
            self._music.loop = True
            self._music.volume = MUSIC_VOLUME
        self._music.play()

    def _load(self, name: str) -> pyglet.media.StaticSource | None:
        if name not in self._sources:
            file = ASSETS / f"{name}.wav"
            if not file.exists():
                return None
            self._sources[name] = pyglet.media.StaticSource(pyglet.media.load(str(file)))
        return self._sources[name]
