"""Checks that this machine can keep and deliver events, and says what to do where it cannot.

It sends nothing about anybody: the server is asked for its time alone. A frozen game may offer it
to its players as ``exponea_game.cli.main(["doctor"])``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import ssl
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from exponea_game._version import __version__
from exponea_game.cli import place, table
from exponea_game.cli.kept import rejected, survey
from exponea_game.cli.plain import plain
from exponea_game.delivery.bounded_socket import ANSWER_LIMIT
from exponea_game.delivery.complaints import NO_COLLECTOR
from exponea_game.delivery.protocol import error_text, one_line
from exponea_game.destination import Stream
from exponea_game.player.consent import DECISION, UNREADABLE, decided, load, why_denied
from exponea_game.recovery.runs import Home
from exponea_game.settings import Settings
from exponea_game.system.clock import Clock
from exponea_game.system.disk import Disk

HELP = "Check that this machine can keep and deliver events; sends nothing."

TIMEOUT = (5.0, 10.0)
"""Seconds to wait for a connection, and for an answer."""
CLOCK_OFF = 60.0
"""Seconds between two clocks that nobody needs to hear of: a session's timeout."""
OLD = 7 * 86400.0
"""Seconds for which events may wait without anything being wrong: the player was away."""

SHOWN_TYPES = 20
"""Types that a stream denies of which the table tells."""
PROOF = "not refused; only events could prove that it may add them"
OK, WARNING, FAILED = "ok", "warning", "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check came to: ``ok``, ``warning`` or ``failed``, and what to do about it."""

    check: str
    verdict: str
    found: str
    remedy: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of this command."""
    place.arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Print a table of all checks; 1 where one failed."""
    settings = place.settings(options)
    findings = examine(settings)
    about = f"Python {platform.python_version()}, {sys.platform}, {settings.stage}"
    print(f"exponea_game {__version__}, {about}")
    table.show(("check", "verdict", "found"), [(f.check, f.verdict, f.found) for f in findings])
    for finding in findings:
        if finding.remedy:
            print()
            print(plain(f"{finding.check}: {finding.remedy}"))
    return 1 if any(finding.verdict == FAILED for finding in findings) else 0


def examine(settings: Settings) -> list[Finding]:
    """Make all checks; whatever goes wrong in one is its finding."""
    home = place.home(settings)
    findings = []
    checks: list[tuple[str, Callable[[], list[Finding]]]] = [
        ("home folder", lambda: [_home(home, settings)]),
        ("consent", lambda: [_consent(home, settings)]),
        ("journal", lambda: [_journal(home)]),
        ("stream's rules", lambda: _denied(home)),
        ("certificates", lambda: [_certificates(settings)]),
        ("server", lambda: _server(settings)),
    ]
    for name, check in checks:
        try:
            findings += check()
        except Exception as error:  # noqa: BLE001 - a broken machine breaks in ways nobody foresees
            findings.append(Finding(name, FAILED, f"{type(error).__name__}: {error}"))
    return findings


def _home(home: Home, settings: Settings) -> Finding:
    """Whether the home folder, or the one it will be made in, takes files and locks."""
    places = (home.folder, *home.folder.parents)
    folder = next((place for place in places if place.exists()), home.folder)
    try:
        locks, really = _probe(home, folder / f"doctor-{os.urandom(4).hex()}.probe")
    except OSError as error:
        remedy = f"Let the player write to {folder}, or choose another folder with home."
        return Finding("home folder", FAILED, f"{home.folder}: {error}", remedy)
    if not locks:
        remedy = "Choose a folder on a local disk: two games at once would send events twice here."
        return Finding("home folder", WARNING, f"{home.folder} has no file locks", remedy)
    free = shutil.disk_usage(folder).free
    if free < settings.journal_limit:
        remedy = f"Free some space: events that wait may need {settings.journal_limit >> 20} MiB."
        return Finding("home folder", WARNING, f"{free >> 20} MiB free at {folder}", remedy)
    made = "" if folder == home.folder else ", to be made"
    really /= home.folder.relative_to(folder)
    elsewhere = "" if really == home.folder else f", which is {really}"
    return Finding("home folder", OK, f"{home.folder}{elsewhere}{made}")


def _probe(home: Home, path: Path) -> tuple[bool, Path]:
    """Write, sync and lock a file; says whether the lock keeps others out, and where it lies.

    Python from the Microsoft Store sees its files where it wanted them, while they lie in a
    folder of its own: only the path of one that is there tells.
    """
    try:
        locks = _locks(home.disk, path)
        really = path.resolve().parent
    except OSError:
        with suppress(OSError):  # what went wrong first is what the player needs to hear
            home.disk.remove(path)
        raise
    home.disk.remove(path)
    return locks, really


def _locks(disk: Disk, path: Path) -> bool:
    """Whether a file that is made here, and synced, can be locked by one alone."""
    descriptor = disk.create(path)
    try:
        disk.write(descriptor, b"probe")
        disk.sync(descriptor)
    finally:
        disk.close(descriptor)
    first = disk.lock(path)
    if first is None:
        return False
    try:
        second = disk.lock(path)
    finally:
        disk.unlock(first)
    if second is not None:
        disk.unlock(second)
    return second is None


def _consent(home: Home, settings: Settings) -> Finding:
    """Whether the player lets the game track."""
    consent = decided(home.folder, home.disk, settings.consent)
    decision = load(home.folder, home.disk)
    if consent == UNREADABLE:
        remedy = f"Let the player read and write {home.folder}."
        found = "what the player allows cannot be read: events wait in memory"
        return Finding("consent", FAILED, found, remedy)
    if consent == "denied":
        found = why_denied(decision)
        mine = f"unset DO_NOT_TRACK, or delete {home.folder / DECISION}"
        remedy = f"That is the player's word. On your own machine: {mine}."
        return Finding("consent", WARNING, found, remedy)
    by = "the player" if decision.consent else "the setting"
    if consent == "pending":
        found = "pending: the player has not decided, and nothing is written or sent"
        return Finding("consent", WARNING, found, "Ask the player, then call set_consent.")
    return Finding("consent", OK, f"granted by {by}")


def _journal(home: Home) -> Finding:
    """Whether the runs can be read, and whether anything was lost, refused, or waits for long."""
    kept, refused = survey(home), sum(1 for _ in rejected(home))
    waiting, size = sum(run.waiting for run in kept), sum(run.size for run in kept)
    lost = sum(sum(run.lost.values()) for run in kept)
    found = f"{len(kept)} runs, {waiting} waiting in {size} bytes, {refused} rejected, {lost} lost"
    if faults := [f"{run.run}: {run.fault}" for run in kept if run.fault]:
        remedy = f"Check the disk, and who owns the files in {home.runs}."
        return Finding("journal", FAILED, "; ".join(faults), remedy)
    now = Clock().began
    oldest = min((run.seen or now for run in kept if run.waiting), default=now)
    if now - oldest > OLD:
        remedy = "Events wait for long: see the checks below, then deliver with exponea-game send."
        return Finding("journal", WARNING, found, remedy)
    if refused or lost:
        remedy = "See exponea-game journal rejected, and the column lost of exponea-game journal."
        return Finding("journal", WARNING, found, remedy)
    return Finding("journal", OK, found)


def _denied(home: Home) -> list[Finding]:
    """What waits because an event stream does not let it in; nothing where there is none."""
    waiting, messages = Counter[str](), dict[str, str]()
    for run in survey(home):
        if run.denied is not None and run.waiting:
            what = run.denied or "updates of customers"
            waiting[what] += run.waiting
            messages[what] = run.error
    remedy = "Allow them in the stream's rules; the game tries again at each launch."
    return [
        Finding("stream's rules", WARNING, f"{count} {what} wait: {messages[what]}", remedy)
        for what, count in waiting.most_common(SHOWN_TYPES)
    ]


def _certificates(settings: Settings) -> Finding:
    """Whether the certificates that ``requests`` uses are there and can be read."""
    to = settings.destination
    if to is not None and not to.base_url.startswith("https:"):
        return Finding("certificates", OK, f"not needed for {to.base_url}")
    import certifi  # as requests does

    chosen = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    path = Path(chosen or certifi.where())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(*((None, path) if path.is_dir() else (path, None)))
    except OSError as error:  # ssl.SSLError among them
        remedy = "Bundle the data of certifi with the game, or let REQUESTS_CA_BUNDLE name a file."
        return Finding("certificates", FAILED, f"{path}: {error}", remedy)
    count = f"{len(context.get_ca_certs())} authorities, " if path.is_file() else ""
    return Finding("certificates", OK, f"{count}{ssl.OPENSSL_VERSION}, {path}")


def _server(settings: Settings) -> list[Finding]:
    """Ask the server for its time: that tells of the way, both clocks, and the project."""
    to = settings.destination
    if to is None:
        remedy = "Until that is set, events wait on this machine."
        return [Finding("server", WARNING, settings.why_not_sent, remedy)]
    import requests

    method, address, body = to.question
    clock = Clock()
    try:
        reply = requests.request(
            method, address, headers=to.headers(), data=body,
            timeout=TIMEOUT, allow_redirects=False, stream=True,
        )  # fmt: skip
        text = reply.raw.read(ANSWER_LIMIT, decode_content=False)
    except requests.RequestException as error:
        if settings.collector is not None:
            remedy = "Start it with exponea-game collector, or unset EXPONEA_COLLECTOR."
            return [Finding("server", FAILED, NO_COLLECTOR.format(to.base_url), remedy)]
        return [Finding("server", FAILED, f"{to.base_url}: {_cause(error)}", _way(error))]
    seconds = clock.elapsed()
    data: Any = None
    with suppress(ValueError):
        data = json.loads(text)
    status, message = reply.status_code, one_line(error_text(data), to)[:200]
    if data is None or status >= 500:
        remedy = "Something else answers there, or the service is down: check base_url, try again."
        return [
            Finding("server", FAILED, f"{to.base_url} answers {status} {message}".strip(), remedy)
        ]
    reached = Finding("server", OK, f"{to.base_url} answers in {seconds * 1000:.0f} ms")
    now, found = clock.began + seconds / 2, f"{status} {message}".strip()
    if isinstance(to, Stream):
        of_the_head = _time_of(reply.headers.get("Date", ""))
        return [reached, *_clock(now, of_the_head), _stream(status, found)]
    at = data.get("time") if isinstance(data, dict) else None
    if not isinstance(at, (int, float)) or not data.get("success", True):
        remedy = "Check project_token, authorization ('Token <public key>') and base_url."
        return [reached, Finding("project", FAILED, f"refused: {found}", remedy)]
    return [reached, *_clock(now, at), Finding("project", OK, PROOF)]


def _stream(status: int, found: str) -> Finding:
    """Whether the stream was refused; that the question has no commands is none of its fault."""
    if status in (401, 403, 404, 405, 410) or "stream" in found.lower():
        remedy = "Check stream_id and base_url; a private stream takes nothing from games."
        return Finding("stream", FAILED, f"refused: {found}", remedy)
    return Finding("stream", OK, PROOF)


def _time_of(text: str) -> float | None:
    """Unix seconds of a date as HTTP has it."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def _clock(now: float, at: float | None) -> list[Finding]:
    """How far this machine's clock is from the server's, where that is known."""
    if at is None:
        return []
    off = now - at
    found = f"{abs(off):.1f} s {'ahead of' if off > 0 else 'behind'} the server"
    remedy = "Set this machine's clock: events carry its time."
    wrong = abs(off) > CLOCK_OFF
    return [Finding("clock", WARNING, found, remedy) if wrong else Finding("clock", OK, found)]


def _cause(error: BaseException) -> str:
    """The innermost words: those around it repeat the address."""
    while error.__context__ is not None:
        error = error.__context__
    return f"{type(error).__name__}: {error}"


def _way(error: BaseException) -> str:
    import requests

    if isinstance(error, requests.exceptions.SSLError):
        return "The connection cannot be trusted: check the clock, the certificates and any proxy."
    return "Check the connection, base_url, and any proxy or firewall; events wait meanwhile."
