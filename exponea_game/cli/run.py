"""Start an unmodified game and attach to every window that it opens.

The game finds what Python itself would have given it: ``sys.argv``, ``sys.path[0]``, ``__main__``
with its name, file and loader, and the working directory. Its exit status, its tracebacks and its
``sys.excepthook`` are its own.

``pyglet.window`` opens a display when it is imported, and ``pyglet.app`` reads options that a game
sets first. So neither is imported here: a finder waits for the game to ask for ``pyglet.window``,
and from then on each window is attached at the end of pyglet's own ``Window.__init__``, which is
before the constructor of the game's subclass goes on, and so before any frame.
"""

from __future__ import annotations

import argparse
import builtins
import functools
import importlib.abc
import os
import re
import runpy
import sys
import types
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader, SourcelessFileLoader
from pathlib import Path
from typing import Any

import exponea_game
from exponea_game._undisturbed import undisturbed
from exponea_game.run.endings import note_exit
from exponea_game.run.lifecycle import bring_in
from exponea_game.system.tracebacks import hide_ours, stands_between

HELP = "Start an unmodified game and track its sessions."
ADDRESS = re.compile(r"1|https?://\S+")
"""What may follow ``--collector``; another word there is the game."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of this command; those after the game's name are the game's."""
    parser.add_argument(
        "--collector",
        metavar="URL",
        help="send everything to the collector on its usual port, or at this address",
    )
    parser.add_argument("-m", dest="module", action="store_true", help="GAME names a module")
    parser.add_argument("game", metavar="GAME", help="a script or folder, or with -m a module")
    parser.add_argument("words", metavar="ARGS", nargs=argparse.REMAINDER, help="the game's own")


def complete(words: Sequence[str]) -> list[str]:
    """The words as typed, where ``--collector`` may stand alone before the game."""
    typed = list(words)
    for place, word in enumerate(typed):
        if word == "--collector":
            if not any(map(ADDRESS.fullmatch, typed[place + 1 : place + 2])):
                typed[place] = "--collector=1"
            break
        if not word.startswith("-"):  # the game, and what follows is its own
            break
    return typed


def main(options: argparse.Namespace) -> int:
    """Run the game to its end.

    Returns:
        0 where the game reached its end, 2 where there is no such script. A game that exits with a
        status or fails does so as it would by itself: its exception passes through.
    """
    folder = not options.module and (Path(options.game) / "__main__.py").is_file()
    if not options.module and not folder and not Path(options.game).is_file():
        print(f"exponea-game run: there is no file {options.game!r} to start", file=sys.stderr)
        return 2
    bring_in()
    if options.collector:
        os.environ["EXPONEA_COLLECTOR"] = options.collector
    sys.meta_path.insert(0, WindowFinder())
    sys.argv = [options.game, *options.words]
    try:
        if options.module:
            run_module(options.game)
        elif folder or Path(options.game).suffix in (".pyz", ".zip"):
            run_package(options.game)
        else:
            run_script(options.game)
    except SystemExit as leaving:
        note_exit(leaving)
        raise
    except BaseException as error:
        show_as_its_own(error)
        raise
    return 0


def run_script(script: str) -> None:
    """Do what ``python script`` does. ``runpy.run_path`` would make ``sys.argv[0]`` absolute."""
    lead_the_path(Path(script).resolve().parent)
    kind = SourcelessFileLoader if Path(script).suffix == ".pyc" else SourceFileLoader
    loader = kind("__main__", str(Path(script).absolute()))
    code = compiled(loader)
    game = types.ModuleType("__main__")
    vars(game).update(__file__=loader.path, __loader__=loader, __builtins__=builtins)
    sys.modules["__main__"] = game
    exec(code, vars(game))  # noqa: S102 - running the player's game is what this command is for


def run_module(module: str) -> None:
    """Do what ``python -m module`` does."""
    lead_the_path(Path.cwd())
    run_as_main(module, named=True)


def compiled(loader: SourcelessFileLoader | SourceFileLoader) -> Any:
    """A script's code, without a look at what is cached of it."""
    if isinstance(loader, SourceFileLoader):
        return loader.source_to_code(loader.get_data(loader.path), loader.path)
    return loader.get_code("__main__")


def run_package(package: str) -> None:
    """Do what ``python package`` does with a folder or an archive."""
    lead_the_path(Path(package).absolute())
    run_as_main("__main__", named=False)


def run_as_main(module: str, *, named: bool) -> None:
    """Do what Python itself does: with its frames, its words, and ``sys.argv`` where it was named.

    ``runpy.run_module`` has other frames, and a traceback of its own where there is no module.
    """
    sys.modules["__main__"] = types.ModuleType("__main__")
    as_python_does: Any = vars(runpy)["_run_module_as_main"]
    as_python_does(module, alter_argv=named)


def lead_the_path(folder: Path) -> None:
    """Put the game's folder where ours was; under ``python -P`` there is neither."""
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        sys.path[0] = str(folder)
        undisturbed.give_way_to(str(folder))


def show_as_its_own(error: BaseException) -> None:
    """Let Python report an uncaught exception without the frames that lie around the game."""
    report = sys.excepthook
    hide_ours(error)
    trace = without_frames_around(error.__traceback__)

    def report_the_game_alone(
        kind: type[BaseException], error: BaseException, _: types.TracebackType | None
    ) -> None:
        report(kind, error.with_traceback(trace), trace)

    sys.excepthook = report_the_game_alone


def without_frames_around(trace: types.TracebackType | None) -> types.TracebackType | None:
    """The traceback from the game's first frame on; before it stand those that have started it."""
    starting = {__name__, "importlib._bootstrap", "importlib._bootstrap_external"}
    while trace is not None and trace.tb_frame.f_globals.get("__name__") in starting:
        trace = trace.tb_next
    return trace


class WindowFinder(importlib.abc.MetaPathFinder):
    """Sees ``pyglet.window`` come in, at whatever moment the game asks for it."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Find ``pyglet.window`` where it always is, and watch its windows once it is loaded."""
        if fullname != "pyglet.window":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            @stands_between
            def load_and_watch(module: types.ModuleType) -> None:
                load(module)
                watch(module.Window)

            spec.loader.exec_module = load_and_watch  # type: ignore[method-assign]
        return spec


def watch(window_class: Any) -> None:
    """Attach to each window as soon as pyglet has made it."""
    create = window_class.__init__

    @stands_between
    @functools.wraps(create)
    def create_and_attach(window: Any, *args: Any, **options: Any) -> None:
        create(window, *args, **options)
        exponea_game.attach(window)

    window_class.__init__ = create_and_attach
