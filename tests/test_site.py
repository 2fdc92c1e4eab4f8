"""The documentation as a site: it builds without a warning, and its search finds what is asked."""

from __future__ import annotations

import functools
import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parents[1]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *about: object) -> None: ...


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def page(site: Path, browser: Browser) -> Iterator[Page]:
    files = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        yield page
        page.close()
        server.shutdown()


def test_each_page_is_there(site):
    names = {page.stem for page in (ROOT / "docs").glob("*.md")}

    assert names <= {page.stem for page in site.glob("*.html")}
    assert "EXPONEA_COLLECTOR" in (site / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Bloomreach", "Start in five minutes"),
        ("set_consent", "set_consent"),
        ("EXPONEA_INSPECTOR", "Settings"),
        ("nothing arrives", "Nothing arrives: look here"),
        ("privacy policy", "For your privacy policy"),
    ],
)
def test_the_search_finds_it(page, asked, found):
    headings = page.locator(".md-search-result__item").locator("h1, h2")

    query = page.locator("input[data-md-component=search-query]")
    query.fill(asked)
    query.press("End")  # it looks whenever a key comes up

    one = headings.filter(has_text=re.compile(f"^{re.escape(found)}$"))
    expect(one.first).to_be_attached(timeout=15_000)
