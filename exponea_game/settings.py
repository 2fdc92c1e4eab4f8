"""What a game may set: from arguments, from the environment, from a TOML file; checked, frozen.

An argument wins over its variable, a variable over the file, the file over the default. The file is
named by ``EXPONEA_CONFIG`` and holds the table ``[tool.exponea_game]`` or ``[exponea_game]`` with
the names of the arguments.

A setting is declared once, as an attribute of ``Settings``: its type, default, check, variable,
unit, what it is for, and whether it holds for a run. The page docs/settings.md and ``Given`` are
tested against that, and ``FOR_THE_RUN`` is derived from it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from exponea_game import settings_checks as check
from exponea_game.destination import Destination, Project, Stream
from exponea_game.errors import SettingsError
from exponea_game.settings_checks import LOOPBACK, NO
from exponea_game.settings_file import FILE, read_table
from exponea_game.system.json_text import printable

if TYPE_CHECKING:
    from typing_extensions import Unpack  # every type checker knows it, installed or not

PRODUCTION, DEVELOPMENT = "production", "development"
"""The environments of a game that is released, and of one that is not."""
WITH_MESSAGE = "with_message"
"""Errors are told with their messages."""
DAY = 86_400.0
"""Seconds."""


class Given(TypedDict, total=False):
    """Settings as arguments: the attributes of ``Settings``; None means not given."""

    project_token: str | None
    authorization: str | None
    stream_id: str | None
    base_url: str | None
    app_name: str | None
    app_version: str | None
    application_id: str | None
    session_timeout: float | None
    idle_timeout: float | None
    automatic_session_tracking: bool | None
    manual_session_auto_close: bool | None
    end_session_on_exit: bool | None
    track_errors: bool | str | None
    handle_signals: bool | None
    default_properties: Mapping[str, Any] | None
    allow_default_customer_properties: bool | None
    flush_mode: str | None
    flush_interval: float | None
    home: str | os.PathLike[str] | None
    journal_limit: int | None
    strict: bool | None
    collector: str | bool | int | None
    environment: str | None
    consent: str | None


def _setting(
    check: Callable[[str, Any], Any],
    *,
    default: Any,
    variable: str = "",
    unit: str = "",
    for_the_run: bool = False,
    secret: bool = False,
) -> Any:
    """Declare a setting.

    Args:
        check: Takes the name and a value, and returns the value to use (see settings_checks).
        default: What holds where nothing is given.
        variable: The variable of the environment that gives it.
        unit: Of its number.
        for_the_run: Whether it holds for a whole run: it must come before the first event.
        secret: Whether it is left out where settings are shown.
    """
    about = {"check": check, "variable": variable, "unit": unit, "for_the_run": for_the_run}
    if default == {}:
        return field(default_factory=dict, metadata=about)
    return field(default=default, metadata=about, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """The settings of a tracker. All have a default."""

    project_token: str | None = _setting(
        check.token, default=None, secret=True, variable="EXPONEA_PROJECT_TOKEN"
    )
    """The Exponea project. Without one, events wait on the player's disk."""
    authorization: str | None = _setting(
        check.authorization, default=None, secret=True, variable="EXPONEA_AUTHORIZATION"
    )
    """`"Token <public key>"`. A private key (`Basic`) has no place in a game."""
    stream_id: str | None = _setting(check.stream_id, default=None, variable="EXPONEA_STREAM_ID")
    """An event stream (Data hub), instead of a project: it needs no `authorization`."""
    base_url: str = _setting(
        check.url, default="https://api.exponea.com", variable="EXPONEA_BASE_URL"
    )
    """The address of the project's instance, with `https`."""
    app_name: str = _setting(check.text, default="", variable="EXPONEA_APP_NAME", for_the_run=True)
    """The game's name: tells its files from another game's; by default the script's."""
    app_version: str | None = _setting(check.optional_text, default=None, for_the_run=True)
    """Sent with sessions."""
    application_id: str = _setting(check.application_id, default="default-application")
    """Sent with every event."""
    session_timeout: float = _setting(
        check.seconds(1, DAY),
        default=60.0,
        variable="EXPONEA_SESSION_TIMEOUT",
        unit="seconds",
        for_the_run=True,
    )
    """Absence that ends a session."""
    idle_timeout: float | None = _setting(
        check.optional_seconds(1, DAY), default=None, unit="seconds", for_the_run=True
    )
    """Time without input that is absence, as if the focus had gone; without it only the focus
    counts."""
    automatic_session_tracking: bool = _setting(check.flag, default=True, for_the_run=True)
    """Whether attached windows start and end sessions."""
    manual_session_auto_close: bool = _setting(check.flag, default=True, for_the_run=True)
    """Whether a manual start ends the session that is open."""
    end_session_on_exit: bool = _setting(check.flag, default=True)
    """Whether quitting ends the session at once; else a relaunch within the timeout carries it
    on."""
    track_errors: bool | str = _setting(check.flag_or(WITH_MESSAGE), default=True)
    """Whether an exception that nobody caught is told as the event `error`: its type and its place.
    With `"with_message"` its message is told, too, which may name a person."""
    handle_signals: bool = _setting(check.flag, default=True, for_the_run=True)
    """Whether a signal that ends the program, and that the game has not taken, ends the session
    before."""
    default_properties: Mapping[str, Any] = _setting(check.properties, default={})
    """Part of every event; an event's own win."""
    allow_default_customer_properties: bool = _setting(check.flag, default=True)
    """Whether they are part of customer updates too."""
    flush_mode: str = _setting(check.one_of("immediate", "periodic", "manual"), default="immediate")
    """`"immediate"`, `"periodic"` or `"manual"`."""
    flush_interval: float = _setting(
        check.seconds(1, DAY), default=60.0, variable="EXPONEA_FLUSH_INTERVAL", unit="seconds"
    )
    """Between two deliveries in periodic mode."""
    home: Path | None = _setting(  # noqa: RUF009 - it declares a field
        check.home, default=None, variable="EXPONEA_GAME_HOME", for_the_run=True
    )
    """The folder for the game's files; one in the user's data folder by default."""
    journal_limit: int = _setting(
        check.journal_limit, default=64 << 20, unit="bytes", for_the_run=True
    )
    """The most that waiting events may take on the disk."""
    strict: bool = _setting(check.flag, default=False)
    """Raise the caller's mistakes: for development and tests."""
    collector: str | None = _setting(check.collector, default=None, variable="EXPONEA_COLLECTOR")
    """A local collector to send everything to instead: `True` or `1` for the usual one, or its
    address."""
    environment: str | None = _setting(
        check.environment, default=None, variable="EXPONEA_ENVIRONMENT"
    )
    """Part of every event, such as `"production"` or `"staging"`. Where it is not given, a frozen
    game is in production, and a game run from its sources, under a test or in CI is in development:
    then nothing goes to the real service."""
    consent: str = _setting(check.one_of("granted", "pending", "denied"), default="granted")
    """`"granted"`, `"pending"` or `"denied"` until the player has decided."""

    def __post_init__(self) -> None:
        for setting in fields(self):
            try:
                value = setting.metadata["check"](setting.name, getattr(self, setting.name))
            except SettingsError as error:
                error.setting = setting.name
                raise
            except Exception as error:  # noqa: BLE001 - whatever a caller's object raises
                kind = type(error).__name__
                sentence = f"{setting.name} cannot be read: it raises {kind}"
                raise SettingsError(sentence, setting.name) from None
            object.__setattr__(self, setting.name, value)
        object.__setattr__(self, "app_name", self.app_name or _program())
        if self.stream_id is not None and (self.project_token or self.authorization):
            sentence = "stream_id is given beside project_token or authorization; give one of both"
            raise SettingsError(sentence, "stream_id")

    @classmethod
    def load(
        cls,
        variables: Mapping[str, str] = os.environ,
        ignored: frozenset[str] = frozenset(),
        /,
        **arguments: Unpack[Given],
    ) -> Settings:
        """Settings from arguments, environment and file.

        Args:
            variables: The environment of the process.
            ignored: Settings that hold their default whatever is given.
            **arguments: As the attributes of this class; None means not given.

        Raises:
            SettingsError: One of them cannot be used.
        """
        known = set(VARIABLES) | ignored
        path = None if FILE in ignored else variables.get(FILE)
        table = read_table(path) if path else {}
        for name in table.keys() - known:
            raise _unknown(f"{path!r} has the unknown setting", name, known)
        given = {**table, **_from(variables, ignored)}
        given |= {name: value for name, value in arguments.items() if value is not None}
        for name in given.keys() - known:
            raise _unknown("there is no setting", name, known)
        return cls(**{name: value for name, value in given.items() if name not in ignored})

    @property
    def destination(self) -> Destination | None:
        """Where to deliver to; None without a project or a stream."""
        if self.stream_id is not None:
            base_url = self.collector or self.base_url
            withheld = self.collector is None and self.withheld
            return None if withheld else Stream(base_url, self.stream_id)
        if self.collector is not None:
            token, authorization = self.project_token or "local", self.authorization
            return Project(self.collector, token, authorization or "Token local")
        if self.project_token is None or self.authorization is None or self.withheld:
            return None
        return Project(self.base_url, self.project_token, self.authorization)

    @property
    def why_not_sent(self) -> str:
        """What a developer can do where there is no destination."""
        named = self.stream_id or (self.project_token and self.authorization)
        if not named:
            return (
                "no project_token and authorization are set, and no stream_id; "
                "EXPONEA_COLLECTOR=1 shows them"
            )
        return (
            "a game that is not released sends nothing to the real service; "
            "environment='...' sends it, EXPONEA_COLLECTOR=1 shows it"
        )

    @property
    def stage(self) -> str:
        """The environment as events carry it."""
        return self.environment or (PRODUCTION if released() else DEVELOPMENT)

    @property
    def withheld(self) -> bool:
        """Whether events wait because this is a developer's own play."""
        undecided = self.environment is None and not released()
        return undecided and not LOOPBACK.match(self.base_url)


def released(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether players run this program: it is frozen, and neither tested nor in CI."""
    frozen = getattr(sys, "frozen", False) or "__compiled__" in globals()  # PyInstaller; Nuitka
    return bool(frozen) and "pytest" not in sys.modules and not environment.get("CI")


VARIABLES = {setting.name: setting.metadata["variable"] for setting in fields(Settings)}
"""The variable of each setting; empty where it has none."""
FOR_THE_RUN = tuple(setting.name for setting in fields(Settings) if setting.metadata["for_the_run"])
"""Settings that hold for a whole run: ``configure`` cannot change them after its first event."""
_SECONDS = {setting.name for setting in fields(Settings) if setting.metadata["unit"] == "seconds"}


def _program() -> str:
    """A name for a game that did not give one: its script's, or its folder's."""
    main = getattr(sys.modules.get("__main__"), "__file__", None) or sys.argv[0] or "game"
    path = Path(main)
    return printable(path.parent.name if path.stem in ("__main__", "main") else path.stem)


def _from(variables: Mapping[str, str], ignored: frozenset[str]) -> dict[str, Any]:
    """The settings that have a variable, as text or number."""
    given: dict[str, Any] = {}
    for name, variable in VARIABLES.items():
        text = variables.get(variable, "") if variable else ""
        if text == "" or name in ignored or (name == "collector" and text.lower() in NO):
            continue
        given[name] = _number(name, variable, text) if name in _SECONDS else text
    return given


def _number(name: str, variable: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        right = "it must be a number of seconds"
        raise SettingsError(f"{variable} is {text!r:.100}; {right}", name) from None


def _unknown(where: str, name: str, known: set[str]) -> SettingsError:
    return SettingsError(f"{where} {name!r:.100}; there are {', '.join(sorted(known))}", name)
