"""Imports of ours that a game's own modules cannot take over, nor be taken over by.

A platformer has a module called ``platform``, and its folder comes first in ``sys.path``. Within
``undisturbed`` Python's own modules and what we depend on are found before the game's, and a
module of the game's with such a name stands aside; behind it the name is the game's again, loaded
or not. Our modules hold what they have imported, so all that a run needs is imported in here.
"""

# ruff: noqa: PTH118, PTH120, PTH208 - pathlib is one of the names that are disputed

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType, TracebackType

DEPENDENCIES = ("requests", "urllib3", "idna", "certifi", "charset_normalizer", "appdirs", "tomli")
"""Names beside Python's own that nobody else's module may take."""
OURS = __name__.partition(".")[0]
PYTHON = os.path.dirname(os.__file__)
INSTALLED = ("site-packages", "dist-packages")

STARTUP = frozenset(
    {"sys", "builtins", "os", "site", "io", "abc", "codecs", "encodings", "stat", "posixpath"}
    | {"ntpath", "genericpath", "zipimport", "time", "marshal", "nt", "posix", "winreg"}
)
"""What Python itself has loaded before any program: no module of a program has ever its name."""

_hidden: dict[str, ModuleType] = {}


class Undisturbed:
    """Imports within it find what they would find without a game; may be entered again."""

    def __init__(self) -> None:
        self._depth = 0

    def __enter__(self) -> None:
        self._depth += 1
        if self._depth > 1:
            return
        self._path = sys.path[:]
        self._folders = [entry for entry in sys.path if not _is_pythons(entry)]
        self._names = _modules_in(self._folders)
        self._before = set(sys.modules)
        self._games: dict[str, ModuleType] = {}
        if not self._names:
            return
        sys.path[:] = [entry for entry in sys.path if _is_pythons(entry)] + self._folders
        for name in [name for name in sys.modules if self._is_disputed(name)]:
            if self._is_games(sys.modules[name]):
                self._games[name] = sys.modules.pop(name)
        for name, module in _hidden.items():
            sys.modules.setdefault(name, module)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if self._depth or not self._names:
            return
        sys.path[:] = self._path
        new = [name for name in sys.modules if name not in self._before]
        for name in {*new, *_hidden} & sys.modules.keys():
            if self._is_disputed(name) and not self._is_games(sys.modules[name]):
                _hidden[name] = sys.modules.pop(name)
        sys.modules.update(self._games)

    def give_way_to(self, folder: str) -> None:
        """Leave all names to the modules of a program that is about to be run from a folder."""
        names = {name for name in _modules_in([folder]) if name.rstrip(".") not in STARTUP}
        for name in list(sys.modules):
            first, _, rest = name.partition(".")
            if (f"{first}." if rest else first) in names:
                _hidden[name] = sys.modules.pop(name)

    def _is_disputed(self, name: str) -> bool:
        """Whether a name is one that both the game and Python, or we, have a module for.

        A module of the game's that is no package has nothing within it: there ours stay, which
        import one another late.
        """
        first, _, rest = name.partition(".")
        known = first in sys.stdlib_module_names or first in DEPENDENCIES
        return known and (f"{first}." if rest else first) in self._names

    def _is_games(self, module: ModuleType) -> bool:
        folder, name = os.path.split(getattr(module, "__file__", None) or "")
        if name.startswith("__init__."):
            folder = os.path.dirname(folder)
        return folder in map(os.path.abspath, self._folders)


def _is_pythons(entry: str) -> bool:
    """Whether an entry of the path holds what is installed, and not somebody's program."""
    if getattr(sys, "frozen", False):
        return True
    parts = entry.replace("\\", "/").split("/")
    within = entry == PYTHON or entry.startswith(os.path.join(PYTHON, ""))
    archive = parts[-1].startswith("python") and parts[-1].endswith(".zip")
    windows = os.name == "nt" and entry in (sys.base_prefix, os.path.join(sys.base_prefix, "DLLs"))
    return within or archive or windows or any(name in parts for name in INSTALLED)


def _modules_in(folders: list[str]) -> set[str]:
    """The names under which something can be imported from these folders.

    One that may be a package, and have others within it, is there with a dot behind it as well.
    """
    names, known = set(), {*sys.stdlib_module_names, *DEPENDENCIES}
    for folder in folders:
        try:
            found = {name: name.partition(".")[0] for name in os.listdir(folder or ".")}
        except OSError:
            continue
        names |= {name for name in found.values() if name in known}
        names |= {f"{name}." for name, first in found.items() if name == first and name in known}
    return names


undisturbed = Undisturbed()
