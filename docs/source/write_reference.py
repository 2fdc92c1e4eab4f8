"""Writes what the docstrings say into the pages, as plain Markdown that reads well anywhere.

    python docs/source/write_reference.py

A page says where: between `<!-- reference: attach detach -->` and `<!-- end -->` stand the
functions, classes and settings that are named there, in that order.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from exponea_game.settings import Settings  # noqa: E402 - of this checkout, installed or not

PLACE = re.compile(r"(<!-- reference: ([\w. ]+) -->).*?(<!-- end -->)", re.DOTALL)
WIDTH = 88
"""Characters of a signature on one line."""


def main() -> None:
    """Write all pages anew."""
    package = load()
    for page in sorted((ROOT / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        page.write_text(renew(text, package), encoding="utf-8", newline="\n")


def load() -> Any:
    """The package as its sources say."""
    parser = {"docstring_parser": "google", "resolve_aliases": True}
    return griffe.load("exponea_game", search_paths=[ROOT], **parser)


def renew(text: str, package: Any) -> str:
    """A page with what the docstrings say at the places that ask for it."""

    def write(place: re.Match[str]) -> str:
        parts = [part for name in place[2].split() for part in describe(name, package)]
        return "\n\n".join([place[1], *parts, place[3]])

    return PLACE.sub(write, text)


def describe(name: str, package: Any) -> Iterator[str]:
    """The paragraphs about a function of the package, or a class."""
    methods = package["Tracker"].all_members
    if name == "Settings":
        yield settings_table(package["settings.Settings"])
    elif name in methods:
        yield f'<a id="exponea_game.Tracker.{name}"></a>'
        yield f"### {name}"
        yield from function(methods[name])
    else:
        yield f'<a id="exponea_game.{name}"></a>'
        yield f"### {name.rpartition('.')[2]}"
        yield from sections(package[name])
        if name != "Tracker" and (members := list(public(package[name]))):
            yield "\n".join(members)


def function(found: Any) -> Iterator[str]:
    """A function: how it is called, and what it does."""
    yield f"```py\n{signature(found)}\n```"
    yield from sections(found)


def signature(found: Any, width: int = WIDTH) -> str:
    """How a function is called, on one line or a line an argument."""
    given, named = [], False
    for parameter in found.parameters:
        kind = parameter.kind
        if parameter.name == "self":
            continue
        if kind is griffe.ParameterKind.keyword_only and not named:
            given.append("*")
            named = True
        if kind is griffe.ParameterKind.var_keyword:
            given.append(f"**{parameter.name}")
            continue
        if kind is griffe.ParameterKind.var_positional:
            given.append(f"*{parameter.name}: {parameter.annotation}")
            named = True
            continue
        default = "" if parameter.default is None else f" = {parameter.default}"
        given.append(f"{parameter.name}: {parameter.annotation}{default}")
    end = f") -> {found.returns}"
    line = f"{found.name}({', '.join(given)}{end}"
    if len(line) <= width:
        return line
    return "\n".join([f"{found.name}(", *(f"    {one}," for one in given), end])


def sections(found: Any) -> Iterator[str]:
    """What a docstring says: its text, and a list for arguments, attributes and errors."""
    for section in found.docstring.parsed:
        kind = section.kind.value
        if kind == "text":
            yield plain(section.value)
        elif kind in ("parameters", "attributes"):
            yield "\n".join(item(f"`{one.name}`", one.description) for one in section.value)
        elif kind == "returns":
            for one in section.value:
                yield f"Returns: {plain(one.description)}"
        elif kind == "raises":
            yield from (
                f"Raises `{one.annotation}`: {plain(one.description)}" for one in section.value
            )


def public(found: Any) -> Iterator[str]:
    """A line for each public method and property of a class that says what it is for."""
    for name, member in found.members.items():
        if name.startswith("_") or not member.docstring or name in described(found):
            continue
        shown = signature(member, width=10_000) if member.is_function else name
        first = member.docstring.value.partition("\n\n")[0]
        yield item(f"`{shown}`", first)


def described(found: Any) -> set[str]:
    """The attributes that the docstring of a class itself tells of."""
    parts = [one for one in found.docstring.parsed if one.kind.value == "attributes"]
    return {attribute.name for part in parts for attribute in part.value}


def settings_table(found: Any) -> str:
    """All settings as they are declared, a row each, with what their docstrings say."""
    rows = ["| setting | default | what it is for |", "|---|---|---|"]
    for setting in dataclasses.fields(Settings):
        about = setting.metadata
        meaning = " ".join(plain(found[setting.name].docstring.value).split())
        held = " Holds for a whole run." if about["for_the_run"] else ""
        variable = f" Variable `{about['variable']}`." if about["variable"] else ""
        rows.append(f"| `{setting.name}` | {default(setting)} | {meaning}{held}{variable} |")
    return "\n".join(rows)


def default(setting: dataclasses.Field[Any]) -> str:
    """What holds where nobody sets it, with its unit."""
    value, unit = getattr(Settings, setting.name, None), setting.metadata["unit"]
    if value in (None, ""):
        return "none"
    if unit == "bytes":
        return f"{value >> 20} MiB"
    text = f'`"{value}"`' if isinstance(value, str) else f"`{value}`"
    return f"{text} {unit}".strip()


def item(name: str, description: str) -> str:
    """An item of a list, its later lines under the first."""
    lines = plain(description).splitlines()
    return f"- {name}: " + "\n  ".join(line.strip() for line in lines)


def plain(text: str) -> str:
    """A docstring's words in Markdown."""
    return text.strip().replace("``", "`")


if __name__ == "__main__":
    main()
