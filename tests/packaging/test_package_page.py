"""The page that a package index shows: README.md whose pictures and links work from there."""

from __future__ import annotations

import email
import re
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPOSITORY = "https://example.org/makers/exponea_game"
ADDRESS = re.compile(r"\]\(([^)\s]+)\)")
SOURCES = ["docs/source/package_page.py", "exponea_game/_version.py", "pyproject.toml"]
PAGES = ["README.md", "CHANGELOG.md", "LICENSE"]


def described(folder: Path, repository: str = "") -> Message:
    """The metadata of a wheel whose project has a repository."""
    for name in (*SOURCES, *PAGES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    project = (folder / "pyproject.toml").read_text(encoding="utf-8")
    address = f'Repository = "{repository}"\n' if repository else ""
    project = re.sub(r"(?m)^(\[project.urls\]\n)", rf"\1{address}", project)
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    (wheel,) = (folder / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        return email.message_from_bytes(archive.read(name))


def text_of(metadata: Message) -> str:
    return metadata.get_payload(decode=True).decode()


def addresses(metadata: Message) -> dict[str, str]:
    return dict(line.split(", ", 1) for line in metadata.get_all("Project-URL", []))


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> Message:
    return described(tmp_path_factory.mktemp("at_home"), REPOSITORY)


@pytest.fixture(scope="module")
def homeless(tmp_path_factory: pytest.TempPathFactory) -> Message:
    return described(tmp_path_factory.mktemp("homeless"))


def test_each_picture_and_link_leads_to_its_file_in_the_repository(at_home):
    text = text_of(at_home)
    links = ADDRESS.findall(text)

    ours = [link.removeprefix(REPOSITORY) for link in links if link.startswith(REPOSITORY)]
    files = [re.sub(r"^/(raw|blob)/HEAD/|#.*", "", link) for link in ours]

    assert [link for link in links if not link.startswith("https://")] == []
    assert [name for name in files if not (ROOT / name).exists()] == []
    assert f"]({REPOSITORY}/raw/HEAD/assets/pictures/demo.gif)" in text
    assert f"]({REPOSITORY}/blob/HEAD/docs/index.md)" in text


def test_without_a_repository_nothing_leads_nowhere_and_no_word_is_lost(homeless):
    text = text_of(homeless)

    assert [link for link in ADDRESS.findall(text) if not link.startswith("https://")] == []
    assert "assets/pictures" not in text
    assert "Start in five minutes ·" in text


def test_the_addresses_follow_from_the_repositorys(at_home, homeless):
    assert addresses(at_home) == {
        **addresses(homeless),
        "Repository": REPOSITORY,
        "Changelog": f"{REPOSITORY}/blob/HEAD/CHANGELOG.md",
        "Documentation": f"{REPOSITORY}/blob/HEAD/docs/index.md",
        "Issues": f"{REPOSITORY}/issues",
    }


def test_the_page_ends_with_the_newest_changes(homeless):
    newest = re.search(r"^## \[.*\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    _, _, changes = text_of(homeless).partition("\n# Changes\n")

    assert newest
    assert changes.strip().startswith(newest[0])
    assert "keepachangelog" not in changes
