"""What is known of the machine, as far as it names no person; read once, without a subprocess."""

from __future__ import annotations

import ctypes
import getpass
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

from exponea_game._undisturbed import undisturbed
from exponea_game._version import __version__

_PLACEHOLDERS = ("to be filled", "system product name", "default string", "not applicable", "none")
_HANDHELDS = {"Jupiter": "Steam Deck", "Galileo": "Steam Deck"}
"""Board names of machines better known by another name."""


def properties(app_version: str | None) -> dict[str, str]:
    """The properties of ``session_start``, ``session_end`` and ``installation``.

    Args:
        app_version: The game's version, if it gave one.
    """
    name, version = _system(sys.platform)
    known = {
        "os_name": name,
        "os_version": version,
        "sdk": "exponea_game",
        "sdk_version": __version__,
        "device_type": "desktop",
    }
    model = _model(sys.platform)
    if model and not _personal(model):
        known["device_model"] = _HANDHELDS.get(model, model)
    if app_version is not None:
        known["app_version"] = app_version
    return known


def _system(system: str) -> tuple[str, str]:
    if system == "win32":
        # The plain members are what Windows tells a program whose manifest names no newer one.
        version = sys.getwindowsversion()  # type: ignore[attr-defined]
        return "Windows", ".".join(map(str, version.platform_version))
    if system == "darwin":
        with undisturbed:
            import platform  # which costs 2 ms, and elsewhere says nothing that is not known

        return "macOS", platform.mac_ver()[0]
    kernel = os.uname()
    return kernel.sysname or system, kernel.release


def _model(system: str) -> str:
    """The model's name as the maker set it; empty where there is none."""
    with suppress(OSError, AttributeError, ValueError):
        if system == "win32":
            return _model_windows()
        if system == "darwin":
            text, size = ctypes.create_string_buffer(256), ctypes.c_size_t(256)
            ctypes.CDLL(None).sysctlbyname(b"hw.model", text, ctypes.byref(size), None, 0)
            return text.value.decode("utf-8", "replace")
        path = Path("/sys/devices/virtual/dmi/id/product_name")
        return path.read_text("utf-8", "replace").strip()[:100]
    return ""


def _model_windows() -> str:
    import winreg

    key = r"HARDWARE\DESCRIPTION\System\BIOS"
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as bios:  # type: ignore[attr-defined]
        return str(winreg.QueryValueEx(bios, "SystemProductName")[0]).strip()[:100]  # type: ignore[attr-defined]


def _personal(model: str) -> bool:
    """Whether the text may name a person or says nothing."""
    lower = model.lower()
    names = [*_PLACEHOLDERS]
    with suppress(OSError, KeyError, ImportError):
        names += [getpass.getuser().lower(), socket.gethostname().lower()]
    return any(name and name in lower for name in names)
