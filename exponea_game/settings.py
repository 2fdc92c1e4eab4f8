"""What a game may set: from arguments, from the environment, from a TOML file; checked, frozen.

An argument wins over its variable, a variable over the file, the file over the default. The file is
named by ``EXPONEA_CONFIG`` and holds the table ``[tool.exponea_game]`` or ``[exponea_game]`` with
the names of the arguments.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from exponea_game.destination import Project
from exponea_game.errors import SettingsError
from exponea_game.settings_checks import CHECKS

if TYPE_CHECKING:
    from typing_extensions import Unpack  # every type checker knows it, installed or not

FILE = "EXPONEA_CONFIG"
"""The variable that names the file."""
COLLECTOR = "http://127.0.0.1:8321"
"""Where ``exponea-game collector`` listens."""
NO = ("", "0", "false", "no", "off")
"""What a variable may say for no."""
PRODUCTION, DEVELOPMENT = "production", "development"
"""The environments of a game that is released, and of one that is not."""
LOOPBACK = re.compile(r"https?://(localhost|127\.[\d.]+|\[::1\])(:\d+)?(/|$)")
"""Addresses of this machine."""


class Given(TypedDict, total=False):
    """Settings as arguments: the attributes of ``Settings``; None means not given."""

    project_token: str | None
    authorization: str | None
    base_url: str | None
    app_name: str | None
    app_version: str | None
    application_id: str | None
    session_timeout: float | None
    automatic_session_tracking: bool | None
    manual_session_auto_close: bool | None
    end_session_on_exit: bool | None
    default_properties: Mapping[str, Any] | None
    allow_default_customer_properties: bool | None
    flush_mode: str | None
    flush_interval: float | None
    home: str | os.PathLike[str] | None
    journal_limit: int | None
    strict: bool | None
    collector: str | None
    environment: str | None
    consent: str | None


@dataclass(frozen=True)
class Settings:
    """The settings of a tracker. All have a default; times are in seconds, sizes in bytes.

    Attributes:
        project_token: The Exponea project. Without one, events wait on the player's disk.
        authorization: ``"Token <public key>"``. A private key (``Basic``) has no place in a game.
        base_url: The address of the project's instance.
        app_name: The game's name: tells its files from another game's.
        app_version: Sent with sessions.
        application_id: Sent with every event.
        session_timeout: Absence that ends a session.
        automatic_session_tracking: Whether attached windows start and end sessions.
        manual_session_auto_close: Whether a manual start ends the session that is open.
        end_session_on_exit: Whether quitting ends the session at once, or a relaunch within the
            timeout carries it on.
        default_properties: Part of every event; an event's own win.
        allow_default_customer_properties: Whether they are part of customer updates too.
        flush_mode: ``"immediate"``, ``"periodic"`` or ``"manual"``.
        flush_interval: Between two deliveries in periodic mode.
        home: The folder for the game's files; the user's data folder by default.
        journal_limit: The most that waiting events may take on the disk.
        strict: Raise the caller's mistakes: for development and tests.
        collector: A local collector to send everything to instead.
        environment: Part of every event, such as ``"production"`` or ``"staging"``. Where it is
            not given, a frozen game is in production, and a game run from its sources, under a
            test or in CI is in development: then nothing goes to the real service.
        consent: ``"granted"``, ``"pending"`` or ``"denied"`` until the player has decided.
    """

    project_token: str | None = None
    authorization: str | None = None
    base_url: str = "https://api.exponea.com"
    app_name: str = ""
    app_version: str | None = None
    application_id: str = "default-application"
    session_timeout: float = 60.0
    automatic_session_tracking: bool = True
    manual_session_auto_close: bool = True
    end_session_on_exit: bool = True
    default_properties: Mapping[str, Any] = field(default_factory=dict)
    allow_default_customer_properties: bool = True
    flush_mode: str = "immediate"
    flush_interval: float = 60.0
    home: Path | None = None
    journal_limit: int = 64 << 20
    strict: bool = False
    collector: str | None = None
    environment: str | None = None
    consent: str = "granted"

    def __post_init__(self) -> None:
        for setting in fields(self):
            try:
                value = CHECKS[setting.name](setting.name, getattr(self, setting.name))
            except SettingsError as error:
                error.setting = setting.name
                raise
            except Exception as error:  # noqa: BLE001 - whatever a caller's object raises
                kind = type(error).__name__
                sentence = f"{setting.name} cannot be read: it raises {kind}"
                raise SettingsError(sentence, setting.name) from None
            object.__setattr__(self, setting.name, value)
        object.__setattr__(self, "app_name", self.app_name or _program())

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
        known = {setting.name for setting in fields(cls)} | ignored
        path = None if FILE in ignored else variables.get(FILE)
        given = {**_from_file(path, known), **_from(variables, ignored)}
        given |= {name: value for name, value in arguments.items() if value is not None}
        for name in given.keys() - known:
            raise _unknown("there is no setting", name, known)
        return cls(**{name: value for name, value in given.items() if name not in ignored})

    @property
    def destination(self) -> Project | None:
        """Where to deliver to; None without a project."""
        if self.collector is not None:
            token, authorization = self.project_token or "local", self.authorization
            return Project(self.collector, token, authorization or "Token local")
        if self.project_token is None or self.authorization is None or self.withheld:
            return None
        return Project(self.base_url, self.project_token, self.authorization)

    @property
    def why_not_sent(self) -> str:
        """What a developer can do where there is no destination."""
        if self.project_token is None or self.authorization is None:
            return "no project_token and authorization are set; EXPONEA_COLLECTOR=1 shows them"
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


def _program() -> str:
    """A name for a game that did not give one: its script's, or its folder's."""
    main = getattr(sys.modules.get("__main__"), "__file__", None) or sys.argv[0] or "game"
    path = Path(main)
    return path.parent.name if path.stem in ("__main__", "main") else path.stem


def _from(variables: Mapping[str, str], ignored: frozenset[str]) -> dict[str, Any]:
    """The settings that have a variable, as text or number."""
    given: dict[str, Any] = {}
    for name in ("project_token", "authorization", "base_url", "app_name", "environment"):
        given[name] = variables.get(f"EXPONEA_{name.upper()}")
    for name in {"session_timeout", "flush_interval"} - ignored:
        given[name] = _number(name, variables.get(f"EXPONEA_{name.upper()}"))
    given["home"] = variables.get("EXPONEA_GAME_HOME")
    collector = variables.get("EXPONEA_COLLECTOR", "")
    if collector.lower() not in NO:
        usual = collector.lower() in ("1", "true", "yes", "on")
        given["collector"] = COLLECTOR if usual else collector
    return {name: value for name, value in given.items() if value not in (None, "")}


def _number(name: str, text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        right = "it must be a number of seconds"
        raise SettingsError(f"EXPONEA_{name.upper()} is {text!r}; {right}", name) from None


def _unknown(where: str, name: str, known: set[str]) -> SettingsError:
    return SettingsError(f"{where} {name!r}; there are {', '.join(sorted(known))}", name)


def _from_file(path: str | None, known: set[str]) -> dict[str, Any]:
    if not path:
        return {}
    if sys.version_info >= (3, 11):  # here, since few games have a file to read
        import tomllib
    else:
        import tomli as tomllib
    try:
        with Path(path).open("rb") as file:
            content = tomllib.load(file)
    except (OSError, ValueError) as error:  # a ValueError: no TOML, or no UTF-8
        raise SettingsError(f"{FILE} names {path!r}, which is no TOML: {error}", FILE) from None
    table = content.get("tool", {}).get("exponea_game", content.get("exponea_game", {}))
    if not isinstance(table, dict):
        raise SettingsError(f"exponea_game in {path!r} is no table of settings", FILE)
    for name in table.keys() - known:
        raise _unknown(f"{path!r} has the unknown setting", name, known)
    return table
