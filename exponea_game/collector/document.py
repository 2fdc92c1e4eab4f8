"""The page as one document: its style, its modules and a moment's records in it.

The first rows come with the first answer, then, and a page that is exported needs nothing beside
itself. A browser loads no modules from a file, so each becomes a function that returns what it
exports; for that the modules import each other by name. A policy lets this one script and this one
style be, known by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("page")
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)
RECORDS = "<!-- records -->"

Row = dict[str, Any]


def live_page(records: Row) -> str:
    """The page that follows the collector from these records on.

    Args:
        records: From ``export.snapshot``.
    """
    return _sheet().replace(RECORDS, _block(records, " data-live"), 1)


def offline_page(records: Row) -> str:
    """The page that shows these records wherever it is opened.

    Args:
        records: From ``export.snapshot``.
    """
    own = f'<meta http-equiv="Content-Security-Policy" content="{policy()}">\n'
    return _sheet().replace("<style>", own + "<style>", 1).replace(RECORDS, _block(records), 1)


@cache
def policy() -> str:
    """What a browser may do for the page: nothing is fetched."""
    return (
        f"default-src 'none'; script-src '{_hash(_script())}'; style-src '{_hash(_style())}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def _block(records: Row, mark: str = "") -> str:
    data = json.dumps(records).replace("<", "\\u003c")
    return f'<script type="application/json" id="records"{mark}>{data}</script>'


@cache
def _sheet() -> str:
    """The page with a place for its records."""
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    html = html.replace("</head>", f"<style>{_style()}</style>\n{RECORDS}\n</head>")
    return html.replace("</body>", f'<script type="module">{_script()}</script>\n</body>')


@cache
def _style() -> str:
    return (PAGE / "page.css").read_text(encoding="utf-8")


@cache
def _script() -> str:
    return "".join(_modules("main", set()))


def _modules(name: str, seen: set[str]) -> list[str]:
    """A module as an expression, after those of the modules that it imports."""
    if name in seen:
        return []
    seen.add(name)
    source = (PAGE / f"{name}.js").read_text(encoding="utf-8")
    needed = [part for _, other in IMPORT.findall(source) for part in _modules(other, seen)]
    exported = ", ".join(EXPORT.findall(source))
    body = IMPORT.sub(r"const {\1} = $\2;", re.sub(r"^export ", "", source, flags=re.MULTILINE))
    return [*needed, f"const ${name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"]


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
