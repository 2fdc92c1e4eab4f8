"""dev.py makes what is missing, touches nothing that is there, and says what a person must do."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

DEV = Path(__file__).parent.parent / "dev.py"
PROJECT = """
[project]
name = "game"
dependencies = [
    "requests",
]

[tool.ruff]
line-length = 100
"""


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """dev.py, loaded as a module that belongs to a project in a folder of its own."""
    spec = importlib.util.spec_from_file_location("dev", DEV)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "dev", module)
    spec.loader.exec_module(module)
    module.ROOT, module.VENV = tmp_path, tmp_path / ".venv"
    module.PYTHON, module.STAMP = module.VENV / "python", module.VENV / "dev.stamp"
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return module


@pytest.fixture
def steps(dev: ModuleType) -> list[str]:
    """The steps of the set-up, which leave what they would have made; the system lacks nothing."""
    taken: list[str] = []

    def take(what: str, command: list[str | Path], hint: str) -> None:
        taken.append(" ".join(map(str, command)))
        dev.VENV.mkdir(exist_ok=True)
        dev.PYTHON.touch()

    dev.quietly = take
    dev.ENVIRONMENT = dev.DESKTOP = dev.WINDOW = dev.BROWSER = dev.CAMERA = dev.WORKSHOP = (
        dev.WINE
    ) = ()
    return taken


def machine(dev: ModuleType, *programs: str, rights: list[str] | None) -> None:
    """Make dev.py see these programs and these rights."""
    dev.shutil = ModuleType("shutil")
    dev.shutil.which = lambda name: name if name in programs else None
    dev.administrator = lambda: None if rights is None else list(rights)


def lacking(dev: ModuleType, is_there: Callable[[], bool] = lambda: False) -> tuple[object]:
    return (dev.Need("Xvfb", is_there, ("xvfb", "server-xvfb", "xorg-xvfb", "x-xvfb")),)


def test_an_environment_is_made_once(dev: ModuleType, steps: list[str]) -> None:
    dev.prepare()
    dev.prepare()

    make, install = steps
    assert make == f"{sys.executable} -m venv --clear {dev.VENV}"
    assert install == f"{dev.PYTHON} -m pip install --quiet --editable {dev.ROOT}[dev]"


def test_a_new_dependency_updates_the_environment(dev: ModuleType, steps: list[str]) -> None:
    dev.prepare()
    steps.clear()

    project = PROJECT.replace('"requests",', '"requests",\n    "appdirs",')
    (dev.ROOT / "pyproject.toml").write_text(project)
    dev.prepare()

    assert [step.split()[2] for step in steps] == ["pip"]


def test_a_tools_setting_leaves_the_environment_alone(dev: ModuleType, steps: list[str]) -> None:
    dev.prepare()
    steps.clear()

    (dev.ROOT / "pyproject.toml").write_text(PROJECT.replace("100", "80"))
    dev.prepare()

    assert steps == []


def test_a_project_that_was_moved_is_installed_again(dev: ModuleType) -> None:
    before = dev.fingerprint(PROJECT)

    dev.ROOT = dev.ROOT / "elsewhere"

    assert dev.fingerprint(PROJECT) != before


def test_an_interrupted_set_up_is_completed(dev: ModuleType, steps: list[str]) -> None:
    dev.VENV.mkdir()
    dev.PYTHON.touch()

    dev.prepare()

    assert [step.split()[2] for step in steps] == ["venv", "pip"]
    assert "--clear" not in steps[0]


def test_a_system_that_has_all_is_left_alone(dev: ModuleType, steps: list[str]) -> None:
    machine(dev, "apt-get", rights=[])

    dev.install_missing(lacking(dev, is_there=lambda: True))

    assert steps == []


@pytest.mark.parametrize(
    ("manager", "package"),
    [("apt-get", "xvfb"), ("dnf", "server-xvfb"), ("pacman", "xorg-xvfb"), ("zypper", "x-xvfb")],
)
def test_what_is_missing_is_installed_by_the_systems_own_manager(
    dev: ModuleType, steps: list[str], manager: str, package: str
) -> None:
    machine(dev, manager, rights=["sudo"])

    dev.install_missing(lacking(dev, is_there=lambda: bool(steps)))

    assert steps[-1].startswith("sudo ")
    assert f"{manager} " in steps[-1]
    assert steps[-1].endswith(f" {package}")


def test_the_list_of_packages_is_asked_for_before_apt_installs(
    dev: ModuleType, steps: list[str]
) -> None:
    machine(dev, "apt-get", rights=[])

    dev.install_missing(lacking(dev, is_there=lambda: bool(steps)))

    update, install = steps
    assert update.endswith("apt-get update")
    assert install.endswith("apt-get install --yes --no-install-recommends xvfb")


def test_without_rights_the_command_to_type_is_named(dev: ModuleType, steps: list[str]) -> None:
    machine(dev, "apt-get", rights=None)

    with pytest.raises(SystemExit) as end:
        dev.install_missing(lacking(dev))

    assert "Xvfb" in str(end.value)
    assert "sudo apt-get install --yes --no-install-recommends xvfb" in str(end.value)
    assert steps == []


def test_without_a_known_manager_the_programs_are_named(dev: ModuleType, steps: list[str]) -> None:
    machine(dev, "brew", rights=[])

    with pytest.raises(SystemExit) as end:
        dev.install_missing(lacking(dev))

    assert "Xvfb" in str(end.value)
    assert steps == []


def test_a_system_without_a_root_is_told_what_to_type(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(dev.os, "geteuid", raising=False)

    assert dev.administrator() is None


def test_what_is_still_missing_after_its_installation_is_named(
    dev: ModuleType, steps: list[str]
) -> None:
    machine(dev, "dnf", rights=[])

    with pytest.raises(SystemExit) as end:
        dev.install_missing(lacking(dev))

    assert "Xvfb cannot be found" in str(end.value)


def test_every_need_has_a_package_for_every_manager(dev: ModuleType) -> None:
    needs = dev.ENVIRONMENT + dev.WINDOW + dev.BROWSER + dev.CAMERA + dev.TYPED + dev.WINE

    assert {need.name: len(need.packages) for need in needs} == {
        need.name: len(dev.INSTALL) for need in needs
    }


def test_a_step_that_fails_shows_its_output_and_a_way_out(
    dev: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    fail = [sys.executable, "-c", "print('no such package'); raise SystemExit(1)"]

    with pytest.raises(SystemExit) as end:
        dev.quietly("installing", fail, "Look at the network.")

    assert "no such package" in capsys.readouterr().err
    assert "Look at the network." in str(end.value)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these always have a display")
def test_a_display_is_one_that_pyglet_can_use(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    on_wayland_alone = dev.has_display()

    monkeypatch.setenv("DISPLAY", ":0")

    assert (on_wayland_alone, dev.has_display()) == (False, True)


def test_an_older_python_is_told_which_one_to_take(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))

    status = dev.main(["demo"])

    assert status == 2
    assert "Python 3.10 or newer is needed" in capsys.readouterr().err


@pytest.mark.usefixtures("steps")
def test_without_a_display_the_demo_plays_itself(dev: ModuleType) -> None:
    started: list[tuple[object, ...]] = []
    dev.has_display = lambda: False
    dev.run = lambda *command: started.append(command) or 3

    assert dev.main(["demo", "--seconds", "5"]) == 3
    assert started == [(dev.PYTHON, "-m", "tests.support.showcase", "--seconds", "5")]


def test_the_exit_status_of_a_command_is_passed_on(dev: ModuleType) -> None:
    assert dev.run(sys.executable, "-c", "raise SystemExit(3)") == 3


def test_check_fails_where_one_of_its_checks_does(dev: ModuleType, steps: list[str]) -> None:
    tools = []

    def fail_in_the_middle(python: Path, dash_m: str, tool: str, *words: str) -> int:
        tools.append(tool)
        return -9 if len(tools) == 2 else 0  # as of a process that was killed

    dev.run = fail_in_the_middle
    status = dev.check([])

    assert (status, tools) == (1, ["ruff", "ruff", "mypy", "pyright"])


def test_all_tests_are_more_than_those_that_run_by_themselves(
    dev: ModuleType, steps: list[str]
) -> None:
    started = []
    dev.run = lambda python, *words: started.append(words) or 0

    dev.test(["-k", "wire"])
    dev.test(["--all", "-k", "wire"])

    assert started == [("-m", "pytest", "-k", "wire"), ("-m", "nox", "--", "-k", "wire")]


@pytest.mark.parametrize(
    ("system", "started"),
    [("linux", ("-m", "tests.wine", "-k", "wire")), ("win32", ("-m", "pytest", "-k", "wire"))],
)
def test_the_tests_for_windows_run_under_wine_where_windows_is_not(
    dev: ModuleType,
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    started: tuple[str, ...],
) -> None:
    begun = []
    dev.run = lambda python, *words: begun.append(words) or 0
    monkeypatch.setattr(sys, "platform", system)

    dev.test(["--windows", "-k", "wire"])

    assert begun == [started]


def test_the_sheet_is_measured_and_every_script_but_not_what_they_share(
    dev: ModuleType, steps: list[str]
) -> None:
    folder = dev.ROOT / "tests" / "benchmarks"
    folder.mkdir(parents=True)
    for name in ("speed", "size"):
        (folder / f"{name}.py").write_text(f'"""python tests/benchmarks/{name}.py"""')
    (folder / "sink.py").write_text('"""What both send to."""')
    measured = []
    dev.run = lambda python, *words: measured.append([Path(word).stem for word in words]) or 0

    for words in ([], ["size", "--quick"], ["calls", "frames"]):
        dev.bench(words)

    assert measured[:3] == [["-m", "tests"], ["size"], ["speed"]]
    assert measured[3:] == [["size", "--quick"], ["-m", "tests", "calls", "frames"]]


@pytest.mark.parametrize(
    ("command", "started", "script"),
    [
        ("soak", "-m tests.simulation.soak", "tests/simulation/soak.py"),
        ("pictures", "assets/source/make_pictures.py", "assets/source/make_pictures.py"),
    ],
)
def test_a_command_starts_its_script_with_what_was_typed(
    dev: ModuleType, steps: list[str], command: str, started: str, script: str
) -> None:
    begun = []
    dev.run = lambda python, *words: begun.append(" ".join(words)) or 5

    status = dev.main([command, "--minutes", "2"])

    assert begun == [f"{started} --minutes 2"]
    assert (DEV.parent / script).exists()
    assert status == 5


def test_pictures_are_not_taken_without_a_camera(dev: ModuleType, steps: list[str]) -> None:
    dev.CAMERA = lacking(dev)
    machine(dev, "apt-get", rights=None)

    with pytest.raises(SystemExit):
        dev.main(["pictures"])


def test_a_word_that_is_no_command_shows_those_that_are() -> None:
    shown = subprocess.run(
        [sys.executable, str(DEV), "dmeo"], capture_output=True, text=True, check=False
    )

    assert shown.returncode == 2
    assert "dev.py demo" in shown.stdout
