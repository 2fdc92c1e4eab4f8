"""Holds what the server has against what really happened.

Every command whose call had returned is there, once; each session has one start and one end; and
its times are those of the player's presence, as section 4 of the design tells. All moments are
true time, which no clock of the simulated machine shows.

What is not held against the library is what was on no disk for certain (``Game.kept``): bytes that
were not synced when the power went, or waited in memory for a disk at fault when the process died.
Even then a session of which the server has anything has one start and one end there. Its end is
no earlier than a proof interval before the last moment that was kept, and never after the last
presence; a session that began after that moment may be missing as a whole. One session alone may
have a start and no end: begun in a run of which the disk never took anything for certain, and
told from memory, it has nobody left to end it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import accumulate, pairwise
from typing import Any

from exponea_game.sessions.session import PROOF_INTERVAL

from .game import Game
from .player import NOTICED, TIMEOUT
from .server import identity
from .world import World

EXACT = 0.001
REMADE = ("session_start", "session_end")
"""What a launch writes for a dead run; checked with the sessions."""


class BrokenPromiseError(AssertionError):
    """The library has broken a promise."""


def demand(truth: bool, *words: object) -> None:
    if not truth:
        raise BrokenPromiseError(" ".join(map(str, words)))


def check(world: World) -> None:
    """Check everything, after a healthy life that delivered all.

    Raises:
        BrokenPromiseError: Something is not as promised.
    """
    check_commands(world)
    check_sessions(world)


def check_commands(world: World) -> None:
    server = world.server
    calls: Counter[str] = Counter()
    undone = set()  # ends that only memory had, so that the next launch ended the session again
    for call in world.ledger:
        command = json.loads(call.command)
        key = identity(command)
        kind = command["data"].get("event_type", "customers")
        calls[key] += 1
        there = key in server.stored or key in server.refused
        demand(there or call.excused, "lost:", call.t, call.game.ended, call.command)
        if call.excused and kind == "session_end":
            undone.add(key)
        again = kind == "installation" or key in undone
        demand(calls[key] == 1 or again, "twice the same:", call.command)
    excused = sum(1 for call in world.ledger if call.excused)
    excused += len(world.games)  # what a launch paid for a dead run is in no game's ledger
    died = sum(game.ended != "quit" or game.synced < game.ended_at for game in world.games)
    told = [event["properties"] for event in server.events("journal_overflow")]
    for event in told:  # who dies between counting and telling has it counted again
        lost = event["events"] + event["damaged"]
        most = excused * (1 + died)
        demand(lost <= most, "told of", lost, "lost events where at most", most, "can be")
    for key, command in server.stored.items():
        kind = command["data"].get("event_type")
        demand(key in calls or kind in REMADE, "nobody called for", key)


def check_sessions(world: World) -> None:
    starts, ends = _pair(world)
    stored = Counter(
        start["properties"]["session_id"] for start in world.server.events("session_start")
    )
    demand(set(stored) <= set(starts), "nobody began", set(stored) - set(starts))
    sessions = defaultdict(list)
    for start, call in starts.items():
        about = call.t, call.game.kept, call.game.ended
        demand(stored[start] <= 1, "two starts:", start, *about)
        demand(len(ends[start]) <= 1, "two ends:", ends[start], *about)
        alone = call.t >= call.game.kept - EXACT and not call.game.engine.journal.synced
        demand(ends[start] or not stored[start] or alone, "no end:", start, *about)
        demand(stored[start] or not ends[start], "no start:", ends[start], *about)
        if ends[start]:
            _check_times(world, call, ends[start][0], sessions)
    for began_and_ended in sessions.values():
        began_and_ended.sort()
        for (_, end), (start, _) in pairwise(began_and_ended):
            demand(end <= start + EXACT, "sessions overlap:", began_and_ended)
    for game in world.games:
        _check_cover(game, sessions[id(game)])


def _pair(world: World) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """The calls that started sessions, and the stored ends, both by the session's id."""
    starts = {}
    for call in world.ledger:
        if '"session_start"' in call.command:
            starts[json.loads(call.command)["data"]["properties"]["session_id"]] = call
    ends: dict[str, list[Any]] = {name: [] for name in starts}
    for end in world.server.events("session_end"):
        name, duration = end["properties"]["session_id"], end["properties"]["duration"]
        demand(name in starts, "an end without a start:", end)
        start = json.loads(starts[name].command)["data"]["timestamp"]
        demand(duration > 0, "no positive duration:", end)
        demand(abs(start + duration - end["timestamp"]) < 1e-5, "ends elsewhere:", end)
        ends[name].append(end)
    return starts, ends


def _lineage(world: World, name: str) -> list[Game]:
    """The runs in which a session was open."""
    return [game for game in world.games if any(o.id == name for o in game.opened)]


def _check_times(world: World, call: Any, end: Any, sessions: dict[int, Any]) -> None:
    properties = end["properties"]
    name = properties["session_id"]
    games = _lineage(world, name)
    opened = next((o for o in call.game.opened if o.id == name), None)
    if opened is None:
        return  # its run died with the call, and nobody saw it open
    began = opened.began
    ended = began + properties["duration"]
    if _clocks_cannot_tell(world, games):
        for game in games:
            game.unclear = True
        return
    for game in games:
        span = max(began, game.began), min(ended, game.ended_at)
        if span[0] <= span[1]:
            sessions[id(game)].append(span)
    if not call.game.settings.automatic_session_tracking:
        _check_by_hand(games, end, began, ended)
    if not all(game.settings.automatic_session_tracking for game in games):
        return
    _check_status(games, end)
    _check_farewell(games[-1], name, end, ended)
    spans = [span for game in games for span in _presence(game, name, ended)]
    spans += _lapsed(games, end, ended)
    last = max((b for _, b in spans), default=began)
    unsettled = EXACT if properties["reason"] == "left" else NOTICED
    demand(ended <= max(last, began) + unsettled, "ends after presence:", end, ended, last)
    kept = [span for game in games for span in _presence(game, name, ended, game.kept)]
    late = max((b for _, b in kept), default=began) - ended
    lossy = not all(game.complete for game in games)
    crashed = lossy or properties["reason"] == "crashed"
    allowed = PROOF_INTERVAL + EXACT if crashed else NOTICED
    demand(late <= allowed, "ends too early:", end, ended, "present until", last, kept)
    inside = sorted(span for span in spans if span[0] < ended)
    over = accumulate((b for _, b in inside), max)  # a doubtful one may lie within another
    for a, (b, _) in zip(over, inside[1:], strict=False):
        unseen = any(0 <= game.ended_at - a < NOTICED for game in games)  # it went just before
        allowed = TIMEOUT + (NOTICED if unseen else EXACT)
        demand(b - a < allowed, "holds a gap:", end, (a, b))
    if properties["reason"] == "left":
        for game in games:
            _check_returns(game, end, ended)


def _check_status(games: list[Game], end: Any) -> None:
    """A quit says the status with which its run was told to exit; no other end says one."""
    properties, last = end["properties"], games[-1]
    told, quits = properties.get("exit_status"), properties["reason"] == "quit"
    seen = any(told in game.statuses for game in games)
    demand(told is None or (quits and seen), "nobody exited so:", end)
    parted = last.parted_from == properties["session_id"] and last.complete
    if quits and parted and last.status is not None:
        demand((told or 0) == last.status, "exits with", last.status, end)


def _check_farewell(game: Game, name: str, end: Any, ended: float) -> None:
    """Whoever played in a run that could say how it ended has not crashed."""
    spans = _presence(game, name, ended, game.kept)
    played = any(b - a > NOTICED for a, b in spans)
    parted = game.ended == "quit" and game.complete
    demand(end["properties"]["reason"] != "crashed" or not (played and parted), "crashed:", end)


def _check_by_hand(games: list[Game], end: Any, began: float, ended: float) -> None:
    """What a game began by hand ends by its calls, its quit and its death alone."""
    game = games[0]
    demand(len(games) == 1, "a session by hand went on in another run:", end)
    demand(_said(game, began), "nobody began:", end, began)
    if end["properties"]["reason"] != "crashed":
        demand(_said(game, ended), "nobody ended:", end, ended)
        return
    until = min(game.kept, game.looked)
    asleep = sum(max(0.0, min(b, until) - max(a, ended)) for a, b in game.world.sleeps)
    alive = until - asleep - PROOF_INTERVAL  # who sleeps proves nothing
    demand(alive - EXACT <= ended <= game.ended_at + EXACT, "alive until", alive, end, ended)


def _said(game: Game, moment: float) -> bool:
    return any(abs(said - moment) < EXACT for said in game.said)


def _check_returns(game: Game, end: Any, ended: float) -> None:
    """Whoever came back in time, and stayed, has come back to the same session."""
    for (_, left), (back, until) in pairwise(game.player.present):
        in_time = abs(left - ended) < EXACT and back - left < TIMEOUT - EXACT
        stayed = min(until, game.kept) - back
        demand(not in_time or stayed < NOTICED, "was back in time:", end, (left, back))


def _presence(
    game: Game, name: str, ended: float, kept: float | None = None
) -> list[tuple[float, float]]:
    """When the player was there while the session was open in this run.

    With ``kept``: for certain, and as far as it was kept; without: perhaps.
    """
    place = next(i for i, o in enumerate(game.opened) if o.id == name)
    begin = max(game.began, game.opened[place].began)
    over = game.opened[place + 1].began if place + 1 < len(game.opened) else float("inf")
    spans = []
    possible = kept is None
    for a, b in game.player.present:
        if a in game.player.unsure and not possible:
            continue
        span = max(a, begin), min(b, over, float("inf") if kept is None else kept)
        shown = max(span[0], game.player.shown.get(a, a))
        unnoticed = span[0] > ended + EXACT and span[1] - shown <= NOTICED
        if span[1] >= span[0] and not unnoticed:
            spans.append(span)
    return spans


def _lapsed(games: list[Game], end: Any, ended: float) -> list[tuple[float, float]]:
    """When who was idle counted as present still, in a session that ended before that was known."""
    began = ended - end["properties"]["duration"]
    asleep = end["properties"]["reason"] == "asleep"
    lapses = [(game, lapse) for game in games for lapse in game.player.lapses]
    return [
        (max(lapse.since, began), lapse.until)
        for game, lapse in lapses
        if lapse.since <= ended
        and began <= lapse.until
        and (lapse.known >= game.kept - EXACT or (asleep and ended <= lapse.until + NOTICED))
    ]


def _clocks_cannot_tell(world: World, games: list[Game]) -> bool:
    """Whether the clock was set while a session waited over a restart of the machine."""
    if len({game.boot for game in games}) < 2:
        return False
    return any(games[0].began <= t <= games[-1].began for t in world.steps)


def _check_cover(game: Game, sessions: list[tuple[float, float]]) -> None:
    """Presence that was long enough to be noticed is in a session."""
    if not game.settings.automatic_session_tracking or game.unclear:
        return
    # A session may be dated back to before the moment at which it was written.
    late = (o.began for o in game.opened if o.t >= game.kept - EXACT)
    unwritten = min(late, default=float("inf"))
    for a, until in game.player.present:
        if a in game.player.unsure:
            continue
        b = min(until, game.kept, max(a, unwritten))
        bare = b - a
        for start, end in sessions:
            bare -= max(0.0, min(b, end) - max(a, start))
        proven = game.ended == "quit" and game.complete
        allowed = 2 * NOTICED + (0 if proven else PROOF_INTERVAL)
        demand(bare <= allowed, "no session for", bare, "seconds of", (a, b), sessions)
