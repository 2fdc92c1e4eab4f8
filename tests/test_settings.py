from __future__ import annotations

import ast
import os
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from exponea_game import settings as settings_module
from exponea_game.destination import Project, Stream
from exponea_game.errors import SettingsError
from exponea_game.settings import FOR_THE_RUN, VARIABLES, Settings, released
from exponea_game.settings_checks import COLLECTOR

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = {"project_token": "abc-1", "authorization": "Token key"}


def load(variables=None, **arguments):
    return Settings.load(variables or {}, **arguments)


def toml(path: Path, text: str) -> dict[str, str]:
    path.write_text(text, encoding="utf-8")
    return {"EXPONEA_CONFIG": str(path)}


def test_without_a_word_the_defaults_of_the_mobile_sdks_hold():
    settings = load()

    assert (settings.base_url, settings.session_timeout) == ("https://api.exponea.com", 60.0)
    assert settings.automatic_session_tracking is True
    assert settings.manual_session_auto_close is True
    assert settings.end_session_on_exit is True
    assert settings.allow_default_customer_properties is True
    assert (settings.flush_mode, settings.application_id) == ("immediate", "default-application")
    assert settings.strict is False
    assert settings.destination is None


GIVEN = {
    "project_token": "abc-1",
    "authorization": "Token key",
    "stream_id": "stream_1",
    "base_url": "https://api.example.com/x",
    "app_name": "Comet",
    "app_version": "1.2",
    "application_id": "com.example.comet-2",
    "session_timeout": 1.5,
    "idle_timeout": 300.0,
    "track_errors": "with_message",
    "handle_signals": False,
    "automatic_session_tracking": False,
    "manual_session_auto_close": False,
    "end_session_on_exit": False,
    "default_properties": {"level": [1, {"deep": None}]},
    "allow_default_customer_properties": False,
    "flush_mode": "periodic",
    "flush_interval": 5.0,
    "home": Path("home").absolute(),
    "journal_limit": 8 << 20,
    "strict": True,
    "collector": "http://127.0.0.1:9",
    "environment": "staging",
    "consent": "pending",
}


@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_each_setting_can_be_given_as_an_argument(name):
    assert getattr(load(**{name: GIVEN[name]}), name) == GIVEN[name]


@pytest.mark.parametrize("table", ["tool.exponea_game", "exponea_game"])
@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_each_setting_can_be_given_in_a_file(name, table, tmp_path):
    value = GIVEN[name]
    text = {bool: str(value).lower(), dict: "{level = [1, {deep = 2}]}"}.get(
        type(value), repr(value.as_posix() if isinstance(value, Path) else value)
    )
    variables = toml(tmp_path / "game.toml", f"[{table}]\n{name} = {text}\n")

    expected = {"level": [1, {"deep": 2}]} if name == "default_properties" else value
    assert getattr(load(variables), name) == expected


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("EXPONEA_PROJECT_TOKEN", "abc", "project_token", "abc"),
        ("EXPONEA_AUTHORIZATION", "Token k", "authorization", "Token k"),
        ("EXPONEA_STREAM_ID", "stream-1", "stream_id", "stream-1"),
        ("EXPONEA_BASE_URL", "https://x.example/", "base_url", "https://x.example"),
        ("EXPONEA_APP_NAME", "Comet", "app_name", "Comet"),
        ("EXPONEA_ENVIRONMENT", "staging", "environment", "staging"),
        ("EXPONEA_SESSION_TIMEOUT", "2.5", "session_timeout", 2.5),
        ("EXPONEA_FLUSH_INTERVAL", "7", "flush_interval", 7.0),
        ("EXPONEA_GAME_HOME", str(Path("x").absolute()), "home", Path("x").absolute()),
        ("EXPONEA_COLLECTOR", "1", "collector", COLLECTOR),
        ("EXPONEA_COLLECTOR", "true", "collector", COLLECTOR),
        ("EXPONEA_COLLECTOR", "http://127.0.0.1:9000", "collector", "http://127.0.0.1:9000"),
        ("EXPONEA_COLLECTOR", "0", "collector", None),
        ("EXPONEA_COLLECTOR", "off", "collector", None),
        ("EXPONEA_PROJECT_TOKEN", "", "project_token", None),
    ],
)
def test_a_variable_gives_a_setting(variable, text, name, value):
    assert getattr(load({variable: text}), name) == value


def test_an_argument_wins_over_its_variable_and_that_over_the_file(tmp_path):
    variables = toml(
        tmp_path / "game.toml",
        '[exponea_game]\nproject_token = "file"\napp_name = "file"\nsession_timeout = 3\n',
    )
    variables |= {"EXPONEA_PROJECT_TOKEN": "variable", "EXPONEA_APP_NAME": "variable"}

    settings = load(variables, project_token="argument", base_url=None)

    assert (settings.project_token, settings.app_name) == ("argument", "variable")
    assert settings.session_timeout == 3.0


A_TEXT = "it must be a text"
A_FLAG = r"it must be True or False"
SECONDS = "it must be a number of seconds from 1 to 86400"
WRONG = [
    (
        "project_token",
        "a/b",
        "project_token is a str of another form; it must be the",
    ),
    ("project_token", 5, "project_token is a int of another form"),
    ("stream_id", "a b", r"it must be the stream's id: letters, digits, '_' and '-'"),
    ("authorization", "Basic c2VjcmV0", "a private key has no place in a game"),
    ("authorization", "Bearer x", "authorization is a str of another form; it must be 'Token"),
    ("authorization", "Token a\r\nb: c", "it must be 'Token <public key>'"),
    ("base_url", "api.exponea.com", "it must be an address such as 'https://api.exponea.com'"),
    ("base_url", "ftp://x", "base_url is 'ftp://x'"),
    ("base_url", "http://api.exponea.com", "it must be an address that begins with 'https://'"),
    ("base_url", "http://127.0.0.1@x.example", "base_url names a user; it must be an address"),
    ("base_url", "https://x.example:99999", "it must be an address"),
    ("base_url", "https://[::1", "it must be an address"),
    ("app_name", "caf\udce9", "it must be a text in UTF-8"),
    ("app_name", 7, rf"app_name is 7 \(int\); {A_TEXT}"),
    ("app_version", 1.2, A_TEXT),
    ("application_id", "Big Game", "application_id is 'Big Game' .* lower-case letters"),
    ("application_id", "a" * 51, "at most 50"),
    ("session_timeout", 0, SECONDS),
    ("session_timeout", -1.0, SECONDS),
    ("session_timeout", 1e-9, SECONDS),
    ("session_timeout", 1e300, SECONDS),
    ("session_timeout", float("nan"), SECONDS),
    ("session_timeout", float("inf"), SECONDS),
    ("session_timeout", True, SECONDS),
    ("session_timeout", "60", SECONDS),
    ("idle_timeout", 0.0, SECONDS),
    ("idle_timeout", "never", SECONDS),
    ("track_errors", 1, "track_errors is 1 .* True, False or 'with_message'"),
    ("track_errors", "all", "must be True, False or 'with_message'"),
    ("handle_signals", "yes", A_FLAG),
    ("automatic_session_tracking", 1, A_FLAG),
    ("manual_session_auto_close", "yes", A_FLAG),
    ("end_session_on_exit", None.__class__, A_FLAG),
    ("default_properties", [1], "it must be a dict of names and values"),
    ("default_properties", {"x": object()}, r"default_properties: properties\['x'\] is of type"),
    ("allow_default_customer_properties", 0, A_FLAG),
    ("flush_mode", "never", "'immediate' or 'periodic' or 'manual'"),
    ("flush_interval", 0, SECONDS),
    ("home", 3, "it must be a folder"),
    ("home", "", "it must be a folder"),
    ("journal_limit", 1000, "at least 4194304"),
    ("journal_limit", 1e9, "a number of bytes"),
    ("strict", "no", A_FLAG),
    ("collector", "localhost", "it must be an address"),
    ("collector", "8321", "it must be an address such as 'http://127.0.0.1:8321'"),
    ("environment", 3, A_TEXT),
    ("environment", "../x", "it must be at most 60 letters"),
    ("consent", "maybe", "'granted' or 'pending' or 'denied'"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
def test_a_wrong_value_is_named_with_what_would_be_right(name, value, sentence):
    with pytest.raises(SettingsError, match=sentence) as caught:
        load(**{name: value})

    assert str(caught.value).startswith(name)


def test_every_setting_has_a_wrong_value_in_these_tests():
    assert {name for name, _, _ in WRONG} == set(Settings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("authorization", "Basic c2VjcmV0"),
        ("authorization", b"Basic c2VjcmV0"),
        ("authorization", ["c2VjcmV0"]),
        ("project_token", "Token c2VjcmV0"),
        ("base_url", "https://user:c2VjcmV0@x.example"),
    ],
)
def test_a_key_is_not_repeated_in_the_error(name, key):
    with pytest.raises(SettingsError) as caught:
        load(**{name: key})

    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"EXPONEA_SESSION_TIMEOUT": "long"}, "EXPONEA_SESSION_TIMEOUT is 'long'; it must be a"),
        ({"EXPONEA_FLUSH_INTERVAL": "nan"}, "flush_interval is nan"),
        ({"EXPONEA_COLLECTOR": "127.0.0.1:9000"}, "collector is '127.0.0.1:9000'"),
        ({"EXPONEA_CONFIG": "/nowhere.toml"}, "EXPONEA_CONFIG names '/nowhere.toml'"),
    ],
)
def test_a_wrong_variable_is_named(variables, sentence):
    with pytest.raises(SettingsError, match=sentence):
        load(variables)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[exponea_game]\nprojekt = 1", "has the unknown setting 'projekt'; there are .*app_name"),
        ("exponea_game = 3", "is no table of settings"),
        ("[", "which is no TOML"),
        ('[exponea_game]\nstrict = "yes"', A_FLAG),
    ],
)
def test_a_wrong_file_is_named(text, sentence, tmp_path):
    with pytest.raises(SettingsError, match=sentence):
        load(toml(tmp_path / "game.toml", text))


def test_a_file_that_is_no_utf_8_is_no_toml(tmp_path):
    (tmp_path / "game.toml").write_bytes(b'[exponea_game]\napp_name = "\xff"')

    with pytest.raises(SettingsError, match="which is no TOML"):
        load({"EXPONEA_CONFIG": str(tmp_path / "game.toml")})


def test_an_unknown_setting_is_told_with_those_there_are():
    with pytest.raises(SettingsError, match=r"no setting 'projekt'; there are .*app_name"):
        load(projekt="x")


def test_default_properties_are_copied_through_and_through():
    deep = [1]
    settings = load(default_properties={"deep": deep})

    deep.append(2)

    assert settings.default_properties == {"deep": [1]}


@pytest.mark.parametrize("usual", ["1", 1, True, "yes"])
def test_the_usual_collector_needs_no_address(usual):
    assert load(collector=usual).collector == COLLECTOR


def test_a_service_on_this_machine_needs_no_encryption():
    assert load(base_url="http://localhost:8080/x").base_url == "http://localhost:8080/x"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipe with a file's name")
def test_a_pipe_is_no_file_of_settings_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(SettingsError, match="it is no file"):
        load({"EXPONEA_CONFIG": str(tmp_path / "pipe")})


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "1" * 100_000,
        "#" * 2_000_000,
        "exponea_game = 3",
        "exponea_game = [1]",
    ],
)
def test_a_file_that_breaks_parsers_is_named_in_a_few_words(text, tmp_path):
    with pytest.raises(SettingsError) as caught:
        load(toml(tmp_path / "game.toml", text))

    assert caught.value.setting == "EXPONEA_CONFIG"
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("text", ['tool = "x"', "tool = [1]"])
def test_a_file_with_other_things_gives_nothing(text, tmp_path):
    assert load(toml(tmp_path / "game.toml", text)) == load()


@pytest.mark.parametrize("key", ["x" + ".x" * 3000, '"x"' + '."x"' * 3000])
def test_a_key_of_very_many_parts_is_refused_before_it_is_parsed(tmp_path, monkeypatch, key):
    monkeypatch.setattr(tomllib, "loads", lambda _: pytest.fail("it is parsed"))

    with pytest.raises(SettingsError, match="its line 2 has more than 1000 dots"):
        load(toml(tmp_path / "game.toml", f"# a comment\n{key} = 1\n"))


def test_each_setting_says_what_it_is_for():
    source = Path(settings_module.__file__).read_text(encoding="utf-8")
    (body,) = [n.body for n in ast.parse(source).body if getattr(n, "name", "") == "Settings"]

    told = {a.target.id for a, b in pairwise(body) if isinstance(a, ast.AnnAssign) and is_text(b)}

    assert told == set(VARIABLES)


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_what_decides_how_a_session_is_told_holds_for_the_run():
    assert {"home", "session_timeout", "automatic_session_tracking"} <= set(FOR_THE_RUN)
    assert "consent" not in FOR_THE_RUN


def test_settings_cannot_be_changed():
    with pytest.raises(AttributeError):
        load().strict = True


@pytest.mark.parametrize(
    ("given", "destination"),
    [
        ({}, None),
        ({"project_token": "a"}, None),
        ({"authorization": "Token k"}, None),
        (PROJECT, None),
        (
            {**PROJECT, "environment": "test"},
            Project("https://api.exponea.com", "abc-1", "Token key"),
        ),
        (
            {**PROJECT, "base_url": "http://127.0.0.1:80"},
            Project("http://127.0.0.1:80", "abc-1", "Token key"),
        ),
        ({"collector": COLLECTOR}, Project(COLLECTOR, "local", "Token local")),
        ({"collector": COLLECTOR, **PROJECT}, Project(COLLECTOR, "abc-1", "Token key")),
    ],
)
def test_events_go_to_the_collector_else_to_the_project_of_a_named_environment(given, destination):
    assert load(**given).destination == destination


@pytest.mark.parametrize(
    ("given", "destination"),
    [
        ({"stream_id": "s-1"}, None),
        ({"stream_id": "s-1", "environment": "test"}, Stream("https://api.exponea.com", "s-1")),
        ({"stream_id": "s-1", "collector": COLLECTOR}, Stream(COLLECTOR, "s-1")),
    ],
)
def test_an_event_stream_needs_its_id_alone(given, destination):
    assert load(**given).destination == destination


@pytest.mark.parametrize("other", [{"project_token": "abc"}, {"authorization": "Token key"}])
def test_a_stream_beside_a_project_is_a_mistake(other):
    with pytest.raises(SettingsError, match="give one of both") as raised:
        load(stream_id="s-1", **other)

    assert raised.value.setting == "stream_id"


def test_without_a_destination_a_developer_is_told_what_to_do():
    assert "no project_token and authorization are set" in load().why_not_sent
    assert "environment='...'" in load(**PROJECT).why_not_sent


def test_a_game_run_from_its_sources_is_in_development():
    assert load().stage == "development"
    assert load(environment="live").stage == "live"


def test_a_frozen_game_is_released_but_not_while_it_is_tested(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert released({}) is False

    monkeypatch.delitem(sys.modules, "pytest")
    assert released({}) is True
    assert released({"CI": "1"}) is False


@pytest.mark.parametrize(
    ("path", "name"),
    [("/games/comet.py", "comet"), ("/games/comet/__main__.py", "comet"), ("/c/main.py", "c")],
)
def test_a_game_that_gives_no_name_is_called_by_its_script(path, name, monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "__file__", path, raising=False)

    assert load().app_name == name


def test_settings_that_are_shown_hold_no_key():
    assert "abc-1" not in repr(load(**PROJECT))
    assert "Token key" not in repr(load(**PROJECT))
