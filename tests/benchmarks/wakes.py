"""How often a game is woken in which nothing happens: a real window that draws nothing.

A wake is a voluntary change of the processor (``voluntary_ctxt_switches``) of any thread. Clients
wait at the same time, each with a window of its own: waiting costs nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from clients import CLIENTS, OURS
from collector_page import program
from environment import HERE, run
from sink import sink
from turns import Figures

PATIENCE = 180.0
"""Seconds after which a client that has not ended is ended."""


def wakes() -> Figures:
    """Wake-ups a second with a server, and with the collector as well."""
    sys.path.insert(0, str(HERE.parent))
    from support.desktop import Desktop

    with Desktop() as desktop:
        os.environ["DISPLAY"] = desktop.environment["DISPLAY"]
        figures = {"a server that is well": _together(CLIENTS)}
        with program() as port:
            os.environ["EXPONEA_COLLECTOR"] = f"http://127.0.0.1:{port}"
            figures["the collector"] = _together([OURS])
            del os.environ["EXPONEA_COLLECTOR"]
    return figures


def _together(names: Iterable[str]) -> Figures:
    def rest(name: str) -> Figures | None:
        with sink() as server:
            return run(name, "rest", server.url, PATIENCE, attached=int(name == OURS))

    names = list(names)
    with ThreadPoolExecutor(len(names)) as threads:
        return dict(zip(names, threads.map(rest, names), strict=True))
