"""The figures as SVG, readable in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from clients import CLIENTS, SENDERS
from endings import PATIENCE, STATES

NAMES = {
    "nothing": "nothing", "floor": "floor: encode, write", "exponea_game": "exponea_game",
    "posthog": "PostHog", "segment": "Segment", "amplitude": "Amplitude", "mixpanel": "Mixpanel",
    "sentry_logs": "Sentry logs", "opentelemetry_logs": "OpenTelemetry logs",
    "snowplow": "Snowplow",
}  # fmt: skip
SHADES = "abcde"
"""For a series each, the last one the most striking."""
WIDTH, LEFT, RIGHT, ROW, TOP = 760, 170, 140, 26, 62
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .small { font-size: 11px; fill: #59636e }
  .said { paint-order: stroke; stroke: #ffffff; stroke-width: 4 }
  .line { stroke: #d1d9e0; stroke-width: 1 }
  .mark { stroke: #cf222e; stroke-width: 1; stroke-dasharray: 4 3 }
  .a { fill: #8c959f } .b { fill: #6e7781 } .c { fill: #57606a } .d { fill: #424a53 }
  .e { fill: #24292f }
  .own.a { fill: #54aeff } .own.b { fill: #218bff } .own.c { fill: #0969da }
  .own.d { fill: #0550ae } .own.e { fill: #033d8b }
  text.own { font-weight: 600; fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9198a1 } .line { stroke: #3d444d }
    .said { stroke: #0d1117 } .mark { stroke: #ff7b72 }
    .a { fill: #656c76 } .b { fill: #818b98 } .c { fill: #b7bdc8 } .d { fill: #d1d7e0 }
    .e { fill: #f0f6fc }
    .own.a { fill: #1f6feb } .own.b { fill: #4493f8 } .own.c { fill: #79c0ff }
    .own.d { fill: #a5d6ff } .own.e { fill: #cae8ff }
    text.own { fill: #79c0ff }
  }
"""

Row = tuple[str, Sequence[float | None], str]
"""A client, a value for each series, and what is said at the end of the row."""


def chart(
    title: str, subtitle: str, rows: Sequence[Row], *, least: float | None = None,
    mark: float | None = None,
) -> str:  # fmt: skip
    """Bars for each client; with ``least``, the axis is logarithmic and begins there.

    ``mark`` is a value at which a line is drawn across the bars.
    """
    values = [value for _, series, _ in rows for value in series if value is not None]
    most = max([*values, mark or 0.0]) or 10.0
    width = WIDTH - LEFT - RIGHT

    def length(value: float) -> float:
        if least is None:
            return width * value / most
        return width * max(0.0, math.log(max(value, least) / least) / math.log(most / least))

    height = TOP + ROW * len(rows) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'width="{WIDTH}" height="{height}">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<text class="title" x="12" y="24">{escape(title)}</text>',
        f'<text class="small" x="12" y="44">{escape(subtitle)}</text>',
        *ticks(least, most, length, height),
        *([] if mark is None else line("mark", mark, length(mark), height)),
    ]
    for place, (client, series, said) in enumerate(rows):
        parts += row(client, series, said, TOP + ROW * place, length)
    return "\n".join([*parts, "</svg>\n"])


def ticks(
    least: float | None, most: float, length: Callable[[float], float], height: int
) -> list[str]:
    """The powers of ten of a logarithmic axis."""
    if least is None:
        return []
    parts = []
    power = 10.0 ** math.ceil(math.log10(least))
    while power <= most:
        parts += line("line", power, length(power), height)
        power *= 10
    return parts


def line(kind: str, value: float, length: float, height: int) -> list[str]:
    """A line behind the bars, with its value under it."""
    x = f"{LEFT + length:.1f}"
    told = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return [
        f'<line class="{kind}" x1="{x}" x2="{x}" y1="{TOP}" y2="{height - 14}"/>',
        f'<text class="small" x="{x}" y="{height - 3}" text-anchor="middle">{told}</text>',
    ]


def row(
    client: str, series: Sequence[float | None], said: str, y: int,
    length: Callable[[float], float],
) -> list[str]:  # fmt: skip
    """A client's bars, one under another, with its name and what is said of it."""
    own = " own" if client == "exponea_game" else ""
    parts = [f'<text class="{own}" x="{LEFT - 10}" y="{y + 16}" text-anchor="end">'
             f"{escape(NAMES[client])}</text>"]  # fmt: skip
    thick = 18 / len(series)
    end = 0.0
    for index, value in enumerate(series):
        if value is not None:
            end = max(end, length(value))
            parts.append(
                f'<rect class="{SHADES[index + max(0, 3 - len(series))]}{own}" x="{LEFT}" '
                f'y="{y + 3 + index * thick:.1f}" width="{max(1.5, length(value)):.1f}" '
                f'height="{thick - 0.5:.1f}"/>'
            )
    parts.append(
        f'<text class="small said" x="{LEFT + end + 6:.1f}" y="{y + 16}">{escape(said)}</text>'
    )
    return parts


def calls(figures: dict[str, Any]) -> str:
    rows = []
    for client in CLIENTS:
        found = figures["healthy"].get(client)
        if found is not None and client != "nothing":
            values = [found["p50"], found["p99"], found["p999"]]
            rows.append((client, values, " / ".join(f"{value:,.0f}" for value in values)))
    return chart(
        "The cost of a call on the game's thread",
        "microseconds at the median, 99 % and 99.9 % of 10,000 calls; healthy server; logarithmic",
        rows, least=1.0,
    )  # fmt: skip


def frames(figures: dict[str, Any]) -> str:
    rows = []
    for client in CLIENTS:
        found = [figures[f"{events} a frame"].get(client) for events in (10, 100)]
        values = [None if one is None else one["missed_percent"] for one in found]
        said = " / ".join("blocks" if value is None else f"{value:g} %" for value in values)
        rows.append((client, values, said))
    return chart(
        "Frames missed at 240 Hz",
        "percent, with 10 and with 100 events a frame, while events are delivered",
        rows,
    )  # fmt: skip


def loop(figures: dict[str, Any]) -> str:
    rows = []
    for client in CLIENTS:
        found = figures["10 a frame"].get(client)
        shares = [f"frame_{share}" for share in ("p50", "p99", "p999", "worst")]
        values = [found.get(share) for share in shares] if found else []
        said = " / ".join("—" if value is None else f"{value:.1f}" for value in values)
        rows.append((client, values, said or "blocks"))
    return chart(
        "Frame times of a loop at 240 Hz, 10 events a frame",
        "milliseconds from when a frame was due to its end: median, 99 %, 99.9 %, worst; the line "
        "is the period; logarithmic",
        rows, least=1.0, mark=1000 / 240,
    )  # fmt: skip


def kill(figures: dict[str, Any]) -> str:
    rows = [
        (client, [figures[client]["kept"]], f"{figures[client]['kept']:,}") for client in SENDERS
    ]
    return chart(
        "What survives a kill",
        "of 1,013 events tracked while the server was down: those that arrived after kill -9 and "
        "a new start",
        rows,
    )  # fmt: skip


def quitting(figures: dict[str, Any]) -> str:
    rows = []
    for client in SENDERS:
        found = [figures[state][client] for state in STATES if state in figures]
        values = [PATIENCE if one["seconds"] is None else one["seconds"] for one in found]
        arrived = [one["arrived"] for one in found]
        said = " / ".join("all" if count == 1000 else str(count) for count in arrived)
        rows.append((client, values, said))
    return chart(
        "Time to quit after 1,000 events",
        "seconds (30: did not end) with a healthy, a slow, a failing, a refusing and a hanging "
        "server; behind: events that arrived",
        rows, least=0.01,
    )  # fmt: skip


PICTURES = {
    "bench-calls.svg": ("calls", calls),
    "bench-loop.svg": ("frames", loop),
    "bench-frames.svg": ("frames", frames),
    "bench-kill.svg": ("killed", kill),
    "bench-quit.svg": ("quitting", quitting),
}
"""The section that each is made of, and how."""


def write(results: dict[str, Any], folder: Path) -> None:
    """Write the pictures whose figures are there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (section, draw) in PICTURES.items():
        if section in results:
            (folder / name).write_text(draw(results[section]["figures"]))
