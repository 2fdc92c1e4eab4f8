"""A Windows Python with the project's tools, made for Wine in the folder ``build/windows``.

    build/windows/wheels/    what pip has fetched
    build/windows/python/    python.exe, pythonw.exe, Lib, DLLs, Lib/site-packages
    build/windows/prefix/    Wine's imitation of a Windows drive

python.org's own ``python3XY.dll`` and extension modules come out of the wheel of panda3d, which
ships them for frozen games; the standard library is that of the Python which runs this, so both
are of one version. The launchers are compiled from ``launcher.c``. The project is imported from
where it is, as an editable install would have it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDER = ROOT / "build" / "windows"
WHEELS, PYTHON, PREFIX = FOLDER / "wheels", FOLDER / "python", FOLDER / "prefix"
SITE = PYTHON / "Lib" / "site-packages"
EXE = PYTHON / "python.exe"
STAMP = FOLDER / "stamp"

SOURCE = "panda3d==1.10.16"
"""Whose wheel holds a Windows Python; built for Python 3.10 to 3.13."""
EXTRAS = ("pyglet", "collector", "tools", "demo")
"""Those of the project's extras that its tests use there."""
TOOLS = (
    "arcade>=3.3,<4",
    "colorama",
    "cryptography<43",
    "exponea-python-sdk>=0.2",
    "hatchling>=1.25",
    "hypothesis>=6.100",
    "pefile",
    "pip",
    "pyinstaller>=6.10",
    "pytest-timeout",
    "pytest>=8",
    "pywin32-ctypes",
    "sentry-sdk>=2",
    "trustme>=1.1",
)
"""What the tests need besides, with what pip would add on Windows alone. Newer builds of
cryptography call ``ProcessPrng``, which Wine 8 lacks."""
NOT_NEEDED = ("*-packages", "lib-dynload", "__pycache__", "test", "tests", "idlelib", "*.so", "*.a")
"""Of the standard library."""
PROGRAM = "import sys\nfrom exponea_game.cli import main\nsys.exit(main())\n"
"""What pip makes of the project's entry point; it puts a launcher before it."""
FONTS, FONT = ("Segoe UI", "Arial"), "DejaVu Sans"
"""What each Windows has and pyglet and arcade write with by themselves; and what stands for it."""
X86_64 = "x86_64-w64-mingw32-"


def environment() -> dict[str, str]:
    """The variables with which Wine uses our own drive, says nothing, and offers no downloads."""
    return os.environ | {
        "WINEPREFIX": str(PREFIX),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "PYTHONPATH": "",
    }


def windows_path(path: Path) -> str:
    """A path of this machine as a Windows program has it."""
    return "Z:" + str(path).replace("/", "\\")


def make() -> Path:
    """Make what is missing or out of date; returns the path of ``python.exe``."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted:
        return EXE
    for made in (PYTHON, PREFIX):
        shutil.rmtree(made, ignore_errors=True)
    say("fetching a Windows Python")
    _take_interpreter()
    say("installing the project's tools for it")
    _install_packages()
    _install_project()
    _compile_launchers()
    say("starting Wine for the first time")
    _make_prefix()
    STAMP.write_text(wanted, encoding="utf-8")
    return EXE


def say(line: str) -> None:
    """Tell the person something."""
    print(f"wine: {line}", file=sys.stderr, flush=True)


def fingerprint() -> str:
    """What tells whether the folder is up to date: its sources, its place, the dependencies."""
    sources = [*sorted(HERE.glob("*.c")), HERE / "app.manifest", HERE / "sitecustomize.py"]
    texts = [path.read_text(encoding="utf-8") for path in (Path(__file__), *sources)]
    texts += [str(ROOT), sys.version, _version(), str(_project())]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _version() -> str:
    text = (ROOT / "exponea_game" / "_version.py").read_text(encoding="utf-8")
    return next(iter(re.findall(r'__version__ = "(.+)"', text)))


def _project() -> dict[str, Any]:
    """What ``pyproject.toml`` says of the project."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _requirements() -> list[str]:
    """What pip is to install, the project's own needs first."""
    project = _project()
    needs = [*project["dependencies"], *TOOLS]
    return [*needs, *(need for extra in EXTRAS for need in _extra(project, extra))]


def _extra(project: dict[str, Any], extra: str) -> Iterator[str]:
    """What an extra needs, with what those need that it names."""
    for need in project["optional-dependencies"][extra]:
        if not need.startswith("exponea-game["):
            yield need
            continue
        for other in need.removeprefix("exponea-game[").rstrip("]").split(","):
            yield from _extra(project, other)


def _for_windows() -> list[str]:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    chosen = ["--only-binary=:all:", "--platform=win_amd64", "--implementation=cp"]
    return ["--quiet", "--disable-pip-version-check", *chosen, f"--python-version={version}"]


def _pip(*words: str | Path) -> None:
    _do(sys.executable, "-m", "pip", *words)


def _do(*command: str | Path) -> None:
    """Run a step; what it says is shown where it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=FOLDER,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-4000:].decode(errors='replace')}\nfailed: {command}")


def _take_interpreter() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    _pip("download", *_for_windows(), "--no-deps", "--dest", WHEELS, SOURCE)
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    wheel = next(WHEELS.glob(f"panda3d-*-{tag}-*.whl"))
    libraries = PYTHON / "DLLs"
    libraries.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            file = Path(name).name
            if not name.startswith("deploy_libs/") or file.startswith("api-ms-"):
                continue
            beside = file.lower().startswith(("python", "vcruntime"))
            place = PYTHON if beside else libraries
            (place / file).write_bytes(archive.read(name))
    ignore = shutil.ignore_patterns(*NOT_NEEDED)
    shutil.copytree(sysconfig.get_path("stdlib"), PYTHON / "Lib", ignore=ignore)
    _mend_library()


def _mend_library() -> None:
    """What an older standard library does not do for a newer interpreter of the same version."""
    module = PYTHON / "Lib" / "importlib" / "metadata" / "__init__.py"
    text = module.read_text(encoding="utf-8")
    method = "    def invalidate_caches(cls"
    if f"@classmethod\n{method}" not in text:
        module.write_text(text.replace(method, f"    @classmethod\n{method}"), encoding="utf-8")


def _install_packages() -> None:
    SITE.mkdir(exist_ok=True)
    _pip("install", *_for_windows(), "--target", SITE, *_requirements())
    shutil.copy(HERE / "sitecustomize.py", SITE)


def _install_project() -> None:
    """As an editable install does: a path, and a name with its entry points."""
    (SITE / "exponea_game.pth").write_text(windows_path(ROOT) + "\n", encoding="utf-8")
    info = SITE / f"exponea_game-{_version()}.dist-info"
    info.mkdir()
    (info / "RECORD").touch()
    about = ["Metadata-Version: 2.1", "Name: exponea-game", f"Version: {_version()}"]
    about += [f"Requires-Dist: {need}" for need in _project()["dependencies"]]
    for extra in EXTRAS:
        needs = _extra(_project(), extra)
        about += [f"Provides-Extra: {extra}"]
        about += [f'Requires-Dist: {need}; extra == "{extra}"' for need in needs]
    (info / "METADATA").write_text("\n".join(about) + "\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("\n".join(_entry_points()), encoding="utf-8")
    (PYTHON / "Scripts").mkdir()
    with zipfile.ZipFile(PYTHON / "Scripts" / "exponea-game.exe", "w") as archive:
        archive.writestr("__main__.py", PROGRAM)


def _entry_points() -> Iterator[str]:
    """Those of ``pyproject.toml``, in the form of a distribution's."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    group = ""
    for line in text.splitlines():
        if line.startswith("["):
            table = line.strip("[]")
            group = table.removeprefix("project.entry-points.").replace(
                "project.scripts", "console_scripts"
            )
            ours = group != table
            if ours:
                yield f"[{group}]"
        elif "=" in line and group and ours:
            yield line.replace('"', "")


def _compile_launchers() -> None:
    """``python.exe``, ``pythonw.exe``, and the ``python3.dll`` that a stable ABI's wheels want."""
    dll = f"python{sys.version_info[0]}{sys.version_info[1]}.dll"
    (FOLDER / "app.rc").write_text(f'1 24 "{HERE / "app.manifest"}"\n', encoding="utf-8")
    _do(X86_64 + "windres", "app.rc", "app.o")
    compiler = (X86_64 + "gcc", "-municode", f'-DPYTHON_DLL=L"{dll}"')
    _do(*compiler, "-o", EXE, HERE / "launcher.c", "app.o")
    _do(
        *compiler,
        "-mwindows",
        "-DWINDOWED",
        "-o",
        PYTHON / "pythonw.exe",
        HERE / "launcher.c",
        "app.o",
    )
    listing = subprocess.run(
        [X86_64 + "objdump", "-p", PYTHON / dll], capture_output=True, text=True, check=True
    )
    names = re.findall(r"(?m)^\s*\[\s*\d+\] (?:\+base\[.*?\] +\w+ )?(_?Py\w+)$", listing.stdout)
    exports = "".join(f"  {name}={dll.removesuffix('.dll')}.{name}\n" for name in names)
    (FOLDER / "python3.def").write_text(f"LIBRARY python3\nEXPORTS\n{exports}", encoding="utf-8")
    (FOLDER / "empty.c").write_text("int nothing;\n", encoding="utf-8")
    alone = ("-shared", "-nostdlib", "-Wl,--entry=0")
    _do(X86_64 + "gcc", *alone, "-o", PYTHON / "python3.dll", "empty.c", "python3.def")


def _make_prefix() -> None:
    _do("wineboot", "--init")
    _do("wine", "winecfg", "-v", "win10")
    for font in FONTS:
        replacements = ("reg", "add", r"HKCU\Software\Wine\Fonts\Replacements", "/f")
        _do("wine", *replacements, "/v", font, "/d", FONT)
    _do("wine", EXE, "-c", "import exponea_game, ssl, ctypes, sqlite3")
