"""Makes README.md into the page that a package index shows, with the newest changes at its end.

hatchling asks for it whenever it builds. Pictures and links lead from there to the repository; as
long as pyproject.toml names none, pictures are left out and of links the words stay.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:)([^)\s]+)\)")
"""A link or a picture whose address is a file of the project."""
CHANGES = re.compile(r"^## \[.*?(?=^## \[|\Z)", re.DOTALL | re.MULTILINE)


class PackagePage(MetadataHookInterface):
    """Tells hatchling the long description and the addresses that follow from the repository's."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the readme, and complete the addresses.

        Args:
            metadata: The table `project` of pyproject.toml.
        """
        addresses = metadata["urls"]
        repository = addresses.get("Repository", "").rstrip("/")
        text = page(Path(self.root), repository)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        if repository:
            addresses["Changelog"] = f"{repository}/blob/HEAD/CHANGELOG.md"
            addresses["Documentation"] = f"{repository}/blob/HEAD/docs/index.md"
            addresses["Issues"] = f"{repository}/issues"


def page(root: Path, repository: str) -> str:
    """The text of the page.

    Args:
        root: The project's folder.
        repository: The repository's address; empty as long as it has none.
    """
    readme = (root / "README.md").read_text(encoding="utf-8")
    newest = CHANGES.search((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    changes = f"\n# Changes\n\n{newest[0]}" if newest else ""
    return LINK.sub(lambda link: _absolute(link, repository), readme + changes)


def _absolute(link: re.Match[str], repository: str) -> str:
    picture, words, path = link.groups()
    if not repository:
        return "" if picture else words
    kind = "raw" if picture else "blob"
    return f"{picture}[{words}]({repository}/{kind}/HEAD/{path})"
