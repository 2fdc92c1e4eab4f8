"""Make all sounds and the music of Comet Courier: ``python assets/source/make_sounds.py [FOLDER]``.

Standard library only. A sound is a list of numbers between -1 and 1, made of a few tones with an
envelope each; the music is four bars of chords, plucked and padded, whose tails run over the end
into the beginning, so that it loops without a seam.
"""

from __future__ import annotations

import math
import random
import sys
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

RATE = 22050
MUSIC_RATE = 16000
SOUNDS = Path(__file__).resolve().parent.parent / "sounds"

Samples = list[float]
Shape = Callable[[float], float]


def sine(phase: float) -> float:
    """The plainest shape."""
    return math.sin(math.tau * phase)


def triangle(phase: float) -> float:
    """A hollow one, like a clarinet."""
    return 4.0 * abs(phase % 1.0 - 0.5) - 1.0


def bell(phase: float) -> float:
    """A sine with two overtones."""
    return 0.75 * sine(phase) + 0.18 * sine(2 * phase) + 0.07 * sine(4.0 * phase)


def tone(
    shape: Shape,
    pitch: float,
    seconds: float,
    *,
    to: float | None = None,
    attack: float = 0.005,
    fall: float = 5.0,
    rate: int = RATE,
) -> Samples:
    """A tone of a pitch (Hz), perhaps gliding to another, that falls off exponentially."""
    count, phase, samples = int(seconds * rate), 0.0, []
    for place in range(count):
        share = place / count
        phase += (pitch + ((to or pitch) - pitch) * share) / rate
        rise = min(1.0, place / (attack * rate + 1))
        level = rise * math.exp(-fall * share) * min(1.0, (1.0 - share) * 20)
        samples.append(shape(phase) * level)
    return samples


def noise(seconds: float, *, softness: float, fall: float = 6.0) -> Samples:
    """Noise with its highs taken off; ``softness`` 0 to 1."""
    dice, before, samples = random.Random(5), 0.0, []
    count = int(seconds * RATE)
    for place in range(count):
        before += (dice.uniform(-1, 1) - before) * (1 - softness)
        samples.append(before * math.exp(-fall * place / count))
    return samples


def mix(*parts: tuple[float, float, Samples]) -> Samples:
    """Parts on top of each other: when each begins (seconds), how loud it is, what it is."""
    length = max(int(begin * RATE) + len(samples) for begin, _, samples in parts)
    mixed = [0.0] * length
    for begin, level, samples in parts:
        start = int(begin * RATE)
        for place, sample in enumerate(samples):
            mixed[start + place] += level * sample
    return mixed


def note(number: float) -> float:
    """The pitch of a note, numbered as on a MIDI keyboard."""
    return 440.0 * 2 ** ((number - 69) / 12)


def chime(notes: tuple[int, ...], gap: float, seconds: float, shape: Shape = bell) -> Samples:
    """Notes one after the other."""
    tones = (tone(shape, note(number), seconds) for number in notes)
    return mix(*((place * gap, 0.5, samples) for place, samples in enumerate(tones)))


def effects() -> dict[str, Samples]:
    """All sounds of the game but the music."""
    thump = tone(sine, 150, 0.16, to=55, fall=4)
    return {
        "tick": tone(triangle, 900, 0.04, fall=6),
        "stamp": mix((0, 0.8, thump), (0, 0.5, noise(0.09, softness=0.6))),
        "crystal": chime((88, 95), 0.05, 0.22),
        "pickup": chime((67, 74), 0.07, 0.25, triangle),
        "deliver": mix(
            (0, 0.5, thump), (0.02, 0.6, chime((72, 76, 79, 84), 0.06, 0.5)),
        ),
        "hit": mix(
            (0, 0.7, tone(triangle, 220, 0.35, to=40, fall=4)),
            (0, 0.9, noise(0.3, softness=0.75)),
        ),
        "win": chime((67, 72, 76, 79, 84, 88), 0.1, 0.9),
        "lose": chime((67, 63, 60, 55), 0.17, 0.7, triangle),
        "buy": mix((0, 0.5, chime((79, 83, 86, 91), 0.045, 0.4)), (0.2, 0.4, thump)),
    }  # fmt: skip


BEAT = 0.6
CHORDS = ((48, 64, 67, 71, 74), (45, 60, 64, 67, 72), (41, 60, 65, 69, 72), (43, 59, 62, 67, 74))
"""A bass note and four others for each bar of eight half beats, played twice."""
PICKING = (1, 3, 2, 4, 3, 2, 4, 3)
MELODY = {
    4: 79,
    6: 83,
    7: 81,
    12: 76,
    20: 81,
    22: 84,
    23: 83,
    28: 79,
    36: 86,
    39: 83,
    52: 88,
    60: 86,
}
"""Which half beat has which note on top."""


def music() -> Samples:
    """Eight bars that loop."""
    bars = [*CHORDS, *CHORDS]
    length = int(len(bars) * 4 * BEAT * MUSIC_RATE)
    mixed = [0.0] * length
    for bar, chord in enumerate(bars):
        begin = bar * 4 * BEAT
        _lay(mixed, begin, 0.3, tone(sine, note(chord[0]), 2.6, fall=2.5, rate=MUSIC_RATE))
        for number in chord[1:4]:
            pad = tone(sine, note(number), 3.0, attack=0.9, fall=1.2, rate=MUSIC_RATE)
            _lay(mixed, begin, 0.06, pad)
        for half, pick in enumerate(PICKING):
            pluck = tone(bell, note(chord[pick]), 1.4, fall=6, rate=MUSIC_RATE)
            _lay(mixed, begin + half * BEAT / 2, 0.15, pluck)
    for half, number in MELODY.items():
        _lay(mixed, half * BEAT / 2, 0.13, tone(bell, note(number), 2.4, rate=MUSIC_RATE))
    return mixed


def _lay(mixed: Samples, begin: float, level: float, samples: Samples) -> None:
    start = int(begin * MUSIC_RATE)
    for place, sample in enumerate(samples):
        mixed[(start + place) % len(mixed)] += level * sample


def write(file: Path, samples: Samples, rate: int) -> None:
    """Write 16-bit mono, as loud as can be without clipping."""
    peak = max(1.0, max(map(abs, samples)))
    numbers = array("h", (round(32000 * sample / peak) for sample in samples))
    if sys.byteorder == "big":
        numbers.byteswap()
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(numbers.tobytes())


def main(folder: Path = SOUNDS) -> None:
    """Write all of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, samples in effects().items():
        write(folder / f"{name}.wav", samples, RATE)
    write(folder / "music.wav", music(), MUSIC_RATE)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
