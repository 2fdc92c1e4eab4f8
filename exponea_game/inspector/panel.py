"""What the inspector's panel says, and where: pure, in points from the window's upper left corner.

Two pages: ``run``, for the developer, and ``player``, what the player would be told. Blue is
presence, orange absence, red trouble; a word says the same, so that nobody has to tell by colour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from exponea_game.inspector.insight import Entry, Insight, Way
from exponea_game.inspector.paint import Box, Colour, Text

WIDTH, MARGIN, PADDING = 420.0, 12.0, 16.0
SMALL, PLAIN, LARGE = 11.0, 13.0, 22.0
"""Sizes of text."""
LINE, ROW = 18.0, 19.0

PAPER: Colour = (0.051, 0.078, 0.102, 0.90)
RAISED: Colour = (0.145, 0.200, 0.251, 0.95)
INK: Colour = (0.89, 0.918, 0.937, 1.0)
QUIET: Colour = (0.584, 0.643, 0.69, 1.0)
RULE: Colour = (0.145, 0.2, 0.251, 1.0)
PRESENT: Colour = (0.247, 0.608, 0.827, 1.0)
AWAY: Colour = (0.949, 0.706, 0.255, 1.0)
ABSENT: Colour = (0.365, 0.424, 0.471, 1.0)
TROUBLE: Colour = (1.0, 0.541, 0.361, 1.0)
GOOD: Colour = (0.341, 0.769, 0.659, 1.0)

WAYS = {
    Way.MEMORY: ABSENT,
    Way.JOURNALED: QUIET,
    Way.SENT: PRESENT,
    Way.ACCEPTED: GOOD,
    Way.REFUSED: TROUBLE,
}
STATES = {
    "present": ("Playing", PRESENT),
    "away": ("Away", AWAY),
    "absent": ("Not playing", ABSENT),
}

Measure = Callable[[str, float], float]
"""How wide a text of a size is, in points."""


@dataclass(frozen=True, slots=True)
class Look:
    """What decides about the panel besides the run.

    Attributes:
        page: ``"run"`` or ``"player"``.
        now: Unix time.
        call: Seconds that a call costs; None before the first.
        frame: Seconds that calls cost in a frame.
        own: Seconds that the panel costs in a frame.
        disclosure: What the player would be told; None while it is read.
        scroll: Lines of it that are scrolled away.
        sure: The button that has been pressed once and waits for the second press.
        tracking: Whether anything is tracked.
    """

    page: str = "run"
    now: float = 0.0
    call: float | None = None
    frame: float = 0.0
    own: float = 0.0
    disclosure: str | None = None
    scroll: int = 0
    sure: str = ""
    tracking: bool = True


@dataclass
class Sheet:
    """A panel under construction, from top to bottom."""

    measure: Measure
    x: float
    y: float
    width: float
    height: float
    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    buttons: dict[str, Box] = field(default_factory=dict)
    cursor: float = 0.0

    @property
    def left(self) -> float:
        """Where text begins."""
        return self.x + PADDING

    @property
    def right(self) -> float:
        """Where text ends."""
        return self.x + self.width - PADDING

    @property
    def bottom(self) -> float:
        """Where the buttons' row begins."""
        return self.y + self.height - PADDING - 26.0

    def say(self, words: str, colour: Colour = INK, size: float = PLAIN, x: float = 0.0) -> None:
        """Write on the current line, ``x`` points from its begin, as much as there is room for."""
        left = self.left + x
        self.texts.append(
            Text(left, self.cursor, self.fit(words, size, self.right - left), size, colour)
        )

    def say_right(self, words: str, colour: Colour = QUIET, size: float = SMALL) -> float:
        """Write at the current line's end; returns where the words begin, from the line's begin."""
        x = self.right - self.measure(words, size)
        self.texts.append(Text(x, self.cursor, words, size, colour))
        return x - self.left

    def fit(self, words: str, size: float, room: float) -> str:
        """As much of a text as there is room for."""
        if self.measure(words, size) <= room:
            return words
        short, long = 0, len(words)
        while short < long:
            middle = (short + long + 1) // 2
            fits = self.measure(f"{words[:middle]}...", size) <= room
            short, long = (middle, long) if fits else (short, middle - 1)
        return f"{words[:short].rstrip()}..." if short else ""

    def rule(self) -> None:
        """A line across, and the next heading's room."""
        self.cursor += 11.0
        self.boxes.append(Box(self.left, self.cursor, self.right - self.left, 1.0, RULE))
        self.cursor += 20.0

    def buttons_row(self, *labels: tuple[str, str, Colour]) -> None:
        """Buttons at the foot: their names, words and colours."""
        x = self.left
        for name, words, colour in labels:
            width = self.measure(words, SMALL) + 20.0
            box = Box(x, self.bottom, width, 26.0, RAISED, 6.0)
            self.boxes.append(box)
            self.buttons[name] = box
            self.texts.append(Text(x + 10.0, self.bottom + 17.0, words, SMALL, colour))
            x += width + 8.0


def lay_out(
    insight: Insight | None, look: Look, width: float, height: float, measure: Measure
) -> Sheet:
    """The panel over a window.

    Args:
        insight: What the library is doing; None before the first look and while it does nothing.
        look: What else decides.
        width: Of the window, in points.
        height: The same.
        measure: How wide texts are.
    """
    wide, high = min(WIDTH, width - 2 * MARGIN), min(600.0, height - 2 * MARGIN)
    sheet = Sheet(measure, width - wide - MARGIN, MARGIN, wide, high)
    sheet.boxes.append(Box(sheet.x, sheet.y, wide, high, PAPER, 10.0))
    sheet.cursor = sheet.y + PADDING + 10.0
    if look.page == "player":
        _player(sheet, look)
    elif insight is None or not look.tracking:
        _nothing(sheet, look)
    else:
        _run(sheet, insight, look)
    return sheet


def _nothing(sheet: Sheet, look: Look) -> None:
    sheet.say("exponea_game" if look.tracking else "Nothing is tracked", INK, PLAIN)
    sheet.cursor += LINE
    why = "one moment" if look.tracking else "the player does not want it, or tracking is stopped"
    sheet.say(why, QUIET, SMALL)
    sheet.buttons_row(("player", "What the player is told", INK), ("close", "Close (F9)", QUIET))


def _run(sheet: Sheet, insight: Insight, look: Look) -> None:
    status = insight.status
    x = sheet.say_right(f"run {status['run']}")
    sheet.say(sheet.fit(status["app_name"], PLAIN, x - 12.0))
    sheet.cursor += 36.0
    _session(sheet, insight, look)
    sheet.rule()
    _delivery(sheet, insight, look)
    sheet.rule()
    call = "no call yet" if look.call is None else f"a call {look.call * 1e6:.0f} us"
    costs = f"{call}, in a frame {look.frame * 1e3:.2f} ms; this panel {look.own * 1e3:.2f} ms"
    sheet.say("Cost", QUIET, SMALL)
    sheet.say(costs, INK, SMALL, 70.0)
    sheet.rule()
    for entry in insight.entries:
        if sheet.cursor > sheet.bottom - 12.0:
            break
        _entry(sheet, entry)
        sheet.cursor += ROW
    sheet.buttons_row(("player", "What the player is told", INK), ("close", "Close (F9)", QUIET))


def _session(sheet: Sheet, insight: Insight, look: Look) -> None:
    """The state in large letters, the session's clock, and the countdown while away."""
    status = insight.status
    words, colour = STATES[status["state"]]
    sheet.boxes.append(Box(sheet.left, sheet.cursor - 15.0, 14.0, 14.0, colour, 7.0))
    sheet.say(words, colour, LARGE, 24.0)
    start, away, timeout = status["session_start"], status["away_since"], status["session_timeout"]
    if start is not None:
        sheet.say_right(_length((away or look.now) - start), INK, LARGE)
    sheet.cursor += LINE + 3.0
    if away is not None:
        left = max(0.0, away + timeout - look.now)
        sheet.say(f"the session ends in {left:.0f} s, at the moment of leaving", AWAY, SMALL)
        sheet.cursor += 9.0
        room = sheet.right - sheet.left
        sheet.boxes.append(Box(sheet.left, sheet.cursor, room, 4.0, RAISED, 2.0))
        sheet.boxes.append(Box(sheet.left, sheet.cursor, room * left / timeout, 4.0, AWAY, 2.0))
    elif start is not None:
        sheet.say(f"since {_clock(start)}; ends after {timeout:g} s of absence", QUIET, SMALL)
    else:
        sheet.say("no session is open", QUIET, SMALL)


def _delivery(sheet: Sheet, insight: Insight, look: Look) -> None:
    """What waits, since when, where it goes, and what keeps it."""
    sheet.say("Waiting", QUIET, SMALL)
    if insight.waiting == 0:
        words = "nothing"
    else:
        since = insight.oldest or look.now
        ago = _length(look.now - since)
        words = f"{insight.waiting}, the oldest since {_clock(since)} ({ago})"
    sheet.say(words, INK, SMALL, 70.0)
    sheet.cursor += LINE
    sheet.say("Goes to", QUIET, SMALL)
    sheet.say(insight.address or "nobody", INK, SMALL, 70.0)
    backoff = insight.status["backoff"]
    if insight.trouble:
        sheet.cursor += LINE
        again = f" (again in {backoff:.0f} s)" if backoff else ""
        sheet.say("Trouble", TROUBLE, SMALL)
        sheet.say(insight.trouble + again, TROUBLE, SMALL, 70.0)


def _entry(sheet: Sheet, entry: Entry) -> None:
    colour = WAYS[entry.way]
    hollow = entry.way in (Way.JOURNALED, Way.MEMORY)
    sheet.boxes.append(Box(sheet.left, sheet.cursor - 8.0, 8.0, 8.0, colour, 4.0))
    if hollow:
        sheet.boxes.append(Box(sheet.left + 2, sheet.cursor - 6.0, 4.0, 4.0, PAPER, 2.0))
    end = sheet.say_right(entry.way.value, colour)
    sheet.say(_clock(entry.at), QUIET, SMALL, 16.0)
    sheet.say(sheet.fit(entry.kind, PLAIN, end - 84.0), INK, PLAIN, 74.0)
    room = end - 84.0 - sheet.measure(entry.kind, PLAIN)
    words = entry.words or ", ".join(f"{name} {value}" for name, value in _own(entry))
    x = 82.0 + sheet.measure(entry.kind, PLAIN)
    colour = TROUBLE if entry.words else QUIET
    if room > 20.0:
        sheet.say(sheet.fit(words, SMALL, room - 8.0), colour, SMALL, x)


def _own(entry: Entry) -> list[tuple[str, object]]:
    """The properties that the game gave."""
    common = {"application_id", "device_id", "environment", "sdk", "sdk_version"}
    return [(name, value) for name, value in entry.properties.items() if name not in common]


def _player(sheet: Sheet, look: Look) -> None:
    sheet.say("What the player is told")
    sheet.cursor += LINE + 6.0
    text = "One moment, it is being read." if look.disclosure is None else look.disclosure
    lines = wrapped(text, SMALL, sheet.right - sheet.left, sheet.measure)
    for words in lines[look.scroll :]:
        if sheet.cursor > sheet.bottom - 10.0:
            break
        sheet.say(words, INK, SMALL)
        sheet.cursor += 16.0
    delete = "Really delete all of it?" if look.sure == "delete" else "Delete"
    stop = "Really stop?" if look.sure == "stop" else "Stop sending"
    choices = (
        [("delete", delete, TROUBLE), ("stop", stop, TROUBLE)]
        if look.tracking
        else [("allow", "Allow it again", GOOD)]
    )
    sheet.buttons_row(("run", "Back", INK), *choices)


def wrapped(text: str, size: float, room: float, measure: Measure) -> list[str]:
    """A text on lines that are no wider than there is room; wrapped lines are indented."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        indent = " " * (len(paragraph) - len(paragraph.lstrip()))
        line = indent
        for word in paragraph.split():
            longer = f"{line} {word}" if line.strip() else line + word
            if line.strip() and measure(longer, size) > room:
                lines.append(line)
                line = f"{indent}    {word}"
            else:
                line = longer
        lines.append(line)
    return lines


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at).strftime("%H:%M:%S")


def _length(seconds: float) -> str:
    """A time span, such as 4:05 or 1:04:05."""
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
