"""The page that a package index shows: README.md whose pictures and links work from there."""

from __future__ import annotations

import email
import importlib.util
import re
import shutil
import subprocess
import sys
import zipfile
from email.message import Message
from pathlib import Path
from types import ModuleType

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


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("package_page", ROOT / SOURCES[0])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://example.org/makers/exponea_game.git", REPOSITORY),
        ("https://ada:secret@example.org/makers/exponea_game", REPOSITORY),
        ("git@example.org:makers/exponea_game.git", REPOSITORY),
        ("ssh://git@example.org:2222/makers/exponea_game.git", REPOSITORY),
        ("/srv/git/exponea_game.git", ""),
        ("../exponea_game", ""),
        ("", ""),
    ],
)
def test_a_clone_knows_its_repository_and_names_nobody(hook, tmp_path, remote, address):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "config", "remote.origin.url", remote], cwd=tmp_path, check=True)

    assert hook.origin(tmp_path) == address


def test_an_archive_of_the_sources_knows_what_it_was_built_with(hook, tmp_path):
    assert hook.archived(tmp_path) == ""
    (tmp_path / "PKG-INFO").write_text(f"Name: x\nProject-URL: Repository, {REPOSITORY}\n\nText")

    assert hook.archived(tmp_path) == REPOSITORY


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
