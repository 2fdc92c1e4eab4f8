"""The live page as one file: its modules, its style and a moment's records in it.

A browser loads no modules from a file, so each becomes a function that returns what it exports;
for that the modules import each other by name, on one line. A policy in the file lets this one
script run, known by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("page")
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)
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
    """A module as an expression, after those of the modules that it imports."""
    if name in seen:
        return []
    seen.add(name)
    source = (page / f"{name}.js").read_text(encoding="utf-8")
    needed = [part for _, other in IMPORT.findall(source) for part in _modules(page, other, seen)]
    exported = ", ".join(EXPORT.findall(source))
    body = IMPORT.sub(r"const {\1} = $\2;", re.sub(r"^export ", "", source, flags=re.MULTILINE))
    return [*needed, f"const ${name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"]


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
