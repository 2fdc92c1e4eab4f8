"""The live page as one file: its modules, its style and a moment's records in it.

The modules name each other by single-line imports and share no top-level names, so that without
their imports and exports they are one module. A policy in the file lets this script run, known
by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("page")
IMPORT = re.compile(r'^import (?:.* from )?"\./(\w+)\.js";\n', re.MULTILINE)
LINKS = re.compile(r"\s*<(?:link|script)\b[^>]*(?:page\.css|main\.js)[^>]*>(?:</script>)?")


def page_of(records: dict[str, Any], page: Path = PAGE) -> str:
    """The page with its records.

    Args:
        records: What the page would have asked the collector for.
        page: The folder of the page's sources.
    """
    script = "".join(_modules(page, "main", set()))
    style = (page / "page.css").read_text(encoding="utf-8")
    data = json.dumps(records).replace("<", "\\u003c")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}';"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{style}</style>\n'
        f'<script type="application/json" id="records">{data}</script>\n'
    )
    html = LINKS.sub("", (page / "index.html").read_text(encoding="utf-8"))
    html = html.replace("</head>", head + "</head>")
    return html.replace("</body>", f'<script type="module">{script}</script>\n</body>')


def _modules(page: Path, name: str, seen: set[str]) -> list[str]:
    """A module's source after those of the modules it imports."""
    if name in seen:
        return []
    seen.add(name)
    source = (page / f"{name}.js").read_text(encoding="utf-8")
    needed = [part for other in IMPORT.findall(source) for part in _modules(page, other, seen)]
    own = re.sub(r"^export ", "", IMPORT.sub("", source), flags=re.MULTILINE)
    return [*needed, own]


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
