"""Makes README.md into the page that a package index shows, with the newest changes at its end.

hatchling asks for it whenever it builds. Pictures and links lead from there to the repository. Its
address is the first of these that there is: ``Repository`` in pyproject.toml, the variable
``PROJECT_REPOSITORY``, git's remote ``origin``, what an archive of the sources was built with.
Where there is none, pictures are left out, and of links the words stay.
"""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:)([^)\s]+)\)")
"""A link or a picture whose address is a file of the project."""
REMOTE = re.compile(
    r"(?:https://|ssh://)?(?:[^@/]*@)?(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+)?[:/](?P<path>.+?)(?:\.git)?/?"
)
"""A remote of git on another machine: with https, or with ssh in either way of writing it."""
CHANGES = re.compile(r"^## \[.*?(?=^## \[|\Z)", re.DOTALL | re.MULTILINE)


class PackagePage(MetadataHookInterface):
    """Tells hatchling the long description and the addresses that follow from the repository's."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the readme, and complete the addresses.

        Args:
            metadata: The table `project` of pyproject.toml.
        """
        addresses = metadata["urls"]
        root = Path(self.root)
        known = addresses.get("Repository") or os.environ.get("PROJECT_REPOSITORY")
        repository = (known or origin(root) or archived(root)).rstrip("/")
        text = page(root, repository)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        if repository:
            addresses["Repository"] = repository
            addresses["Changelog"] = f"{repository}/blob/HEAD/CHANGELOG.md"
            addresses["Documentation"] = f"{repository}/blob/HEAD/docs/index.md"
            addresses["Issues"] = f"{repository}/issues"


def origin(root: Path) -> str:
    """Where the sources come from, as an address for browsers; empty where that is not known.

    A name or a token that stands in it is left out.
    """
    if not (root / ".git").exists():
        return ""
    with suppress(OSError):
        asked = ["git", "config", "--get", "remote.origin.url"]
        answer = subprocess.run(  # noqa: S603 - no word of it comes from elsewhere
            asked, cwd=root, capture_output=True, text=True, check=False
        )
        if found := REMOTE.fullmatch(answer.stdout.strip()):
            return f"https://{found['host']}/{found['path']}"
    return ""


def archived(root: Path) -> str:
    """The repository that an archive of the sources was built with."""
    with suppress(OSError):
        metadata = (root / "PKG-INFO").read_text(encoding="utf-8")
        if found := re.search(r"(?m)^Project-URL: Repository, (.*)$", metadata):
            return found[1]
    return ""


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
