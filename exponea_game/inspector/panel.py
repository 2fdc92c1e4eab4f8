"""What the inspector's panel says: pure.

Two pages: ``run``, for the developer, and ``player``, what the player would be told. Blue is
presence, orange absence, red trouble; a word says the same, so that nobody has to tell by colour.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import datetime

from exponea_game.inspector.meter import Costs
from exponea_game.inspector.sheet import GAP, INSET, Colour, Measure, Sheet, wrapped
from exponea_game.run.insight import Entry, Insight, Way

WIDTH, HEIGHT, LEAST_WIDTH, LEAST_HEIGHT = 350.0, 378.0, 240.0, 160.0
"""Points of the panel, where the window has room for it, and at the least."""
SMALL, PLAIN, LARGE = 11.0, 13.0, 22.0
"""Sizes of text."""
LETTERS = {
    SMALL: string.digits + string.ascii_lowercase + string.ascii_uppercase + ":.,;-/()_ ",
    PLAIN: string.ascii_lowercase + "_",
    LARGE: string.digits + ":PlayingAw",
}
"""What nearly every panel says, by the size of the text."""
LINE, ENTRY, FOOT = 18.0, 19.0, 26.0
"""Heights of rows."""
LAST_CARD = GAP + 2 * INSET + FOOT
"""What the card with the buttons takes."""

INK: Colour = (0.89, 0.918, 0.937, 1.0)
QUIET: Colour = (0.584, 0.643, 0.69, 1.0)
RULE: Colour = (0.145, 0.2, 0.251, 1.0)
PRESENT: Colour = (0.247, 0.608, 0.827, 1.0)
AWAY: Colour = (0.949, 0.706, 0.255, 1.0)
NOBODY: Colour = (0.365, 0.424, 0.471, 1.0)
FAULT: Colour = (1.0, 0.541, 0.361, 1.0)
GOOD: Colour = (0.341, 0.769, 0.659, 1.0)

WAYS = {
    Way.MEMORY: NOBODY,
    Way.JOURNALED: QUIET,
    Way.SENT: PRESENT,
    Way.ACCEPTED: GOOD,
    Way.REFUSED: FAULT,
}
STATES = {
    "present": ("Playing", PRESENT),
    "away": ("Away", AWAY),
    "absent": ("Not playing", NOBODY),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What decides about the panel besides the run.

    Attributes:
        page: ``"run"`` or ``"player"``.
        now: Unix time.
        costs: Of the last second; None before it is over.
        disclosure: What the player would be told; None while it is read.
        scroll: Lines of it that are scrolled away.
        sure: The button that has been pressed once and waits for the second press.
        silence: Why nothing is tracked; empty where something is.
    """

    page: str = "run"
    now: float = 0.0
    costs: Costs | None = None
    disclosure: str | None = None
    scroll: int = 0
    sure: str = ""
    silence: str = ""


def lay_out(
    insight: Insight | None, look: Look, width: float, height: float, measure: Measure
) -> Sheet:
    """The panel.

    Args:
        insight: What the library is doing; None before the first look.
        look: What else decides.
        width: Points that there are for it.
        height: The same.
        measure: How wide texts are.
    """
    wide, high = max(LEAST_WIDTH, min(WIDTH, width)), max(LEAST_HEIGHT, min(HEIGHT, height))
    sheet = Sheet(wide, high, measure)
    if look.page == "player":
        _player(sheet, look)
    elif insight is None or look.silence:
        _nothing(sheet, look)
    else:
        _run(sheet, insight, look)
    return sheet


def _buttons(sheet: Sheet, *labels: tuple[str, str, Colour]) -> None:
    """Buttons at the foot: their names, words and colours."""
    sheet.foot(FOOT)
    x = 0.0
    for name, words, colour in labels:
        width = sheet.measure(words, SMALL) + 20.0
        sheet.buttons[name] = sheet.box(x, 0.0, width, FOOT, RULE, 6.0)
        sheet.say(words, SMALL, colour, x + 10.0)
        x += width + 8.0


def _nothing(sheet: Sheet, look: Look) -> None:
    sheet.card()
    sheet.row(LINE)
    sheet.say("Nothing is tracked" if look.silence else "One moment", PLAIN, INK)
    for words in wrapped(look.silence, SMALL, sheet.room, sheet.measure):
        sheet.row(LINE)
        sheet.say(words, SMALL, QUIET)
    _last_row(sheet)


def _last_row(sheet: Sheet) -> None:
    _buttons(sheet, ("player", "What the player is told", INK), ("close", "Close (F9)", QUIET))


def _run(sheet: Sheet, insight: Insight, look: Look) -> None:
    status = insight.status
    sheet.card()
    sheet.row(20.0)
    room = sheet.say_right(f"run {status['run']}", SMALL, QUIET) - 12.0
    sheet.say(status["app_name"], PLAIN, INK, room=room)
    _state(sheet, insight, look)
    _session(sheet, insight, look)
    sheet.card()
    _delivery(sheet, insight, look)
    _fact(sheet, "Cost", _cost(look.costs))
    sheet.card()
    for entry in insight.entries:
        if sheet.left < ENTRY + LAST_CARD:
            break
        _entry(sheet, entry)
    _last_row(sheet)


def _cost(costs: Costs | None) -> str:
    if costs is None:
        return "one moment"
    call = "none yet" if costs.call is None else _span(costs.call)
    return f"call {call}, frame {_span(costs.frame)}, panel {_span(costs.panel)}"


def _span(seconds: float) -> str:
    """A short time in the unit in which it has digits."""
    if seconds <= 0:
        return "none"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.2f} ms"
    return f"{max(1.0, seconds * 1e6):.0f} us"


def _fact(sheet: Sheet, name: str, words: str, colour: Colour = INK) -> None:
    sheet.row(LINE)
    sheet.say(name, SMALL, QUIET)
    sheet.say(words, SMALL, colour, 60.0)


def _state(sheet: Sheet, insight: Insight, look: Look) -> None:
    """The state in large letters, and the session's clock, which stands while away."""
    status = insight.status
    words, colour = STATES[status["state"]]
    sheet.row(34.0)
    sheet.box(0.0, 10.0, 14.0, 14.0, colour, 7.0)
    sheet.say(words, LARGE, colour, 24.0)
    start, away = status["session_start"], status["away_since"]
    if start is not None:
        sheet.say_right(_length((away or look.now) - start), LARGE, INK)


def _session(sheet: Sheet, insight: Insight, look: Look) -> None:
    """When it began, or the countdown to its end."""
    status = insight.status
    start, away, timeout = status["session_start"], status["away_since"], status["session_timeout"]
    sheet.row(LINE)
    if start is None:
        sheet.say("no session is open", SMALL, QUIET)
    elif away is None:
        sheet.say(f"since {_clock(start)}; {timeout:g} s of absence end it", SMALL, QUIET)
    else:
        left = max(0.0, away + timeout - look.now)
        end = sheet.say(f"ends in {left:.0f} s, as of {_clock(away)}", SMALL, AWAY) + 12.0
        sheet.box(end, 7.0, sheet.room - end, 4.0, RULE, 2.0)
        sheet.box(end, 7.0, (sheet.room - end) * left / timeout, 4.0, AWAY, 2.0)


def _delivery(sheet: Sheet, insight: Insight, look: Look) -> None:
    """What waits, since when, where it goes, and what keeps it."""
    words = "nothing"
    if insight.waiting:
        since = look.now if insight.oldest is None else insight.oldest
        words = f"{insight.waiting}, the oldest since {_clock(since)} ({_length(look.now - since)})"
    _fact(sheet, "Waiting", words)
    _fact(sheet, "Goes to", insight.address or "nobody")
    if insight.why_waiting:
        backoff = insight.status["backoff"]
        again = f"again in {backoff:.0f} s: " if backoff else ""
        name = "Trouble"
        for words in wrapped(again + insight.why_waiting, SMALL, sheet.room - 60.0, sheet.measure):
            _fact(sheet, name, words, FAULT)
            name = ""


def _entry(sheet: Sheet, entry: Entry) -> None:
    """An event: a dot, filled once it has left, its time, type and properties, and its way."""
    colour = WAYS[entry.way]
    sheet.row(ENTRY)
    sheet.box(0.0, 6.0, 8.0, 8.0, colour, 4.0)
    if entry.way in (Way.JOURNALED, Way.MEMORY):
        sheet.box(2.0, 8.0, 4.0, 4.0, RULE, 2.0)
    end = sheet.say_right(entry.way.value, SMALL, colour) - 10.0
    sheet.say(_clock(entry.timestamp), SMALL, QUIET, 16.0)
    x = sheet.say(entry.kind, PLAIN, INK, 74.0, end - 74.0) + 8.0
    if end - x > 24.0:
        tone = FAULT if entry.way is Way.REFUSED else QUIET
        sheet.say(entry.detail, SMALL, tone, x, end - x)


def _player(sheet: Sheet, look: Look) -> None:
    sheet.card()
    sheet.row(24.0)
    sheet.say("What the player is told", PLAIN, INK)
    text = "One moment, it is being read." if look.disclosure is None else look.disclosure
    lines = wrapped(text, SMALL, sheet.room, sheet.measure)
    for words in lines[look.scroll :]:
        if sheet.left < 16.0 + LAST_CARD:
            break
        sheet.row(16.0)
        sheet.say(words, SMALL, INK)
    delete = "Really delete all of it?" if look.sure == "delete" else "Delete"
    stop = "Really stop?" if look.sure == "stop" else "Stop sending"
    choices = [("delete", delete, FAULT), ("stop", stop, FAULT)]
    if look.silence:
        choices = [("allow", "Allow it again", GOOD)]
    _buttons(sheet, ("run", "Back", INK), *choices)


def _length(seconds: float) -> str:
    """A time span, such as 4:05 or 1:04:05."""
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _clock(timestamp: float) -> str:
    """A moment as a clock shows it on this machine."""
    return datetime.fromtimestamp(timestamp).strftime("%H:%M:%S")
