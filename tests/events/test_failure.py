from __future__ import annotations

import json

import pytest

from exponea_game.events.failure import FRAMES, MESSAGE, describe_failure


def run(code: str, *, name: str = "__main__", file: str = "/home/anna/comet/game.py") -> Exception:
    """The exception that a module of a game raises."""
    try:
        exec(compile(code, file, "exec"), {"__name__": name})
    except Exception as error:  # noqa: BLE001 - whatever it raises is what is wanted
        return error
    raise AssertionError("it raises nothing")


def describe(error: BaseException, **options: bool) -> dict[str, object]:
    properties = describe_failure(error, "MainThread", **options)
    properties["frames"] = [f for f in properties["frames"] if "test_failure" not in f]
    return properties


def test_an_error_has_its_type_its_place_its_frames_and_its_thread():
    error = run("def lose():\n    raise KeyError('anna')\nlose()")

    assert describe(error) == {
        "error_type": "KeyError",
        "error_place": "game:2",
        "frames": ["game:3", "game:2"],
        "thread": "MainThread",
    }


def test_the_message_is_told_only_where_the_game_wants_it():
    error = run("raise ValueError('Anna ' * 100)")

    assert "Anna" not in json.dumps(describe(error))
    assert describe(error, with_message=True)["error_message"] == ("Anna " * 100)[:MESSAGE]


def test_nothing_tells_where_the_game_lies():
    for file in ("/home/anna/comet/game.py", "C:\\Users\\anna\\comet\\game.py"):
        for name in ("__main__", "levels.boss", "/home/anna/comet/game"):
            assert "anna" not in json.dumps(describe(run("1 / 0", name=name, file=file)))


def test_the_place_is_the_innermost_line_of_the_games_own_code():
    inside = {
        "json.decoder": "/usr/lib/python3.11/json/decoder.py",
        "pyglet.app.base": "/srv/venv/lib/python3.11/site-packages/pyglet/app/base.py",
        "physics.world": "/srv/venv/lib/python3.11/site-packages/physics/world.py",
        "arcade.window": "arcade/window.py",
    }
    for name, file in inside.items():
        library: dict[str, object] = {"__name__": name}
        exec(compile("def fail():\n    raise ValueError", file, "exec"), library)
        game = {"__name__": "levels.boss", "fail": library["fail"]}
        with pytest.raises(ValueError) as caught:
            exec(compile("\n\n\nfail()", "/home/anna/comet/levels/boss.py", "exec"), game)

        properties = describe(caught.value)

        assert properties["error_place"] == "levels.boss:4"
        assert properties["frames"] == ["levels.boss:4", f"{name}:2"]


def test_only_the_innermost_frames_are_told():
    error = run("def deep(n):\n    return deep(n + 1)\ndeep(0)")

    properties = describe(error)

    assert properties["error_type"] == "RecursionError"
    assert properties["frames"] == ["game:2"] * FRAMES


@pytest.mark.parametrize(
    ("module", "name"), [("__main__", "GameError"), ("levels", "levels.GameError")]
)
def test_the_games_own_exceptions_have_their_modules_name(module, name):
    error = run("class GameError(Exception): pass\nraise GameError", name=module)

    assert describe(error)["error_type"] == name


def test_an_exception_that_was_never_raised_has_no_place():
    assert describe(ValueError()) == {
        "error_type": "ValueError", "error_place": "", "frames": [], "thread": "MainThread",
    }  # fmt: skip
