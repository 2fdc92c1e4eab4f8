"""Easing: how things begin and end to move. Each function maps 0 to 1 onto 0 to 1."""

from __future__ import annotations

import math


def clamp(share: float) -> float:
    """Keep a share between 0 and 1."""
    return min(1.0, max(0.0, share))


def ease_out(share: float) -> float:
    """Start fast, arrive gently."""
    return 1.0 - (1.0 - clamp(share)) ** 3


def ease_in_out(share: float) -> float:
    """Start and arrive gently."""
    share = clamp(share)
    return share * share * (3.0 - 2.0 * share)


def overshoot(share: float) -> float:
    """Go a little too far, then settle."""
    back = clamp(share) - 1.0
    return 1.0 + 2.7 * back**3 + 1.7 * back**2


def pulse(seconds: float, period: float) -> float:
    """Swing between 0 and 1 for ever, once per period (seconds)."""
    return 0.5 - 0.5 * math.cos(math.tau * seconds / period)
