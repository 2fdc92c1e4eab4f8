"""The palette: the inks of an old air mail office, on paper or on the night sky."""

from __future__ import annotations

Colour = tuple[float, float, float, float]


def ink(code: str) -> Colour:
    """Read a colour like ``f5ead6``."""
    red, green, blue = (int(code[start : start + 2], 16) / 255 for start in (0, 2, 4))
    return (red, green, blue, 1.0)


def fade(colour: Colour, opacity: float) -> Colour:
    """The same colour, less opaque (0 to 1)."""
    return (colour[0], colour[1], colour[2], colour[3] * opacity)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two: ``share`` 0 is the first, 1 the second."""
    red, green, blue, alpha = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return (red, green, blue, alpha)


def on_paper(colour: Colour) -> Colour:
    """An ink for words on paper: the brighter a colour is, the more of the night is in it."""
    red, green, blue, _ = colour
    brightness = 0.21 * red + 0.72 * green + 0.07 * blue
    return mix(colour, NIGHT, max(0.0, 1.4 * (brightness - 0.35)))


NIGHT = ink("0f1d40")
DEEP = ink("0a1430")
HAZE = ink("1a2c5b")
DUSK = ink("47598f")
PAPER = ink("f6ecd7")
SHEET = ink("eaddc0")
PENCIL = ink("7d7159")
PEBBLE = ink("a89b85")
RED = ink("e5473a")
BLUE = ink("2c74c9")
GOLD = ink("f5b83d")
TEAL = ink("2fae97")
ROSE = ink("f0908c")
VIOLET = ink("8470d8")
WHITE = ink("fffaf0")
LABEL = mix(DUSK, PAPER, 0.4)

TINTS = (RED, TEAL, GOLD, VIOLET, ROSE, BLUE)
"""A planet's ink, and so the ink of every parcel addressed to it."""
